"""Files of Globe are read laxly: what other exporters write, in any case, order and notation."""

from pathlib import Path

import pytest

from app.transfers.connectors.exact_globe.connector import CONNECTOR
from app.transfers.contract.connectors import Connected, Incoming
from app.transfers.contract.faults import FaultClass, TransferFaultError
from tests.transfers.exact_globe import test_globe_files as written

SAMPLE = Path(__file__).parents[4] / "shared/data/exact-globe/sample_own_eexact.xml"


def read(source: str, content: str | bytes) -> tuple[Incoming, ...]:
    raw = content.encode() if isinstance(content, str) else content
    return CONNECTOR.read(Connected("globe", {}), source, "export.xml", raw)


@pytest.mark.real_input
def test_the_sample_gives_its_customer_item_order_and_concept() -> None:
    if not SAMPLE.exists():
        pytest.skip(f"the sample is not at {SAMPLE}")
    content = SAMPLE.read_bytes()
    (customer,) = read("accounts", content)
    assert customer.record["contacts"] == [{"name": "An Peeters", "email": "an.peeters@example.be"}]
    assert customer.record["address"]["city"] == "Gent"
    (product,) = read("items", content)
    assert (product.external_id, product.record["unit_price"]) == ("SEAT-VIP-A", "1000")
    (order,) = read("orders", content)
    assert (order.external_id, order.record["totals"]["net"]) == ("26000001", "154.80")
    (document,) = read("invoices", content)
    assert document.record["is_draft"]
    assert document.record["net"] == "1000.00"


def test_what_we_wrote_is_read_back_to_the_cent() -> None:
    content = written.write("order.write", written.ORDER).files[0].content
    (order,) = read("orders", content)
    assert order.record["code"] == "S-2026-0001"
    assert order.record["totals"]["net"] == "1000.00"
    assert order.record["lines"][0]["quantity"] == "4"
    assert read("orders", content)[0].version == order.version


LAX = """<eexact><INVOICES companycode="1"><invoice number="26000017" type="V">
<InvoiceLine><Delivery><Date>2026-11-01</Date></Delivery><Price><Value>1.250,50</Value></Price>
<Item code="A"/><Quantity>2</Quantity><Discount><Percentage>10</Percentage></Discount></InvoiceLine>
<InvoiceLine><Amount><Value>-0,90</Value></Amount><Item code="B"/></InvoiceLine>
<OurRef>S-1/1</OurRef><Date>01-11-2026</Date><YourRef>PO 1</YourRef>
<PaymentCondition code="30"><DaysToPayment>30</DaysToPayment></PaymentCondition>
<Unknown><Deep/></Unknown></invoice></INVOICES></eexact>"""


def test_other_exporters_order_case_commas_and_days_are_understood() -> None:
    (found,) = read("invoices", LAX)
    assert found.record == {
        "invoice_code": "S-1/1",
        "number": "26000017",
        "issued_on": "2026-11-01",
        "is_draft": False,
        "net": "2250.00",
        "currency": "EUR",
        "due_on": "2026-12-01",
        "other_reference": "PO 1",
    }


def test_numbers_and_due_dates_come_from_the_sales_journal_as_well() -> None:
    content = """<eExact><FinEntries><FinEntry entry="70001"><Date>2026-11-02</Date>
    <FinEntryLine number="0"><Date>2026-11-02</Date><GLAccount code="400000"/>
    <Debtor code="10023"/><Amount><Currency code="EUR"/><Debit>1210.00</Debit></Amount>
    <Payment><InvoiceNumber>26000017</InvoiceNumber><InvoiceDueDate>2026-12-02</InvoiceDueDate>
    </Payment><FinReferences><YourRef>S-1/1</YourRef></FinReferences></FinEntryLine>
    <FinEntryLine><GLAccount code="700000"/><Amount><Credit>1000</Credit></Amount></FinEntryLine>
    </FinEntry></FinEntries></eExact>"""
    (found,) = read("invoices", content)
    assert found.external_id == "26000017"
    assert (found.record["invoice_code"], found.record["gross"]) == ("S-1/1", "1210.00")
    assert found.record["due_on"] == "2026-12-02"


def test_suppliers_are_no_customers_and_purchase_orders_no_sales() -> None:
    accounts = """<eExact><Accounts><Account code="9" type="S"><Name>Supplier</Name></Account>
    <Account code="10" type="C"/></Accounts></eExact>"""
    assert [one.external_id for one in read("accounts", accounts)] == ["10"]
    orders = """<eExact><Orders><Order type="I" number="1"><OrderLine/></Order>
    <Order type="V" number="2" confirm="1"><OrderLine><Item code="A"/></OrderLine></Order></Orders>
    </eExact>"""
    (order,) = read("orders", orders)
    assert (order.external_id, order.record["stage"]) == ("2", "CONFIRMED")


@pytest.mark.parametrize(
    ("source", "content", "told"),
    [
        ("orders", "<html/>", "begins with html"),
        ("orders", "<eExact>", "no XML"),
        ("orders", "<!DOCTYPE eExact [<!ENTITY a 'b'>]><eExact>&a;</eExact>", "document type"),
        ("orders", "<eExact/>", "export.xml has no orders"),
        ("items", "<eExact><Items><Item/></Items></eExact>", "line 1, Item: has no code"),
        ("invoices", LAX.replace("1.250,50", "12.50,1"), "'12.50,1' is no number"),
        ("invoices", LAX.replace("1.250,50", "1e15"), "too large for a number"),
        ("invoices", LAX.replace("01-11-2026", "31-02-2026"), "is no day"),
        ("invoices", LAX.replace("<OurRef>S-1/1</OurRef>", "").replace(
            "<YourRef>PO 1</YourRef>", "").replace(' number="26000017"', ""), "neither OurRef"),
        ("orders", b" " * (50 * 1024 * 1024 + 1), "50 MB"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_place(
    source: str, content: str | bytes, told: str
) -> None:
    with pytest.raises(TransferFaultError) as caught:
        read(source, content)
    assert caught.value.fault is FaultClass.RECORD
    assert told in caught.value.message
