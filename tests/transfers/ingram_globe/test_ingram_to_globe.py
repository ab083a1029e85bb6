"""From a file of Ingram Micro to one for Globe: what is unmapped, mapped once, run, downloaded."""

import csv
import io
import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from app.__main__ import build_parser
from app.transfers.connectors.exact_globe.administration import administration_of
from app.transfers.connectors.exact_globe.connector import CONNECTOR as GLOBE
from app.transfers.connectors.ingram.columns import saved_from
from app.transfers.connectors.ingram.connector import CONNECTOR as INGRAM
from app.transfers.connectors.ingram.connector import propose_columns, read_file
from app.transfers.connectors.ingram.records import Report
from app.transfers.contract.connectors import Connected, Task
from app.transfers.contract.faults import TransferFaultError
from app.transfers.ingram_globe import ready
from app.transfers.ingram_globe.maps import Item, Maps
from app.transfers.ingram_globe.pricing import ItemPrice, item_price_of
from app.transfers.ingram_globe.running import Outcome, run
from app.transfers.mapping.applying import compile_mapping
from app.transfers.mapping.lookups import Lookups
from app.transfers.mapping.prices import PriceRule
from app.verbs import ingram
from app.verbs.execution import RefusedError
from tests.transfers.ingram.generated_report import Generated, generate

SHARED = Path(__file__).parents[4] / "shared/data"
HOUSE = administration_of(
    {"rounding_item": "CENTS", "largest_difference": "0.50", "costcenter": "CLOUD"}
)
FLAT = (
    "customer,customer_name,sku,period_from,period_to,quantity,unit_cost,duration,amount,currency\n"
    "C1,Bakker NV,M365,2026-10-01,2026-10-31,25,18.7012,1,467.53,EUR\n"
    "C1,Bakker NV,TEAMS,2026-10-16,2026-10-31,10,4.00,0.5,20.00,EUR\n"
    "C2,Slager BV,M365,2026-10-01,2026-10-31,3,18.7012,1,56.10,EUR\n"
)
MAPS = Maps({"C1": "1001", "C2": "1002"}, {"M365": Item("M365-BP"), "TEAMS": Item("TEAMS")})


def flat(content: str = FLAT) -> Report:
    return read_file({}, "oct.csv", content.encode())


def orders_of(outcome: Outcome) -> dict[str, int]:
    """Return what each debtor's lines make in the file, in cents, computed anew."""
    assert outcome.file is not None
    found: dict[str, int] = defaultdict(int)
    for order in etree.fromstring(outcome.file.made.content).iterfind("Orders/Order"):
        debtor = order.find("OrderedBy/Debtor").get("code")
        for line in order.iterfind("OrderLine"):
            made = Decimal(line.findtext("Quantity")) * Decimal(line.findtext("Price/Value"))
            found[debtor] += int((made * 100).to_integral_value("ROUND_HALF_UP"))
    return found


def test_what_is_unmapped_is_a_list_and_blocks_its_own_customer_alone() -> None:
    outcome = run(flat(), Maps({"C1": "1001"}, {"M365": Item("M365-BP")}), HOUSE)
    assert outcome.file is None
    assert [(one.key, one.label, one.amount_minor) for one in outcome.unmapped.customers] == [
        ("C2", "Slager BV", 5610)
    ]
    assert [(one.key, one.line_count) for one in outcome.unmapped.items] == [("TEAMS", 1)]
    assert {one.customer: one.reasons for one in outcome.blocked} == {
        "C1": ("TEAMS has no item",),
        "C2": ("C2 has no debtor",),
    }
    half = run(flat(), Maps({"C1": "1", "C2": "1002"}, {"M365": Item("M365-BP")}), HOUSE)
    assert [one.customer for one in half.orders] == ["C2"]
    assert orders_of(half) == {"1002": 5610}


