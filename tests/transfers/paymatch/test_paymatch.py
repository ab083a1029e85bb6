"""Statement entries become payments once and to the cent, and the rest is asked."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.commands.statement_entries import (
    AcceptProposal,
    MatchEntry,
    RejectProposal,
    SetAsideEntry,
    accept_proposal,
    match_entry,
    reject_proposal,
    set_entry_aside,
)
from app.domain.errors import DomainError
from app.domain.permissions import Role
from app.domain.statements import ProposalStatus
from app.storage.identity import new_id
from app.transfers.contract.faults import TransferFaultError
from app.transfers.paymatch.providers import take_payment, take_refund
from tests.api.documented import balance, document, invoices, sell_example
from tests.api.paid import entries
from tests.transfers.paymatch.taken_entries import Desk

if TYPE_CHECKING:
    from tests.club import Club

OGM = "090933755493"
PAYER = "NL91ABNA0417164300"


@pytest.fixture
def sale(club: Club) -> dict[str, Any]:
    """The example, with documents of its first three invoices: 1,362.50 each."""
    sold = sell_example(club)
    first, second, third, _ = invoices(club, sold)
    document(club, first, reference="+++090/9337/55493+++")
    document(club, second, number="2026-0002")
    document(club, third, number="2026-0003")
    return sold


@pytest.fixture
def desk(club: Club, sale: dict[str, Any]) -> Desk:
    """The club's desk, when all that is sold."""
    return Desk(club)


def statuses(desk: Desk, sale: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["status"], one["open"]["amount"]) for one in invoices(desk.club, sale)[:3]]


def test_a_structured_reference_pays_its_invoice_once_whatever_comes_again(
    desk: Desk, sale: dict[str, Any]
) -> None:
    found = desk.take("1400.00", structured_reference=OGM, counterparty_iban=PAYER)
    assert (found.status, found.rule) == ("MATCHED", "STRUCTURED_REFERENCE")
    assert statuses(desk, sale)[0] == ("RECEIVED", "0.00")
    (payment,) = desk.payments()
    assert (payment.id, payment.external_id, payment.left_minor) == (
        found.payment_id,
        found.key,
        3750,
    )
    before = (balance(desk.club), entries(desk.club))
    same = desk.written("1400.00", structured_reference=OGM, counterparty_iban=PAYER)
    assert desk.retake(same) == found
    with pytest.raises(DomainError, match="came before with another amount"):
        desk.retake({**same, "amount": "1400.01"})
    assert (balance(desk.club), entries(desk.club)) == before
    again = desk.take("10.00", structured_reference=OGM)
    assert again.status == "MATCHED"
    assert [one.left_minor for one in desk.payments()] == [3750, 1000]


def test_numbers_in_the_text_then_the_account_number_then_the_name_are_tried(
    desk: Desk, sale: dict[str, Any]
) -> None:
    named = desk.take("500.00", text="Factuur 2026-0002, dank u", counterparty_iban=PAYER)
    assert (named.rule, statuses(desk, sale)[1]) == ("NUMBER_IN_TEXT", ("PARTIAL", "862.50"))
    known = desk.take("862.50", text="rest", counterparty_iban=PAYER)
    assert (known.rule, statuses(desk, sale)[1]) == ("AMOUNT_AND_ACCOUNT", ("RECEIVED", "0.00"))
    asked = desk.take("1362.50", counterparty_name="ACCOUNT A1")
    assert (asked.status, asked.payment_id) == ("PROPOSED", None)
    assert [one.rule for one in desk.proposals(asked)] == ["AMOUNT_AND_NAME"] * 2
    unknown = desk.take("3.00", text="?")
    assert (unknown.status, unknown.reason) == (
        "OPEN",
        "no reference, number, account number or amount is known",
    )
    assert desk.look_again() == 0
    assert desk.entry(unknown.id) == unknown
    assert desk.take("-12.00").status == "SET_ASIDE"
    by_sale = desk.take("100.00", text=f"sale {sale['code']}!")
    assert (by_sale.rule, statuses(desk, sale)[0][1]) == ("NUMBER_IN_TEXT", "1262.50")


def test_invoices_in_another_currency_are_not_paid(desk: Desk) -> None:
    before = entries(desk.club)
    found = desk.take("1362.50", structured_reference=OGM, text=OGM, currency="USD")
    assert found.status == "OPEN"
    assert entries(desk.club) == before


