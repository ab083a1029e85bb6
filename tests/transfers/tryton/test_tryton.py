"""Tryton as an invoicing system; the same tests run against a real one by `make test-peers`."""

from typing import Any

import pytest

from app.transfers.connectors.tryton import CONNECTOR
from app.transfers.contract.connectors import Connected, Done, Task
from app.transfers.contract.faults import FaultClass, TransferFaultError
from tests.transfers.tryton.records import (
    credit,
    customer,
    invoice,
    line,
    payment,
    product,
    two_rates,
)

ANYWAY = {"accepts_warnings": "invoice_peppol_required"}
BANK = {"methods": "CARD=Stripe; TRANSFER=Bank"}


def done(
    connected: Connected, action: str, record: dict[str, Any], known: str = "", **options: Any
) -> Done:
    task = Task(action, "key", record, options, {}, known or None)
    return CONNECTOR.carry_out(connected, task)


def found(connected: Connected, action: str, record: dict[str, Any]) -> Done | None:
    return CONNECTOR.find(connected, Task(action, "key", record))


def refused(connected: Connected, action: str, record: Any, **options: Any) -> TransferFaultError:
    with pytest.raises(TransferFaultError) as caught:
        done(connected, action, record, **options)
    return caught.value


def test_signs_in_and_says_for_whom(tryton: Connected) -> None:
    health = CONNECTOR.check(tryton)
    assert health.is_well
    assert "Stadion Hospitality NV" in health.message


def test_a_wrong_password_is_said_so(tryton: Connected) -> None:
    credentials = {"user": "admin", "password": "wrong"}
    health = CONNECTOR.check(Connected("erp", tryton.settings, credentials, allows_private=True))
    assert not health.is_well
    assert "refuses the credentials" in health.message
    assert "wrong" not in health.message


def test_a_company_that_the_user_may_not_work_for_is_named(tryton: Connected) -> None:
    settings = {**tryton.settings, "company": "Another NV"}
    health = CONNECTOR.check(Connected("erp", settings, tryton.credentials, allows_private=True))
    assert "'Another NV'" in health.message
    own = {**tryton.settings, "company": "Stadion Hospitality NV"}
    connected = Connected("erp", own, tryton.credentials, allows_private=True)
    assert CONNECTOR.check(connected).is_well


def test_a_customer_is_made_once_and_then_found(tryton: Connected) -> None:
    record = customer()
    assert found(tryton, "customer.save", record) is None
    made = done(tryton, "customer.save", record)
    assert made.record["external_code"] == record["code"]
    assert made.record["vat_id"] == record["vat_id"]
    again = done(tryton, "customer.save", record)
    assert (again.external_id, again.was_there) == (made.external_id, True)
    looked_up = found(tryton, "customer.save", record)
    assert looked_up is not None
    assert looked_up.external_id == made.external_id


@pytest.mark.parametrize(
    ("rule", "other"),
    [
        ("external_code", {"code": "another", "external_code": None}),
        ("vat_id", {"code": "another"}),
        ("email", {"code": "another", "vat_id": None}),
        ("email_domain_name", {"code": "another", "vat_id": None}),
    ],
)
def test_a_customer_is_found_by_a_rule(tryton: Connected, rule: str, other: Any) -> None:
    record = customer()
    made = done(tryton, "customer.save", record)
    given = {**record, **other}
    if rule == "external_code":
        given["external_code"] = record["code"]
    if rule == "email_domain_name":
        given["email"] = "somebody" + record["email"][2:]
    task = Task("customer.save", "key", given, {"match": rule})
    same = CONNECTOR.find(tryton, task)
    assert same is not None
    assert same.external_id == made.external_id


def test_a_shared_mail_domain_says_nothing_about_a_company(tryton: Connected) -> None:
    first = customer(email="one@gmail.com", vat_id=None)
    made = done(tryton, "customer.save", first)
    second = customer(email="two@gmail.com", vat_id=None, name=first["name"])
    other = done(tryton, "customer.save", second)
    assert made.external_id != other.external_id


def test_two_parties_with_one_mailbox_are_for_a_person_to_tell_apart(tryton: Connected) -> None:
    mailbox = customer()["email"]
    for _ in range(2):
        done(tryton, "customer.save", customer(email=mailbox, vat_id=None), match="code")
    fault = refused(tryton, "customer.save", customer(email=mailbox, vat_id=None), match="email")
    assert (fault.fault, fault.path) == (FaultClass.RECORD, "customer.email")


