"""The work list of statement entries over the API: seen, matched, accepted, rejected, set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.permissions import Role
from app.resolvers.ids import encode_id
from tests.api.documented import document, invoices, sell_example
from tests.transfers.paymatch.taken_entries import Desk

if TYPE_CHECKING:
    from tests.club import Club

ENTRY = """statementEntry { id status rule reason amount { amount } fee { amount }
  payment { amount { amount } allocations { invoice { code } } }
  proposals { id status rule account { code } decidedBy } }"""
LIST = """query { statementEntries(
    first: 9, filter: {status: [OPEN, PROPOSED]}, sort: CREATED_AT_ASC) { nodes { status } } }"""


def test_a_person_works_the_list_off(club: Club) -> None:
    sale = sell_example(club)
    first, second, *_ = invoices(club, sale)
    document(club, first)
    document(club, second)
    desk = Desk(club)
    named = {"counterparty_name": "Account A1"}
    asked, other = desk.take("1362.50", **named), desk.take("1362.50", **named)
    unknown, interest = desk.take("1.00"), desk.take("2.00")
    listed = club.query(LIST)["statementEntries"]["nodes"]
    assert [one["status"] for one in listed] == ["PROPOSED", "PROPOSED", "OPEN", "OPEN"]
    assert club.send(LIST, role=Role.SALES)["data"]["statementEntries"] is None
    accepted = act(club, "paymentProposalAccept", paymentProposalId=proposal(desk, asked))
    assert (accepted["status"], accepted["rule"]) == ("MATCHED", "AMOUNT_AND_NAME")
    assert accepted["payment"]["allocations"][0]["invoice"]["code"] in {
        first["code"],
        second["code"],
    }
    assert {one["status"] for one in accepted["proposals"]} == {"ACCEPTED", "REJECTED"}
    rejected = act(
        club, "paymentProposalReject", paymentProposalId=proposal(desk, other), reason="no"
    )
    assert [one["status"] for one in rejected["proposals"]].count("REJECTED") == 1
    account = encode_id("account", desk.account().id)
    own = {"statementEntryId": encode_id("statement_entry", unknown.id), "accountId": account}
    third = invoices(club, sale)[2]
    matched = act(club, "statementEntryMatch", **own, invoiceIds=[third["id"]])
    assert (matched["rule"], matched["payment"]["amount"]["amount"]) == ("BY_HAND", "1.00")
    aside = encode_id("statement_entry", interest.id)
    found = act(club, "statementEntrySetAside", statementEntryId=aside, reason="interest")
    assert (found["status"], found["reason"]) == ("SET_ASIDE", "interest")
    again = club.refused("statementEntryMatch", own)
    assert [(one["code"], one["path"]) for one in again] == [
        ("ENTRY_SETTLED", ["statementEntryId"])
    ]


def act(club: Club, name: str, **given: Any) -> dict[str, Any]:
    found: dict[str, Any] = club.make(name, ENTRY, given)["statementEntry"]
    return found


def proposal(desk: Desk, entry: Any) -> str:
    return encode_id("payment_proposal", desk.proposals(entry)[0].id)
