"""Reads of the ledger: balances, statements, and what was open at any instant.

All of it is summed from entries and allocations, which never change: what was true at an instant
stays true. Facts that are kept for speed, such as what is left of a payment, are not looked at.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Date, DateTime, Integer, String, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine, Uuid

from app.domain.permissions import Role, require_read

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date, datetime
    from uuid import UUID

    from sqlalchemy import TextClause

    from app.domain.permissions import Actor
    from app.storage.reads import Reader

BUCKETS = ("not_due", "days_1_to_30", "days_31_to_60", "days_61_to_90", "over_90_days")
"""How long what is open has been due."""

# What the queries below have in common; each stands in them by its name in braces.
_PARTS = {
    # Credit is what is open less what is owed: so nothing has to be summed payment by payment.
    "{aged}": """
    {open}, owed AS (
        SELECT account_id, currency, sum(amount_minor)::bigint AS balance
        FROM ledger_entry WHERE {of} {until} GROUP BY account_id, currency
    ), aged AS (
        SELECT open.account_id, open.currency, {sums}
        FROM open LEFT JOIN receivable
          ON receivable.organisation_id = :organisation_id AND receivable.invoice_id = target_id
        WHERE open_minor > 0 GROUP BY open.account_id, open.currency
    ), rows AS (
        SELECT account_id, currency, {names}, coalesce(all_open, 0) - coalesce(balance, 0) AS credit
        FROM owed FULL JOIN aged USING (account_id, currency)
        WHERE all_open IS NOT NULL OR balance <> 0
    )
    """,
    # What is open of every invoice and credit note: entries raise it, allocations settle it.
    "{open}": """
    WITH moved AS (
        SELECT account_id, currency, invoice_id AS target_id, amount_minor
        FROM ledger_entry WHERE {of} {until} AND invoice_id IS NOT NULL
        UNION ALL
        SELECT account_id, currency, invoice_id, -amount_minor
        FROM payment_allocation WHERE {of} {until} AND invoice_id IS NOT NULL
        UNION ALL
        SELECT account_id, currency, credit_id, amount_minor
        FROM payment_allocation WHERE {of} {until} AND credit_id IS NOT NULL
    ), open AS (
        SELECT any_value(account_id) AS account_id, any_value(currency) AS currency, target_id,
            sum(amount_minor)::bigint AS open_minor
        FROM moved GROUP BY target_id HAVING sum(amount_minor) <> 0
    )
    """,
    "{sums}": """
        sum(open_minor)::bigint AS all_open,
        sum(open_minor) FILTER (WHERE due_on IS NULL OR due_on >= :today) AS not_due,
        sum(open_minor) FILTER (WHERE :today - due_on BETWEEN 1 AND 30) AS days_1_to_30,
        sum(open_minor) FILTER (WHERE :today - due_on BETWEEN 31 AND 60) AS days_31_to_60,
        sum(open_minor) FILTER (WHERE :today - due_on BETWEEN 61 AND 90) AS days_61_to_90,
        sum(open_minor) FILTER (WHERE :today - due_on > 90) AS over_90_days
    """,
    "{names}": ", ".join(f"coalesce({name}, 0)::bigint AS {name}" for name in BUCKETS),
    "{until}": """
    AND (CAST(:as_of AS timestamptz) IS NULL OR created_at <= :as_of)
    AND (CAST(:posted_on AS date) IS NULL OR posted_on <= :posted_on)
    """,
}
_AGEING = """
    {aged}, listed AS (
        SELECT DISTINCT account_id FROM rows
        WHERE CAST(:after AS uuid) IS NULL OR account_id > :after
        ORDER BY account_id LIMIT :limit
    )
    SELECT rows.* FROM rows JOIN listed USING (account_id) ORDER BY account_id, currency
"""
_TOTALS = """
    {aged} SELECT NULL::uuid AS account_id, currency, {totals}
    FROM rows GROUP BY currency ORDER BY currency
