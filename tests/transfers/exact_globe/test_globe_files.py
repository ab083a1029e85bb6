"""Files for Exact Globe: in its order, valid by its schema, the same bytes, the same cents."""

import copy
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from app.transfers.connectors.exact_globe.connector import CONNECTOR
from app.transfers.connectors.exact_globe.structure import problems
from app.transfers.contract.connectors import Connected, Done, Task
from app.transfers.contract.faults import FaultClass, TransferFaultError

SCHEMA = Path(__file__).parents[4] / "shared/data/exact-globe/eExact-Schema.xsd"
SETTINGS = {
    "vat_codes": "21=3; 6=2\nAE 0=5",
    "payment_conditions": "30=30, 14=14",
    "payment_condition": "00",
    "warehouse": "1",
    "costcenter": "VIP",
    "selection": "IM",
    "journal": "70",
    "revenue_account": "700000",
    "rounding_item": "CENTS",
    "key_free_text": 1,
    "has_debtor_numbers": True,
}
CUSTOMER: dict[str, Any] = {
    "id": "c1",
    "code": "10023",
    "name": "Brouwerij Van Acker NV",
    "kind": "COMPANY",
    "vat_id": "BE 0403.170.701",
    "email": "finance@example.be",
    "phone": "+32 9 000 00 00",
    "language": "nl",
    "address": {
        "line1": "Kerkstraat 12",
        "line2": "bus 3",
        "postal_code": "9000",
        "city": "Gent",
        "country": "BE",
    },
    "contacts": [{"name": "An Peeters", "email": "an@example.be"}, {"name": "Jo Maes"}],
}
LINE: dict[str, Any] = {
    "number": 1,
    "product": {"id": "p1", "code": "SEAT-VIP-A", "name": "VIP seat", "kind": "SEAT", "unit": "pc"},
    "description": "VIP seat, block A",
    "quantity": "4",
    "unit_price": "250.00",
    "net": "1000.00",
    "vat": "210.00",
    "gross": "1210.00",
    "vat_rate": "21",
    "vat_category": "S",
}
INVOICE: dict[str, Any] = {
    "id": "0190-u1",
    "code": "S-2026-0001/1",
    "kind": "INVOICE",
    "sale": {"id": "s1", "code": "S-2026-0001", "status": "FINAL", "reference": "PO-4711"},
    "customer": CUSTOMER,
    "invoice_on": "2026-11-01",
    "payment_term_days": 30,
    "currency": "EUR",
    "lines": [LINE],
    "totals": {"net": "1000.00", "vat": "210.00", "gross": "1210.00", "by_rate": []},
}
CREDIT_NOTE: dict[str, Any] = {
    **INVOICE,
    "code": "S-2026-0001/1-C",
    "kind": "CREDIT_NOTE",
    "corrects": {"id": "0190-u1", "code": "S-2026-0001/1", "document_no": "26000017"},
    "lines": [{**LINE, "unit_price": "-250.00", "net": "-1000.00"}],
    "totals": {"net": "-1000.00", "by_rate": []},
}
ORDER: dict[str, Any] = {
    "id": "s1",
    "code": "S-2026-0001",
    "stage": "FINAL",
    "customer": CUSTOMER,
    "currency": "EUR",
    "lines": [LINE],
    "totals": {"net": "1000.00", "by_rate": []},
    "ordered_at": "2026-11-01T10:00:00Z",
}
PRODUCT: dict[str, Any] = {
    **LINE["product"],
    "unit_price": "250.5",
    "currency": "EUR",
    "vat_rate": "21.00",
}
RECORDS = {
    "customer.write": CUSTOMER,
    "product.write": PRODUCT,
    "order.write": ORDER,
    "invoice.write": INVOICE,
    "credit_note.write": CREDIT_NOTE,
}


def write(action: str, record: dict[str, Any], **settings: Any) -> Done:
    connected = Connected("globe", {**SETTINGS, **settings})
    return CONNECTOR.carry_out(connected, Task(action, "xfer:1:v1", record))


def element(done: Done) -> Any:
    return etree.fromstring(done.files[0].content)


def refusal(action: str, record: dict[str, Any], **settings: Any) -> TransferFaultError:
    with pytest.raises(TransferFaultError) as caught:
        write(action, record, **settings)
    assert caught.value.fault is FaultClass.RECORD
    return caught.value