def test_the_clubs_own_party_is_no_customer(tryton: Connected) -> None:
    record = customer(code="1", external_code="1")
    assert found(tryton, "customer.save", record) is None


def test_an_account_that_moved_moves_there_too(tryton: Connected) -> None:
    record = customer()
    made = done(tryton, "customer.save", record)
    moved = {**record, "name": "Brouwerij De Nieuwe NV"}
    moved["address"] = {**record["address"], "line1": "Markt 1"}
    changed = done(tryton, "customer.save", moved, known=made.external_id)
    assert changed.record["name"] == "Brouwerij De Nieuwe NV"
    kept = done(tryton, "customer.save", record, known=made.external_id, changes=False)
    assert kept.record["name"] == "Brouwerij De Nieuwe NV"


def test_a_vat_number_that_is_none_is_refused_in_trytons_words(tryton: Connected) -> None:
    fault = refused(tryton, "customer.save", customer(vat_id="BE0403170702"))
    assert fault.fault is FaultClass.RECORD
    assert "BE0403170702" in fault.message


def test_a_rule_that_is_none_is_named(tryton: Connected) -> None:
    fault = refused(tryton, "customer.save", customer(), match="code colour")
    assert "'colour'" in fault.message


def test_a_product_is_made_once(tryton: Connected) -> None:
    record = {**product("PARK-1"), "unit_price": "12.50"}
    first = done(tryton, "product.save", record)
    again = done(tryton, "product.save", record)
    assert (again.external_id, again.was_there) == (first.external_id, True)
    looked_up = found(tryton, "product.save", record)
    assert looked_up is not None
    assert found(tryton, "product.save", product("PARK-2")) is None


def test_a_draft_has_our_amounts_and_no_number(tryton: Connected) -> None:
    record = two_rates()
    made = done(tryton, "invoice.draft", record)
    assert made.external_number is None
    assert made.record["is_draft"]
    amounts = (made.record["net"], made.record["vat"], made.record["gross"])
    assert amounts == ("1100.00", "216.00", "1316.00")
    again = done(tryton, "invoice.draft", record)
    assert (again.external_id, again.was_there, again.sent) == (made.external_id, True, [])


def test_a_posted_invoice_brings_number_and_due_day_back(tryton: Connected) -> None:
    record = two_rates()
    draft = done(tryton, "invoice.draft", record)
    assert found(tryton, "invoice.post", record) is None
    posted = done(tryton, "invoice.post", record)
    assert posted.external_id == draft.external_id
    assert posted.external_number == posted.record["number"] != ""
    assert posted.record["due_on"] == "2026-12-29"
    assert posted.record["other_reference"]
    assert posted.record["paid"] == "0.00"
    again = found(tryton, "invoice.post", record)
    assert again is not None
    assert (again.external_number, again.was_there) == (posted.external_number, True)


@pytest.mark.parametrize(
    ("due_on", "days"), [("2026-12-22", None), ("2026-11-22", None), (None, 30), (None, None)]
)
def test_the_due_day_is_ours(tryton: Connected, due_on: str | None, days: int | None) -> None:
    record = two_rates(due_on=due_on, payment_term_days=days)
    posted = done(tryton, "invoice.post", record)
    expected = due_on or ("2026-12-22" if days else "2026-11-22")
    assert posted.record["due_on"] == expected


def test_a_payment_term_may_be_named(tryton: Connected) -> None:
    fault = refused(tryton, "invoice.draft", two_rates(), payment_term="Net 31 days")
    assert "'Net 31 days'" in fault.message
    posted = done(tryton, "invoice.post", two_rates(), payment_term="Net 30 days")
    assert posted.record["due_on"] == "2026-12-22"


def test_a_warning_is_a_persons_to_accept(tryton: Connected) -> None:
    record = two_rates(customer=customer())
    fault = refused(tryton, "invoice.post", record)
    assert fault.fault is FaultClass.RECORD
    assert "invoice_peppol_required" in fault.message
    assert found(tryton, "invoice.post", record) is None
    assert done(tryton, "invoice.post", record, **ANYWAY).external_number


def test_a_draft_follows_a_changed_invoice(tryton: Connected) -> None:
    record = two_rates()
    draft = done(tryton, "invoice.draft", record)
    lines = [line("3", "333.33", "1000.00", "210.00")]
    changed = {**invoice(lines, "1000.00 210.00 1210.00"), "code": record["code"]}
    changed["customer"] = record["customer"]
    assert found(tryton, "invoice.draft", changed) is None
    again = done(tryton, "invoice.draft", changed, known=draft.external_id)
    assert (again.external_id, again.record["gross"]) == (draft.external_id, "1210.00")