""".replace(
    "{totals}", ", ".join(f"sum({name})::bigint AS {name}" for name in (*BUCKETS, "credit"))
)
_OPEN_INVOICES = """
    {open}, listed AS (
        SELECT target_id AS invoice_id, open.account_id, open.currency, open_minor, due_on,
            coalesce(due_on, 'infinity') AS place
        FROM open JOIN receivable
          ON receivable.organisation_id = :organisation_id AND receivable.invoice_id = target_id
        WHERE open_minor > 0 AND (NOT :overdue OR due_on < :today)
    )
    SELECT invoice_id, account_id, currency, open_minor, due_on FROM listed
    WHERE CAST(:after AS uuid) IS NULL
       OR (place, invoice_id) > (SELECT place, invoice_id FROM listed WHERE invoice_id = :after)
    ORDER BY place, invoice_id LIMIT :limit
"""
_BALANCES = """
    {open}, owed AS (
        SELECT account_id, currency, sum(amount_minor)::bigint AS balance
        FROM ledger_entry WHERE {of} {until} GROUP BY account_id, currency
    ), due AS (
        SELECT account_id, currency, sum(open_minor)::bigint AS open
        FROM open WHERE open_minor > 0 GROUP BY account_id, currency
    )
    SELECT account_id, currency, coalesce(balance, 0) AS balance, coalesce(open, 0) AS open,
        coalesce(open, 0) - coalesce(balance, 0) AS credit
    FROM owed FULL JOIN due USING (account_id, currency) ORDER BY account_id, currency
"""
_ENDS = """
    SELECT coalesce(sum(amount_minor) FILTER (WHERE posted_on < :first_on), 0)::bigint AS opening,
        coalesce(sum(amount_minor), 0)::bigint AS closing,
        count(*) FILTER (WHERE posted_on >= :first_on) AS count
    FROM ledger_entry WHERE {of} AND currency = :currency {until}
"""
_LINES = """
    WITH lines AS (
        SELECT *, sum(amount_minor) OVER (ORDER BY posted_on, id)::bigint AS running_minor
        FROM ledger_entry WHERE {of} AND currency = :currency {until} AND posted_on >= :first_on
    )
    SELECT * FROM lines
    WHERE CAST(:after AS uuid) IS NULL
       OR (posted_on, id) > (SELECT posted_on, id FROM lines WHERE id = :after)
    ORDER BY posted_on, id LIMIT :limit
"""
_OF_CLUB = "organisation_id = :organisation_id"
_OF_ACCOUNTS = "organisation_id = :organisation_id AND account_id = ANY(:account_ids)"
_TYPES: dict[str, TypeEngine[Any]] = {
    "organisation_id": Uuid(),
    "account_ids": ARRAY(Uuid()),
    "as_of": DateTime(timezone=True),
    "posted_on": Date(),
    "today": Date(),
    "first_on": Date(),
    "after": Uuid(),
    "currency": String(),
    "limit": Integer(),
    "overdue": Boolean(),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """What is looked at: what was written until an instant, and posted until a day.

    None of either sets no end. `today` is the day by which it is told what is due.
    """

    today: date
    as_of: datetime | None = None
    posted_on: date | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A page: `limit` rows after the one with an id."""

    limit: int
    after: UUID | None = None


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account owes in one currency: what is open, less its credit."""

    account_id: UUID
    currency: str
    balance_minor: int
    open_minor: int
    credit_minor: int


@dataclass(frozen=True, slots=True)
class Ageing:
    """What is open by how long it has been due, and the credit beside it; no account: totals."""

    account_id: UUID | None
    currency: str
    buckets: Mapping[str, int]
    credit_minor: int


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """A document, or another invoice, of which something was open."""

    invoice_id: UUID
    account_id: UUID
    currency: str
    open_minor: int
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Statement:
    """An account's entries from a day on, with the balance before and after each of them."""

    opening_minor: int
    closing_minor: int
    count: int
    lines: tuple[tuple[Mapping[str, Any], int], ...]


