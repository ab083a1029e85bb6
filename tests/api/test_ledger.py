"""The ledger read: entries, statements, ageing and open invoices, now and at any instant."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.permissions import Role
from tests.api.documented import cancel, document, invoices, sell_to
from tests.api.paid import BALANCES, entries, owes, paid_in_full, pay, to, today
from tests.club import Club
from tests.stadium import amount, build_stadium

AGEING = """query($asOf: DateTime, $on: Date, $ids: [ID!], $first: Int! = 100, $after: ID) {
  receivablesAgeing(asOf: $asOf, on: $on, accountIds: $ids, first: $first, after: $after) {
    on hasMore rows { account { id code } ...sums } totals { account { id } ...sums } } }
fragment sums on AgeingRow { currency notDue { amount } days1To30 { amount } days31To60 { amount }
  days61To90 { amount } over90Days { amount } open { amount } credit { amount } balance { amount } }
"""
OPEN = """query($asOf: DateTime, $on: Date, $ids: [ID!], $overdue: Boolean! = false,
    $first: Int! = 100, $after: ID) {
  openInvoices(asOf: $asOf, on: $on, accountIds: $ids, overdue: $overdue, first: $first,
    after: $after) {
    on hasMore rows { invoice { id code } account { code } open { amount } dueOn daysOverdue } } }
"""
STATEMENT = """query($id: ID!, $currency: String! = "EUR", $from: Date!, $to: Date!,
    $asOf: DateTime, $first: Int! = 500, $after: ID) {
  accountStatement(accountId: $id, currency: $currency, from: $from, to: $to, asOf: $asOf,
    first: $first, after: $after) {
    openingBalance { amount } closingBalance { amount } entryCount hasMore
    lines { entry { id type postedOn } balance { amount } } } }
