"""Ingram Micro's files: reseller invoices as they are, reports by what a person confirmed."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.transfers.connectors.ingram.columns import Proposal, saved_from
from app.transfers.connectors.ingram.connector import CONNECTOR, propose_columns, read_file
from app.transfers.contract.connectors import Connected, Task
from app.transfers.contract.faults import FaultClass, TransferFaultError
from tests.transfers.ingram.generated_report import generate

SHARED = Path(__file__).parents[4] / "shared/data/ingram"
INVOICE: dict[str, Any] = {
    "InvoiceNumber": "40-1",
    "invoiceDate": "2026-10-31",
    "invoiceDueDate": "12/15/2026",
    "billToInfo": {"companyName": "Ons Huis"},
    "lines": [
        {
            "vendorPartNumber": "M365-BP",
            "quantity": "3",
            "unitPrice": 3.3333,
            "extendedPrice": 10.01,
            "taxPercentage": 21,
            "CURRENCYCODE": "eur",
        },
        {"ingramPartNumber": "05QC29", "quantity": 1, "unitPrice": "1", "extendedPrice": "1"},
    ],
    "summary": {
        "miscCharges": [
            {"ChargeDescription": "FREIGHT", "MiscChargeLineTotal": 2.5},
            {"chargeDescription": "TAX", "miscChargeLineTotal": 9},
        ],
        "totals": {"netInvoiceAmount": 13.51},
    },
}
FLAT = (
    "customer,customer_name,subscription_id,sku,period_from,period_to,quantity,unit_cost,amount,"
    "currency\nC1,Bakker NV,S1,M365,2026-10-01,2026-10-31,25,18.7012,467.53,EUR\n"
    "C2,Slager BV,S2,M365,2026-10-01,2026-10-31,1,18.7012,18.70,EUR\n"
)


def read(name: str, content: bytes | str | dict[str, Any], **settings: Any) -> Any:
    if isinstance(content, dict):
        content = json.dumps(content)
    return read_file(settings, name, content.encode() if isinstance(content, str) else content)


def refusal(
    name: str, content: bytes | str | dict[str, Any], **settings: Any
) -> TransferFaultError:
    with pytest.raises(TransferFaultError) as caught:
        read(name, content, **settings)
    assert caught.value.fault is FaultClass.RECORD
    return caught.value


def without(path: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(INVOICE))
    *parts, last = path.split(".")
    target: Any = found
    for part in parts:
        target = target[int(part)] if part.isdigit() else target[part]
    del target[last]
    return found


@pytest.mark.real_input
def test_the_official_examples_are_read() -> None:
    if not SHARED.exists():
        pytest.skip(f"Ingram's examples are not at {SHARED}")
    content = (SHARED / "invoice_details_v6.1_example.json").read_bytes()
    report = read("invoice.json", content)
    assert (report.source_id, report.form, report.currency) == ("40-DPJ17-11", "XVANTAGE", "USD")
    assert (report.net_minor, report.invoice_on, report.due_on) == (
        53_333,
        "2022-09-07",
        "2022-10-22",
    )
    (line,) = report.lines
    assert (line.customer_name, line.sku) == ("ABC CORPORATION", "65324394AD01A00")
    assert "FREIGHT OUT 31.90" in report.notes[0]
    error = refusal("search.json", (SHARED / "invoice_search_example.json").read_bytes())
    assert "40MKTRW11" in error.message


def test_capitals_and_types_do_not_matter_and_charges_of_the_net_amount_are_lines() -> None:
    report = read("invoice.json", INVOICE)
    assert (report.source_id, report.currency, report.due_on) == ("40-1", "EUR", "2026-12-15")
    assert [(one.sku, one.amount_minor) for one in report.lines] == [
        ("M365-BP", 1001),
        ("05QC29", 100),
        ("CHARGE:FREIGHT", 250),
    ]
    assert report.notes == ()
    odd = {**INVOICE, "lines": [{**INVOICE["lines"][0], "unitPrice": 9}, INVOICE["lines"][1]]}
    assert read("invoice.json", odd).notes[0].startswith("1 lines are not quantity × unit price")


@pytest.mark.parametrize(
    ("document", "path"),
    [
        (without("InvoiceNumber") | {"invoiceNumber": ""}, "invoiceNumber"),
        (without("billToInfo"), "endUserInfo"),
        (INVOICE | {"lines": []}, "lines"),
        (INVOICE | {"invoiceDate": "31.31.2026"}, "invoiceDate"),
        (without("lines.0.CURRENCYCODE"), "fxRateInfo.invoiceCurrency"),
        (without("lines.0.vendorPartNumber"), "lines[0].vendorPartNumber"),
        (without("lines.0.quantity"), "lines[0].quantity"),
        (without("summary.totals.netInvoiceAmount"), "summary.totals.netInvoiceAmount"),
        (
            INVOICE | {"summary": {"totals": {"netInvoiceAmount": "13.52"}}},
            "summary.totals.netInvoiceAmount",
        ),
        (
            INVOICE | {"fxRateInfo": {"invoiceCurrency": "USD"}},
            "lines[0].currencyCode",
        ),
        (INVOICE | {"fxRateInfo": {"invoiceCurrency": "XYZ"}}, "lines[0].extendedPrice"),
        ({"invoices": [1]}, "invoices[0]."),
        (
            INVOICE | {"lines": [{**INVOICE["lines"][0], "unitPrice": "a lot"}]},
            "lines[0].unitPrice",
        ),
    ],
)
def test_what_an_invoice_lacks_is_named_by_its_path(document: dict[str, Any], path: str) -> None:
    if path == "lines[0].extendedPrice":
        document = document | {"lines": [document["lines"][1]]}
    assert refusal("invoice.json", document).path == path


def proposal_of(columns: str, row: str) -> Proposal:
    return propose_columns({}, "r.csv", f"{columns}\n{row}\n".encode())


def test_a_report_that_nobody_explained_is_refused_with_a_proposal_and_then_read() -> None:
    generated = generate(40, 4)
    error = refusal("oct.csv", generated.csv())
    assert error.path == "columns"
    assert "customer_id = Customer Account ID" in error.message
    proposal = propose_columns({}, "oct.csv", generated.csv())
    assert proposal.missing == ()
    assert proposal.template.decimal_mark == ","
    assert proposal.template.columns["sku"] == "Plan ID"
    templates = [saved_from(proposal.template)]
    report = read("oct.csv", generated.csv(), templates=templates)
    assert (report.form, report.month, report.source_id) == ("LEARNED", "2026-10", "oct")
    assert report.notes == ()
    sums: dict[str, int] = {}
    for line in report.lines:
        sums[line.customer] = sums.get(line.customer, 0) + line.amount_minor
    assert sums == generated.cents


def test_csv_xlsx_and_json_say_the_same_by_one_template() -> None:
    generated = generate(40, 4)
    saved = saved_from(propose_columns({}, "oct.csv", generated.csv()).template)
    by_csv = read("oct.csv", generated.csv(), templates=[saved])
    dotted = [{**saved, "decimal_mark": None}]
    by_xlsx = read("oct.xlsx", generated.xlsx(), templates=dotted)
    by_json = read("oct.json", generated.json(), templates=json.dumps(dotted))
    assert by_csv.sha256 != by_xlsx.sha256
    assert [one.amount_minor for one in by_csv.lines] == [one.amount_minor for one in by_xlsx.lines]
    assert [one.unit_cost for one in by_json.lines] == [one.unit_cost for one in by_csv.lines]
    shuffled = {**saved, "signature": saved["signature"]}
    reordered = ";".join(reversed(generated.csv().decode("utf-8-sig").splitlines()[0].split(";")))
    assert proposal_of(reordered, ";".join("1" * 14)).template.signature == shuffled["signature"]


def test_the_flat_form_needs_no_template() -> None:
    report = read("flat.csv", FLAT)
    assert (report.form, report.net_minor) == ("FLAT", 48_623)
    assert report.lines[0].subscription_id == "S1"
    computed = read("flat.csv", "customer,sku,quantity,unit_cost,duration,discount,currency\n"
                                "C1,A,10,3.00,0.5,1.00,EUR\nC1,B,1,2.5,,,EUR\n")  # fmt: skip
    assert [one.amount_minor for one in computed.lines] == [1400, 250]
    differing = read("flat.csv", FLAT.replace("467.53", "467.00"))
    assert differing.notes[0].startswith("1 rows are not quantity × unit cost")
    per_unit = read("flat.csv", "customer,sku,quantity,amount,currency\nC1,A,4,10.00,EUR\n")
    assert per_unit.lines[0].unit_cost * 2 == 5
    assert per_unit.month == ""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("C2,", ",", "row 3, customer: is empty"),
        ("S2,M365", "S2,", "row 3, sku: is empty"),
        ("31,25,18", "31,,18", "row 2, quantity: is empty"),
        ("31,25,18", "31,many,18", "row 2, quantity: 'many' is no number"),
        ("18.70,EUR", "18.70,USD", "EUR and USD"),
        ("18.70,EUR", "18.70,", "row 3, currency: is empty"),
        ("18.7012,18.70,", ",,", "row 3, amount: is empty"),
        ("1,18.7012,18.70", "999999999999,999999999999,1", "too large for an amount"),
        ("C2,Slager BV,S2,M365,2026-10-01", "C2,Slager BV,S2,M365,October", "is no day"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(old: str, new: str, told: str) -> None:
    if "Slager" in new:
        new += ""
    content = FLAT.replace(old, new)
    if told == "row 3, customer: is empty":
        content = content.replace("Slager BV", "")
    assert told in refusal("flat.csv", content).message


@pytest.mark.parametrize(
    ("templates", "told"),
    [
        ("[", "no JSON"),
        ("{}", "a list of objects"),
        ([{"columns": {}}], "needs `signature`"),
        ([{"signature": "x", "columns": {"price": "A"}}], "'price' is no meaning"),
        ([{"signature": "x", "columns": {"sku": "A"}}], "says no column for quantity"),
    ],
)
def test_a_template_that_cannot_work_is_refused(templates: object, told: str) -> None:
    connected = Connected("ingram", {"templates": templates})
    health = CONNECTOR.check(connected)
    assert not health.is_well
    assert told in health.message
    assert CONNECTOR.check(Connected("ingram", {})).message == "0 templates are known."


def test_a_mark_that_cannot_be_told_or_a_column_that_went_is_said() -> None:
    proposal = proposal_of("Customer;MPN;Qty;Amount;Currency", "C1;A;1;1,234;EUR")
    assert proposal.template.decimal_mark is None
    saved = saved_from(proposal.template)
    content = "Customer;MPN;Qty;Amount;Currency\nC1;A;1;1,234;EUR\n"
    assert refusal("r.csv", content, templates=[saved]).path == "decimal_mark"
    told = read("r.csv", content, templates=[{**saved, "decimal_mark": "."}])
    assert told.net_minor == 123_400
    columns = {**saved["columns"], "sku": "SKU"}
    error = refusal("r.csv", content, templates=[{**saved, "columns": columns}])
    assert "'SKU' that is not there" in error.message
    assert proposal_of("Reseller ID;Value", "1;2").missing == (
        *("sku", "quantity", "customer_id or customer_name", "amount or unit_cost", "currency"),
    )
    assert "nothing is recognised" in refusal("r.csv", "Reseller ID;Value\n1;2\n").message


def test_a_report_is_one_order_for_each_customer_and_excluded_ones_are_left_out() -> None:
    connected = Connected("ingram", {"excluded_customers": "slager bv; nobody"})
    (order,) = CONNECTOR.read(connected, "report", "flat.csv", FLAT.encode())
    assert order.external_id == "flat:C1"
    assert order.record["code"] == "IM-flat-C1"
    assert order.record["totals"]["net"] == "467.53"
    assert order.record["lines"][0]["period_to"] == "2026-10-31"
    again = CONNECTOR.read(connected, "report", "flat.csv", FLAT.encode())
    assert again == (order,)
    both = CONNECTOR.read(Connected("ingram", {}), "report", "flat.csv", FLAT.encode())
    assert [one.external_id for one in both] == ["flat:C1", "flat:C2"]
    dated = CONNECTOR.read(Connected("i", {}), "invoice", "x.json", json.dumps(INVOICE).encode())
    assert dated[0].record["ordered_at"] == "2026-10-31"


def test_ingram_is_only_read() -> None:
    connected = Connected("ingram", {})
    task = Task("order.write", "k", {})
    for act in (
        lambda: CONNECTOR.find(connected, task),
        lambda: CONNECTOR.carry_out(connected, task),
        lambda: CONNECTOR.poll(connected, "report", None),
        lambda: CONNECTOR.receive(connected, {}, b""),
        lambda: CONNECTOR.read(connected, "stock", "x.csv", b"a,b\n1,2\n"),
    ):
        with pytest.raises(TransferFaultError) as caught:
            act()
        assert caught.value.fault is FaultClass.DEFECT
    assert "no JSON" in refusal("x.json", "{").message
    assert refusal("x.json", "[" * 60 + "]" * 60).message.startswith("x.json")
