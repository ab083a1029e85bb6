"""UBL documents: valid by schema and by EN 16931, and with the amounts of their record."""

from typing import Any

import pytest
from lxml import etree

from app.transfers.connectors.ubl import CONNECTOR
from app.transfers.connectors.ubl.rules import require_valid
from app.transfers.contract.connectors import Connected, Task
from app.transfers.contract.faults import FaultClass, TransferFaultError
from tests.transfers.tryton.records import credit, customer, invoice, line, two_rates

CLUB = {
    "name": "KV Stadion NV",
    "vat_id": "BE 0403.170.701",
    "street": "Stadionlaan 1",
    "postal_code": "8000",
    "city": "Brugge",
    "country": "BE",
    "email": "invoices@stadion.example",
    "iban": "BE71 0961 2345 6769",
}
SPACES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}


def club(**given: str) -> Connected:
    return Connected("ubl", {**CLUB, **given})


def written(record: dict[str, Any], cents: int = 0, **settings: str) -> bytes:
    action = "invoice.write" if record["kind"] == "INVOICE" else "credit_note.write"
    task = Task(action, "key", record, {"rounding_limit_minor": cents})
    (file,) = CONNECTOR.carry_out(club(**settings), task).files
    return file.content


def refused(record: dict[str, Any], **settings: str) -> TransferFaultError:
    with pytest.raises(TransferFaultError) as caught:
        written(record, 0, **settings)
    assert caught.value.fault is FaultClass.RECORD
    return caught.value


def texts(content: bytes, path: str) -> list[str]:
    """The texts at a path whose steps are names."""
    steps = [f"*[local-name()='{step}']" for step in path.split("/")]
    found = etree.fromstring(content).xpath("/*/" + "/".join(steps))
    return [one.text for one in found]


def document(content: bytes, **settings: str) -> dict[str, Any]:
    (incoming,) = CONNECTOR.read(club(**settings), "document", "file.xml", content)
    return dict(incoming.record)


def test_an_invoice_has_the_amounts_of_its_record(tmp_path: Any) -> None:
    record = two_rates(structured_reference="+++020/2600/00380+++")
    content = written(record)
    assert document(content) == {
        "invoice_code": record["code"],
        "number": record["code"],
        "issued_on": "2026-11-22",
        "due_on": "2026-12-29",
        "is_draft": False,
        "net": "1100.00",
        "vat": "216.00",
        "gross": "1316.00",
        "paid": "0",
        "currency": "EUR",
        "other_reference": "+++020/2600/00380+++",
    }
    assert texts(content, "TaxTotal/TaxSubtotal/TaxAmount") == ["210.00", "6.00"]
    assert texts(content, "LegalMonetaryTotal/PayableAmount") == ["1316.00"]
    assert texts(content, "LegalMonetaryTotal/PrepaidAmount") == []
    assert texts(content, "BuyerReference") == ["PO-7"]
    assert texts(content, "InvoiceLine/Price/PriceAmount") == ["333.3333333333", "50"]


def test_the_same_record_gives_the_same_bytes_and_a_named_file() -> None:
    record = two_rates(document_no="2026/00003")
    assert written(record) == written(record)
    done = CONNECTOR.carry_out(club(), Task("invoice.write", "key", record))
    assert (done.external_number, done.files[0].name) == ("2026/00003", "2026_00003.xml")
    assert (done.files[0].total_minor, done.files[0].currency) == (131_600, "EUR")
    assert document(done.files[0].content)["invoice_code"] == record["code"]


def test_what_is_paid_already_is_not_payable() -> None:
    content = written(two_rates(paid="500.00"))
    assert texts(content, "LegalMonetaryTotal/PrepaidAmount") == ["500.00"]
    assert texts(content, "LegalMonetaryTotal/PayableAmount") == ["816.00"]
    assert document(content)["paid"] == "500.00"


def test_a_few_cents_are_the_payable_rounding_and_more_is_refused() -> None:
    record = two_rates()
    record["totals"] = {**record["totals"], "vat": "216.01", "gross": "1316.01"}
    fault = refused(record)
    assert fault.path == "totals.gross"
    assert "1316.00" in fault.message
    content = written(record, cents=1)
    assert texts(content, "LegalMonetaryTotal/PayableRoundingAmount") == ["0.01"]
    assert texts(content, "LegalMonetaryTotal/PayableAmount") == ["1316.01"]
    assert document(content)["gross"] == "1316.01"


