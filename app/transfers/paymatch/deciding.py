"""What a statement entry pays, decided from what is known of it: pure, and in the spec's order.

Structured reference; payout of a PSP; numbers in the text; amount and known account number; amount
and a similar name. The first rule that finds something decides. What it finds in doubt becomes
proposals; a similar name is never more than that.

Source: transfers.md 1d.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from app.domain.money import format_amount
from app.domain.statements import EntryStatus, MatchRule

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from app.domain.statements import StatementEntry

PROPOSAL_LIMIT = 5
"""Proposals for one entry; with more choice than that a person finds it faster by searching."""
NAME_SIMILARITY = 0.8
"""From this ratio on (0 to 1, of difflib) two names may be the same customer's."""
PAYOUT_DAYS = 7
"""How many days after a PSP sent a payout the bank books it at the latest."""
_LEGAL_FORMS = frozenset(
    "nv sa bv bvba srl sprl vof snc cv scrl vzw asbl gmbh ag ug ltd limited llc plc inc".split()
)
_LETTERS = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice that money may be paid to, and whose it is."""

    invoice_id: UUID
    code: str
    account_id: UUID
    account_name: str
    currency: str
    open_minor: int
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class SentPayout:
    """A payout that a PSP reported, no bank entry is matched with, and its parts.

    `net_minor` is the sum of the parts less their fees; it differs from `sent_minor` where the PSP
    did not report everything.
    """

    entry_id: UUID
    payout_id: str
    currency: str
    sent_on: date
    sent_minor: int
    net_minor: int
    fee_minor: int


@dataclass(frozen=True, slots=True)
class EarlierPayment:
    """A payment that an earlier entry became, not reversed."""

    payment_id: UUID
    account_id: UUID
    amount_minor: int
    is_same_reference: bool
    is_same_counterparty: bool


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known around an entry: invoices by reference, number, payer and amount."""

    referenced: tuple[OpenInvoice, ...] = ()
    numbered: tuple[OpenInvoice, ...] = ()
    known_accounts: frozenset[UUID] = frozenset()
    of_known: tuple[OpenInvoice, ...] = ()
    of_amount: tuple[OpenInvoice, ...] = ()
    payouts: tuple[SentPayout, ...] = ()
    earlier: tuple[EarlierPayment, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """Invoices of one account to be paid in order, or a payment that came back."""

    rule: MatchRule
    account_id: UUID
    invoice_ids: tuple[UUID, ...]
    reason: str
    payment_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done with an entry; a MATCHED one, and no other, has something to `book`."""

    status: EntryStatus
    reason: str
    book: Choice | SentPayout | None = None
    proposals: tuple[Choice, ...] = ()


def decide(entry: StatementEntry, ground: Ground, tolerance_minor: int) -> Decision:
    """Decide what an entry of a bank is; `tolerance_minor` is what a payment may miss."""
    if entry.is_reversal and entry.amount_minor < 0:
        return _returned(entry, ground)
    if entry.amount_minor <= 0:
        return Decision(EntryStatus.SET_ASIDE, "the money went out; it is no customer's payment")
    return (
        _by_reference(ground)
        or _by_payout(entry, ground)
        or _by_number(entry, ground, tolerance_minor)
        or _by_account(entry, ground, tolerance_minor)
        or _by_name(entry, ground)
        or Decision(EntryStatus.OPEN, "no reference, number, account number or amount is known")
    )


def similarity(one: str, other: str) -> float:
    """Compare two names from 0 to 1: without accents, legal forms and the order of words."""
    first, second = _words(one), _words(other)
    if not first or not second:
        return 0.0
    return SequenceMatcher(None, " ".join(first), " ".join(second), autojunk=False).ratio()


def _words(name: str) -> list[str]:
    """Take a name apart into sorted words of letters and digits."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(one for one in plain if not unicodedata.combining(one)).replace(".", "")
    return sorted(word for word in _LETTERS.findall(bare) if word not in _LEGAL_FORMS)


def _by_reference(ground: Ground) -> Decision | None:
    """Pay what a structured reference names; whatever is too much stays the account's credit."""
    rule = MatchRule.STRUCTURED_REFERENCE
    return _one_of(_choices(rule, ground.referenced, "the structured reference names {codes}"))


def _by_payout(entry: StatementEntry, ground: Ground) -> Decision | None:
    """Match a payout of a PSP whose parts less their fees are the amount."""
    near = [
        one
        for one in ground.payouts
        if one.currency == entry.currency
        and one.sent_minor == entry.amount_minor
        and 0 <= (entry.booked_on - one.sent_on).days <= PAYOUT_DAYS
    ]
    named = [one for one in near if one.payout_id in (entry.text or "")]
    found = named or near
    if not found:
        return None
    if len(found) > 1:
        shown = ", ".join(one.payout_id for one in found[:PROPOSAL_LIMIT])
        message = f"payouts {shown} have this amount, and the bank names none of them"
        return Decision(EntryStatus.OPEN, message)
    (payout,) = found
    if payout.net_minor != payout.sent_minor:
        net = format_amount(payout.net_minor, payout.currency)
        message = f"payout {payout.payout_id} has parts that add up to {net}; wait for the others"
        return Decision(EntryStatus.OPEN, message)
    fee = format_amount(payout.fee_minor, payout.currency)
    message = f"payout {payout.payout_id}, with {fee} of fees apart"
    return Decision(EntryStatus.MATCHED, message, payout)


def _by_number(entry: StatementEntry, ground: Ground, tolerance_minor: int) -> Decision | None:
    """Pay what numbers in the text name, unless the amount is more than that: then ask."""
    rule = MatchRule.NUMBER_IN_TEXT
    choices = _choices(rule, ground.numbered, "the text names {codes}")
    decision = _one_of(choices)
    if decision is None or decision.book is None:
        return decision
    open_minor = sum(one.open_minor for one in ground.numbered)
    if entry.amount_minor <= open_minor + tolerance_minor:
        return decision
    named = format_amount(open_minor, entry.currency)
    reason = f"{decision.reason}, of which {named} is open; the rest would become a credit"
    return Decision(EntryStatus.PROPOSED, reason, proposals=choices)


def _by_account(entry: StatementEntry, ground: Ground, tolerance_minor: int) -> Decision | None:
    """Pay what has the amount and belongs to whoever paid from this account number before."""
    rule = MatchRule.AMOUNT_AND_ACCOUNT
    fitting = _near(entry, ground.of_known, tolerance_minor)
    if len(fitting) == 1:
        reason = "the account number is known, and {codes} has the amount"
        return _one_of(_choices(rule, fitting, reason))
    if fitting:
        reason = "the account number is known, and {codes} has the amount"
        proposals = tuple(_choice(rule, [one], reason) for one in fitting[:PROPOSAL_LIMIT])
        return _proposed(proposals)
    if len(ground.known_accounts) == 1 and ground.of_known:
        choice = _choice(rule, ground.of_known, "the account number is known; {codes} is open")
        total = sum(one.open_minor for one in ground.of_known)
        is_all = total == entry.amount_minor
        return (
            Decision(EntryStatus.MATCHED, choice.reason, choice) if is_all else _proposed((choice,))
        )
    return None


def _by_name(entry: StatementEntry, ground: Ground) -> Decision | None:
    """Propose invoices of the amount whose customers have a similar name."""
    name = entry.counterparty_name
    if name is None:
        return None
    scored = [(similarity(name, one.account_name), one) for one in ground.of_amount]
    similar = sorted((one for one in scored if one[0] >= NAME_SIMILARITY), key=_by_score)
    proposals = tuple(
        _choice(
            MatchRule.AMOUNT_AND_NAME, [one], f"{{codes}} has the amount, of {one.account_name}"
        )
        for _, one in similar[:PROPOSAL_LIMIT]
    )
    return _proposed(proposals) if proposals else None


def _by_score(scored: tuple[float, OpenInvoice]) -> tuple[float, date, str]:
    """Put the most similar first, then the oldest due."""
    score, one = scored
    return -score, one.due_on or date.max, one.code


def _returned(entry: StatementEntry, ground: Ground) -> Decision:
    """Take back the payment that came back, if its reference tells which; else ask."""
    rule = MatchRule.REVERSAL
    same = [one for one in ground.earlier if one.amount_minor == -entry.amount_minor]
    sure = [one for one in same if one.is_same_reference]
    likely = sure or [one for one in same if one.is_same_counterparty]
    choices = tuple(
        Choice(rule, one.account_id, (), "the bank took this payment back", one.payment_id)
        for one in likely[:PROPOSAL_LIMIT]
    )
    if len(sure) == 1:
        return Decision(EntryStatus.MATCHED, choices[0].reason, choices[0])
    if choices:
        return _proposed(choices)
    return Decision(EntryStatus.OPEN, "the bank took a movement back, and no payment is like it")


def _near(
    entry: StatementEntry, invoices: Iterable[OpenInvoice], tolerance_minor: int
) -> list[OpenInvoice]:
    """Return invoices of the amount: exactly, or else within the tolerance."""
    found = list(invoices)
    exact = [one for one in found if one.open_minor == entry.amount_minor]
    within = [one for one in found if abs(one.open_minor - entry.amount_minor) <= tolerance_minor]
    return exact or within


def _choices(rule: MatchRule, invoices: Iterable[OpenInvoice], reason: str) -> tuple[Choice, ...]:
    """Return a choice for each account, its invoices the oldest due first."""
    by_account: dict[UUID, list[OpenInvoice]] = {}
    for one in invoices:
        by_account.setdefault(one.account_id, []).append(one)
    return tuple(_choice(rule, found, reason) for found in by_account.values())


def _choice(rule: MatchRule, invoices: Sequence[OpenInvoice], reason: str) -> Choice:
    """Return the choice of one account's invoices."""
    ordered = sorted(invoices, key=lambda one: (one.due_on or date.max, one.code))
    codes = ", ".join(one.code for one in ordered)
    ids = tuple(one.invoice_id for one in ordered)
    return Choice(rule, ordered[0].account_id, ids, reason.replace("{codes}", codes))


def _one_of(choices: tuple[Choice, ...]) -> Decision | None:
    """Match the only choice, propose several, or leave it to the next rule."""
    if len(choices) == 1:
        return Decision(EntryStatus.MATCHED, choices[0].reason, choices[0])
    return _proposed(choices[:PROPOSAL_LIMIT]) if choices else None


def _proposed(choices: tuple[Choice, ...]) -> Decision:
    """Ask a person."""
    reason = choices[0].reason if len(choices) == 1 else f"{len(choices)} are possible; choose one"
    return Decision(EntryStatus.PROPOSED, reason, proposals=choices)