def test_a_second_run_writes_what_is_new_and_the_same_run_the_same_bytes() -> None:
    first = run(flat(), Maps({"C2": "1002"}, MAPS.items), HOUSE)
    written = [key for one in first.orders for key in one.keys]
    assert written == [("oct", "C2")]
    second = run(flat(), MAPS, HOUSE, written=written)
    assert [one.customer for one in second.orders] == ["C1"]
    assert second.earlier == (("oct", "C2"),)
    assert run(flat(), MAPS, HOUSE, written=written).file == second.file
    assert run(flat(), MAPS, HOUSE, written=[*written, ("oct", "C1")]).file is None
    excluded = run(flat(), MAPS, HOUSE, excluded=frozenset({"slager bv"}))
    assert (excluded.excluded_minor, orders_of(excluded)) == (5610, {"1001": 48_753})


@pytest.mark.parametrize(
    ("rule", "cents"),
    [
        (ItemPrice(), 46_753),
        (ItemPrice(PriceRule.FIXED, Decimal("20.5")), 51_250),
        (ItemPrice(PriceRule.COST_PLUS, Decimal(10)), 51_425),
        (ItemPrice(PriceRule.MARGIN_FLOOR, Decimal(20)), 58_450),
    ],
)
def test_each_price_rule_makes_its_own_price(rule: ItemPrice, cents: int) -> None:
    maps = Maps(MAPS.debtors, {**MAPS.items, "M365": Item("M365-BP", rule)})
    outcome = run(flat(), maps, HOUSE)
    assert orders_of(outcome)["1001"] == cents + 2000
    assert outcome.orders[0].source_minor == 48_753


def test_a_source_with_prices_for_customers_is_followed_down_to_the_margin() -> None:
    content = "customer,sku,quantity,unit_cost,sales_price,currency\nC1,M365,2,10.00,11.00,EUR\n"
    for rule, cents in (
        (ItemPrice(), 2200),
        (ItemPrice(PriceRule.MARGIN_FLOOR, Decimal(5)), 2200),
        (ItemPrice(PriceRule.MARGIN_FLOOR, Decimal(20)), 2500),
    ):
        outcome = run(flat(content), Maps({"C1": "1"}, {"M365": Item("A", rule)}), HOUSE)
        assert orders_of(outcome) == {"1": cents}


def test_part_of_a_period_is_said_and_corrections_without_a_quantity_are_passed_on() -> None:
    content = (
        "customer,sku,quantity,unit_cost,amount,currency\nC1,M365,0,1,-5.00,EUR\n"
        "C1,M365,0,1,0,EUR\nC2,M365,0,1,0,EUR\nC3,M365,1,1,9.00,EUR\n"
    )
    outcome = run(flat(content), Maps({"C1": "1", "C2": "2", "C3": "3"}, MAPS.items), HOUSE)
    assert orders_of(outcome) == {"1": -500}
    nothing, wrong = (one.reasons[0] for one in outcome.blocked)
    assert nothing == "there is nothing to bill"
    assert "more than the threshold" in wrong
    shown = run(flat(), MAPS, HOUSE).file
    assert shown is not None
    assert "TEAMS 2026-10-16 - 2026-10-31 × 0.5" in shown.made.content.decode()


@pytest.mark.parametrize(
    ("rule", "value", "told"),
    [
        ("CHEAP", "", "'CHEAP' is no price rule"),
        ("FIXED", "", "no figure for FIXED"),
        ("COST+%", "-3", "no figure"),
        ("MARGIN", "100", "less than 100"),
    ],
)
def test_a_price_rule_that_cannot_be_used_is_refused(rule: str, value: str, told: str) -> None:
    with pytest.raises(TransferFaultError, match=told.replace("+", r"\+")):
        item_price_of(rule, value, "items.csv, M365")
    assert item_price_of("fixed", "12,50", "x") == ItemPrice(PriceRule.FIXED, Decimal("12.50"))
    assert item_price_of("", "", "x") == ItemPrice()


@pytest.fixture(scope="module")
def generated() -> Generated:
    return generate(5_000, 400)


@pytest.fixture(scope="module")
def large(generated: Generated) -> Outcome:
    saved = saved_from(propose_columns({}, "oct.csv", generated.csv()).template)
    report = read_file({"templates": [saved]}, "oct.csv", generated.csv())
    maps = Maps(
        {key: str(1000 + number) for number, key in enumerate(generated.cents)},
        {one.sku: Item(one.sku) for one in report.lines},
    )
    return run(report, maps, HOUSE)