def test_a_credit_note_is_positive_and_names_what_it_corrects() -> None:
    content = written(credit(two_rates(), "2026-00003"))
    assert etree.QName(etree.fromstring(content)).localname == "CreditNote"
    assert texts(content, "CreditNoteTypeCode") == ["381"]
    assert texts(content, "BillingReference/InvoiceDocumentReference/ID") == ["2026-00003"]
    assert texts(content, "LegalMonetaryTotal/PayableAmount") == ["403.33"]
    assert texts(content, "CreditNoteLine/CreditedQuantity") == ["1"]
    found = document(content)
    assert (found["net"], found["gross"]) == ("-333.33", "-403.33")
    assert found["due_on"] == "2026-12-29"


@pytest.mark.parametrize(("scheme", "number"), [("0208", "0403170701"), ("9925", "BE0403170701")])
def test_belgians_are_reached_by_the_scheme_of_the_settings(scheme: str, number: str) -> None:
    content = written(two_rates(customer=customer(vat_id="BE0897290877")), belgian_scheme=scheme)
    (seller,) = etree.fromstring(content).xpath(
        "cac:AccountingSupplierParty/cac:Party/cbc:EndpointID", namespaces=SPACES
    )
    assert (seller.get("schemeID"), seller.text) == (scheme, number)


@pytest.mark.parametrize(
    ("given", "scheme"),
    [
        ({"vat_id": "NL001234567B01"}, "9944"),
        ({"vat_id": None}, "EM"),
        ({"vat_id": None, "email": None, "phone": None}, None),
    ],
)
def test_others_are_reached_by_what_they_have(given: Any, scheme: str | None) -> None:
    buyer = customer(**given)
    if scheme == "EM":
        buyer["contacts"] = [{"name": "An Peeters"}]
    found = etree.fromstring(written(two_rates(customer=buyer))).xpath(
        "cac:AccountingCustomerParty/cac:Party/cbc:EndpointID/@schemeID", namespaces=SPACES
    )
    assert found == ([scheme] if scheme else [])


@pytest.mark.parametrize("category", ["AE", "K", "G", "Z", "E"])
def test_a_category_without_vat_is_valid(category: str) -> None:
    lines = [line("1", "10", "10.00", "0.00", vat_rate="0", vat_category=category)]
    buyer = customer(vat_id="NL001234567B01")
    record = invoice(lines, "10.00 0.00 10.00", customer=buyer)
    if category == "E":
        assert refused(record).path == "settings.exemption_reason"
    content = written(record, exemption_reason="Article 44 of the VAT code")
    assert document(content)["vat"] == "0.00"


def test_a_discount_is_a_negative_quantity_and_never_a_negative_price() -> None:
    lines = [line("2", "50", "100.00", "21.00"), line("1", "-10", "-10.00", "-2.10", number=2)]
    content = written(invoice(lines, "90.00 18.90 108.90", due_on=None))
    assert texts(content, "InvoiceLine/InvoicedQuantity") == ["2", "-1"]
    assert texts(content, "PaymentTerms/Note") == ["Payable upon receipt"]
    free = [line("0", "50", "0.00", "0.00", description="Product SEAT-A")]
    record = invoice(free, "0.00 0.00 0.00", payment_term_days=30)
    assert texts(written(record, iban=""), "PaymentTerms/Note") == ["30 days"]


def test_a_broken_rule_is_told_with_its_number() -> None:
    lines = [line("1", "10", "10.00", "0.00", vat_rate="0", vat_category="O")]
    fault = refused(invoice(lines, "10.00 0.00 10.00"))
    assert "BR-O-02" in fault.message
    far = customer(vat_id=None)
    far["address"]["country"] = "XX"
    assert "BR-CL-14" in refused(two_rates(customer=far)).message