def test_a_proposal_is_accepted_once_and_the_others_fall(desk: Desk, sale: dict[str, Any]) -> None:
    asked = desk.take("1362.50", counterparty_name="Account A1")
    first, other, *_ = desk.proposals(asked)
    desk.run(lambda work: accept_proposal(work, desk.actor, AcceptProposal(first.id)))
    settled = desk.entry(asked.id)
    assert (settled.status, settled.rule, settled.reason) == (
        "MATCHED",
        "AMOUNT_AND_NAME",
        first.reason,
    )
    kept = {one.id: one.status for one in desk.proposals(asked)}
    assert kept.pop(first.id) is ProposalStatus.ACCEPTED
    assert set(kept.values()) == {ProposalStatus.REJECTED}
    before = entries(desk.club)
    for refused in (
        lambda work: accept_proposal(work, desk.actor, AcceptProposal(first.id)),
        lambda work: reject_proposal(work, desk.actor, RejectProposal(other.id, "no")),
        lambda work: set_entry_aside(work, desk.actor, SetAsideEntry(asked.id, "no")),
        lambda work: match_entry(work, desk.actor, MatchEntry(asked.id, desk.account().id)),
    ):
        with pytest.raises(DomainError, match="already"):
            desk.run(refused)
    assert entries(desk.club) == before
    assert [one[0] for one in statuses(desk, sale)].count("RECEIVED") == 1


def test_rejected_proposals_leave_the_entry_to_a_person(desk: Desk) -> None:
    asked = desk.take("1362.50", counterparty_name="Account A1")
    for one in desk.proposals(asked):
        assert desk.entry(asked.id).status == "PROPOSED"
        wrong = RejectProposal(one.id, "no")
        desk.run(partial(reject_proposal, actor=desk.actor, request=wrong))
    left = desk.entry(asked.id)
    assert (left.status, left.reason) == (
        "OPEN",
        "every proposal was rejected; say whose money it is, or set it aside",
    )
    assert desk.look_again() == 0
    second = desk.invoice(invoices(desk.club, {"id": sale_id(desk)})[1]["code"])
    request = MatchEntry(asked.id, desk.account().id, (second.id,))
    desk.run(lambda work: match_entry(work, desk.actor, request))
    assert (desk.entry(asked.id).rule, len(desk.payments())) == ("BY_HAND", 1)


def sale_id(desk: Desk) -> str:
    found = desk.club.query("query { sales(first: 1) { nodes { id } } }")["sales"]["nodes"]
    identity: str = found[0]["id"]
    return identity


def test_what_no_customer_paid_is_set_aside_with_a_reason(desk: Desk) -> None:
    out = desk.take("3.00")
    with pytest.raises(DomainError, match="say why"):
        desk.run(lambda work: set_entry_aside(work, desk.actor, SetAsideEntry(out.id, " ")))
    desk.run(lambda work: set_entry_aside(work, desk.actor, SetAsideEntry(out.id, "interest")))
    assert (desk.entry(out.id).status, desk.entry(out.id).reason) == ("SET_ASIDE", "interest")
    gone = desk.take("-3.00", is_reversal=True)
    with pytest.raises(DomainError, match="did not come from a customer"):
        desk.run(lambda work: match_entry(work, desk.actor, MatchEntry(gone.id, desk.account().id)))
    with pytest.raises(DomainError, match="no such account"):
        desk.run(lambda work: match_entry(work, desk.actor, MatchEntry(gone.id, new_id())))


def test_a_returned_debit_opens_its_invoice_again(desk: Desk, sale: dict[str, Any]) -> None:
    more = {"structured_reference": OGM, "counterparty_iban": PAYER}
    paid = desk.take("1362.50", end_to_end_id="DD-1", **more)
    lost = balance(desk.club)
    back = desk.take("-1362.50", end_to_end_id="DD-1", is_reversal=True)
    assert (back.status, back.rule, back.payment_id) == ("MATCHED", "REVERSAL", paid.payment_id)
    assert statuses(desk, sale)[0] == ("OPEN", "1362.50")
    assert balance(desk.club) == lost + 136250
    other = desk.take("1362.50", **more)
    asked = desk.take("-1362.50", is_reversal=True, counterparty_iban=PAYER)
    (proposal,) = desk.proposals(asked)
    assert (asked.status, proposal.payment_id) == ("PROPOSED", other.payment_id)
    desk.run(lambda work: accept_proposal(work, desk.actor, AcceptProposal(proposal.id)))
    assert desk.entry(asked.id).rule == "REVERSAL"
    assert statuses(desk, sale)[0] == ("OPEN", "1362.50")


