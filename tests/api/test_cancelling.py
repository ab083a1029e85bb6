"""Cancelling parts of Sales: what may be selected, what is shown, and that just that is done."""

from collections.abc import Iterator

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
