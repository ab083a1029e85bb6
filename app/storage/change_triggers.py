"""The triggers that note in the change log what reports have to read again, for every table.

They are generated from the table below, statement by statement: a season sale writes hundreds of
rows in a dozen statements, and each of those notes the lines or items that it touched once. What
is noted is whose rows of a report follow, not which row it was: entitlements note their line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Noted:
    """What rows of a table note: an entity, and by which expression over `row` its id is found.

    `joined` leads from a row to others that it concerns. With `shown`, an update notes only rows
    of which one of these columns changed. With `moves`, an update may take a row away from what
    it was counted with, so that both are noted.
    """

    entity: str
    wanted: str = "row.id"
    joined: str = ""
    shown: tuple[str, ...] = ()
    moves: bool = False

    @property
    def compares(self) -> bool:
        """Tell whether an update is noted by its rows as they were, too."""
        return self.moves or bool(self.shown)

    def select(self, rows: str) -> str:
        """Write the SELECT over rows that came or went."""
        shown = ", ".join(f"row.{name}" for name in self.shown)
        return self._select(rows, f"WHERE num_nonnulls({shown}) > 0" if shown else "")

    def select_updated(self, rows: str) -> str:
        """Write the SELECT over the rows of an update, as they were and as they became."""
        if self.moves:
            return self._select("(TABLE changed UNION ALL TABLE was) AS row")
        if not self.shown:
            return self.select(rows)
        old, new = (", ".join(f"{row}.{name}" for name in self.shown) for row in ("earlier", "row"))
        both = "changed AS row JOIN was AS earlier USING (organisation_id, id)"
        return self._select(both, f"WHERE ({old}) IS DISTINCT FROM ({new})")

    def _select(self, rows: str, more: str = "") -> str:
        """Write a SELECT; each id of the statement comes once, and ids of rows do so anyway."""
        each = "SELECT" if self.wanted == "row.id" and not self.joined else "SELECT DISTINCT"
        columns = f"row.organisation_id, '{self.entity}', {self.wanted}"
        return " ".join(one for one in (each, columns, "FROM", rows, self.joined, more) if one)


def _of(entity: str, column: str) -> tuple[Noted, ...]:
    """Note another thing that rows belong to, and never leave."""
    return (Noted(entity, f"row.{column}"),)


_OWN_SALE_LINE = _of("sale_line", "line_id")
_OWN_INVOICE = _of("invoice", "invoice_id")
_AT_ITEM = _of("inventory", "calendar_item_id")
_ITEMS_AROUND = """
    JOIN location ON location.organisation_id = row.organisation_id
                 AND location.id = row.location_id
    JOIN calendar_item AS item ON item.organisation_id = row.organisation_id
                              AND item.venue_id = location.venue_id"""
_PRODUCTS_OF_GROUP = """
    JOIN product ON product.organisation_id = row.organisation_id
                AND product.product_group_id = row.id"""
_SALES_OF_TEMPLATE = """
    JOIN sale ON sale.organisation_id = row.organisation_id AND sale.template_id = row.id"""


NOTED: Mapping[str, tuple[Noted, ...]] = {
    "account": (Noted("account"), Noted("rep", "row.organisation_id", shown=("rep_code",))),
    "calendar_item": (Noted("calendar_item"),),
    "cancellation": _of("sale", "sale_id"),
    "cancellation_item": _OWN_SALE_LINE,
    "contact": (Noted("contact"),),
    "entitlement": _OWN_SALE_LINE,
    "fulfilment": _of("fulfilment", "entitlement_id"),
    "inventory_snapshot": (
        Noted("inventory_snapshot"),
        # A new day begins for what is counted live.
        Noted("inventory", "coalesce(row.calendar_item_id, row.pool_id)"),
    ),
    "invoice": (Noted("invoice"),),
    "invoice_document": _OWN_INVOICE,
    "invoice_line": _OWN_INVOICE,
    "invoice_vat": _OWN_INVOICE,
    "ledger_entry": (Noted("ledger_entry"),),
    "location": (Noted("venue", "row.venue_id", moves=True),),
    "organisation": (Noted("organisation"),),
    "payment": (Noted("payment"),),
    "payment_allocation": (Noted("payment_allocation"),),
    "pipeline_snapshot": _of("sale", "sale_id"),
    "pool": (Noted("inventory", "coalesce(row.calendar_item_id, row.id)"),),
    "price_list": (Noted("price_list"),),
    "product": (Noted("product"),),
    # Versions of products show the group that they were in, of which they may be none any more.
    "product_group": (Noted("product", "product.id", _PRODUCTS_OF_GROUP), Noted("product_group")),
    "receivable": _OWN_INVOICE,
    "reservation": _AT_ITEM,
    "resource": (Noted("resource"), Noted("inventory", "item.id", _ITEMS_AROUND, moves=True)),
    "resource_block": _AT_ITEM,
    "sale": (Noted("sale"), Noted("rep", "row.organisation_id", shown=("rep_code",))),
    "sale_line": (Noted("sale_line"),),
    "sale_line_component": _OWN_SALE_LINE,
    "sale_movement": _OWN_SALE_LINE,
    "sale_template": (Noted("sale", "sale.id", _SALES_OF_TEMPLATE, shown=("code",)),),
    "sales_rep": (Noted("rep", "row.organisation_id"),),
    "sales_target": (Noted("sales_target"), Noted("rep", "row.organisation_id")),
    # Which scan of a ticket is the first follows from all of them; some are of no known ticket.
    "scan": (Noted("scan"), Noted("ticket", "row.entitlement_id", shown=("entitlement_id",))),
    "season": (Noted("season"), Noted("season_days", "row.organisation_id")),
    "ticket_holder": (Noted("ticket_holder"),),
    "venue": (Noted("venue"),),
    "webhook_attempt": _of("webhook_delivery", "delivery_id"),
    "webhook_endpoint": (Noted("webhook_endpoint", shown=("url", "description", "is_active")),),
}
"""What each table notes, by its name."""

_NO_REPORT = "no report shows it"
_OF_THE_STORE = "it keeps the store itself going"
EXEMPT: Mapping[str, str] = {
    "access_token": _NO_REPORT,
    "audit_entry": "a version of a dimension changes with its row, which notes itself",
    "audit_pending": _OF_THE_STORE,
    "audit_seal": _OF_THE_STORE,
    "brand": _NO_REPORT,
    "bundle_item": "a line keeps what its bundle was when it was sold",
    "calendar_bundle": "a line keeps what its bundle was when it was sold",
    "cancellation_cell": "what open invoices lost shows in their cells",
    "change_log": "it is the log",
    "change_log_trim": "it is about the log",
    "change_note": _OF_THE_STORE,
    "connected_system": _NO_REPORT,
    "daily_snapshot": "its rows note themselves",
    "document_source": _NO_REPORT,
    "event_cancellation": "each Sale that it cancels notes itself",
    "event_cancellation_sale": "each Sale that it cancels notes itself",
    "external_reference": _NO_REPORT,
    "idempotency": _OF_THE_STORE,
    "identity_provider": _NO_REPORT,
    "inbox_event": _NO_REPORT,
    "ledger_pending": _OF_THE_STORE,
    "ledger_seal": _OF_THE_STORE,
    "mapping_version": _NO_REPORT,
    "outbox": "what is delivered of it shows in the attempts",
    "overbooking": "the pool that it allows more of notes itself",
    "package_component": "a line keeps what its package was when it was sold",
    "payment_proposal": _NO_REPORT,
    "price": "a line keeps the price for which it was sold",
    "refund": "what it moved are allocations and entries of the ledger",
    "report": _NO_REPORT,
    "report_delivery": _NO_REPORT,
    "report_favourite": _NO_REPORT,
    "report_frame": _NO_REPORT,
    "report_link": _NO_REPORT,
    "report_recipient": _NO_REPORT,
    "report_schedule": _NO_REPORT,
    "report_version": _NO_REPORT,
    "sale_template_line": _NO_REPORT,
    "sale_tombstone": "the Sale that is removed notes itself",
    "schedule_group": "what it plans are invoices",
    "statement_entry": "the payment that it becomes notes itself",
    "stored_file": _NO_REPORT,
    "system_secret": _NO_REPORT,
    "transfer": _NO_REPORT,
    "transfer_attempt": _NO_REPORT,
    "transfer_file": _NO_REPORT,
    "transfer_flow": _NO_REPORT,
    "transfer_step": _NO_REPORT,
    "transfer_version": _NO_REPORT,
    "value_map": _NO_REPORT,
    "value_map_entry": _NO_REPORT,
    "vat_rule": "a line keeps the VAT for which it was sold",
    "webhook_delivery": "what a report shows of it are its attempts",
    "webhook_replay": _NO_REPORT,
    "webhook_secret": _NO_REPORT,
}
"""Tables that note nothing, each with its reason."""

_INSERT = "INSERT INTO change_log (organisation_id, entity, entity_id)"
_EVENTS = ("insert", "update", "delete")
_ROWS = "changed AS row"
_CLUBS = "(SELECT id AS organisation_id, id FROM changed) AS row"
"""The same of the table of clubs, whose rows belong to themselves."""


def _function(table: str, noted: tuple[Noted, ...]) -> str:
    """Write the function of a table: of its own, so that its statement is planned once."""
    rows = _CLUBS if table == "organisation" else _ROWS
    gone = f"{_INSERT} {' UNION ALL '.join(one.select(rows) for one in noted)};"
    if any(one.compares for one in noted):
        updated = f"{_INSERT} {' UNION ALL '.join(one.select_updated(rows) for one in noted)};"
        gone = f"IF TG_OP = 'UPDATE' THEN {updated} ELSE {gone} END IF;"
    return (
        f"CREATE OR REPLACE FUNCTION note_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN {gone} RETURN NULL; END $$"
    )


def _triggers(table: str, noted: tuple[Noted, ...]) -> tuple[str, ...]:
    """Write the triggers of a table, which read only what the function looks at."""
    both = "OLD TABLE AS was " if any(one.compares for one in noted) else ""
    return tuple(
        f"CREATE OR REPLACE TRIGGER {table}_noted_{event.lower()} AFTER {event} ON {table} "
        f"REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION note_{table}()"
        for event, tables in (
            ("INSERT", "NEW TABLE AS changed"),
            ("UPDATE", f"{both}NEW TABLE AS changed"),
            ("DELETE", "OLD TABLE AS changed"),
        )
    )


def change_triggers(tables: Iterable[str] = NOTED) -> tuple[str, ...]:
    """Write what lets these tables note their changes, in the log of their own transaction."""
    return tuple(
        statement
        for table in tables
        for statement in (_function(table, NOTED[table]), *_triggers(table, NOTED[table]))
    )


def change_triggers_undone(tables: Iterable[str]) -> tuple[str, ...]:
    """Write what takes the triggers of these tables away again."""
    return tuple(
        statement
        for table in tables
        for statement in (
            *(f"DROP TRIGGER {table}_noted_{event} ON {table}" for event in _EVENTS),
            f"DROP FUNCTION note_{table}()",
        )
    )
