"""Cancelling parts of Sales: what may be selected, what is shown, and that just that is done."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.domain.permissions import Role
from app.storage.engine import Engine
from tests.api.documented import claim
from tests.api.paid import owes, pay, to
from tests.club import Club
from tests.fingerprint import fingerprint
from tests.scenarios.cancelled import (
    PREVIEW,
    by_hand,
    documented,
    e0,
    final,
    invoice,
    invoices_of,
    notes_of,
    seat_of,
    seen,
    whole_line,
)
from tests.scenarios.invariants import broken_rules
from tests.stadium import SALE, Stadium, amount, build_stadium


@pytest.fixture
def stadium(club: Club, engine: Engine) -> Iterator[Stadium]:
    """A stadium in which all invariants hold at the end."""
    yield build_stadium(club)
    assert not broken_rules(engine, club.organisation.id)


def against(
    stadium: Stadium, sale: dict[str, Any], **selection: Any
) -> list[tuple[str, list[str]]]:
    """Preview and cancel something that is refused; return codes and paths, which are the same."""
    given = {"saleId": sale["id"], **selection}
    document = """query($input: SaleCancelPreviewInput!) {
      saleCancelPreview(input: $input) { preview { previewHash } userErrors { code path } } }"""
    answer = stadium.club.query(document, {"input": given})["saleCancelPreview"]
    assert answer["preview"] is None
    found = stadium.refused("saleCancel", {**given, "reason": "no", "previewHash": "?"})
    assert found == [(one["code"], one["path"]) for one in answer["userErrors"]]
    return found


def hospitality(stadium: Stadium) -> dict[str, Any]:
    """A Final Sale of 2 seats with cocktails, 3 lounge places without, and a package of 2 units."""
    stadium.product(
        "LUNCH",
        "FORMULA",
        "CATERING",
        locationTypeCode="LUNCH",
        isStandalone=True,
        capacity=9,
        isLimited=True,
    )
    stadium.package("VIP", ("SEAT", 1, 3), ("COCKTAIL", 1, 1), ("SCARF", 1, 1))
    sale = stadium.add(
        stadium.begin(),
        stadium.line("SEAT", 2, "100.00", seatIds=stadium.seats[:2]),
        stadium.line("COCKTAIL", 2, "30.00"),
        stadium.line("LUNCH", 3, "60.00"),
        stadium.line("VIP", 2, "500.00", seatIds=stadium.seats[2:4]),
    )
    return final(stadium, stadium.equal(sale, 2))


def test_a_selection_is_refused_with_everything_that_is_wrong_with_it(stadium: Stadium) -> None:
    sale = hospitality(stadium)
    other = stadium.add(stadium.begin(), stadium.line("SCARF", 1, "5.00", bundleId=None))
    seats, cocktails, lunches, _ = (line["id"] for line in sale["lines"])
    strange = "calendar_item_" + "0" * 32
    one_seat = {"lineId": seats, "resourceIds": stadium.seats[:1]}
    for selection, expected in (
        ({}, [("INPUT_INVALID", ["everything"])]),
        ({"everything": True, "lines": [one_seat]}, [("INPUT_INVALID", ["everything"])]),
        (
            {
                "lines": [
                    {"lineId": other["lines"][0]["id"]},
                    {"lineId": seats, "quantity": 1},
                    {"lineId": lunches, "quantity": 4},
                    {"lineId": lunches, "calendarItemIds": [strange]},
                ]
            },
            [
                ("NOT_FOUND", ["lines", "0", "lineId"]),
                ("SEATS_MISMATCH", ["lines", "1", "quantity"]),
                ("CANCEL_TOO_MUCH", ["lines", "2", "quantity"]),
                ("INPUT_INVALID", ["lines", "3", "lineId"]),
                ("NOT_FOUND", ["lines", "3", "calendarItemIds", "0"]),
            ],
        ),
        (
            {
                "lines": [
                    {"lineId": seats, "resourceIds": [stadium.seats[0], stadium.seats[0]]},
                    {"lineId": seats, "resourceIds": [stadium.seats[0], stadium.seats[9]]},
                    {"lineId": lunches, "quantity": 0},
                ]
            },
            [
                ("SEAT_DUPLICATE", ["lines", "0", "resourceIds", "1"]),
                ("SEAT_DUPLICATE", ["lines", "1", "resourceIds", "0"]),
                ("NOT_FOUND", ["lines", "1", "resourceIds", "1"]),
                ("QUANTITY_INVALID", ["lines", "2", "quantity"]),
            ],
        ),
        (
            {"lines": [{**one_seat, "quantity": 1}]},
            [("INPUT_INVALID", ["lines", "0", "quantity"])],
        ),
        ({"lines": [one_seat]}, [("FORMULA_NEEDS_SEAT", ["lines"])]),
        ({"calendarItemIds": [strange]}, [("NOT_FOUND", ["calendarItemIds", "0"])]),
        (
            {"entitlementIds": ["entitlement_" + "0" * 32]},
            [("NOT_FOUND", ["entitlementIds", "0"])],
        ),
        ({"lines": [{"lineId": "sale_1"}]}, [("ID_INVALID", ["lines", "0", "lineId"])]),
    ):
        assert against(stadium, sale, **selection) == expected, selection
    assert cocktails != lunches


def test_what_is_gone_cannot_be_cancelled_again(stadium: Stadium) -> None:
    sale = final(stadium, e0(stadium))
    first = stadium.read(sale, "entitlements(first: 1) { nodes { id } }")["entitlements"]["nodes"][
        0
    ]
    sale = stadium.cancel(sale, lines=seat_of(stadium, sale, 0))
    sale = stadium.cancel(sale, lines=whole_line(sale, 3))
    sale = stadium.cancel(sale, calendarItemIds=stadium.matches[:1])
    assert against(stadium, sale, lines=seat_of(stadium, sale, 0, 1)) == [
        ("CANCEL_TOO_MUCH", ["lines", "0", "resourceIds", "0"])
    ]
    assert against(stadium, sale, lines=whole_line(sale, 3)) == [
        ("CANCEL_NOTHING", ["lines", "0", "lineId"])
    ]
    assert against(stadium, sale, calendarItemIds=stadium.matches[:1]) == [
        ("CANCEL_NOTHING", ["calendarItemIds", "0"])
    ]
    part = {**seat_of(stadium, sale, 1)[0], "calendarItemIds": stadium.matches[:1]}
    assert against(stadium, sale, lines=[part]) == [
        ("CANCEL_TOO_MUCH", ["lines", "0", "resourceIds", "0"])
    ]
    gone = against(stadium, sale, entitlementIds=[first["id"]])
    assert gone == [("CANCEL_TOO_MUCH", ["entitlementIds", "0"])]
    assert [one["sequenceNo"] for one in seen(stadium, sale)["cancellations"]] == [1, 2, 3]


def test_the_last_units_of_an_unnumbered_line_go_and_give_their_places_back(
    stadium: Stadium,
) -> None:
    sale = hospitality(stadium)
    before = stadium.taken()
    lunches = sale["lines"][2]["id"]
    some = {"lineId": lunches, "quantity": 2, "calendarItemIds": stadium.matches[:1]}
    sale = stadium.cancel(sale, lines=[some])
    fields = """entitlements(first: 100, filter: {status: CANCELLED}) { nodes {
      unitNo calendarItem { code } product { code } } }"""
    gone = stadium.read(sale, fields)["entitlements"]["nodes"]
    assert {(one["unitNo"], one["calendarItem"]["code"]) for one in gone} == {(2, "M1"), (3, "M1")}
    assert {one["product"]["code"] for one in gone} == {"LUNCH"}
    assert stadium.taken()["LUNCH M1"] == before["LUNCH M1"] - 2
    assert stadium.taken()["LUNCH M2"] == before["LUNCH M2"] == 3
    assert [line["quantityCancelled"] for line in seen(stadium, sale)["lines"]] == [0, 0, 0, 0]
    sale = stadium.cancel(sale, lines=[{"lineId": lunches, "quantity": 1}])
    # Unit 3 had two matches left, and now nothing.
    assert [line["quantityCancelled"] for line in seen(stadium, sale)["lines"]] == [0, 0, 1, 0]
    assert stadium.taken()["LUNCH M1"] == 1
    assert stadium.taken()["LUNCH M2"] == 2


def test_a_seat_of_a_package_goes_with_everything_in_its_unit(stadium: Stadium) -> None:
    sale = hospitality(stadium)
    package = sale["lines"][3]["id"]
    at_one = {"resourceIds": stadium.seats[2:3], "calendarItemIds": stadium.matches[:1]}
    preview = stadium.preview(
        {"saleId": sale["id"], "lines": [{"lineId": package, **at_one}]}, PREVIEW
    )
    assert [(one["product"]["code"], one["quantity"]) for one in preview["released"]] == [
        ("SEAT", 1),
        ("COCKTAIL", 1),
    ]
    sale = stadium.cancel(sale, lines=[{"lineId": package, **at_one}])
    preview = stadium.preview(
        {"saleId": sale["id"], "lines": [{"lineId": package, "resourceIds": stadium.seats[2:3]}]},
        PREVIEW,
    )
    # The scarf is granted once, and goes with the last match of its unit.
    assert sorted(one["product"]["code"] for one in preview["released"]) == [
        "COCKTAIL",
        "COCKTAIL",
        "SCARF",
        "SEAT",
        "SEAT",
    ]
    whole = [{"lineId": package, "resourceIds": stadium.seats[2:3]}]
    assert seen(stadium, stadium.cancel(sale, lines=whole))["lines"][3]["quantityCancelled"] == 1


def test_seats_go_with_the_hospitality_that_is_selected_with_them(stadium: Stadium) -> None:
    sale = hospitality(stadium)
    lines = [
        {"lineId": sale["lines"][0]["id"], "resourceIds": stadium.seats[1:2]},
        {"lineId": sale["lines"][1]["id"], "quantity": 1},
    ]
    sale = stadium.cancel(sale, lines=lines)
    assert [line["quantityCancelled"] for line in seen(stadium, sale)["lines"]] == [1, 1, 0, 0]


def test_the_preview_is_what_the_commit_does_field_by_field(stadium: Stadium) -> None:
    sale = final(stadium, e0(stadium))
    documented(stadium.club, sale, 1, 2)
    pay(stadium.club, "1000.00", to(invoice(sale, 1), "1000.00"))
    pay(stadium.club, "1362.50", to(invoice(sale, 2), "1362.50"))
    pay(stadium.club, "1362.50", to(invoice(sale, 3), "1362.50"))
    given = {"saleId": sale["id"], "lines": [*seat_of(stadium, sale, 3), *whole_line(sale, 3)]}
    before, mark = seen(stadium, sale), fingerprint(stadium.club)
    preview = stadium.preview(given, PREVIEW)
    assert stadium.preview(given, PREVIEW) == preview
    assert fingerprint(stadium.club) == mark
    money = "net { amount } vat { amount } gross { amount }"
    given |= {"reason": "smaller", "previewHash": preview["previewHash"]}
    done = stadium.club.make(
        "saleCancel", f"cancellation {{ id amount {{ amount }} }} {SALE}", given
    )
    after = seen(stadium, sale)
    names = money.replace("{ amount }", "").split()
    assert preview["saleBefore"] == {name: before[name] for name in names}
    assert preview["saleAfter"] == {name: after[name] for name in names}
    for number, one in enumerate(preview["invoices"], start=1):
        was, became = invoice(before, number), invoice(after, number)
        assert (one["code"], one["invoice"]["id"]) == (was["code"], was["id"])
        assert one["before"] == {name: was[name] for name in names}
        assert one["after"] == {name: became[name] for name in names}
        assert (one["statusBefore"], one["statusAfter"]) == (was["status"], became["status"])
    notes = [one for one in after["invoices"] if one["kind"] == "CREDIT_NOTE"]
    assert [one["code"] for one in preview["creditNotes"]] == [one["code"] for one in notes]
    for one, made in zip(preview["creditNotes"], notes, strict=True):
        assert one["amounts"] == {name: made[name] for name in names}
        assert [(part["net"], part["vat"]) for part in one["vatLines"]] == [
            (part["net"], part["vat"]) for part in made["vatLines"]
        ]
        assert {part["original"]["code"] for part in one["vatLines"]} == {
            part["code"] for part in made["originals"]
        }
    for one in preview["settlements"]:
        original = next(i for i in after["invoices"] if i["code"] == one["invoice"]["code"])
        assert original["open"] == one["openAfter"]
    assert [one["left"]["amount"] for one in preview["settlements"]] == ["84.00", "446.50"]
    assert preview["freed"] == [
        {"invoice": {"code": invoice(sale, 3)["code"]}, "amount": {"amount": "446.50"}}
    ]
    assert invoice(after, 3)["paid"]["amount"] == invoice(after, 3)["gross"]["amount"] == "916.00"
    released = {(one["calendarItem"] or {}).get("code") for one in preview["released"]}
    assert released == {None, "M1", "M2", "M3"}
    (cancellation,) = after["cancellations"]
    assert done["cancellation"]["id"] == cancellation["id"]
    assert sum(one["quantity"] for one in preview["released"]) == len(cancellation["items"])
    total = sum(float(one["value"]["amount"]) for one in preview["released"])
    assert f"{total:.2f}" == cancellation["amount"]["amount"] == "1600.00"
    assert {one["entitlement"]["status"] for one in cancellation["items"]} == {"CANCELLED"}


def test_a_preview_warns_of_what_should_be_known(stadium: Stadium) -> None:
    club = stadium.club
    sale = final(stadium, e0(stadium))
    given = {"accountId": stadium.ids["A1"], "firstName": "Jan", "lastName": "Maes"}
    holder = club.make("ticketHolderCreate", "ticketHolder { id }", given)["ticketHolder"]["id"]
    nodes = stadium.read(sale, "entitlements { nodes { id resource { id } } }")["entitlements"]
    ticket = next(one["id"] for one in nodes["nodes"] if one["resource"])
    names = [{"entitlementId": ticket, "ticketHolderId": holder}]
    sale = stadium.act("ticketHolderAssign", sale, names=names)
    club.make(
        "invoiceDocumentRecord",
        "invoiceDocument { id }",
        {
            "code": invoice(sale, 1)["code"],
            "source": "BOOKS",
            "number": "LATE-1",
            "issuedOn": "2020-01-01",
            "dueOn": "2020-02-01",
        },
    )
    assert claim(club, limit=None, codes=[invoice(sale, 2)["code"]])
    preview = stadium.preview({"saleId": sale["id"], "everything": True}, PREVIEW)
    assert [one["warning"] for one in preview["warnings"]] == [
        "WHOLE_SALE",
        "TICKET_HOLDER_ASSIGNED",
        "DOCUMENT_OVERDUE",
        "WAITING_FOR_NUMBER",
    ]


def test_what_changed_since_the_preview_refuses_the_commit(stadium: Stadium) -> None:
    club = stadium.club
    sale = final(stadium, e0(stadium))
    stale = [("PREVIEW_STALE", ["previewHash"])]
    given = stadium.to_cancel(sale, lines=seat_of(stadium, sale, 0))
    assert stadium.refused("saleCancel", {**given, "previewHash": "0" * 64}) == stale
    other = {**given, "lines": seat_of(stadium, sale, 1)}
    assert stadium.refused("saleCancel", other) == stale
    assert stadium.refused("saleCancel", {**given, "creditWhere": "LAST_FIRST"}) == stale
    # The Sale was changed.
    sale = stadium.act("saleUpdate", sale, reference="PO 7")
    assert stadium.refused("saleCancel", given) == stale
    # An export began.
    given = stadium.to_cancel(sale, lines=seat_of(stadium, sale, 0))
    assert claim(club, limit=None, codes=[invoice(sale, 1)["code"]])
    assert stadium.refused("saleCancel", given) == stale
    # Its document came, and a payment.
    documented(club, sale, 1)
    given = stadium.to_cancel(sale, lines=seat_of(stadium, sale, 0))
    pay(club, "1362.50", to(invoice(sale, 1), "1362.50"))
    assert stadium.refused("saleCancel", given) == stale
    sale = stadium.cancel(sale, lines=seat_of(stadium, sale, 0))
    assert notes_of(seen(stadium, sale)) == ["-250.00"]


def test_a_cancellation_sent_twice_happens_once(stadium: Stadium) -> None:
    sale = final(stadium, e0(stadium))
    given = {**stadium.to_cancel(sale, lines=whole_line(sale, 3)), "idempotencyKey": "once-only"}
    first = stadium.club.make("saleCancel", SALE + " cancellation { id }", given)
    again = stadium.club.make("saleCancel", SALE + " cancellation { id }", given)
    assert again == first
    assert len(seen(stadium, sale)["cancellations"]) == 1


def test_who_may_cancel_and_who_may_choose_where(stadium: Stadium) -> None:
    sale = final(stadium, e0(stadium))
    given = stadium.to_cancel(sale, lines=whole_line(sale, 3))
    me = stadium.uuid(stadium.ids["A1"])
    document = """query($input: SaleCancelPreviewInput!) {
      saleCancelPreview(input: $input) { preview { previewHash } userErrors { code } } }"""
    wanted = {"saleId": sale["id"], "lines": given["lines"]}
    for role in (Role.PORTAL, Role.PARTNER, Role.OPERATIONS, Role.ANALYST):
        caller = {"role": role, "account_id": me if role is Role.PORTAL else None}
        codes = [code for code, _ in stadium.refused("saleCancel", given, **caller)]  # type: ignore[arg-type]
        assert codes == ["PERMISSION_DENIED"], role
        answer = stadium.club.query(document, {"input": wanted}, **caller)["saleCancelPreview"]
        assert [one["code"] for one in answer["userErrors"]] == ["PERMISSION_DENIED"], role
    wanted = {"saleId": sale["id"], "lines": seat_of(stadium, sale, 0)}
    chosen = {**wanted, "creditWhere": "OPEN_FIRST"}
    answer = stadium.club.query(document, {"input": chosen}, role=Role.SALES)["saleCancelPreview"]
    assert [one["code"] for one in answer["userErrors"]] == ["PERMISSION_DENIED"]
    documented(stadium.club, sale, 1)
    seen_by = stadium.preview(chosen, "previewHash creditNotes { code }", role=Role.FINANCE)
    assert seen_by["creditNotes"] == []
    given = {**chosen, "reason": "asked for", "previewHash": seen_by["previewHash"]}
    stadium.club.make("saleCancel", SALE, given, role=Role.FINANCE)
    assert invoices_of(seen(stadium, sale)) == ["1250.00", "916.67", "916.67", "916.66"]
    # The customer sees what became of it.
    own = stadium.read(
        sale,
        "isPartlyCancelled cancellations { reason amount { amount } }",
        role=Role.PORTAL,
        account_id=me,
    )
    assert own == {
        "isPartlyCancelled": True,
        "cancellations": [{"reason": "asked for", "amount": {"amount": "1000.00"}}],
    }


def test_one_credit_note_for_all_documents_and_credits_that_pay_the_oldest(
    stadium: Stadium,
) -> None:
    sale = final(stadium, e0(stadium))
    documented(stadium.club, sale, 1, 2, 3)
    pay(stadium.club, "1362.50", to(invoice(sale, 1), "1362.50"))
    policies = {"creditNotes": "PER_CANCELLATION", "settlement": "OFFSET_OLDEST"}
    given = {"saleId": sale["id"], "lines": whole_line(sale, 3), **policies}
    preview = stadium.preview(given, PREVIEW)
    (note,) = preview["creditNotes"]
    assert [part["net"]["amount"] for part in note["vatLines"]] == ["-150.00"] * 3
    assert preview["offsets"] == [
        {"invoice": {"code": invoice(sale, 2)["code"]}, "amount": {"amount": "181.50"}}
    ]
    after = seen(stadium, stadium.cancel(sale, lines=whole_line(sale, 3), **policies))
    assert notes_of(after, "gross") == ["-544.50"]
    assert [invoice(after, number)["open"]["amount"] for number in (1, 2, 3, 5)] == [
        "0.00",
        "999.50",
        "1181.00",
        "0.00",
    ]
    assert owes(stadium.club, stadium.ids["A1"]) == ("2180.50", "2180.50", "0.00")


def test_a_draft_that_is_partly_cancelled_goes_on(stadium: Stadium) -> None:
    sale = e0(stadium)
    sale = stadium.cancel(sale, lines=seat_of(stadium, sale, 3))
    line = stadium.line("SEAT", 1, "800.00", seatIds=stadium.seats[3:4])
    sale = stadium.add(sale, line)
    assert invoices_of(seen(stadium, sale)) == ["1200.00"] * 4
    price = {"lineId": sale["lines"][0]["id"], "unitPrice": amount("1200.00")}
    sale = stadium.act("saleLineUpdate", sale, **price)
    assert seen(stadium, sale)["lines"][0]["amount"]["amount"] == "3600.00"
    # The line itself can leave the Draft, and with it what was cancelled of it.
    sale = stadium.act("saleLineRemove", sale, lineIds=[sale["lines"][0]["id"]])
    assert seen(stadium, sale)["cancellations"][0]["items"] == []
    sale = by_hand(stadium, sale)
    sale = stadium.cancel(sale, calendarItemIds=stadium.matches[:1])
    sale = stadium.equal(sale, 2)
    stone = {"reason": "never mind", **stadium.about(sale)}
    stadium.club.make("saleRemove", "saleTombstone { id }", stone)
    assert stadium.held() == []


def test_a_draft_whose_instalments_do_not_add_up_can_be_cancelled_all_the_same(
    stadium: Stadium,
) -> None:
    sale = e0(stadium)
    first = {"invoiceId": sale["invoices"][0]["id"], "amount": amount("1.00")}
    sale = stadium.act("invoiceUpdate", sale, **first)
    sale = stadium.cancel(sale, lines=whole_line(sale, 3))
    assert invoices_of(seen(stadium, sale))[0] == "1.00"
    after = seen(stadium, stadium.cancel(sale))
    assert invoices_of(after) == ["0.00"] * 4
    assert (after["status"], after["gross"]["amount"]) == ("CANCELLED", "0.00")


def test_a_sale_is_cancelled_while_hospitality_below_it_is_not(stadium: Stadium) -> None:
    parent = stadium.add(
        stadium.begin(), stadium.line("SEAT", 2, "100.00", seatIds=stadium.seats[:2])
    )
    parent = final(stadium, stadium.equal(parent, 1))
    sub = stadium.add(
        stadium.begin(parentSaleId=parent["id"]), stadium.line("COCKTAIL", 1, "20.00")
    )
    assert against(stadium, parent, lines=seat_of(stadium, parent, 0)) == [
        ("FORMULA_NEEDS_SEAT", ["saleId"])
    ]
    assert against(stadium, parent, calendarItemIds=stadium.matches[:1]) == [
        ("FORMULA_NEEDS_SEAT", ["saleId"])
    ]
    parent = stadium.cancel(parent, lines=seat_of(stadium, parent, 1))
    stadium.cancel(sub)
    assert stadium.cancel(parent)["status"] == "CANCELLED"


def test_a_credit_sale_is_cancelled_like_any_other(stadium: Stadium) -> None:
    parent = final(stadium, e0(stadium))
    credit = stadium.begin(type="CREDIT", parentSaleId=parent["id"])
    line = stadium.line("SCARF", 3, "-100.00", bundleId=None)
    credit = final(stadium, stadium.equal(stadium.add(credit, line), 3))
    documented(stadium.club, credit, 1)
    some = [{"lineId": credit["lines"][0]["id"], "quantity": 1}]
    after = seen(stadium, stadium.cancel(credit, lines=some))
    assert after["net"]["amount"] == "-200.00"
    assert invoices_of(after) == ["-100.00", "-66.67", "-66.66"]
    assert notes_of(after) == ["33.33"]
    assert owes(stadium.club, stadium.ids["A1"])[0] == "-80.67"