def test_what_is_posted_is_never_changed(tryton: Connected) -> None:
    record = two_rates()
    posted = done(tryton, "invoice.post", record)
    lines = [line("3", "333.33", "1000.00", "210.00")]
    changed = {**invoice(lines, "1000.00 210.00 1210.00"), "code": record["code"]}
    fault = refused(tryton, "invoice.draft", changed)
    assert (fault.fault, fault.path) == (FaultClass.CONFLICT, "totals.gross")
    assert str(posted.external_number) in fault.message
    kept = found(tryton, "invoice.post", record)
    assert kept is not None
    assert kept.record["gross"] == "1316.00"


def test_other_amounts_are_refused_and_no_draft_is_left(tryton: Connected) -> None:
    record = two_rates()
    record["totals"] = {**record["totals"], "vat": "216.01", "gross": "1316.01"}
    fault = refused(tryton, "invoice.draft", record)
    assert (fault.fault, fault.path) == (FaultClass.RECORD, "totals.gross")
    assert "1316.00" in fault.message
    assert "1316.01" in fault.message
    lenient = done(tryton, "invoice.draft", record, rounding_limit_minor=1, rounding_account="708")
    assert lenient.record["gross"] == "1316.01"
    posted = done(tryton, "invoice.post", record, rounding_limit_minor=1, rounding_account="708")
    assert (posted.external_id, posted.record["gross"]) == (lenient.external_id, "1316.01")
    assert found(tryton, "invoice.post", record) is not None


def test_a_net_that_no_price_gives_is_one_piece(tryton: Connected) -> None:
    record = invoice([line("70000", "0.01", "777.77", "163.33")], "777.77 163.33 941.10")
    assert done(tryton, "invoice.draft", record).record["gross"] == "941.10"
    free = invoice([line("0.5", "3", "1.50", "0.32")], "1.50 0.32 1.82")
    assert done(tryton, "invoice.draft", free).record["gross"] == "1.82"


def test_a_rate_that_tryton_does_not_have_is_said(tryton: Connected) -> None:
    record = invoice([line("1", "10", "10.00", "1.90", vat_rate="19")], "10.00 1.90 11.90")
    fault = refused(tryton, "invoice.draft", record)
    assert fault.path == "lines[0].vat_rate"
    assert "19 %" in fault.message
    assert "S 21 %" in fault.message


def test_two_taxes_of_one_rate_ask_for_the_group(tryton: Connected) -> None:
    settings = {**tryton.settings, "service_tax_group": "Nothing"}
    connected = Connected("erp", settings, tryton.credentials, allows_private=True)
    fault = refused(connected, "invoice.draft", two_rates())
    assert "service_tax_group" in fault.message


@pytest.mark.parametrize(
    ("settings", "word"),
    [({"revenue_account": "7999"}, "'7999'"), ({"sales_journal": "NONE"}, "'NONE'")],
)
def test_what_the_administration_lacks_is_named(
    tryton: Connected, settings: dict[str, str], word: str
) -> None:
    both = {**tryton.settings, **settings}
    connected = Connected("erp", both, tryton.credentials, allows_private=True)
    assert word in refused(connected, "invoice.draft", two_rates()).message


@pytest.mark.parametrize(
    ("field", "path"), [("quantity", "lines[0].quantity"), ("net", "lines[0].net")]
)
def test_what_is_no_number_is_named(tryton: Connected, field: str, path: str) -> None:
    wrong = {**line("1", "10", "10.00", "2.10"), field: "ten"}
    record = invoice([wrong], "10.00 2.10 12.10")
    assert refused(tryton, "invoice.draft", record).path == path


def test_what_is_no_day_is_named(tryton: Connected) -> None:
    assert refused(tryton, "invoice.draft", two_rates(due_on="soon")).path == "due_on"


def test_products_may_have_to_be_there(tryton: Connected) -> None:
    lines = [line("1", "10", "10.00", "2.10", product=product("UNHEARD"))]
    record = invoice(lines, "10.00 2.10 12.10")
    fault = refused(tryton, "invoice.draft", record, products="BY_CODE")
    assert fault.path == "lines[0].product.code"
    assert done(tryton, "invoice.draft", record, products="NONE").record["gross"] == "12.10"


