from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from app.transfers.contract.faults import FaultClass
from app.transfers.notices.failures import Failure, FailureNotice, failure_notices
from app.transfers.notices.reviews import FlowCount, Period, Rhythm, due_period
from app.transfers.notices.silences import Watched, silent_flows
from app.transfers.notices.wording import (
    LANGUAGES,
    Reader,
    failure_text,
    review_text,
    silence_text,
)

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
BRUSSELS = ZoneInfo("Europe/Brussels")
HOUR = timedelta(hours=1)


def failure(number: int, message: str = "no debtor", system: str = "Globe") -> Failure:
    at = NOW - HOUR + timedelta(minutes=number)
    title, fault = f"Invoice {number}", FaultClass.RECORD
    return Failure(UUID(int=number), title, "Invoices", system, fault, message, at)


def reader(language: str = "en") -> Reader:
    return Reader("KV Noord", BRUSSELS, language, "https://loge.example/office")


def test_the_first_failure_is_told_at_once_and_what_follows_together_after_an_hour() -> None:
    group = failure(1).group
    (first,) = failure_notices([failure(1)], {}, NOW)
    assert (first.group, first.count) == (group, 1)
    more = [failure(3), failure(2)]
    assert failure_notices(more, {group: NOW - HOUR / 2}, NOW) == ()
    (later,) = failure_notices(more, {group: NOW - HOUR}, NOW)
    assert (later.count, later.first_at) == (2, failure(2).occurred_at)
    assert later.examples == (failure(2), failure(3))


def test_systems_are_told_apart() -> None:
    found = failure_notices([failure(1), failure(2, system="Bank")], {failure(1).group: NOW}, NOW)
    assert [one.group[0] for one in found] == ["Bank"]
    assert failure_notices([], {}, NOW) == ()


def test_a_message_names_what_is_different_first_and_counts_the_rest() -> None:
    failures = [failure(number) for number in range(1, 8)] + [failure(9, "another reason")]
    (notice,) = failure_notices(failures, {}, NOW)
    assert [one.transfer_id.int for one in notice.examples] == [1, 9, 2, 3, 4]
    text = failure_text(notice, reader())
    assert text.subject == "Globe: 8 transfers of Invoices wait for you (KV Noord)"
    assert "Invoice 9: another reason\nhttps://loge.example/office/transfers/" in text.body
    assert "and 3 more." in text.body


def test_a_title_with_a_line_break_stays_one_line() -> None:
    bad = Failure(UUID(int=1), "a\nb", "f\r\nBcc: x@y.example", "s", FaultClass.DEFECT, "m\nn", NOW)
    (notice,) = failure_notices([bad], {}, NOW)
    text = failure_text(notice, reader())
    assert "\n" not in text.subject
    assert "\r" not in text.subject
    assert "a b: m n" in text.body


def watched(**given: datetime) -> Watched:
    return Watched("Orders", "Shop", 24, **{"since": NOW - timedelta(days=9), **given})


@pytest.mark.parametrize(
    ("flow", "is_told"),
    [
        (watched(), True),
        (watched(since=NOW - HOUR), False),
        (watched(arrived_at=NOW - 23 * HOUR), False),
        (watched(arrived_at=NOW - 24 * HOUR), True),
        (watched(arrived_at=NOW - 30 * HOUR, told_at=NOW - 2 * HOUR), False),
        (watched(arrived_at=NOW - 30 * HOUR, told_at=NOW - 99 * HOUR), True),
        (watched(since=NOW - HOUR, arrived_at=NOW - 99 * HOUR), False),
    ],
)
def test_each_silence_is_told_once(flow: Watched, *, is_told: bool) -> None:
    assert silent_flows([flow], NOW) == ((flow,) if is_told else ())


def test_a_silence_says_since_when_on_the_clubs_clock() -> None:
    text = silence_text(watched(arrived_at=NOW), reader("nl-BE"))
    assert text.subject == "Shop: er kwam niets van Orders (KV Noord)"
    assert "10:00:00" in text.body
    assert "om de 24 uur" in text.body


@pytest.mark.parametrize(
    ("rhythm", "now", "key"),
    [
        (Rhythm.DAILY, datetime(2026, 11, 23, 5, 59, tzinfo=UTC), None),
        (Rhythm.DAILY, datetime(2026, 11, 23, 6, 0, tzinfo=UTC), "DAILY:2026-11-22"),
        (Rhythm.DAILY, datetime(2026, 11, 23, 22, 59, tzinfo=UTC), "DAILY:2026-11-22"),
        (Rhythm.WEEKLY, datetime(2026, 11, 23, 6, 0, tzinfo=UTC), "WEEKLY:2026-11-16"),
        (Rhythm.WEEKLY, datetime(2026, 11, 24, 6, 0, tzinfo=UTC), None),
    ],
)
def test_a_report_is_due_from_seven_on_the_clubs_clock(
    rhythm: Rhythm, now: datetime, key: str | None
) -> None:
    found = due_period(rhythm, BRUSSELS, now)
    assert (found and found.key) == key


def test_a_day_on_which_clocks_change_has_its_own_hours() -> None:
    found = due_period(Rhythm.DAILY, BRUSSELS, datetime(2026, 10, 26, 8, tzinfo=UTC))
    assert found is not None
    assert found.ends_at.astimezone(UTC) - found.starts_at.astimezone(UTC) == 25 * HOUR
    assert (found.first_on, found.last_on) == (date(2026, 10, 25), date(2026, 10, 25))


def period() -> Period:
    found = due_period(Rhythm.WEEKLY, BRUSSELS, NOW)
    assert found is not None
    return found


def test_a_report_begins_with_what_waits_for_a_person() -> None:
    counts = [FlowCount("A", "f", done=9), FlowCount("B", "g", parked=2, open=1)]
    text = review_text(period(), counts, reader())
    assert text.subject == ("Transfers from November 16, 2026 to November 22, 2026 (KV Noord)")
    assert text.body.splitlines()[:2] == [
        "B, g: 0 done, 0 skipped, 2 parked, 1 open",
        "A, f: 9 done, 0 skipped, 0 parked, 0 open",
    ]
    assert "There were no transfers." in review_text(period(), [], reader()).body


@pytest.mark.parametrize("language", [*LANGUAGES, "de"])
def test_every_language_has_every_message(language: str) -> None:
    notices: list[FailureNotice] = [
        *failure_notices([failure(1)], {}, NOW),
        *failure_notices([failure(number) for number in range(9)], {}, NOW),
    ]
    texts = [failure_text(notice, reader(language)) for notice in notices]
    texts.append(silence_text(watched(), reader(language)))
    for rhythm in Rhythm:
        found = due_period(rhythm, BRUSSELS, NOW)
        assert found is not None
        texts.append(review_text(found, [FlowCount("A", "f")], reader(language)))
        texts.append(review_text(found, [], reader(language)))
    assert not [text for text in texts if "{" in text.subject + text.body]
    assert all("KV Noord" in text.body for text in texts)
