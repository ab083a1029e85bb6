"""A club whose statement entries are taken in, and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.accounts import Account
from app.domain.invoices import Invoice
from app.domain.payments import Payment, Refund
from app.domain.permissions import Actor, Role
from app.domain.statements import PaymentProposal, StatementEntry
from app.storage.identity import new_id
from app.transfers.paymatch.applying import match_open_entries, take_entry

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from app.storage.unit_of_work import UnitOfWork
    from tests.club import Club

DAY = "2026-02-01"
OWN = "BE71096123456769"


class Desk:
    """Whoever takes in the statements of a club."""

    def __init__(self, club: Club, role: Role = Role.FINANCE) -> None:
        self.club = club
        self.actor = Actor(club.organisation.id, new_id(), role)
        self.count = 0

    def run(self, command: Callable[[UnitOfWork], Any]) -> Any:
        """Carry something out in one transaction."""
        return self.club.runner.transact(self.club.organisation.id, "desk", command)

    def take(self, amount: str, system: str = "bank", **more: Any) -> StatementEntry:
        """Take in an entry of today's statement, and return what became of it."""
        self.count += 1
        return self.retake(self.written(amount, **more), system)

    def written(self, amount: str, **more: Any) -> dict[str, Any]:
        named = {"account": OWN, "statement_id": "S1", "entry_ref": str(self.count), "index": 0}
        return {**named, "booked_on": DAY, "amount": amount, "currency": "EUR", **more}

    def retake(self, record: dict[str, Any], system: str = "bank") -> StatementEntry:
        outcome = self.run(lambda work: take_entry(work, self.actor, system, record))
        return self.entry(outcome.ids["statement_entry"])

    def look_again(self) -> int:
        found: int = self.run(lambda work: match_open_entries(work, self.actor))
        return found

    def entry(self, entry_id: UUID) -> StatementEntry:
        found: StatementEntry = self.run(lambda work: work.get(StatementEntry, entry_id))
        return found

    def proposals(self, entry: StatementEntry) -> list[PaymentProposal]:
        found: list[PaymentProposal] = self.run(
            lambda work: work.find(PaymentProposal, entry_id=entry.id)
        )
        return found

    def payments(self) -> list[Payment]:
        found: list[Payment] = self.run(lambda work: work.find(Payment))
        return found

    def refunds(self) -> list[Refund]:
        found: list[Refund] = self.run(lambda work: work.find(Refund))
        return found

    def account(self, code: str = "A1") -> Account:
        found: Account = self.run(lambda work: work.find(Account, code=code)[0])
        return found

    def invoice(self, code: str) -> Invoice:
        found: Invoice = self.run(lambda work: work.find(Invoice, code=code)[0])
        return found