def test_a_broken_schema_is_told_with_its_line() -> None:
    fault = refused(two_rates(invoice_on="the first of May"))
    assert "not valid by the schema" in fault.message
    assert "line 6" in fault.message
    content = written(two_rates()).replace(b' currencyID="EUR"', b"")
    with pytest.raises(TransferFaultError) as caught:
        require_valid(content)
    assert "more)" in caught.value.message


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"totals": {"net": "1.00", "vat": "216.00", "gross": "217.00"}}, "totals.net"),
        ({"totals": {"net": "1100.00", "vat": "1.00", "gross": "1316.00"}}, "totals.vat"),
        ({"totals": {"net": "x", "vat": "1.00", "gross": "1316.00"}}, "totals.net"),
        ({"currency": "EURO"}, "currency"),
        ({"customer": customer(address=None)}, "customer.address"),
    ],
)
def test_a_record_that_contradicts_itself_is_refused(given: Any, path: str) -> None:
    assert refused({**two_rates(), **given}).path == path


def test_a_seller_that_is_not_complete_is_refused() -> None:
    fault = refused(two_rates(), city="")
    assert fault.path == "settings.city"
    assert CONNECTOR.check(club()).is_well
    health = CONNECTOR.check(club(city=""))
    assert not health.is_well
    assert "city" in health.message


def test_our_code_stands_where_the_settings_say() -> None:
    content = written(two_rates(document_no="2026-7"))
    other = content.replace(b">130<", b">916<")
    assert document(other)["invoice_code"] == "2026-7"
    assert document(other, code_from="BUYER_REFERENCE")["invoice_code"] == "PO-7"


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"not xml", "well-formed"),
        (b"<Order/>", "neither an Invoice"),
        (b" " * (10 * 1024 * 1024 + 1), "at most"),
    ],
)
def test_what_is_no_document_is_refused(content: bytes, word: str) -> None:
    with pytest.raises(TransferFaultError) as caught:
        document(content)
    assert word in caught.value.message


@pytest.mark.parametrize(
    ("found", "instead", "path"),
    [
        (b'TaxInclusiveAmount currencyID="EUR">1316.00', b'TaxInclusiveAmount currencyID="EUR">1',
         "LegalMonetaryTotal"),
        (b'PayableAmount currencyID="EUR">1316.00', b'PayableAmount currencyID="EUR">0',
         "LegalMonetaryTotal"),
        (b'PayableAmount currencyID="EUR">1316.00', b'PayableAmount currencyID="EUR">much',
         "cac:LegalMonetaryTotal/cbc:PayableAmount"),
        (b"<cbc:IssueDate>2026-11-22</cbc:IssueDate>", b"", "IssueDate"),
        (b"Code>EUR<", b"Code>E'R<", "DocumentCurrencyCode"),
    ],
)  # fmt: skip
def test_a_document_that_contradicts_itself_is_refused(
    found: bytes, instead: bytes, path: str
) -> None:
    content = written(two_rates())
    assert found in content
    with pytest.raises(TransferFaultError) as caught:
        document(content.replace(found, instead))
    assert caught.value.path == path


def test_an_entity_opens_no_file(tmp_path: Any) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    doctype = f'<!DOCTYPE x [<!ENTITY f SYSTEM "file://{secret}">]>'.encode()
    head, _, rest = written(two_rates()).partition(b"?>")
    content = head + b"?>" + doctype + rest.replace(b">PO-7<", b">&f;<")
    with pytest.raises(TransferFaultError) as caught:
        document(content.replace(b">130<", b">916<"), code_from="BUYER_REFERENCE")
    assert "the secret" not in caught.value.message


def test_what_ubl_cannot_do_is_said() -> None:
    for call in (
        lambda: CONNECTOR.poll(club(), "document", None),
        lambda: CONNECTOR.receive(club(), {}, b""),
        lambda: CONNECTOR.read(club(), "order", "file", b""),
        lambda: CONNECTOR.carry_out(club(), Task("invoice.send", "key", two_rates())),
    ):
        with pytest.raises(TransferFaultError) as caught:
            call()
        assert caught.value.fault is FaultClass.DEFECT
    assert CONNECTOR.find(club(), Task("invoice.write", "key", two_rates())) is None
