"""Webhooks from the change to a partner's server, over real HTTP."""

import json
import socket
import threading
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tests.club import Club
from tests.transfers.webhook_receiver import (
    Receiver,
    add_endpoint,
    courier_of,
    deliver,
    free_port,
    happen,
    log_of,
    ping,
    state_of,
)

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
HOURS = (2, 5, 10, 14, 20, 24, 24, 24)
PAUSES = (5 * SECOND, 5 * MINUTE, 30 * MINUTE, *(number * HOUR for number in HOURS))
pytestmark = pytest.mark.postgres


def test_an_event_arrives_signed_as_a_cloud_event(club: Club, partner: Receiver) -> None:
    endpoint = add_endpoint(club, partner.url(), topics=["calendar_item.changed"])
    ping(club, endpoint)
    deliver(club)
    (came,) = partner.take()
    message = Webhook(endpoint["secret"]).verify(came.body, came.headers)
    (logged,) = log_of(club, endpoint)
    assert came.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert came.headers["webhook-id"] == message["id"] == logged["eventId"]
    assert message.pop("time").endswith("Z")
    assert message.pop("sequence") == message.pop("id").replace("-", "")
    assert message == {
        "specversion": "1.0",
        "source": f"/organisations/{club.organisation.code}",
        "type": "loge.webhook.ping",
        "subject": endpoint["id"],
        "datacontenttype": "application/json",
        "dataschema": "https://loge.example/events/schemas/webhook.ping.json",
        "data": {},
    }
    assert (logged["status"], logged["attemptCount"]) == ("DELIVERED", 1)
    assert logged["attempts"][0]["statusCode"] == 204
    assert logged["attempts"][0]["error"] is None
    deliver(club, timedelta(days=6))
    assert partner.take() == []


def test_a_changed_byte_does_not_verify(club: Club, partner: Receiver) -> None:
    endpoint = add_endpoint(club, partner.url())
    ping(club, endpoint)
    deliver(club)
    (came,) = partner.take()
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint["secret"]).verify(came.body.replace(b"ping", b"pong"), came.headers)


@pytest.mark.slow
def test_failures_are_tried_again_for_five_days_and_then_given_up(
    club: Club, partner: Receiver
) -> None:
    endpoint = add_endpoint(club, partner.url("/scripted"))
    partner.statuses = [500] * 40
    ping(club, endpoint)
    later, begun = timedelta(0), datetime.now(UTC)
    for attempt, pause in enumerate(PAUSES, 1):
        deliver(club, later, begun=begun)
        deliver(club, later, begun=begun)
        (logged,) = log_of(club, endpoint)
        assert logged["attemptCount"] == attempt, "it was tried too early or not at all"
        later += pause * 1.11
    deliver(club, later, begun=begun)
    (logged,) = log_of(club, endpoint)
    assert logged["status"] == "EXHAUSTED"
    assert [one["error"] for one in logged["attempts"]] == ["STATUS_REFUSED"] * 12
    assert logged["attempts"][0]["excerpt"] == "status 500"
    assert len({json.loads(one.body)["id"] for one in partner.take()}) == 1
    state = state_of(club, endpoint)
    assert (state["isActive"], state["disabledReason"]) == (False, "FAILING")


def test_an_endpoint_says_when_to_come_again_within_a_day(club: Club, partner: Receiver) -> None:
    endpoint = add_endpoint(club, partner.url("/scripted"))
    partner.statuses = [503]
    ping(club, endpoint)
    deliver(club)
    deliver(club, timedelta(minutes=110))
    assert len(partner.take()) == 1
    deliver(club, timedelta(minutes=125))
    assert len(partner.take()) == 1
    (logged,) = log_of(club, endpoint)
    assert logged["status"] == "DELIVERED"
    assert state_of(club, endpoint)["failingSince"] is None


