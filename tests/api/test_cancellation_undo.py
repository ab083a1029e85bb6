"""Taking cancellations back: what returns, and what stands against it."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.domain.permissions import Role
from app.storage.engine import Engine
from tests.api.documented import claim, document
from tests.api.paid import entries, owes, pay, to
from tests.club import Club
from tests.scenarios.cancelled import (
    by_hand,
    documented,
    e0,
    final,
    invoice,
    invoices_of,
    notes_of,
    seat_of,
    seen,
    vat_of,
    whole_line,
)
from tests.scenarios.invariants import broken_rules
from tests.stadium import Stadium, amount, build_stadium


@pytest.fixture
def stadium(club: Club, engine: Engine) -> Iterator[Stadium]:
    """A stadium in which all invariants hold at the end."""
    yield build_stadium(club)
    assert not broken_rules(engine, club.organisation.id)


def undoing(stadium: Stadium, sale: dict[str, Any], number: int = -1) -> dict[str, Any]:
    """Write the input that undoes one cancellation of a Sale, by default the latest."""
    now = seen(stadium, sale)
    return {
        "cancellationId": now["cancellations"][number]["id"],
        "expectedVersion": now["version"],
        "reason": "a mistake",
    }


def undo(stadium: Stadium, sale: dict[str, Any], number: int = -1) -> dict[str, Any]:
    """Undo a cancellation, by default the latest; return the Sale as it is read."""
    stadium.club.make("cancellationUndo", "sale { id }", undoing(stadium, sale, number))
    return seen(stadium, sale)


def impossible(stadium: Stadium, sale: dict[str, Any], number: int = -1) -> str:
    """Fail to undo a cancellation; return the one reason."""
    given = undoing(stadium, sale, number)
    (error,) = stadium.refusals("cancellationUndo", given)["userErrors"]
    assert (error["code"], error["path"]) == ("UNDO_IMPOSSIBLE", ["cancellationId"])
    message: str = error["message"]
    return message


def money(sale: dict[str, Any]) -> list[Any]:
    """Everything about money that a Sale has, without its credit notes."""
    names = ("net", "vat", "gross", "amount")
    own = [sale[name]["amount"] for name in names[:3]]
    lines = [[line["amount"]["amount"], line["cancelled"]["amount"]] for line in sale["lines"]]
    invoices = [
        [one[name]["amount"] for name in names] + [one["lines"], one["vatLines"]]
        for one in sale["invoices"]
        if one["kind"] == "INVOICE"
    ]
    return [own, lines, invoices]


@pytest.mark.parametrize("is_final", [False, True])
def test_an_undone_cancellation_leaves_the_sale_as_it_was(
    stadium: Stadium, *, is_final: bool
) -> None:
    sale = e0(stadium)
    sale = final(stadium, sale) if is_final else by_hand(stadium, sale)
    before, held = seen(stadium, sale), stadium.held("SOLD" if is_final else "HELD")
    part = {**seat_of(stadium, sale, 3)[0], "calendarItemIds": stadium.matches[1:]}
    sale = stadium.cancel(sale, lines=[part, *whole_line(sale, 2)])
    assert money(seen(stadium, sale)) != money(before)
    after = undo(stadium, sale)
    assert money(after) == money(before)
    assert (after["status"], after["isPartlyCancelled"]) == (before["status"], False)
    assert [line["quantityCancelled"] for line in after["lines"]] == [0, 0, 0]
    assert stadium.held("SOLD" if is_final else "HELD") == held
    assert after["cancellations"][0]["undoneAt"] is not None
    given = {**undoing(stadium, sale), "expectedVersion": after["version"]}
    (error,) = stadium.refusals("cancellationUndo", given)["userErrors"]
    assert (error["code"], error["message"]) == ("UNDO_IMPOSSIBLE", "it was undone already")


def test_a_wholly_cancelled_final_sale_is_final_again(stadium: Stadium) -> None:
    sale = final(stadium, e0(stadium))
    before = seen(stadium, sale)
    sale = stadium.cancel(sale, lines=whole_line(sale, 3))
    sale = stadium.cancel(sale)
    assert sale["status"] == "CANCELLED"
    assert "there is a later cancellation" in impossible(stadium, sale, 0)
    after = undo(stadium, sale)
    assert (after["status"], after["isPartlyCancelled"]) == ("FINAL", True)
    assert invoices_of(after) == ["1100.00"] * 4
    fields = "cancelReason cancelledAt"
    assert stadium.read(sale, fields) == {"cancelReason": None, "cancelledAt": None}
    assert money(undo(stadium, sale, 0)) == money(before)


def test_a_cancelled_draft_stays_cancelled(stadium: Stadium) -> None:
    sale = stadium.cancel(e0(stadium))
    assert "Draft that was cancelled" in impossible(stadium, sale)
    other = stadium.add(stadium.begin(), stadium.line("SCARF", 2, "5.00", bundleId=None))
    other = stadium.equal(other, 1)
    other = stadium.cancel(other, lines=[{"lineId": other["lines"][0]["id"], "quantity": 1}])
    other = final(stadium, other)
    assert "while the Sale was a Draft" in impossible(stadium, other)


def test_credit_notes_become_void_and_their_money_is_owed_again(stadium: Stadium) -> None:
    sale = final(stadium, e0(stadium))
    documented(stadium.club, sale, 1, 2)
    pay(stadium.club, "1300.00", to(invoice(sale, 1), "1300.00"))
    before = seen(stadium, sale)
    debt = owes(stadium.club, stadium.ids["A1"])
    policies = {"settlement": "OFFSET_OLDEST", "creditNotes": "PER_CANCELLATION"}
    sale = stadium.cancel(sale, lines=whole_line(sale, 3), **policies)
    after = undo(stadium, sale)
    assert money(after) == money(before)
    assert notes_of(after, "amount") == notes_of(after, "gross") == ["0.00"]
    assert [one["status"] for one in after["invoices"][4:]] == ["VOID"]
    assert [one["lines"] for one in after["invoices"][4:]] == [[]]
    opened = [one["open"]["amount"] for one in after["invoices"]]
    assert opened == ["62.50", "1362.50", "0.00", "0.00", "0.00"]
    assert owes(stadium.club, stadium.ids["A1"]) == debt
    booked = [text for kind, text in entries(stadium.club) if kind == "CREDIT_NOTE"]
    assert booked == ["-363.00", "363.00"]
    # Cancelled again it ends in the same place.
    again = seen(stadium, stadium.cancel(sale, lines=whole_line(sale, 3)))
    assert notes_of(again, "gross") == ["0.00", "-181.50", "-181.50"]
    assert sum(round(100 * float(one)) for one in vat_of(again, 2100)) == 8400


def test_a_document_with_a_difference_is_owed_to_the_last_unit_again(stadium: Stadium) -> None:
    sale = final(stadium, e0(stadium))
    document(stadium.club, invoice(sale, 1), "1362.52")
    sale = stadium.cancel(sale)
    assert invoice(seen(stadium, sale), 1)["open"]["amount"] == "0.00"
    after = undo(stadium, sale)
    assert invoice(after, 1)["open"]["amount"] == "1362.52"
    assert owes(stadium.club, stadium.ids["A1"])[0] == "1362.52"
    assert invoice(seen(stadium, stadium.cancel(sale)), 1)["open"]["amount"] == "0.00"


def test_a_waiting_credit_note_waits_no_more(stadium: Stadium) -> None:
    sale = final(stadium, e0(stadium))
    claim(stadium.club, limit=None, codes=[invoice(sale, 1)["code"]])
    sale = stadium.cancel(sale, lines=whole_line(sale, 3))
    after = undo(stadium, sale)
    assert [one["status"] for one in after["invoices"][4:]] == ["VOID"]
    documented(stadium.club, after, 1)
    assert owes(stadium.club, stadium.ids["A1"])[0] == "1362.50"


def test_what_was_built_on_a_cancellation_stands_against_undoing_it(stadium: Stadium) -> None:
    club = stadium.club
    sale = final(stadium, e0(stadium))
    documented(club, sale, 1)
    sale = stadium.cancel(sale, lines=whole_line(sale, 3))
    now = seen(stadium, sale)
    claim(club, limit=None, codes=[invoice(now, 5)["code"]])
    assert invoice(now, 5)["code"] in impossible(stadium, sale)
    given = {"invoiceIds": [invoice(now, 5)["id"]]}
    club.make("invoiceClaimRelease", "invoices { code }", given)
    documented(club, now, 2)
    assert f"invoice {invoice(now, 2)['code']} got a document" in impossible(stadium, sale)
    fields = "allowedActions { action reasons { code } }"
    found = {
        one["action"]: [reason["code"] for reason in one["reasons"]]
        for one in stadium.read(sale, fields)["allowedActions"]
    }
    assert found["UNDO_CANCEL"] == ["UNDO_IMPOSSIBLE"]
    assert found["CANCEL"] == []


def test_a_refund_stands_against_undoing_until_it_failed(stadium: Stadium) -> None:
    club = stadium.club
    sale = final(stadium, e0(stadium))
    documented(club, sale, 1)
    pay(club, "1362.50", to(invoice(sale, 1), "1362.50"))
    sale = stadium.cancel(sale, lines=whole_line(sale, 3), settlement="REFUND")
    assert "money was paid back" in impossible(stadium, sale)
    (refund,) = club.query("{ refunds { nodes { id version } } }")["refunds"]["nodes"]
    given = {"id": refund["id"], "expectedVersion": refund["version"]}
    club.make("refundUpdate", "refund { id }", {**given, "status": "FAILED", "failure": "IBAN"})
    assert invoice(undo(stadium, sale), 1)["open"]["amount"] == "0.00"
    assert owes(club, stadium.ids["A1"]) == ("0.00", "0.00", "0.00")


def test_seats_that_others_have_meanwhile_are_named(stadium: Stadium) -> None:
    sale = final(stadium, e0(stadium))
    sale = stadium.cancel(sale, lines=seat_of(stadium, sale, 2, 3))
    rival = stadium.line("SEAT", 1, "9.00", seatIds=stadium.seats[3:4])
    rival = stadium.add(stadium.begin(), rival)
    payload = stadium.conflict("cancellationUndo", undoing(stadium, sale))
    assert {one["resource"]["label"] for one in payload["conflicts"]} == {"4"}
    assert {one["holder"]["saleCode"] for one in payload["conflicts"]} == {rival["code"]}
    stadium.cancel(rival)
    assert seen(stadium, sale)["lines"][0]["quantityCancelled"] == 2
    assert undo(stadium, sale)["lines"][0]["quantityCancelled"] == 0


def test_places_that_others_have_meanwhile_are_named(club: Club) -> None:
    stadium = build_stadium(club, matches=1, places=2)
    lines = [
        stadium.line("SEAT", 2, "100.00", seatIds=stadium.seats[:2]),
        stadium.line("COCKTAIL", 2, "20.00"),
    ]
    sale = final(stadium, stadium.equal(stadium.add(stadium.begin(), *lines), 1))
    sale = stadium.cancel(sale, lines=whole_line(sale, 2))
    rival = stadium.line("SEAT", 1, "100.00", seatIds=stadium.seats[4:5])
    rivals = stadium.add(stadium.begin(), rival, stadium.line("COCKTAIL", 1, "20.00"))
    payload = stadium.conflict("cancellationUndo", undoing(stadium, sale))
    assert [(one["wanted"], one["free"]) for one in payload["conflicts"]] == [(2, 1)]
    stadium.cancel(rivals)
    undo(stadium, sale)
    assert stadium.taken()["LOUNGE M1"] == 2


def test_hospitality_does_not_return_to_a_seat_that_is_gone(stadium: Stadium) -> None:
    seat = stadium.line("SEAT", 1, "100.00", seatIds=stadium.seats[:1])
    parent = final(stadium, stadium.equal(stadium.add(stadium.begin(), seat), 1))
    sub = stadium.add(
        stadium.begin(parentSaleId=parent["id"]), stadium.line("COCKTAIL", 1, "20.00")
    )
    sub = stadium.cancel(final(stadium, stadium.equal(sub, 1)))
    parent = stadium.cancel(parent)
    errors = stadium.refused("cancellationUndo", undoing(stadium, sub))
    assert errors == [("FORMULA_NEEDS_SEAT", ["cancellationId"])]
    undo(stadium, parent)
    assert undo(stadium, sub)["status"] == "FINAL"


def test_an_undo_needs_its_role_its_reason_and_the_version(stadium: Stadium) -> None:
    sale = final(stadium, e0(stadium))
    sale = stadium.cancel(sale, lines=whole_line(sale, 3))
    given = undoing(stadium, sale)
    for role in (Role.OPERATIONS, Role.PARTNER, Role.ANALYST):
        errors = stadium.refused("cancellationUndo", given, role=role)
        assert [code for code, _ in errors] == ["PERMISSION_DENIED"]
    errors = stadium.refused("cancellationUndo", {**given, "reason": " "})
    assert errors == [("REASON_REQUIRED", ["reason"])]
    late = {**given, "expectedVersion": given["expectedVersion"] - 1}
    assert [code for code, _ in stadium.refused("cancellationUndo", late)] == ["VERSION_STALE"]
    strange = {**given, "cancellationId": "cancellation_" + "0" * 32}
    assert stadium.refused("cancellationUndo", strange) == [("NOT_FOUND", ["cancellationId"])]


def test_instalments_written_by_hand_since_keep_what_was_written(stadium: Stadium) -> None:
    sale = by_hand(stadium, e0(stadium))
    sale = stadium.cancel(sale, lines=whole_line(sale, 3))
    change = {"invoiceId": sale["invoices"][0]["id"], "amount": amount("1099.00")}
    sale = stadium.act("invoiceUpdate", sale, **change)
    after = undo(stadium, sale)
    assert invoices_of(after) == ["1249.00", "1250.00", "1250.00", "1250.00"]