async def balances(
    reader: Reader, actor: Actor, account_ids: Collection[UUID]
) -> dict[UUID, list[Balance]]:
    """Sum up what accounts owe, by currency."""
    query = _over_accounts(_BALANCES, actor, account_ids)
    rows = await reader.run(query.bindparams(as_of=None, posted_on=None))
    found: dict[UUID, list[Balance]] = defaultdict(list)
    for row in rows:
        found[row["account_id"]].append(Balance(*row.values()))
    return dict(found)


async def ageing(
    reader: Reader,
    actor: Actor,
    moment: Moment,
    account_ids: Collection[UUID] | None,
    part: Part,
) -> list[Ageing]:
    """Sum up what was open of each account and currency, by how long it had been due."""
    query = _over_accounts(_AGEING, actor, account_ids)
    query = query.bindparams(after=part.after, limit=part.limit, **_of_moment(moment))
    return [_ageing(row) for row in await reader.run(query)]


async def ageing_totals(
    reader: Reader, actor: Actor, moment: Moment, account_ids: Collection[UUID] | None
) -> list[Ageing]:
    """Sum up what was open of all accounts together, by currency."""
    query = _over_accounts(_TOTALS, actor, account_ids).bindparams(**_of_moment(moment))
    return [_ageing(row) for row in await reader.run(query)]


async def open_invoices(
    reader: Reader,
    actor: Actor,
    moment: Moment,
    account_ids: Collection[UUID] | None,
    part: Part,
    *,
    overdue: bool,
) -> list[OpenInvoice]:
    """List what was open, the oldest due first."""
    query = _over_accounts(_OPEN_INVOICES, actor, account_ids).bindparams(
        after=part.after, limit=part.limit, overdue=overdue, **_of_moment(moment)
    )
    return [OpenInvoice(*row.values()) for row in await reader.run(query)]


async def statement(
    reader: Reader,
    actor: Actor,
    account_id: UUID,
    currency: str,
    first_on: date,
    moment: Moment,
    part: Part,
) -> Statement:
    """Read an account's entries of a period in one currency, with the balance after each."""
    period: dict[str, Any] = {"currency": currency, "first_on": first_on}
    period |= {"as_of": moment.as_of, "posted_on": moment.posted_on}
    ends = _over_accounts(_ENDS, actor, [account_id]).bindparams(**period)
    opening, closing, count = (await reader.run(ends))[0].values()
    lines = _over_accounts(_LINES, actor, [account_id])
    lines = lines.bindparams(after=part.after, limit=part.limit, **period)
    rows = await reader.run(lines)
    listed = tuple((row, opening + row["running_minor"]) for row in rows)
    return Statement(opening, closing, count, listed)


def _over_accounts(query: str, actor: Actor, account_ids: Collection[UUID] | None) -> TextClause:
    """Limit a query to accounts, or to the club's; a portal user always sees their own only."""
    require_read(actor, "ledger_entry")
    if actor.role is Role.PORTAL:
        own = actor.account_id
        account_ids = [own] if own and (account_ids is None or own in account_ids) else []
    given: dict[str, Any] = {"organisation_id": actor.organisation_id}
    if account_ids is not None:
        given["account_ids"] = list(account_ids)
    of = _OF_CLUB if account_ids is None else _OF_ACCOUNTS
    filled = query
    for name, meaning in {**_PARTS, "{of}": of}.items():
        filled = filled.replace(name, meaning)
    types = [bindparam(name, type_=kind) for name, kind in _TYPES.items() if f":{name}" in filled]
    return text(filled).bindparams(*types).bindparams(**given)


def _of_moment(moment: Moment) -> dict[str, Any]:
    """Return a moment's parameters."""
    return {"today": moment.today, "as_of": moment.as_of, "posted_on": moment.posted_on}


def _ageing(row: Mapping[str, Any]) -> Ageing:
    """Build what was open from a row of sums."""
    buckets = {name: row[name] for name in BUCKETS}
    return Ageing(row["account_id"], row["currency"], buckets, row["credit"])
