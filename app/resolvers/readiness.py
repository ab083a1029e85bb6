"""What a club, a season and an account still lack before a Sale can be made and become Final."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.accounts import Account
from app.domain.calendar import SELLABLE
from app.resolvers.ids import parse_id
from app.storage.conditions import Comparison, Condition
from app.storage.rows import names_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.resolvers.context import Context


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that a Sale needs, and whether it is there."""

    topic: str
    is_met: bool
    message: str


async def sale_readiness(
    context: Context, season_id: str | None, account_id: str | None
) -> list[Need]:
    """Check the list that people go through before their first Sale."""
    season = None if season_id is None else parse_id("season", season_id, "seasonId")
    to_come = [
        Condition(("starts_at",), Comparison.AT_LEAST, context.clock()),
        Condition(("status",), Comparison.ANY_OF, list(SELLABLE)),
    ]
    if season is not None:
        to_come.append(Condition(("season_id",), Comparison.EQUAL, season))
    seats = [Condition(("kind",), Comparison.EQUAL, "SEAT")]
    active = [Condition(("is_active",), Comparison.EQUAL, True)]  # noqa: FBT003 - a compared value
    needs = [
        await _counted(context, "VENUE", "venue", [], "create a venue with its stands and rows"),
        await _counted(context, "SEATS", "resource", seats, "create the seats of the venue"),
        await _counted(
            context, "CALENDAR", "calendar_item", to_come, "create calendar items that are to come"
        ),
        await _counted(context, "PRODUCTS", "product", active, "create the products to sell"),
        await _counted(
            context, "PRICES", "price", [], "create a price list with prices, or type prices"
        ),
        await _counted(context, "ACCOUNTS", "account", active, "create an account"),
    ]
    if account_id is not None:
        needs.append(await _account(context, account_id))
    return needs


async def _counted(
    context: Context, topic: str, table: str, conditions: list[Condition], advice: str
) -> Need:
    """Check that there is at least one row of a kind."""
    found = await context.reader.count(context.caller, table, conditions)
    name = table.replace("_", " ")
    return Need(topic, is_met=found > 0, message=f"{found} found: {name}" if found else advice)


async def _account(context: Context, account_id: str) -> Need:
    """Check that an account has what documents need."""
    row = await context.row("account", parse_id("account", account_id, "accountId"))
    if row is None:
        return Need("ACCOUNT", is_met=False, message="no such account")
    contacts = await context.children("contact", "account_id", row["id"], ())
    has_default = any(contact["is_default"] for contact in contacts)
    missing = _entity(row).missing_for_final(has_default_contact=has_default)
    text = f"complete: {', '.join(missing)}" if missing else "the account is complete"
    return Need("ACCOUNT", is_met=not missing, message=text)


def _entity(row: Mapping[str, Any]) -> Account:
    """Build the entity of a row."""
    return Account(**{name: row[name] for name in names_of(Account)})