def test_all_through_one_customer(tryton: Connected) -> None:
    record = two_rates()
    fault = refused(tryton, "invoice.draft", record, collective_customer="NOBODY")
    assert "'NOBODY'" in fault.message
    counter = customer(vat_id=None)
    done(tryton, "customer.save", counter)
    assert done(tryton, "invoice.draft", record, collective_customer=counter["code"]).record
    assert found(tryton, "customer.save", record["customer"]) is None


def test_a_known_customer_needs_no_rule(tryton: Connected) -> None:
    party = done(tryton, "customer.save", customer(vat_id=None)).external_id
    record = two_rates()
    references = {f"customer:{record['customer']['id']}": party}
    task = Task("invoice.draft", "key", record, {}, references)
    assert CONNECTOR.carry_out(tryton, task).record["gross"] == "1316.00"
    assert found(tryton, "customer.save", record["customer"]) is None


def test_a_credit_note_waits_for_its_original_and_then_follows_it(tryton: Connected) -> None:
    original = two_rates()
    note = credit(original)
    assert "not there" in refused(tryton, "credit_note.post", note).message
    done(tryton, "invoice.draft", original)
    assert "still a draft" in refused(tryton, "credit_note.post", note).message
    done(tryton, "invoice.post", original)
    posted = done(tryton, "credit_note.post", note)
    amounts = (posted.record["net"], posted.record["vat"], posted.record["gross"])
    assert amounts == ("-333.33", "-70.00", "-403.33")
    assert posted.external_number


def test_payments_are_booked_once_and_settle_the_invoice(tryton: Connected) -> None:
    record = two_rates()
    done(tryton, "invoice.post", record)
    first = payment(record, "500.00")
    assert found(tryton, "payment.register", first) is None
    booked = done(tryton, "payment.register", first, **BANK)
    again = done(tryton, "payment.register", first, **BANK)
    assert (again.external_id, again.sent) == (booked.external_id, [])
    assert found(tryton, "payment.register", first) is not None
    half = found(tryton, "invoice.post", record)
    assert half is not None
    assert half.record["paid"] == "500.00"
    too_much = refused(tryton, "payment.register", payment(record, "816.01"), **BANK)
    assert too_much.path == "invoices[0].amount"
    done(tryton, "payment.register", payment(record, "816.00"), **BANK)
    whole = found(tryton, "invoice.post", record)
    assert whole is not None
    assert whole.record["paid"] == "1316.00"


def test_a_payment_needs_a_method_and_a_posted_invoice(tryton: Connected) -> None:
    record = two_rates()
    done(tryton, "invoice.draft", record)
    fault = refused(tryton, "payment.register", payment(record, "5.00"))
    assert "'TRANSFER'" in fault.message
    fault = refused(tryton, "payment.register", payment(record, "5.00"), **BANK)
    assert fault.path == "invoices[0].invoice_code"
    loose = payment(record, "5.00", invoices=[])
    assert refused(tryton, "payment.register", loose, **BANK).path == "invoices"


def test_what_is_posted_there_comes_back_once(tryton: Connected) -> None:
    begin = CONNECTOR.poll(tryton, "document", None).cursor
    record = two_rates()
    done(tryton, "invoice.post", record)
    page = CONNECTOR.poll(tryton, "document", begin)
    mine = [one for one in page.incoming if one.record["invoice_code"] == record["code"]]
    assert [one.record["gross"] for one in mine] == ["1316.00"]
    assert page.is_last
    later = CONNECTOR.poll(tryton, "document", page.cursor)
    versions = {(one.external_id, one.version) for one in later.incoming}
    assert (mine[0].external_id, mine[0].version) in versions
    done(tryton, "payment.register", payment(record, "1316.00"), **BANK)
    paid = CONNECTOR.poll(tryton, "document", page.cursor)
    assert "1316.00" in [one.record["paid"] for one in paid.incoming]


def test_what_tryton_cannot_do_is_said(tryton: Connected) -> None:
    calls = (
        lambda: CONNECTOR.poll(tryton, "order", None),
        lambda: CONNECTOR.poll(tryton, "document", "yesterday"),
        lambda: CONNECTOR.receive(tryton, {}, b""),
        lambda: CONNECTOR.read(tryton, "document", "file", b""),
        lambda: done(tryton, "invoice.burn", {}),
    )
    for call in calls:
        with pytest.raises(TransferFaultError) as caught:
            call()
        assert caught.value.fault is FaultClass.DEFECT