def test_gone_disables_the_endpoint_at_once_and_the_others_are_told(
    club: Club, partner: Receiver
) -> None:
    watcher = add_endpoint(club, partner.url("/watch"), topics=["webhook.disabled"])
    endpoint = add_endpoint(club, partner.url("/gone"))
    ping(club, endpoint)
    deliver(club)
    state = state_of(club, endpoint)
    assert (state["isActive"], state["disabledReason"], state["version"]) == (False, "GONE", 2)
    deliver(club)
    (told,) = partner.take("/watch")
    message = Webhook(watcher["secret"]).verify(told.body, told.headers)
    assert (message["subject"], message["data"]) == (endpoint["id"], {"reason": "GONE"})
    assert len(partner.take("/gone")) == 1
    refused = club.refused("webhookEndpointTest", {"id": endpoint["id"]})
    assert [one["code"] for one in refused] == ["WEBHOOK_INACTIVE"]
    again = {"id": endpoint["id"], "expectedVersion": 2, "isActive": True, "url": partner.url()}
    club.make("webhookEndpointUpdate", "", again)
    assert state_of(club, endpoint)["disabledReason"] is None
    deliver(club, timedelta(hours=2))
    assert [one.path for one in partner.take()] == ["/ok"]


def test_a_redirect_is_not_followed(club: Club, partner: Receiver) -> None:
    endpoint = add_endpoint(club, partner.url("/redirect"))
    ping(club, endpoint)
    deliver(club)
    assert [one.path for one in partner.take()] == ["/redirect"]
    (attempt,) = log_of(club, endpoint)[0]["attempts"]
    assert (attempt["statusCode"], attempt["error"]) == (307, "REDIRECTED")


def test_an_endless_answer_is_read_only_so_far(club: Club, partner: Receiver) -> None:
    endpoint = add_endpoint(club, partner.url("/huge"))
    ping(club, endpoint)
    deliver(club)
    (logged,) = log_of(club, endpoint)
    assert logged["status"] == "DELIVERED"
    assert logged["attempts"][0]["excerpt"] == "x" * 1024


def test_a_slow_endpoint_runs_out_of_time_and_delays_nobody_else(
    club: Club, partner: Receiver
) -> None:
    slow = add_endpoint(club, partner.url("/slow"))
    quick = add_endpoint(club, partner.url("/quick"))
    for _ in range(6):
        ping(club, slow)
    ping(club, quick)
    deliver(club, courier=courier_of(club, seconds=0.5))
    slow_log = log_of(club, slow)
    (done,) = log_of(club, quick)
    assert {one["attempts"][0]["error"] for one in slow_log} == {"TIMED_OUT"}
    last = max(one["attempts"][0]["startedAt"] for one in slow_log)
    assert done["attempts"][0]["startedAt"] < last
    assert done["status"] == "DELIVERED"


def test_nobody_listens(club: Club, partner: Receiver) -> None:
    endpoint = add_endpoint(club, f"http://127.0.0.1:{free_port()}/")
    ping(club, endpoint)
    deliver(club)
    (attempt,) = log_of(club, endpoint)[0]["attempts"]
    assert (attempt["statusCode"], attempt["error"]) == (None, "CONNECTION_FAILED")


def test_what_is_no_http_is_an_answer_that_is_malformed(club: Club) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def babble() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"220 mail.example ESMTP\r\n")

        thread = threading.Thread(target=babble)
        thread.start()
        endpoint = add_endpoint(club, f"http://127.0.0.1:{listener.getsockname()[1]}/")
        ping(club, endpoint)
        deliver(club)
        thread.join()
    (attempt,) = log_of(club, endpoint)[0]["attempts"]
    assert attempt["error"] == "ANSWER_MALFORMED"


