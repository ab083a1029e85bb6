"""Reads of the ledger: whose, until when, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.domain.errors import ErrorCode, refuse
from app.domain.validation import Check
from app.resolvers.filters import FILTER_LIST_LIMIT
from app.resolvers.ids import parse_id
from app.storage import ledger

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.resolvers.context import Context

ROWS_LIMIT = 1_000
"""The most rows of one answer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose money is asked about, and as of when."""

    moment: ledger.Moment
    account_ids: tuple[UUID, ...] | None


async def asked(
    context: Context,
    as_of: datetime | None,
    on: date | None,
    account_ids: Sequence[str] | None,
) -> Asked:
    """Turn the arguments of a report into what is read.

    What is due is told by the day that is given, else by the day of the instant, else by today.
    """
    check = Check()
    check.instant("asOf", as_of)
    check.day("on", on)
    check.refuse_if_any()
    ids = None
    if account_ids is not None:
        if len(account_ids) > FILTER_LIST_LIMIT:
            message = f"at most {FILTER_LIST_LIMIT} accounts, not {len(account_ids)}"
            refuse(ErrorCode.TOO_MANY_ITEMS, message, "accountIds")
        ids = tuple(parse_id("account", one, "accountIds") for one in account_ids)
    today = on or await _day_of(context, as_of)
    return Asked(ledger.Moment(today, as_of, on), ids)


async def read_ageing(
    context: Context, wanted: Asked, first: int, after: str | None
) -> tuple[list[ledger.Ageing], bool]:
    """Read what was open account by account, and tell whether more accounts follow."""
    part = _part(first, after, "account")
    rows = await ledger.ageing(
        context.reader, context.caller, wanted.moment, wanted.account_ids, part
    )
    accounts = sorted({one.account_id for one in rows if one.account_id is not None})
    kept = set(accounts[:first])
    return [one for one in rows if one.account_id in kept], len(accounts) > first


async def read_totals(context: Context, wanted: Asked) -> list[ledger.Ageing]:
    """Read what was open of all accounts together."""
    return await ledger.ageing_totals(
        context.reader, context.caller, wanted.moment, wanted.account_ids
    )


async def read_open(
    context: Context, wanted: Asked, first: int, after: str | None, *, overdue: bool
) -> tuple[list[ledger.OpenInvoice], bool]:
    """Read what was open invoice by invoice, and tell whether more follow."""
    part = _part(first, after, "invoice")
    rows = await ledger.open_invoices(
        context.reader, context.caller, wanted.moment, wanted.account_ids, part, overdue=overdue
    )
    return rows[:first], len(rows) > first


async def read_statement(
    context: Context,
    account_id: UUID,
    currency: str,
    days: tuple[date, date],
    as_of: datetime | None,
    part: tuple[int, str | None],
) -> tuple[ledger.Statement, bool]:
    """Read an account's entries of a period, and tell whether more follow."""
    check = Check()
    check.currency("currency", currency)
    check.days("from", days[0], "to", days[1])
    check.instant("asOf", as_of)
    check.refuse_if_any()
    if await context.row("account", account_id) is None:
        refuse(ErrorCode.NOT_FOUND, "no such account", "accountId")
    first, after = part
    found = await ledger.statement(
        context.reader,
        context.caller,
        account_id,
        currency,
        days[0],
        ledger.Moment(days[1], as_of, days[1]),
        _part(first, after, "ledger_entry"),
    )
    return found, len(found.lines) > first


async def read_balances(context: Context, account_id: UUID) -> list[ledger.Balance]:
    """Read what an account owes by currency; loads of one moment go in one statement."""

    async def load(ids: list[UUID]) -> list[list[ledger.Balance]]:
        found = await ledger.balances(context.reader, context.caller, ids)
        return [found.get(one, []) for one in ids]

    found: list[ledger.Balance] = await context.loaded("account balances", account_id, load)
    return found


async def _day_of(context: Context, instant: datetime | None) -> date:
    """Return the day it was at the club at an instant, or is now."""
    if instant is None:
        return await context.today()
    club = await context.row("organisation", context.caller.organisation_id)
    return instant.astimezone(ZoneInfo(club["time_zone"] if club else "UTC")).date()


def _part(first: int, after: str | None, kind: str) -> ledger.Part:
    """Check how much is asked for; one row more is read, to tell whether there are more."""
    if not 1 <= first <= ROWS_LIMIT:
        message = f"first must be between 1 and {ROWS_LIMIT}, not {first}"
        refuse(ErrorCode.INPUT_INVALID, message, "first")
    return ledger.Part(first + 1, None if after is None else parse_id(kind, after, "after"))