"""
BUCKETS = ("notDue", "days1To30", "days31To60", "days61To90", "over90Days")


def ago(days: int) -> str:
    return (today() - timedelta(days=days)).isoformat()


def sums(row: dict[str, Any]) -> tuple[list[str], str, str]:
    return (
        [row[name]["amount"] for name in BUCKETS],
        row["credit"]["amount"],
        row["balance"]["amount"],
    )


@pytest.fixture
def aged(club: Club) -> dict[str, Any]:
    """Two accounts: four documents, due in time, 10, 45 and 100 days late; one of 75 days."""
    stadium = build_stadium(club)
    stadium.account("A2")
    first, second = sell_to(stadium), sell_to(stadium, "A2", at=4)
    late = [-20, 10, 45, 100]
    for invoice, days in zip(invoices(club, first), late, strict=True):
        document(club, invoice, issuedOn=ago(days + 30), dueOn=ago(days))
    document(club, invoices(club, second)[0], issuedOn=ago(105), dueOn=ago(75))
    return {"stadium": stadium, "first": first, "second": second}


def test_ageing_sums_what_is_open_by_days_overdue(club: Club, aged: dict[str, Any]) -> None:
    first, second = aged["first"], aged["second"]
    pay(club, "1500.00", to(invoices(club, first)[1], "1000.00"))
    found = club.query(AGEING)["receivablesAgeing"]
    assert (found["on"], found["hasMore"]) == (today().isoformat(), False)
    rows = {row["account"]["code"]: sums(row) for row in found["rows"]}
    assert rows == {
        "A1": (["1362.50", "362.50", "1362.50", "0.00", "1362.50"], "500.00", "3950.00"),
        "A2": (["0.00", "0.00", "0.00", "1362.50", "0.00"], "0.00", "1362.50"),
    }
    (total,) = found["totals"]
    assert total["account"] is None
    assert sums(total) == (
        ["1362.50", "362.50", "1362.50", "1362.50", "1362.50"],
        "500.00",
        "5312.50",
    )
    stadium = aged["stadium"]
    one = club.query(AGEING, {"ids": [stadium.ids["A2"]]})["receivablesAgeing"]
    assert [row["account"]["code"] for row in one["rows"]] == ["A2"]
    assert sums(one["totals"][0])[2] == "1362.50"
    assert second["id"] != first["id"]


def test_ageing_at_yesterday_does_not_change_when_a_payment_is_booked_today(
    club: Club, aged: dict[str, Any]
) -> None:
    earlier = datetime.now(UTC).isoformat()
    time.sleep(0.01)
    before = club.query(AGEING, {"asOf": earlier})["receivablesAgeing"]
    listed = club.query(OPEN, {"asOf": earlier})["openInvoices"]
    payment = paid_in_full(club, invoices(club, aged["first"])[3])
    pay(club, "100.00", accountId=payment["account"]["id"], receivedOn=ago(40))
    cancel(club, aged["second"])
    assert club.query(AGEING, {"asOf": earlier})["receivablesAgeing"] == before
    assert club.query(OPEN, {"asOf": earlier})["openInvoices"] == listed
    now = club.query(AGEING)["receivablesAgeing"]
    assert sums(now["totals"][0]) == (
        ["1362.50", "1362.50", "1362.50", "0.00", "0.00"],
        "100.00",
        "3987.50",
    )
    club.make("paymentReverse", "payment { id }", {"paymentId": payment["id"], "reason": "bounced"})
    now = club.query(AGEING)["receivablesAgeing"]
    assert sums(now["totals"][0])[0][4] == "1362.50"


def test_ageing_on_a_day_takes_what_is_posted_until_then(club: Club, aged: dict[str, Any]) -> None:
    invoice = invoices(club, aged["first"])[0]
    pay(club, "362.50", to(invoice, "362.50"))
    yesterday = club.query(AGEING, {"on": ago(1)})["receivablesAgeing"]
    assert (yesterday["on"], yesterday["rows"]) == (ago(1), [])
    on_today = club.query(AGEING, {"on": ago(0)})["receivablesAgeing"]
    assert sums(on_today["rows"][0])[0][0] == "1000.00"
    later = (today() + timedelta(days=25)).isoformat()
    aged_more = club.query(AGEING, {"on": later})["receivablesAgeing"]["rows"][0]
    assert sums(aged_more)[0] == ["0.00", "1000.00", "1362.50", "1362.50", "1362.50"]


def test_accounts_are_read_page_by_page(club: Club, aged: dict[str, Any]) -> None:
    seen = []
    after = None
    for has_more in (True, False):
        page = club.query(AGEING, {"first": 1, "after": after})["receivablesAgeing"]
        assert page["hasMore"] is has_more
        assert sums(page["totals"][0])[2] == "6812.50"
        seen += [row["account"]["code"] for row in page["rows"]]
        after = page["rows"][-1]["account"]["id"]
    assert sorted(seen) == ["A1", "A2"]
    assert aged


def test_open_invoices_come_the_oldest_due_first(club: Club, aged: dict[str, Any]) -> None:
    found = club.query(OPEN)["openInvoices"]
    assert [row["daysOverdue"] for row in found["rows"]] == [100, 75, 45, 10, 0]
    assert {row["open"]["amount"] for row in found["rows"]} == {"1362.50"}
    late = club.query(OPEN, {"overdue": True, "first": 3})["openInvoices"]
    assert (len(late["rows"]), late["hasMore"]) == (3, True)
    after = late["rows"][-1]["invoice"]["id"]
    rest = club.query(OPEN, {"overdue": True, "after": after})["openInvoices"]
    assert [row["daysOverdue"] for row in rest["rows"]] == [10]
    assert aged


def test_a_statement_runs_from_balance_to_balance(club: Club, aged: dict[str, Any]) -> None:
    account = aged["stadium"].ids["A1"]
    invoice = invoices(club, aged["first"])[0]
    payment = pay(club, "1362.48", to(invoice, "1362.48"))
    refunded = {"paymentId": payment["id"], "reason": "bounced"}
    club.make("paymentReverse", "payment { id }", refunded)
    period = {"id": account, "from": ago(0), "to": ago(0)}
    found = club.query(STATEMENT, period)["accountStatement"]
    assert (found["openingBalance"]["amount"], found["closingBalance"]["amount"]) == (
        "0.00",
        "5450.00",
    )
    told = [(one["entry"]["type"], one["balance"]["amount"]) for one in found["lines"]]
    assert told == [
        ("DOCUMENT", "1362.50"),
        ("DOCUMENT", "2725.00"),
        ("DOCUMENT", "4087.50"),
        ("DOCUMENT", "5450.00"),
        ("PAYMENT", "4087.52"),
        ("ROUNDING", "4087.50"),
        ("ROUNDING", "4087.52"),
        ("REOPEN", "5450.00"),
    ]
    page = club.query(STATEMENT, {**period, "first": 2, "after": found["lines"][3]["entry"]["id"]})[
        "accountStatement"
    ]
    assert [one["balance"]["amount"] for one in page["lines"]] == ["4087.52", "4087.50"]
    assert (page["entryCount"], page["hasMore"]) == (8, True)
    later = {**period, "from": (today() + timedelta(days=1)).isoformat(), "to": "2100-01-01"}
    found = club.query(STATEMENT, later)["accountStatement"]
    assert (found["openingBalance"]["amount"], found["lines"]) == ("5450.00", [])
    dollars = club.query(STATEMENT, {**period, "currency": "USD"})["accountStatement"]
    assert (dollars["closingBalance"]["amount"], dollars["lines"]) == ("0.00", [])


def test_a_statement_as_of_an_instant_has_only_what_was_written(
    club: Club, aged: dict[str, Any]
) -> None:
    earlier = datetime.now(UTC).isoformat()
    time.sleep(0.01)
    account = aged["stadium"].ids["A1"]
    pay(club, "5.00", accountId=account)
    given = {"id": account, "from": ago(0), "to": ago(0), "asOf": earlier}
    found = club.query(STATEMENT, given)["accountStatement"]
    assert (found["closingBalance"]["amount"], found["entryCount"]) == ("5450.00", 4)
    assert owes(club, account) == ("5445.00", "5450.00", "5.00")


@pytest.mark.parametrize(
    ("document_", "given", "path"),
    [
        (AGEING, {"first": 0}, ["first"]),
        (AGEING, {"ids": ["sale_1"]}, ["accountIds"]),
        (AGEING, {"ids": ["account_" + "0" * 32] * 201}, ["accountIds"]),
        (AGEING, {"on": "1900-01-01"}, ["on"]),
        (OPEN, {"after": "x"}, ["after"]),
    ],
)
def test_what_is_wrong_with_a_report(
    club: Club, document_: str, given: dict[str, Any], path: list[str]
) -> None:
    (error,) = club.send(document_, given)["errors"]
    assert error["extensions"]["path"] == path


def test_what_is_wrong_with_a_statement(club: Club, other_club: Club) -> None:
    account = build_stadium(club).ids["A1"]
    period = {"id": account, "from": "2026-02-01", "to": "2026-01-01", "currency": "EURO"}
    (error,) = club.send(STATEMENT, period)["errors"]
    assert error["extensions"]["code"] == "CURRENCY_UNKNOWN"
    foreign = build_stadium(other_club).ids["A1"]
    given = {"id": foreign, "from": "2026-01-01", "to": "2026-02-01"}
    (error,) = club.send(STATEMENT, given)["errors"]
    assert error["extensions"]["code"] == "NOT_FOUND"


def test_entries_are_filtered(club: Club, aged: dict[str, Any]) -> None:
    first, account = aged["first"], aged["stadium"].ids["A1"]
    invoice = invoices(club, first)[0]
    payment = pay(club, "1362.49", to(invoice, "1362.49"))
    assert entries(club, invoiceId=[invoice["id"]]) == [
        ("DOCUMENT", "1362.50"),
        ("ROUNDING", "-0.01"),
    ]
    assert entries(club, paymentId=[payment["id"]]) == [("PAYMENT", "-1362.49")]
    assert len(entries(club, saleId=[first["id"]])) == 5
    assert len(entries(club, accountId=[account], type=["DOCUMENT"])) == 4
    assert entries(club, postedTo=ago(1)) == []
    assert len(entries(club, postedFrom=ago(0), currency=["EUR"])) == 7
    assert entries(club, createdTo="2020-01-01T00:00:00Z") == []


def test_a_portal_sees_the_money_of_its_own_account_only(
    club: Club, other_club: Club, aged: dict[str, Any]
) -> None:
    stadium = aged["stadium"]
    mine, theirs = stadium.ids["A2"], stadium.ids["A1"]
    caller = {"role": Role.PORTAL, "account_id": stadium.uuid(mine)}
    found = club.query(AGEING, **caller)["receivablesAgeing"]
    assert [row["account"]["id"] for row in found["rows"]] == [mine]
    assert sums(found["totals"][0])[2] == "1362.50"
    others = club.query(AGEING, {"ids": [theirs]}, **caller)["receivablesAgeing"]
    assert (others["rows"], others["totals"]) == ([], [])
    rows = club.query(OPEN, **caller)["openInvoices"]["rows"]
    assert [row["account"]["code"] for row in rows] == ["A2"]
    assert owes(club, mine, **caller) == ("1362.50", "1362.50", "0.00")
    given = {"id": theirs, "from": ago(9), "to": ago(0)}
    (error,) = club.send(STATEMENT, given, **caller)["errors"]
    assert error["extensions"]["code"] == "NOT_FOUND"
    assert len(entries_of(club, caller)) == 1
    assert other_club.query(AGEING)["receivablesAgeing"]["rows"] == []


def entries_of(club: Club, caller: dict[str, Any]) -> list[dict[str, Any]]:
    document_ = "{ ledgerEntries { nodes { id account { id } } } }"
    found: list[dict[str, Any]] = club.query(document_, **caller)["ledgerEntries"]["nodes"]
    return found


def test_balances_are_kept_by_currency(club: Club) -> None:
    account = build_stadium(club).ids["A1"]
    pay(club, "5.00", accountId=account)
    pay(club, "7.00", accountId=account, amount=amount("7.00", "USD"))
    document_ = f"query($id: ID!) {{ node(id: $id) {{ ... on Account {{ {BALANCES} }} }} }}"
    found = club.query(document_, {"id": account})["node"]["balances"]
    assert [
        (one["currency"], one["balance"]["amount"], one["credit"]["amount"]) for one in found
    ] == [
        ("EUR", "-5.00", "5.00"),
        ("USD", "-7.00", "7.00"),
    ]
