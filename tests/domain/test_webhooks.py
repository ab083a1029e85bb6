from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.domain.errors import DomainError, ErrorCode
from app.domain.events import Topic
from app.domain.validation import Check
from app.domain.webhooks import (
    RETRY_PAUSES,
    Answer,
    AttemptError,
    DeliveryStatus,
    DisabledReason,
    WebhookDelivery,
    WebhookEndpoint,
    after_answer,
    check_topics,
    check_url,
    endpoint_after,
    is_public,
    queued_again,
    wants,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ONE, TWO = UUID(int=1), UUID(int=2)
ENDPOINT = WebhookEndpoint(
    id=ONE,
    url="https://partner.example/events",
    description="partner",
    topics=None,
    is_active=True,
    disabled_at=None,
    disabled_reason=None,
    failing_since=None,
    version=1,
    created_at=NOW,
    updated_at=NOW,
)
DELIVERY = WebhookDelivery(
    id=TWO,
    endpoint_id=ONE,
    event_id=TWO,
    topic=Topic.SALE_FINALISED,
    status=DeliveryStatus.PENDING,
    attempt_count=1,
    failure_count=0,
    next_attempt_at=NOW,
    queued_at=NOW,
    settled_at=None,
    replay_id=None,
)
GOOD = Answer(12, 200)
BAD = Answer(12, 500, AttemptError.STATUS_REFUSED)


def refusals(url: str, *, allows_private: bool = False) -> list[str]:
    check = Check()
    check_url(url, check, allows_private=allows_private)
    assert {one.code for one in check.violations} <= {ErrorCode.WEBHOOK_URL_INVALID}
    return [one.message for one in check.violations]


@pytest.mark.parametrize(
    "url",
    [
        "https://partner.example",
        "https://partner.example:8443/a/b?c=d",
        "https://93.184.215.14/",
        "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
    ],
)
def test_an_https_address_on_the_public_internet_is_an_endpoint(url: str) -> None:
    assert refusals(url) == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "partner.example",
        "https://",
        "https://partner.example:99999/",
        "https://partner.example:0/",
        "https://[::1",
        "https://pärtner.example/",
        "https://partner.example/a b",
        "https://partner.example\\@10.0.0.1/",
        "https://partner.example/" + "x" * 2_000,
        "http://partner.example/",
        "ftp://partner.example/",
        "https://user:word@partner.example/",
        "https://partner.example/#here",
        "https://localhost/",
        "https://db.internal./",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://[::ffff:10.0.0.1]/",
        "https://[::1]/",
    ],
)
def test_anything_else_is_none(url: str) -> None:
    assert len(refusals(url)) == 1


def test_private_addresses_and_http_are_allowed_where_the_setting_says_so() -> None:
    assert refusals("http://localhost:9000/", allows_private=True) == []
    assert len(refusals("ftp://localhost:9000/", allows_private=True)) == 1


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:a00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)
def test_an_address_that_leads_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800::1", "::ffff:93.184.215.14"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


def test_a_delivery_is_tried_twelve_times_over_five_days() -> None:
    now, delivery = NOW, DELIVERY
    for pause in RETRY_PAUSES:
        delivery = after_answer(delivery, BAD, now, 0)
        assert delivery.status is DeliveryStatus.PENDING
        assert delivery.next_attempt_at == now + pause
        now += pause
    assert timedelta(days=5) < now - NOW < timedelta(days=5, hours=12)
    given_up = after_answer(delivery, BAD, now, 0)
    assert (given_up.status, given_up.failure_count) == (DeliveryStatus.EXHAUSTED, 12)
    assert (given_up.next_attempt_at, given_up.settled_at) == (None, now)


def test_pauses_are_drawn_a_tenth_longer_or_shorter() -> None:
    failed = replace(DELIVERY, failure_count=1)
    assert after_answer(failed, BAD, NOW, -10).next_attempt_at == NOW + timedelta(seconds=270)
    assert after_answer(failed, BAD, NOW, 10).next_attempt_at == NOW + timedelta(seconds=330)


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        (timedelta(seconds=1), timedelta(seconds=5)),
        (timedelta(hours=3), timedelta(hours=3)),
        (timedelta(days=90), timedelta(hours=24)),
    ],
)
def test_an_endpoint_can_ask_for_a_longer_pause_up_to_a_day(
    asked: timedelta, waits: timedelta
) -> None:
    after = after_answer(DELIVERY, replace(BAD, retry_after=asked), NOW, 0)
    assert after.next_attempt_at == NOW + waits


def test_a_success_ends_a_delivery() -> None:
    after = after_answer(DELIVERY, GOOD, NOW, 0)
    assert (after.status, after.settled_at) == (DeliveryStatus.DELIVERED, NOW)
    assert after.next_attempt_at is None


def test_what_was_given_up_can_be_queued_with_all_of_its_retries() -> None:
    given_up = replace(DELIVERY, status=DeliveryStatus.EXHAUSTED, failure_count=12)
    later = NOW + timedelta(days=1)
    again = queued_again(replace(given_up, settled_at=NOW, replay_id=ONE), later)
    assert again == replace(DELIVERY, next_attempt_at=later, queued_at=later)


def test_an_endpoint_that_fails_is_healthy_after_one_success() -> None:
    failing = endpoint_after(ENDPOINT, BAD, NOW)
    assert failing == replace(ENDPOINT, failing_since=NOW)
    assert endpoint_after(failing, BAD, NOW + timedelta(days=4)) == failing
    assert endpoint_after(failing, GOOD, NOW + timedelta(days=4)) == ENDPOINT
    assert endpoint_after(ENDPOINT, GOOD, NOW) == ENDPOINT


@pytest.mark.parametrize(
    ("answer", "days", "reason"),
    [
        (BAD, 5, DisabledReason.FAILING),
        (Answer(1, 410, AttemptError.GONE), 0, DisabledReason.GONE),
    ],
)
def test_five_days_of_failures_or_gone_disable_an_endpoint_once(
    answer: Answer, days: int, reason: DisabledReason
) -> None:
    now = NOW + timedelta(days=days)
    disabled = endpoint_after(replace(ENDPOINT, failing_since=NOW), answer, now)
    assert (disabled.is_active, disabled.disabled_at) == (False, now)
    assert (disabled.disabled_reason, disabled.version) == (reason, 2)
    assert endpoint_after(disabled, answer, now) == disabled


def test_an_endpoint_wants_its_topics_and_its_own_pings() -> None:
    some = replace(ENDPOINT, topics=("sale.finalised",))
    assert wants(ENDPOINT, Topic.SALE_CREATED, TWO)
    assert wants(some, Topic.SALE_FINALISED, TWO)
    assert not wants(some, Topic.SALE_CREATED, TWO)
    assert wants(some, Topic.WEBHOOK_PING, ONE)
    assert not wants(ENDPOINT, Topic.WEBHOOK_PING, TWO)


@pytest.mark.parametrize(
    ("topics", "message"),
    [
        ((), "at least one"),
        (("sale.sold",), "no topic is named 'sale.sold'"),
        (("sale.created", "sale.created"), "twice"),
        (("webhook.ping",), "ping"),
    ],
)
def test_topics_that_cannot_be_asked_for_are_named(topics: tuple[str, ...], message: str) -> None:
    check = Check()
    check_topics(topics, check)
    with pytest.raises(DomainError, match=message):
        check.refuse_if_any()


def test_all_topics_or_some_can_be_asked_for() -> None:
    check = Check()
    check_topics(None, check)
    check_topics(["sale.created", "sale.finalised"], check)
    assert check.violations == []