def test_what_is_refused_stays_on_the_work_list_with_the_refusal(desk: Desk) -> None:
    before = entries(desk.club)
    found = desk.take("5.00", structured_reference=OGM, booked_on="2099-01-01")
    assert found.status == "OPEN"
    assert "is yet to come" in (found.reason or "")
    assert (entries(desk.club), desk.payments()) == (before, [])
    desk.club.make("accountingPeriodClose", "organisation { id }", {"throughOn": "2026-02-28"})
    assert desk.take("5.00", structured_reference=OGM).status == "MATCHED"


def test_a_malformed_record_is_refused_and_names_its_field(club: Club) -> None:
    desk = Desk(club)
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"amount": "1.234"}, "amount: "),
        ({"amount": None}, "amount: is missing"),
        ({"currency": "XXX"}, "amount: "),
        ({"booked_on": "2026-13-01"}, "booked_on: '2026-13-01' is no day"),
        ({"kind": "GIFT"}, "kind: 'GIFT' is none of"),
        ({"index": -1}, "index: -1 is no whole number"),
        ({"entry_ref": ""}, "entry_ref: is missing"),
    ]
    for change, told in wrong:
        with pytest.raises(TransferFaultError, match=told):
            desk.retake({**desk.written("5.00"), **change})


def test_only_who_may_record_payments_takes_entries_in(club: Club) -> None:
    with pytest.raises(DomainError, match="may not"):
        Desk(club, Role.ANALYST).take("5.00")


def stripe_payment(code: str, amount: str = "1362.50", **more: Any) -> dict[str, Any]:
    return {
        "method": "CARD",
        "received_on": "2026-02-01",
        "amount": amount,
        "currency": "EUR",
        "external_id": "pi_1",
        "status": "SUCCEEDED",
        "invoices": [{"invoice_code": code, "amount": amount}],
        **more,
    }


def balance_of(kind: str, ref: str, amount: str, **more: Any) -> dict[str, Any]:
    """A movement on the balance of a PSP."""
    account = {"account": "acct", "statement_id": "po_1", "entry_ref": ref, "index": 0}
    told = {"kind": kind, "amount": amount, "currency": "EUR", "booked_on": "2026-02-02"}
    return {**account, **told, "payout_id": "po_1", **more}


def test_a_payout_is_its_payments_less_fees_in_whatever_order_they_come(
    desk: Desk, sale: dict[str, Any]
) -> None:
    first, second, *_ = invoices(desk.club, sale)
    record = stripe_payment(first["code"])
    for _ in range(2):
        desk.run(lambda work: take_payment(work, desk.actor, "psp", record))
    credited = desk.take("1660.00", text="PSP po_1", booked_on="2026-02-03")
    assert credited.status == "OPEN"
    sent = desk.retake(balance_of("PAYOUT", "po_1", "-1660.00"), "psp")
    assert sent.reason == "its parts add up to 0.00, and 1660.00 was sent"
    known = balance_of("PAYMENT", "tx_1", "1362.50", fee="20.50", payment_id="pi_1")
    assert desk.retake(known, "psp").rule == "PROVIDER_ID"
    lost = balance_of(
        "PAYMENT", "tx_2", "331.00", fee="11.00", payment_id="pi_2", text=second["code"]
    )
    assert desk.retake(lost, "psp").rule == "NUMBER_IN_TEXT"
    fee = desk.retake(balance_of("FEE", "tx_3", "-2.00"), "psp")
    assert fee.status == "SET_ASIDE"
    found = desk.entry(credited.id)
    assert (found.status, found.rule, found.fee_minor) == ("MATCHED", "PAYOUT", 3150)
    assert (found.payout_entry_id, found.payment_id) == (sent.id, None)
    assert desk.entry(sent.id).reason == "sent to the bank, with 31.50 of fees apart"
    late = stripe_payment(second["code"], "331.00", external_id="pi_2")
    desk.run(lambda work: take_payment(work, desk.actor, "psp", late))
    assert sorted(one.amount_minor for one in desk.payments()) == [33100, 136250]
    assert desk.take("1660.00", text="PSP po_1", booked_on="2026-02-03").status == "OPEN"
    assert [one[1] for one in statuses(desk, sale)[:2]] == ["0.00", "1031.50"]


