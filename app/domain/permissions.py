"""Roles, what each may do and what each may see, as tables."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.errors import ErrorCode, refuse

if TYPE_CHECKING:
    from uuid import UUID


class Role(StrEnum):
    """The kinds of caller."""

    ROOT = "root"
    SALES = "sales"
    FINANCE = "finance"
    OPERATIONS = "operations"
    ANALYST = "analyst"
    PARTNER = "partner"
    PORTAL = "portal"


class Permission(StrEnum):
    """What a caller may do; each mutation asks for one."""

    ORGANISATION_CHANGE = "ORGANISATION_CHANGE"
    TOKEN_CHANGE = "TOKEN_CHANGE"  # noqa: S105 - the name of a permission, not a secret
    VENUE_CHANGE = "VENUE_CHANGE"
    CALENDAR_CHANGE = "CALENDAR_CHANGE"
    CAPACITY_CHANGE = "CAPACITY_CHANGE"
    CAPACITY_FORCE = "CAPACITY_FORCE"
    PRODUCT_CHANGE = "PRODUCT_CHANGE"
    PRICE_CHANGE = "PRICE_CHANGE"
    VAT_CHANGE = "VAT_CHANGE"
    ACCOUNT_CHANGE = "ACCOUNT_CHANGE"
    TICKET_HOLDER_CHANGE = "TICKET_HOLDER_CHANGE"
    TEMPLATE_CHANGE = "TEMPLATE_CHANGE"
    SALE_CREATE = "SALE_CREATE"
    SALE_CHANGE = "SALE_CHANGE"
    SALE_PRICE_CHANGE = "SALE_PRICE_CHANGE"
    SALE_BACKDATE = "SALE_BACKDATE"
    SALE_SCHEDULE = "SALE_SCHEDULE"
    SALE_FINALISE = "SALE_FINALISE"
    SALE_CANCEL = "SALE_CANCEL"
    SALE_REMOVE = "SALE_REMOVE"
    SEAT_SWAP = "SEAT_SWAP"
    CANCEL_UNDO = "CANCEL_UNDO"
    CREDIT_WHERE_CHOOSE = "CREDIT_WHERE_CHOOSE"
    EVENT_CANCEL = "EVENT_CANCEL"
    INVOICE_CHANGE = "INVOICE_CHANGE"
    INVOICE_REPLACE = "INVOICE_REPLACE"
    DOCUMENT_RECORD = "DOCUMENT_RECORD"
    DOCUMENT_DECIDE = "DOCUMENT_DECIDE"
    PAYMENT_RECORD = "PAYMENT_RECORD"
    PAYMENT_REVERSE = "PAYMENT_REVERSE"
    REFUND_CHANGE = "REFUND_CHANGE"
    WRITE_OFF = "WRITE_OFF"
    PERIOD_CLOSE = "PERIOD_CLOSE"


_ROOT = frozenset({Role.ROOT})
_SALES = frozenset({Role.ROOT, Role.SALES})
_SELLERS = frozenset({Role.ROOT, Role.SALES, Role.PARTNER})
_BUYERS = _SELLERS | {Role.PORTAL}
_FINANCE = frozenset({Role.ROOT, Role.FINANCE})
_OPERATIONS = frozenset({Role.ROOT, Role.OPERATIONS})
_BACK_OFFICE = frozenset({Role.ROOT, Role.SALES, Role.FINANCE, Role.OPERATIONS})
_STAFF = _BACK_OFFICE | {Role.ANALYST}
_INSIDERS = _STAFF | {Role.PARTNER}
_EVERYONE = frozenset(Role)

GRANTS: dict[Permission, frozenset[Role]] = {
    Permission.ORGANISATION_CHANGE: _ROOT,
    Permission.TOKEN_CHANGE: _ROOT,
    Permission.VENUE_CHANGE: _OPERATIONS,
    Permission.CALENDAR_CHANGE: _OPERATIONS,
    Permission.CAPACITY_CHANGE: _OPERATIONS,
    Permission.CAPACITY_FORCE: _OPERATIONS,
    Permission.PRODUCT_CHANGE: _OPERATIONS | _SALES,
    Permission.PRICE_CHANGE: _SALES | _FINANCE,
    Permission.VAT_CHANGE: _FINANCE,
    Permission.ACCOUNT_CHANGE: _SELLERS | _FINANCE,
    Permission.TICKET_HOLDER_CHANGE: _BUYERS | _OPERATIONS,
    Permission.TEMPLATE_CHANGE: _SALES,
    Permission.SALE_CREATE: _BUYERS,
    Permission.SALE_CHANGE: _BUYERS,
    Permission.SALE_PRICE_CHANGE: _SELLERS,
    Permission.SALE_BACKDATE: _SALES,
    Permission.SALE_SCHEDULE: _SELLERS | _FINANCE,
    Permission.SALE_FINALISE: _SELLERS,
    Permission.SALE_CANCEL: _SALES | _FINANCE,
    Permission.SALE_REMOVE: _ROOT,
    Permission.SEAT_SWAP: _SALES | _OPERATIONS,
    Permission.CANCEL_UNDO: _SALES | _FINANCE,
    Permission.CREDIT_WHERE_CHOOSE: _FINANCE,
    Permission.EVENT_CANCEL: _SALES | _OPERATIONS,
    Permission.INVOICE_CHANGE: _SALES | _FINANCE,
    Permission.INVOICE_REPLACE: _FINANCE,
    Permission.DOCUMENT_RECORD: _FINANCE | {Role.PARTNER},
    Permission.DOCUMENT_DECIDE: _FINANCE,
    Permission.PAYMENT_RECORD: _FINANCE | {Role.PARTNER},
    Permission.PAYMENT_REVERSE: _FINANCE,
    Permission.REFUND_CHANGE: _FINANCE,
    Permission.WRITE_OFF: _FINANCE,
    Permission.PERIOD_CLOSE: _FINANCE,
}


class PortalRows(StrEnum):
    """Which rows of a readable table a portal user sees."""

    ALL = "ALL"
    OWN_ACCOUNT = "OWN_ACCOUNT"
    OWN_SALES = "OWN_SALES"
    OWN_DOCUMENTS = "OWN_DOCUMENTS"
    PUBLIC = "PUBLIC"


@dataclass(frozen=True, slots=True)
class ReadRule:
    """Who may read a table's rows, and which of them a portal user sees."""

    roles: frozenset[Role]
    portal: PortalRows = PortalRows.ALL


