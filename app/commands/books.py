"""Opening an account's book for a command and closing it: how money is dated, stored and told."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from app.commands.line_facts import today_of
from app.domain.errors import ErrorCode, refuse
from app.domain.events import Topic
from app.domain.settling import Posting
from app.storage.organisations import read_organisation
from app.storage.receivables import save_book

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from app.domain.organisations import Organisation
    from app.domain.settling import Book
    from app.storage.unit_of_work import UnitOfWork


def posting_of(
    work: UnitOfWork,
    account_id: UUID,
    currency: str,
    posted_on: date | None = None,
    *path: str,
) -> Posting:
    """Say how entries of an account are dated: today, or on the first day that is open.

    A date that is asked for is refused with PERIOD_CLOSED when its period is closed.
    """
    organisation = read_organisation(work)
    if posted_on is not None:
        require_open(organisation, posted_on, *path)
    return Posting(
        account_id=account_id,
        currency=currency,
        posted_on=posted_on or first_open_day(organisation, today_of(work, organisation)),
        now=work.now,
        actor_name=work.actor_name,
        new_id=work.new_id,
    )


def first_open_day(organisation: Organisation, wanted: date) -> date:
    """Return the wanted day, or the first one after the closed periods."""
    closed = organisation.closed_through_on
    return wanted if closed is None or wanted > closed else closed + timedelta(days=1)


def require_open(organisation: Organisation, day: date, *path: str) -> None:
    """Refuse a posting date in a closed period with PERIOD_CLOSED, naming the first open one."""
    first = first_open_day(organisation, day)
    if first != day:
        message = f"periods through {organisation.closed_through_on} are closed; post on {first}"
        refuse(ErrorCode.PERIOD_CLOSED, message, *path)


def close_book(work: UnitOfWork, book: Book) -> None:
    """Store what was booked, and announce which documents are settled or open again."""
    save_book(work, book)
    before = {one.invoice_id: one for one in book.opened[0]}
    for facts in book.receivables.values():
        known = before.get(facts.invoice_id)
        was_settled = known is not None and known.is_documented and not known.open_minor
        is_settled = facts.is_documented and not facts.open_minor
        if is_settled is not was_settled:
            topic = Topic.INVOICE_SETTLED if is_settled else Topic.INVOICE_REOPENED
            work.emit(
                topic,
                "invoice",
                facts.invoice_id,
                sale_id=facts.sale_id,
                open_minor=facts.open_minor,
                currency=facts.currency,
            )
