"""What a statement entry pays: the first rule that finds something decides, doubt is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import DomainError
from app.domain.statements import (
    EntryKind,
    EntryStatus,
    MatchRule,
    PaymentProposal,
    ProposalStatus,
    StatementEntry,
    after_rejection,
    require_open_proposal,
    require_same,
    require_unsettled,
)
from app.transfers.paymatch.deciding import (
    PROPOSAL_LIMIT,
    Choice,
    Decision,
    EarlierPayment,
    Ground,
    OpenInvoice,
    SentPayout,
    decide,
    similarity,
)

DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, tzinfo=UTC)
ACME, OTHER = UUID(int=1), UUID(int=2)
TOLERANCE_MINOR = 5


def entry(amount_minor: int = 1000, **more: Any) -> StatementEntry:
    values: dict[str, Any] = {
        "id": UUID(int=9),
        "key": "IBAN/S1/1/0",
        "system": "bank",
        "account": "IBAN",
        "statement_id": "S1",
        "entry_ref": "1",
        "entry_index": 0,
        "kind": EntryKind.BANK,
        "booked_on": DAY,
        "amount_minor": amount_minor,
        "fee_minor": 0,
        "currency": "EUR",
        "is_reversal": False,
        "status": EntryStatus.OPEN,
        "version": 1,
        "created_at": NOW,
        "updated_at": NOW,
    }
    left_out = [name for name in StatementEntry.__slots__ if name not in values]
    return StatementEntry(**{**dict.fromkeys(left_out), **values, **more})


def invoice(number: int, open_minor: int = 1000, account: UUID = ACME, **more: Any) -> OpenInvoice:
    name = "Brouwerij Van Acker NV" if account == ACME else "Other BV"
    values = {"due_on": date(2026, 11, number), **more}
    code = f"INV{number}"
    return OpenInvoice(UUID(int=100 + number), code, account, name, "EUR", open_minor, **values)


def payout(number: int, sent_minor: int = 970, **more: Any) -> SentPayout:
    known = {"net_minor": sent_minor, "fee_minor": 30, "sent_on": date(2026, 11, 18), **more}
    return SentPayout(UUID(int=number), f"po_{number}", "EUR", sent_minor=sent_minor, **known)


def decided(given: StatementEntry, ground: Ground) -> tuple[str, str | None, list[str]]:
    """The status, the rule by which it is matched, and the rules of proposals."""
    found = decide(given, ground, TOLERANCE_MINOR)
    rule = found.book.rule if isinstance(found.book, Choice) else None
    return found.status, rule, [str(one.rule) for one in found.proposals]


def test_the_first_rule_that_finds_something_decides() -> None:
    everything = {
        "referenced": (invoice(1),),
        "payouts": (payout(7, 1000),),
        "numbered": (invoice(2),),
        "known_accounts": frozenset({ACME}),
        "of_known": (invoice(3),),
        "of_amount": (invoice(4),),
    }
    named = entry(counterparty_name="Van Acker, Brouwerij")
    expected = [
        ("MATCHED", "STRUCTURED_REFERENCE", []),
        ("MATCHED", None, []),
        ("MATCHED", "NUMBER_IN_TEXT", []),
        ("MATCHED", "AMOUNT_AND_ACCOUNT", []),
        ("PROPOSED", None, ["AMOUNT_AND_NAME"]),
        ("OPEN", None, []),
    ]
    for without, wanted in zip(
        ["", "referenced", "payouts", "numbered", "of_known", "of_amount"], expected, strict=True
    ):
        everything.pop(without, None)
        assert decided(named, Ground(**everything)) == wanted  # type: ignore[arg-type]


def test_a_reference_of_several_invoices_pays_the_oldest_due_first() -> None:
    found = decide(entry(), Ground(referenced=(invoice(5), invoice(3))), TOLERANCE_MINOR).book
    assert isinstance(found, Choice)
    assert found.invoice_ids == (UUID(int=103), UUID(int=105))
    assert found.reason == "the structured reference names INV3, INV5"


def test_references_of_several_accounts_are_asked() -> None:
    ground = Ground(referenced=(invoice(1), invoice(2, account=OTHER)))
    assert decided(entry(), ground) == ("PROPOSED", None, ["STRUCTURED_REFERENCE"] * 2)
    assert decided(entry(), Ground(numbered=ground.referenced))[0] == "PROPOSED"


@pytest.mark.parametrize(
    ("paid", "status"), [(1, "MATCHED"), (1005, "MATCHED"), (1006, "PROPOSED")]
)
def test_a_number_in_the_text_is_asked_when_more_was_paid(paid: int, status: str) -> None:
    assert decided(entry(paid), Ground(numbered=(invoice(1),)))[0] == status


@pytest.mark.parametrize(
    ("payouts", "text", "status", "told"),
    [
        ([payout(1)], None, "MATCHED", "payout po_1, with 0.30 of fees apart"),
        ([payout(1), payout(2)], None, "OPEN", "payouts po_1, po_2 have this amount"),
        ([payout(1), payout(2)], "STRIPE po_2", "MATCHED", "payout po_2"),
        ([payout(1, net_minor=900)], None, "OPEN", "has parts that add up to 9.00"),
        ([payout(1, sent_on=date(2026, 11, 21))], None, "OPEN", "no reference"),
        ([payout(1, sent_on=date(2026, 11, 12))], None, "OPEN", "no reference"),
        ([payout(1, 971)], None, "OPEN", "no reference"),
        ([replace(payout(1), currency="USD")], None, "OPEN", "no reference"),
    ],
)
def test_a_payout_is_matched_by_what_its_parts_add_up_to(
    payouts: list[SentPayout], text: str | None, status: str, told: str
) -> None:
    found = decide(entry(970, text=text), Ground(payouts=tuple(payouts)), TOLERANCE_MINOR)
    assert (found.status, told in found.reason) == (status, True)


def test_a_known_account_number_needs_the_amount() -> None:
    def found(*invoices: OpenInvoice, accounts: frozenset[UUID] = frozenset({ACME})) -> str:
        return decided(entry(), Ground(known_accounts=accounts, of_known=invoices))[0]

    assert found(invoice(1), invoice(2, 500)) == "MATCHED"
    assert found(invoice(1, 1004), invoice(2, 500)) == "MATCHED"
    assert found(invoice(1), invoice(2)) == "PROPOSED"
    assert found(invoice(1, 400), invoice(2, 600)) == "MATCHED"
    assert found(invoice(1, 400), invoice(2, 700)) == "PROPOSED"
    both = frozenset({ACME, OTHER})
    assert found(invoice(1, 400), invoice(2, 600, OTHER), accounts=both) == "OPEN"
    assert found() == "OPEN"


def test_similar_names_are_proposed_the_most_similar_first_and_only_a_few() -> None:
    ground = Ground(of_amount=(invoice(9), invoice(8), invoice(1, account=OTHER)))
    found = decide(entry(counterparty_name="BROUWERIJ VAN ÁCKER"), ground, TOLERANCE_MINOR)
    assert [one.invoice_ids for one in found.proposals] == [(UUID(int=108),), (UUID(int=109),)]
    many = Ground(of_amount=tuple(invoice(number) for number in range(1, 20)))
    found = decide(entry(counterparty_name="Brouwerij van Acker"), many, TOLERANCE_MINOR)
    assert len(found.proposals) == PROPOSAL_LIMIT
    assert decided(entry(counterparty_name="Somebody"), ground)[0] == "OPEN"
    assert decided(entry(), ground)[0] == "OPEN"


@pytest.mark.parametrize(
    ("one", "other", "is_similar"),
    [
        ("J. Jansen", "jansen j", True),
        ("Müller GmbH", "MULLER G.M.B.H.", True),
        ("Club Brugge", "Cercle Brugge", False),
        ("N.V.", "BV", False),
    ],
)
def test_names_are_compared_without_accents_order_and_legal_forms(
    one: str, other: str, *, is_similar: bool
) -> None:
    assert (similarity(one, other) >= 0.8) is is_similar


def test_money_that_went_out_is_set_aside_unless_it_came_back() -> None:
    assert decided(entry(-1000), Ground())[0] == "SET_ASIDE"
    assert decided(entry(0), Ground())[0] == "SET_ASIDE"

    def came_back(*earlier: EarlierPayment) -> Decision:
        return decide(entry(-1000, is_reversal=True), Ground(earlier=earlier), TOLERANCE_MINOR)

    sure = EarlierPayment(
        UUID(int=5), ACME, 1000, is_same_reference=True, is_same_counterparty=True
    )
    likely = replace(sure, payment_id=UUID(int=6), is_same_reference=False)
    found = came_back(sure, likely)
    assert isinstance(found.book, Choice)
    assert (found.book.payment_id, found.book.rule) == (UUID(int=5), MatchRule.REVERSAL)
    assert came_back(likely).status == "PROPOSED"
    assert came_back(sure, sure).status == "PROPOSED"
    assert came_back(replace(sure, amount_minor=999)).status == "OPEN"
    assert came_back(replace(likely, is_same_counterparty=False)).status == "OPEN"


invoices = st.lists(
    st.builds(
        lambda number, minor: invoice(number, minor, UUID(int=number % 3 + 1)),
        st.integers(1, 28),
        st.integers(1, 2000),
    ),
    max_size=4,
    unique_by=lambda one: one.code,
).map(tuple)


@settings(max_examples=80, deadline=None)
@given(
    st.integers(-2000, 2000),
    st.booleans(),
    invoices,
    invoices,
    invoices,
    st.lists(st.builds(payout, st.integers(1, 9), st.integers(900, 1000)), max_size=2).map(tuple),
)
def test_whatever_is_known_a_match_is_one_accounts_and_exactly_what_was_booked(
    minor: int,
    is_reversal: bool,  # noqa: FBT001 - drawn
    referenced: tuple[OpenInvoice, ...],
    numbered: tuple[OpenInvoice, ...],
    of_known: tuple[OpenInvoice, ...],
    payouts: tuple[SentPayout, ...],
) -> None:
    known = frozenset(one.account_id for one in of_known)
    ground = Ground(referenced, numbered, known, of_known, of_known, payouts)
    given = entry(minor, is_reversal=is_reversal, counterparty_name="Other")
    found = decide(given, ground, TOLERANCE_MINOR)
    assert (found.status is EntryStatus.MATCHED) == (found.book is not None)
    assert (found.status is EntryStatus.PROPOSED) == bool(found.proposals)
    assert found.reason
    owner = {one.invoice_id: one.account_id for one in (*referenced, *numbered, *of_known)}
    for choice in (*found.proposals, found.book):
        if isinstance(choice, Choice):
            assert len(set(choice.invoice_ids)) == len(choice.invoice_ids) > 0
    if isinstance(found.book, Choice):
        assert minor > 0
        assert {owner[one] for one in found.book.invoice_ids} >= {found.book.account_id}
    if isinstance(found.book, SentPayout):
        assert found.book.net_minor == minor


def test_an_entry_is_settled_once_and_the_same_for_ever() -> None:
    for status in (EntryStatus.MATCHED, EntryStatus.SET_ASIDE):
        with pytest.raises(DomainError, match="an entry is settled once"):
            require_unsettled(entry(status=status), "entryId")
    require_unsettled(entry())
    require_same(entry(), entry(status=EntryStatus.MATCHED, reason="x"))
    with pytest.raises(DomainError, match="came before with another amount, text"):
        require_same(entry(), entry(2000, text="y"))


def test_the_last_rejected_proposal_opens_its_entry_again() -> None:
    proposed = entry(status=EntryStatus.PROPOSED, reason="choose")
    assert after_rejection(proposed, 1) == proposed
    assert after_rejection(proposed, 0).status is EntryStatus.OPEN
    none: dict[str, Any] = {"payment_id": None, "decided_by": None, "decided_at": None}
    proposal = PaymentProposal(
        ACME,
        ACME,
        MatchRule.PAYOUT,
        ProposalStatus.OPEN,
        ACME,
        (),
        reason="",
        created_at=NOW,
        **none,
    )
    require_open_proposal(proposal)
    with pytest.raises(DomainError, match="REJECTED already"):
        require_open_proposal(replace(proposal, status=ProposalStatus.REJECTED))
