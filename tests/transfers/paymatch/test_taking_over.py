"""What flows bring of statements and PSPs is taken over once, under the code of its system."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from app.domain.errors import DomainError
from app.domain.statements import StatementEntry
from app.transfers.engine.applying import APPLY, Takeover
from tests.transfers.paymatch.taken_entries import Desk

if TYPE_CHECKING:
    from app.transfers.engine.opening import Workshop
    from tests.club import Club


def take_over(club: Club, entity: str, record: dict[str, Any]) -> None:
    shop = cast("Workshop", SimpleNamespace(runner=club.runner))
    system: Any = SimpleNamespace(document_source_code=None, code="KBC")
    none: Any = None
    APPLY[entity](shop, Takeover(club.organisation.id, none, none, system, record), record)


def test_entries_payments_and_refunds_are_taken_over_once(club: Club) -> None:
    desk = Desk(club)
    record = desk.written("3.00", text="?")
    for _ in range(2):
        take_over(club, "statement_entry", record)
    (entry,) = desk.run(lambda work: work.find(StatementEntry))
    assert (entry.system, entry.status) == ("KBC", "OPEN")
    told = {"external_id": "pi_1", "amount": "3.00", "currency": "EUR", "payment_id": "pi_0"}
    take_over(club, "payment", {**told, "status": "PENDING"})
    with pytest.raises(DomainError, match="a payment that is not known"):
        take_over(club, "refund", {**told, "status": "SUCCEEDED"})
    assert desk.payments() == []