def test_both_secrets_sign_until_the_old_one_ends(club: Club, partner: Receiver) -> None:
    endpoint = add_endpoint(club, partner.url())
    given = {"id": endpoint["id"], "overlapHours": 24}
    rotated = club.make("webhookEndpointSecretRotate", "webhookEndpoint { id } secret", given)
    assert rotated["secret"] != endpoint["secret"]
    ping(club, endpoint)
    deliver(club)
    (both,) = partner.take()
    for secret in (endpoint["secret"], rotated["secret"]):
        Webhook(secret).verify(both.body, both.headers)
    assert len(both.headers["webhook-signature"].split()) == 2
    ping(club, endpoint)
    partner.received.clear()
    deliver(club, timedelta(hours=25))
    (one,) = partner.take()
    assert len(one.headers["webhook-signature"].split()) == 1
    with pytest.raises(WebhookVerificationError, match="too new"):
        Webhook(rotated["secret"]).verify(one.body, one.headers)


def test_a_secret_that_leaked_signs_nothing_more_after_a_rotation_without_overlap(
    club: Club, partner: Receiver
) -> None:
    endpoint = add_endpoint(club, partner.url())
    given = {"id": endpoint["id"], "overlapHours": 0}
    rotated = club.make("webhookEndpointSecretRotate", "secret", given)
    ping(club, endpoint)
    deliver(club)
    (came,) = partner.take()
    Webhook(rotated["secret"]).verify(came.body, came.headers)
    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        Webhook(endpoint["secret"]).verify(came.body, came.headers)


def test_one_delivery_and_all_of_a_while_can_be_sent_again(club: Club, partner: Receiver) -> None:
    begun = datetime.now(UTC)
    endpoint = add_endpoint(club, partner.url())
    for _ in range(3):
        ping(club, endpoint)
    deliver(club)
    ids = [json.loads(one.body)["id"] for one in partner.take()]
    first = log_of(club, endpoint)[0]
    club.make("webhookDeliveryReplay", "webhookDelivery { status }", {"id": first["id"]})
    deliver(club)
    (again,) = partner.take()
    assert again.headers["webhook-id"] == first["eventId"]
    given = {"endpointId": endpoint["id"], "since": begun.isoformat()}
    fields = "webhookReplay { id total delivered exhausted }"
    replay = club.make("webhookReplay", fields, given)["webhookReplay"]
    assert (replay["total"], replay["delivered"]) == (3, 0)
    deliver(club)
    assert sorted(json.loads(one.body)["id"] for one in partner.take()) == sorted(ids)
    document = "query($id: ID!) { node(id: $id) { ... on WebhookReplay { total delivered } } }"
    state = club.query(document, {"id": replay["id"]})["node"]
    assert state == {"total": 3, "delivered": 3}
    assert [one["attemptCount"] for one in log_of(club, endpoint)].count(2) == 2


def test_what_an_endpoint_missed_while_it_was_off_comes_with_a_replay_alone(
    club: Club, partner: Receiver
) -> None:
    begun = datetime.now(UTC)
    endpoint = add_endpoint(club, partner.url(), topics=["webhook.disabled", "sale.created"])
    change = {"id": endpoint["id"], "expectedVersion": 1, "isActive": False}
    club.make("webhookEndpointUpdate", "", change)
    happen(club, 2)
    deliver(club)
    club.make("webhookEndpointUpdate", "", {**change, "expectedVersion": 2, "isActive": True})
    deliver(club)
    assert partner.take() == []
    given = {"endpointId": endpoint["id"], "since": begun.isoformat()}
    club.make("webhookReplay", "", given)
    deliver(club)
    types = {json.loads(one.body)["type"] for one in partner.take()}
    assert types == {"loge.webhook.disabled"}


def test_a_club_gets_nothing_of_another(club: Club, other_club: Club, partner: Receiver) -> None:
    add_endpoint(club, partner.url("/one"))
    other = add_endpoint(other_club, partner.url("/other"))
    happen(club, 3)
    deliver(club)
    deliver(other_club)
    assert len(partner.take("/one")) == 3
    assert partner.take("/other") == []
    assert log_of(other_club, other) == []