def changed(record: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    found = copy.deepcopy(record)
    target: Any = found
    *parts, last = path.split(".")
    for part in parts:
        target = target[int(part)] if part.isdigit() else target[part]
    target[last] = value
    return found


@pytest.fixture(scope="module")
def schema() -> Any:
    if not SCHEMA.exists():
        pytest.skip(f"Exact's schema is not at {SCHEMA}")
    return etree.XMLSchema(etree.parse(SCHEMA))


@pytest.mark.real_input
@pytest.mark.parametrize("action", RECORDS)
def test_every_kind_of_file_is_valid_by_the_schema_of_exact(action: str, schema: Any) -> None:
    for settings in ({}, dict.fromkeys(SETTINGS)):
        found = element(write(action, RECORDS[action], **settings))
        assert schema.validate(found), schema.error_log


@pytest.mark.real_input
def test_our_own_check_accepts_the_sample_and_its_headers_are_those_of_exact(schema: Any) -> None:
    content = (SCHEMA.parent / "sample_own_eexact.xml").read_bytes()
    assert schema.validate(etree.fromstring(content))
    # It knows what we write, and no more: the sample has two things beside that.
    assert [told.partition(": ")[2].partition(";")[0] for told in problems(content)] == [
        "FirstName is not expected",
        "Description is not expected",
    ]


@pytest.mark.parametrize("action", RECORDS)
def test_a_file_is_made_of_the_same_bytes_every_time(action: str) -> None:
    first, second = write(action, RECORDS[action]), write(action, copy.deepcopy(RECORDS[action]))
    assert first.files == second.files
    assert first.files[0].name.endswith(f"-{first.record['sha256'][:12]}.xml")
    assert problems(first.files[0].content) == ()


def test_a_concept_invoice_says_who_what_when_and_ours() -> None:
    done = write("invoice.write", INVOICE)
    made = done.files[0]
    assert (made.count, made.total_minor, made.currency) == (1, 100_000, "EUR")
    assert done.external_id == "S-2026-0001/1"
    invoice = element(done).find("Invoices/Invoice")
    assert dict(invoice.attrib) == {"type": "V", "code": "70"}
    assert [child.tag for child in invoice] == [
        *("Description", "Reference1", "YourRef", "OurRef", "Date", "Currency", "CalcIncludeVAT"),
        *("OrderedBy", "DeliverTo", "InvoiceTo", "PaymentCondition", "Costcenter", "Selection"),
        *("FreeFields", "InvoiceLine"),
    ]
    assert invoice.findtext("YourRef") == "PO-4711"
    assert invoice.findtext("OurRef") == "S-2026-0001/1"
    assert invoice.findtext("FreeFields/FreeTexts/FreeText") == "0190-u1"
    assert invoice.find("PaymentCondition").get("code") == "30"
    debtor = invoice.find("InvoiceTo/Debtor")
    assert dict(debtor.attrib) == {"code": "10023", "number": "10023", "type": "C"}
    line = invoice.find("InvoiceLine")
    assert [child.tag for child in line] == [
        *("Description", "Item", "Quantity", "Unit", "Price", "Costcenter"),
    ]
    assert line.findtext("Quantity") == "4"
    assert line.findtext("Price/Value") == "250"
    assert line.find("Price/VAT").get("code") == "3"


def test_a_credit_note_names_its_invoice_and_takes_back_by_negative_quantities() -> None:
    done = write("credit_note.write", CREDIT_NOTE)
    assert done.files[0].total_minor == -100_000
    invoice = element(done).find("Invoices/Invoice")
    assert invoice.get("original") == "26000017"
    assert invoice.findtext("InvoiceLine/Quantity") == "-4"
    assert invoice.findtext("InvoiceLine/Price/Value") == "250"
    error = refusal("credit_note.write", changed(CREDIT_NOTE, "corrects", {}))
    assert error.path == "corrects.document_no"


def test_many_records_become_one_file_with_their_count_and_total() -> None:
    done = write("invoice.write", {"records": [INVOICE, CREDIT_NOTE]})
    made = done.files[0]
    assert (made.count, made.total_minor, done.external_id) == (2, 0, made.name)
    mixed = [ORDER, {**ORDER, "code": "S-2", "currency": "USD"}]
    made = write("order.write", {"records": mixed}).files[0]
    assert (made.count, made.total_minor, made.currency) == (2, None, None)
    assert refusal("order.write", {"records": [ORDER, ORDER]}).path == "records[1].code"
    assert refusal("order.write", {"records": []}).path == "records"
    assert refusal("order.write", {"records": "all"}).path == "records"
    wrong = changed(ORDER, "lines.0.quantity", "4,5")
    assert (
        refusal("order.write", {"records": [INVOICE, wrong]}).path == "records[1].lines[0].quantity"
    )


def test_what_globe_would_lose_by_rounding_become_a_line_and_more_is_refused() -> None:
    thirds = {**LINE, "quantity": "3", "unit_price": "3.333333", "net": "10.01"}
    record = {**INVOICE, "lines": [thirds], "totals": {"net": "10.01"}}
    done = write("invoice.write", record)
    lines = element(done).findall("Invoices/Invoice/InvoiceLine")
    assert [line.find("Item").get("code") for line in lines] == ["SEAT-VIP-A", "CENTS"]
    assert lines[0].findtext("Price/Value") == "3.3333"
    assert (lines[1].findtext("Quantity"), lines[1].findtext("Price/Value")) == ("1", "0.01")
    assert done.record["differences_minor"] == {"S-2026-0001/1": 1}
    assert done.files[0].total_minor == 1001
    less = {**record, "lines": [{**thirds, "net": "9.98"}], "totals": {"net": "9.98"}}
    made = element(write("invoice.write", less)).findall("Invoices/Invoice/InvoiceLine")
    assert made[1].findtext("Quantity") == "-1"
    assert "rounding_item" in refusal("invoice.write", record, rounding_item=None).message
    error = refusal("invoice.write", record, largest_difference="0.005")
    assert error.path == "lines[0].net"
    many = [{**thirds, "net": "10.04"}] * 2
    error = refusal("invoice.write", {**record, "lines": many, "totals": {"net": "20.08"}})
    assert "0.08" in error.message
    assert error.path == "totals.net"


def test_a_long_description_is_shortened_and_stands_whole_in_the_text() -> None:
    text = "Microsoft 365 Business Standard (Monthly Pre-Paid) 2026-10-01 - 2026-10-31 for Gent"
    line = element(write("order.write", changed(ORDER, "lines.0.description", text))).find(
        "Orders/Order/OrderLine"
    )
    short = line.findtext("Description")
    assert len(short) <= 60
    assert text.startswith(short.removesuffix("…"))
    assert line.findtext("Text") == text
    assert line.findtext("Delivery/Date") == "2026-11-01"
    joined = element(write("order.write", changed(ORDER, "lines.0.description", "x" * 70)))
    assert joined.findtext("Orders/Order/OrderLine/Description") == "x" * 59 + "…"


def test_a_debtor_is_the_reference_of_an_earlier_transfer_or_the_mapped_code() -> None:
    connected = Connected("globe", SETTINGS)
    task = Task("order.write", "k", ORDER, references={"customer:c1": "77"})
    found = element(CONNECTOR.carry_out(connected, task))
    assert found.find("Orders/Order/OrderedBy/Debtor").get("code") == "77"
    mapped = changed(ORDER, "customer.external_code", "88")
    assert element(write("order.write", mapped)).find(".//Debtor").get("number") == "88"


def test_an_account_has_its_address_at_its_first_contact() -> None:
    account = element(write("customer.write", CUSTOMER)).find("Accounts/Account")
    assert account.findtext("VATNumber") == "BE0403170701"
    contacts = account.findall("Contacts/Contact")
    assert [one.get("default") for one in contacts] == ["1", "0"]
    assert contacts[0].findtext("Addresses/Address/AddressLine2") == "bus 3"
    assert contacts[1].find("Addresses") is None
    alone = element(write("customer.write", {**CUSTOMER, "contacts": []}))
    assert alone.findtext("Accounts/Account/Contacts/Contact/LastName") == CUSTOMER["name"]
    foreign = element(write("customer.write", {**CUSTOMER, "vat_id": "CHE-123.456.789"}))
    assert foreign.findtext("Accounts/Account/VATNumber") == "CHE123456789"


@pytest.mark.parametrize(
    ("action", "path", "value", "told"),
    [
        ("customer.write", "code", "1002345", "7 characters, and a debtor's number"),
        ("customer.write", "code", "1 é", "cannot have"),
        ("customer.write", "name", "N" * 51, "51 characters"),
        ("customer.write", "name", None, "is no text"),
        ("customer.write", "vat_id", "BE0403170702", "no VAT number of BE"),
        ("customer.write", "address.country", "", "is empty"),
        ("product.write", "code", "P" * 31, "31 characters, and an item's code"),
        ("product.write", "unit_price", "-1", "negative"),
        ("product.write", "unit_price", "1,5", "no decimal number"),
        ("product.write", "vat_rate", "12", "no VAT code of Globe is set for S 12"),
        ("order.write", "lines.0.product.code", "A\x07B", "U+0007"),
        ("order.write", "lines.0.quantity", "0", "needs a quantity"),
        ("order.write", "lines.0.unit_price", "250.1", "more than the threshold"),
        ("order.write", "lines.0.unit_price", "999999999999999", "too large for an amount"),
        ("order.write", "totals.net", "999.99", "the lines make 1000.00"),
        ("order.write", "currency", "EURO", "EURO"),
        ("order.write", "lines", [], "without lines"),
        ("invoice.write", "code", "S" * 31, "31 characters"),
    ],
)
def test_what_globe_cannot_hold_is_refused_with_its_field(
    action: str, path: str, value: object, told: str
) -> None:
    error = refusal(action, changed(RECORDS[action], path, value))
    assert told in error.message
    assert (error.path or "").replace("[", ".").replace(
        "]", ""
    ) == path or path == "lines.0.unit_price"


def test_settings_are_checked_by_name_and_the_check_of_the_system_says_so() -> None:
    assert CONNECTOR.check(Connected("globe", SETTINGS)).is_well
    assert "No VAT codes" in CONNECTOR.check(Connected("globe", {})).message
    for name, value in (
        ("vat_codes", "21:3"),
        ("vat_codes", "21=3;21=4"),
        ("vat_codes", "21=LONG"),
        ("journal", "7000"),
        ("invoice_method", "X"),
        ("largest_difference", "-1"),
        ("price_decimals", 20),
        ("key_free_text", "one"),
    ):
        health = CONNECTOR.check(Connected("globe", {**SETTINGS, name: value}))
        assert not health.is_well
        assert health.message.startswith(f"{name}: ")


def test_a_line_without_a_rate_is_left_to_its_item_and_reverse_charge_has_its_own_code() -> None:
    free = changed(ORDER, "lines.0.vat_rate", None)
    assert element(write("order.write", free)).find(".//OrderLine/Price/VAT") is None
    reverse = changed(changed(ORDER, "lines.0.vat_rate", "0"), "lines.0.vat_category", "AE")
    assert element(write("order.write", reverse)).find(".//Price/VAT").get("code") == "5"


def test_what_makes_no_sense_for_a_system_of_files_is_refused() -> None:
    connected = Connected("globe", SETTINGS)
    assert CONNECTOR.find(connected, Task("order.write", "k", ORDER)) is None
    for act in (
        lambda: CONNECTOR.poll(connected, "orders", None),
        lambda: CONNECTOR.receive(connected, {}, b""),
        lambda: CONNECTOR.read(connected, "stock", "x.xml", b"<eExact/>"),
        lambda: CONNECTOR.carry_out(connected, Task("order.send", "k", ORDER)),
    ):
        with pytest.raises(TransferFaultError) as caught:
            act()
        assert caught.value.fault is FaultClass.DEFECT


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("<eExact><Orders><Order type='V'/></Orders></eExact>", "needs OrderedBy"),
        ("<Orders/>", "eExact is wanted"),
        ("<eExact>", "no XML"),
        ("<eExact><Orders><Order type='X'><Stock/></Order></Orders></eExact>", "Stock is not"),
        ("<eExact><Orders><Order type='X'/></Orders></eExact>", "the type 'X'"),
        ("<eExact><Items><Item/></Items></eExact>", "needs the attribute code"),
        (
            (
                "<eExact><Items><Item code='A'><Sales><Price><Currency code='EUR'/>"
                "<Value>1,5</Value></Price></Sales><Description>a</Description><Description>b</Description></Item>"
                "</Items></eExact>"
            ),
            "Description must stand before Sales",
        ),
        (
            (
                "<eExact><Items><Item code='A'><Description>a</Description><Description>b"
                "</Description></Item></Items></eExact>"
            ),
            "Description stands twice",
        ),
    ],
)
def test_our_own_check_says_what_is_wrong_and_where(content: str, told: str) -> None:
    assert told in "; ".join(problems(content.encode()))