_CATALOGUE = ReadRule(_EVERYONE)
_OWN_SALES = ReadRule(_EVERYONE, PortalRows.OWN_SALES)
_OWN_ACCOUNT = ReadRule(_EVERYONE, PortalRows.OWN_ACCOUNT)
_OWN_DOCUMENTS = ReadRule(_EVERYONE, PortalRows.OWN_DOCUMENTS)
_INTERNAL = ReadRule(_INSIDERS)

READS: dict[str, ReadRule] = {
    "organisation": _CATALOGUE,
    "access_token": ReadRule(_ROOT),
    "season": _CATALOGUE,
    "calendar_item": _CATALOGUE,
    "calendar_bundle": _CATALOGUE,
    "bundle_item": _CATALOGUE,
    "venue": _CATALOGUE,
    "location": _CATALOGUE,
    "resource": _CATALOGUE,
    "resource_block": _INTERNAL,
    "product_group": _CATALOGUE,
    "product": _CATALOGUE,
    "package_component": _CATALOGUE,
    "price_list": ReadRule(_EVERYONE, PortalRows.PUBLIC),
    "price": ReadRule(_EVERYONE, PortalRows.PUBLIC),
    "vat_rule": _INTERNAL,
    "account": _OWN_ACCOUNT,
    "contact": _OWN_ACCOUNT,
    "ticket_holder": _OWN_ACCOUNT,
    "sale": _OWN_ACCOUNT,
    "sale_tombstone": ReadRule(_STAFF),
    "sale_line": _OWN_SALES,
    "sale_line_component": _OWN_SALES,
    "entitlement": _OWN_SALES,
    "reservation": _OWN_SALES,
    "schedule_group": _OWN_SALES,
    "invoice": _OWN_ACCOUNT,
    "invoice_line": _OWN_SALES,
    "invoice_vat": _OWN_SALES,
    "receivable": _OWN_ACCOUNT,
    "invoice_document": _OWN_DOCUMENTS,
    "stored_file": _OWN_DOCUMENTS,
    "document_source": _INTERNAL,
    "cancellation": _OWN_SALES,
    "cancellation_item": ReadRule(_STAFF),
    "cancellation_cell": ReadRule(_STAFF),
    "event_cancellation": ReadRule(_STAFF),
    "event_cancellation_sale": ReadRule(_STAFF),
    "payment": _OWN_ACCOUNT,
    "refund": _OWN_ACCOUNT,
    "payment_allocation": _OWN_ACCOUNT,
    "ledger_entry": _OWN_ACCOUNT,
    "sale_template": _INTERNAL,
    "sale_template_line": _INTERNAL,
    "pool": _INTERNAL,
    "overbooking": ReadRule(_STAFF),
    "audit_entry": ReadRule(frozenset({Role.ROOT, Role.FINANCE, Role.ANALYST})),
}
"""One entry for each table that the API exposes; a table without an entry cannot be read."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who calls: an organisation's token with a role; `account_id` only for portal users.

    Whoever types a command on the machine has no token: `operator` names them instead.
    """

    organisation_id: UUID
    token_id: UUID | None
    role: Role
    account_id: UUID | None = None
    operator: str | None = None

    @property
    def name(self) -> str:
        """Name the actor in audit entries, as role and token, or as the operator."""
        return self.operator or f"{self.role}:{self.token_id}"


def allows(actor: Actor, permission: Permission) -> bool:
    """Tell whether the actor's role has a permission."""
    return actor.role in GRANTS[permission]


def can_read(actor: Actor, table_name: str) -> bool:
    """Tell whether the actor's role may read any row of a table."""
    rule = READS.get(table_name)
    return rule is not None and actor.role in rule.roles


def require(actor: Actor, permission: Permission) -> None:
    """Refuse with PERMISSION_DENIED when the actor's role lacks a permission."""
    if not allows(actor, permission):
        holders = ", ".join(sorted(GRANTS[permission]))
        message = f"role {actor.role} may not do this ({permission}); these may: {holders}"
        refuse(ErrorCode.PERMISSION_DENIED, message)
