"""Queries asked again: answered from memory while nothing has changed, and never when it has."""

from typing import Any

import pytest

from app.domain.permissions import Role
from app.resolvers.plans.answers import KEPT_SECONDS, Answers
from app.storage.followed import is_followed
from app.telemetry.measures import READ_UNCHANGED
from tests.club import Club
from tests.stadium import build_stadium

SALES = "{ sales(first: 5) { nodes { code comments lines { description } } } }"


def answered_from_memory(club: Club, text: str) -> tuple[object, bool]:
    """The answer, and whether the database said that nothing had changed."""
    before = READ_UNCHANGED._value.get()
    return club.query(text), READ_UNCHANGED._value.get() > before


def test_a_query_asked_again_is_answered_from_memory(club: Club) -> None:
    build_stadium(club, matches=1).begin()
    first, was_kept = answered_from_memory(club, SALES)
    again, is_kept = answered_from_memory(club, SALES)
    assert (was_kept, is_kept) == (False, True)
    assert again == first


def test_what_was_changed_is_seen_by_the_next_query(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    sale = stadium.begin()
    for number in range(3):
        answered_from_memory(club, SALES)
        sale = stadium.act("saleUpdate", sale, comments=f"comment {number}")
        found, is_kept = answered_from_memory(club, SALES)
        assert not is_kept
        assert [one["comments"] for one in found["sales"]["nodes"]] == [f"comment {number}"]  # type: ignore[index]


def test_what_another_club_changes_does_not_matter(club: Club, other_club: Club) -> None:
    build_stadium(club, matches=1).begin()
    answered_from_memory(club, SALES)
    build_stadium(other_club, matches=1).begin()
    assert answered_from_memory(club, SALES)[1]


def test_nobody_is_given_what_was_answered_to_another(club: Club, other_club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    stadium.account("A2")
    mine, theirs = stadium.begin(), stadium.begin(account="A2")
    first, second = (
        {"role": Role.PORTAL, "account_id": stadium.uuid(stadium.ids[code])}
        for code in ("A1", "A2")
    )
    asking: list[tuple[Club, dict[str, Any]]] = [
        (club, {}),
        (club, first),
        (club, second),
        (club, first),
        (other_club, {}),
        (club, {}),
    ]
    codes = [
        [one["code"] for one in who.query(SALES, **caller)["sales"]["nodes"]]
        for who, caller in asking
    ]
    both = [theirs["code"], mine["code"]]
    assert codes == [both, [mine["code"]], [theirs["code"]], [mine["code"]], [], both]


def test_what_the_change_log_does_not_cover_is_read_every_time(club: Club) -> None:
    text = "{ prices(first: 3) { nodes { validFrom } } }"
    club.query(text)
    assert not answered_from_memory(club, text)[1]


def test_a_statement_is_followed_only_if_every_table_notes_its_changes() -> None:
    assert is_followed("SELECT 'price' FROM sale JOIN account ON sale.account_id = account.id")
    assert not is_followed("SELECT 1 FROM sale JOIN price ON true")
    assert not is_followed("SELECT 1 FROM webhook_endpoint")


def test_answers_make_room_for_newer_ones() -> None:
    answers = Answers(64_000)
    for number in range(40):
        answers.keep(number, bytes(3_000), "1:1:/1")
        answers.find(0)
    kept = [number for number in range(40) if answers.find(number) is not None]
    assert kept == list(range(22, 40))
    answers.keep("large", bytes(10_000), "1:1:/1")
    assert answers.find("large") is None
    assert Answers(0).find("anything") is None


@pytest.mark.parametrize(("seconds", "is_kept"), [(KEPT_SECONDS, True), (KEPT_SECONDS + 1, False)])
def test_an_answer_that_nobody_asks_for_is_forgotten(seconds: float, is_kept: bool) -> None:  # noqa: FBT001 - a parameter of the test
    now = [0.0]
    answers = Answers(64_000, clock=lambda: now[0])
    answers.keep("page", b"{}", "1:1:/1")
    now[0] = seconds
    assert (answers.find("page") is not None) is is_kept