def test_five_thousand_lines_of_400_customers_are_400_orders_to_the_cent(
    generated: Generated, large: Outcome
) -> None:
    assert large.file is not None
    assert (large.blocked, large.file.made.count) == ((), 400)
    assert large.file.made.total_minor == sum(generated.cents.values())
    debtors = {one.debtor: one.customer for one in large.orders}
    made = {debtors[debtor]: cents for debtor, cents in orders_of(large).items()}
    assert made == generated.cents
    lines = etree.fromstring(large.file.made.content).findall("Orders/Order/OrderLine")
    differing = sum(1 for one in large.orders if one.difference_minor)
    assert len(lines) == 5_000 + differing
    assert differing > 0


@pytest.mark.real_input
def test_the_large_file_is_valid_by_the_schema_of_exact(large: Outcome) -> None:
    path = SHARED / "exact-globe/eExact-Schema.xsd"
    if not path.exists():
        pytest.skip(f"Exact's schema is not at {path}")
    schema = etree.XMLSchema(etree.parse(path))
    assert large.file is not None
    assert schema.validate(etree.fromstring(large.file.made.content)), schema.error_log


def fill(path: Path, **cells: dict[str, str]) -> None:
    """Fill in a map as a person does in a spreadsheet: cells by column and key."""
    text = path.read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    for row in rows:
        for column, values in cells.items():
            row[column] = values.get(next(iter(row.values())), row[column])
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0], delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8")