def test_refunds_and_chargebacks_at_the_psp_are_booked_once(
    desk: Desk, sale: dict[str, Any]
) -> None:
    first = invoices(desk.club, sale)[0]
    over = stripe_payment(first["code"], "1400.00")
    desk.run(lambda work: take_payment(work, desk.actor, "psp", over))
    refund = {
        "payment_id": "pi_1",
        "external_id": "re_1",
        "amount": "-30.00",
        "currency": "EUR",
        "status": "SUCCEEDED",
    }
    for _ in range(2):
        desk.run(lambda work: take_refund(work, desk.actor, "psp", refund))
    moved = balance_of("REFUND", "re_1", "-30.00", payment_id="pi_1")
    assert desk.retake(moved, "psp").refund_id is not None
    (done,) = desk.refunds()
    assert (done.status, done.amount_minor, done.external_id) == ("DONE", 3000, "re_1")
    with pytest.raises(DomainError, match=r"reported refund re_1 as 30\.00 before"):
        desk.run(lambda work: take_refund(work, desk.actor, "psp", {**refund, "amount": "-3.00"}))
    with pytest.raises(DomainError, match="a payment that is not known"):
        desk.run(
            lambda work: take_refund(work, desk.actor, "psp", {**refund, "payment_id": "pi_9"})
        )
    too_much = balance_of("REFUND", "re_2", "-100.00", payment_id="pi_1")
    assert "less credit" in (desk.retake(too_much, "psp").reason or "")
    part = desk.retake(balance_of("CHARGEBACK", "d_1", "-5.00", payment_id="pi_1"), "psp")
    assert "a part of a payment of 1400.00" in (part.reason or "")
    unknown = desk.retake(balance_of("CHARGEBACK", "d_2", "-5.00", payment_id="pi_9"), "psp")
    assert unknown.reason == "the payment pi_9 is not known"
    nameless = desk.retake(balance_of("REFUND", "d_3", "-5.00"), "psp")
    assert nameless.reason == "the payment that it is about is not known"


def test_a_chargeback_reverses_its_payment_once(desk: Desk, sale: dict[str, Any]) -> None:
    code = invoices(desk.club, sale)[0]["code"]
    desk.run(lambda work: take_payment(work, desk.actor, "psp", stripe_payment(code)))
    for ref in ("d_1", "d_2"):
        back = balance_of("CHARGEBACK", ref, "-1362.50", payment_id="pi_1")
        assert desk.retake(back, "psp").status == "MATCHED"
    assert desk.payments()[0].reversed_reason == "charged back at psp"
    assert statuses(desk, sale)[0] == ("OPEN", "1362.50")


def test_a_malformed_payment_of_a_psp_is_refused(club: Club) -> None:
    desk = Desk(club)
    wrong: list[tuple[dict[str, Any], type[Exception], str]] = [
        ({"external_id": None}, TransferFaultError, "external_id: is missing"),
        ({"method": "GOLD"}, TransferFaultError, "method: 'GOLD' is none of"),
        ({"invoices": []}, TransferFaultError, "invoices: names no invoice"),
        ({}, DomainError, "no invoice with the code 'X'"),
    ]
    for change, error, told in wrong:
        record = {**stripe_payment("X"), **change}
        with pytest.raises(error, match=told):
            desk.run(partial(take_payment, actor=desk.actor, system="psp", record=record))
    assert desk.payments() == []


def test_payments_that_have_not_succeeded_book_nothing(desk: Desk, sale: dict[str, Any]) -> None:
    record = stripe_payment(invoices(desk.club, sale)[0]["code"])
    pending = {**record, "status": "PENDING"}
    desk.run(lambda work: take_payment(work, desk.actor, "psp", pending))
    desk.run(lambda work: take_refund(work, desk.actor, "psp", pending))
    assert desk.payments() == []
    desk.run(lambda work: take_payment(work, desk.actor, "psp", record))
    with pytest.raises(DomainError, match=r"reported pi_1 as 1362\.50 EUR before"):
        desk.run(lambda work: take_payment(work, desk.actor, "psp", {**record, "amount": "1.00"}))


references = st.sampled_from([{"structured_reference": OGM}, {"text": "2026-0002"}, {"text": "?"}])


@settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # examples go on from each other
)
@given(st.lists(st.tuples(st.integers(1, 200_000), references), min_size=1, max_size=5))
def test_whatever_is_paid_is_booked_once_and_never_allocated_beyond(
    desk: Desk, moved: list[tuple[int, dict[str, str]]]
) -> None:
    before, known = balance(desk.club), {one.id for one in desk.payments()}
    taken = []
    for minor, more in moved:
        desk.count += 1
        record = desk.written(f"{minor // 100}.{minor % 100:02d}", **more)
        taken += [(desk.retake(record), minor) for _ in range(2)][:1]
    booked = sum(minor for one, minor in taken if one.payment_id is not None)
    made = [one for one in desk.payments() if one.id not in known]
    assert sum(one.amount_minor for one in made) == booked
    assert balance(desk.club) >= before - booked - 5 * len(moved)
    assert balance(desk.club) <= before - booked + 5 * len(moved)
    assert all(0 <= one.left_minor <= one.amount_minor for one in made)