def loge(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    parsed = build_parser().parse_args(["ingram", *map(str, arguments)])
    verb = getattr(ingram, parsed.entry.partition(":")[2])
    try:
        code, refusal = verb(parsed), ""
    except RefusedError as error:
        code, refusal = 1, str(error)
    printed = capsys.readouterr()
    return code, printed.out + printed.err + refusal


def test_a_person_uploads_maps_runs_and_downloads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk, report = tmp_path / "globe", tmp_path / "oct.csv"
    report.write_bytes(generate(30, 3).csv())
    code, told = loge(capsys, "look", report, "--folder", desk)
    assert code == 1
    assert "no template explains" in told
    code, told = loge(capsys, "columns", report, "--folder", desk, "--save")
    assert code == 0
    assert "sku: Plan ID (MS-" in told
    desk.joinpath("settings.json").write_text(
        json.dumps({"globe": {"rounding_item": "CENTS"}}), encoding="utf-8"
    )
    code, told = loge(capsys, "look", report, "--folder", desk)
    assert code == 1
    assert "unmapped customer: 1000000 (Klant 1000000 NV), 10 lines" in told
    assert not desk.joinpath("made").exists()
    code, told = loge(capsys, "run", report, "--folder", desk)
    assert code == 1
    assert "There is nothing to write." in told
    skus = [row.split(";")[0] for row in desk.joinpath("items.csv").read_text().splitlines()[1:]]
    fill(desk / "items.csv", item={sku: f"I-{sku}" for sku in skus})
    fill(desk / "customers.csv", debtor={"1000000": "1001", "1000001": "1002"})
    code, told = loge(capsys, "run", report, "--folder", desk)
    assert code == 1
    assert "blocked: Klant 1000002 NV: 1000002 has no debtor" in told
    fill(desk / "customers.csv", debtor={"1000002": "1003"})
    code, told = loge(capsys, "run", report, "--folder", desk)
    assert code == 0
    assert "2 were written before" in told
    made = sorted(one.name for one in desk.joinpath("made").iterdir())
    assert len(made) == 2
    code, told = loge(capsys, "run", report, "--folder", desk)
    assert "There is nothing to write." in told
    code, told = loge(capsys, "history", "--folder", desk, "--processed", made[0])
    assert code == 0
    assert sum("processed" in line for line in told.splitlines()) == 1
    code, told = loge(capsys, "history", "--folder", desk, "--processed", "x.xml")
    assert code == 1
    assert "'x.xml' is no file of the history" in told
    twin = tmp_path / "november.csv"
    twin.write_bytes(report.read_bytes())
    code, told = loge(capsys, "run", twin, "--folder", desk)
    assert code == 1
    assert "november.csv: has the content of oct, which was run before" in told
    assert len(list(desk.joinpath("made").iterdir())) == 2
    report.write_bytes(generate(31, 3).csv())
    code, told = loge(capsys, "look", report, "--folder", desk)
    assert "oct was run before with other content" in told


def test_a_folder_that_is_not_in_order_is_refused_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "oct.csv"
    report.write_text(FLAT, encoding="utf-8")
    for name, content, told in (
        ("settings.json", "{", "settings.json: is no JSON"),
        ("settings.json", "[]", "must hold an object"),
        ("history.json", "{}", "must hold a list"),
        ("customers.csv", "customer;name\nC1;x\n", "no column 'debtor'"),
        ("customers.csv", "customer;name;debtor\n;x;1\n", "line 2 has no customer"),
        ("customers.csv", "customer;name;debtor\nC1;x;1\nC1;x;2\n", "a customer twice"),
    ):
        desk = tmp_path / "desk"
        desk.mkdir(exist_ok=True)
        desk.joinpath(name).write_text(content, encoding="utf-8")
        code, printed = loge(capsys, "run", report, "--folder", desk)
        assert code == 1
        assert told in printed
        assert [one.name for one in desk.iterdir()] == [name]
        desk.joinpath(name).unlink()
    code, printed = loge(capsys, "run", tmp_path / "none.csv", "--folder", tmp_path)
    assert code == 1
    assert "there is no file" in printed
    vague = tmp_path / "vague.csv"
    vague.write_text("Reseller ID;Value\n1;1,234\n", encoding="utf-8")
    code, printed = loge(capsys, "columns", vague, "--folder", tmp_path, "--save")
    assert code == 1
    assert "missing: sku" in printed
    assert not tmp_path.joinpath("templates.json").exists()


def test_what_is_left_out_by_the_settings_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "oct.csv"
    report.write_text(FLAT, encoding="utf-8")
    settings = {"ingram": {"excluded_customers": "C2"}}
    tmp_path.joinpath("settings.json").write_text(json.dumps(settings), encoding="utf-8")
    code, printed = loge(capsys, "look", report, "--folder", tmp_path)
    assert code == 1
    assert "left out: 56.10 EUR" in printed


def test_the_engines_flow_maps_each_customers_order_and_its_prices() -> None:
    by_customer = {
        one.record["customer"]["id"]: one.record
        for one in INGRAM.read(Connected("ingram", {}), "report", "oct.csv", FLAT.encode())
    }
    maps: dict[str, dict[str, Any]] = {
        ready.CUSTOMERS_MAP: {"C1": "1001", "C2": "1002"},
        ready.ITEMS_MAP: {
            "M365": {"code": "M365-BP"},
            "TEAMS": {"code": "TEAMS", "price": {"rule": "FIXED", "amount": "6.00"}},
        },
    }
    mapping = compile_mapping(ready.MAPPING)
    mapped = mapping.apply(by_customer["C1"], Lookups(maps))
    assert mapped.is_complete
    globe = Connected("globe", {"rounding_item": "CENTS", "vat_codes": "21=3"})
    task = Task(ready.ACTION[1], "xfer:1:v1", mapped.record, ready.OPTIONS)
    done = GLOBE.carry_out(globe, task)
    # 467.53 as Ingram bills it, and ten seats for half a month at 6.00.
    assert done.files[0].total_minor == 46_753 + 3_000
    order = etree.fromstring(done.files[0].content).find("Orders/Order")
    assert order.find("OrderedBy/Debtor").get("code") == "1001"
    assert [one.findtext("Quantity") for one in order.iterfind("OrderLine")] == ["25", "5"]
    assert order.find(".//VAT") is None
    del maps[ready.CUSTOMERS_MAP]["C2"]
    parked = mapping.apply(by_customer["C2"], Lookups(maps))
    assert [(one.map, one.key) for one in parked.unmapped] == [(ready.CUSTOMERS_MAP, "C2")]
