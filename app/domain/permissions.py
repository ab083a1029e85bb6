"""Roles, what each may do and what each may see, as tables."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.errors import ErrorCode, refuse
from app.domain.scopes import READABLE, TABLE_SCOPES, Scope

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
    WEBHOOK_CHANGE = "WEBHOOK_CHANGE"
    REPORT_CHANGE = "REPORT_CHANGE"
    SCAN_RECORD = "SCAN_RECORD"
    FULFILMENT_CHANGE = "FULFILMENT_CHANGE"
    TARGET_CHANGE = "TARGET_CHANGE"
    TRANSFER_CHANGE = "TRANSFER_CHANGE"
    TRANSFER_RUN = "TRANSFER_RUN"


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

OUTSIDERS = frozenset({Role.PARTNER, Role.PORTAL})
"""Roles of callers who do not belong to the club."""

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
    Permission.WEBHOOK_CHANGE: _ROOT,
    Permission.REPORT_CHANGE: _STAFF,
    Permission.SCAN_RECORD: _OPERATIONS | {Role.PARTNER},
    Permission.FULFILMENT_CHANGE: _SALES | _OPERATIONS,
    Permission.TARGET_CHANGE: _FINANCE,
    Permission.TRANSFER_CHANGE: _ROOT,
    Permission.TRANSFER_RUN: _FINANCE | _OPERATIONS,
}

PERMITTED: dict[Scope, tuple[Permission, ...]] = {
    Scope.WRITE_CATALOGUE: (
        Permission.VENUE_CHANGE,
        Permission.CALENDAR_CHANGE,
        Permission.PRODUCT_CHANGE,
        Permission.PRICE_CHANGE,
        Permission.VAT_CHANGE,
    ),
    Scope.WRITE_INVENTORY: (Permission.CAPACITY_CHANGE, Permission.CAPACITY_FORCE),
    Scope.WRITE_ACCOUNTS: (Permission.ACCOUNT_CHANGE,),
    Scope.WRITE_HOLDERS: (Permission.TICKET_HOLDER_CHANGE,),
    Scope.WRITE_SALES: (
        Permission.TEMPLATE_CHANGE,
        Permission.SALE_CREATE,
        Permission.SALE_CHANGE,
        Permission.SALE_PRICE_CHANGE,
        Permission.SALE_BACKDATE,
        Permission.SALE_SCHEDULE,
        Permission.SALE_FINALISE,
        Permission.SEAT_SWAP,
        Permission.INVOICE_CHANGE,
        Permission.INVOICE_REPLACE,
    ),
    Scope.WRITE_CANCELLATIONS: (
        Permission.SALE_CANCEL,
        Permission.SALE_REMOVE,
        Permission.CANCEL_UNDO,
        Permission.CREDIT_WHERE_CHOOSE,
        Permission.EVENT_CANCEL,
    ),
    Scope.WRITE_DOCUMENTS: (
        Permission.DOCUMENT_RECORD,
        Permission.DOCUMENT_DECIDE,
    ),
    Scope.WRITE_PAYMENTS: (
        Permission.PAYMENT_RECORD,
        Permission.PAYMENT_REVERSE,
        Permission.REFUND_CHANGE,
    ),
    Scope.MANAGE_BOOKS: (Permission.WRITE_OFF, Permission.PERIOD_CLOSE),
    Scope.MANAGE_ORGANISATION: (Permission.ORGANISATION_CHANGE,),
    Scope.MANAGE_ACCESS: (Permission.TOKEN_CHANGE,),
    Scope.MANAGE_WEBHOOKS: (Permission.WEBHOOK_CHANGE,),
    Scope.WRITE_REPORTS: (Permission.REPORT_CHANGE,),
    Scope.WRITE_ATTENDANCE: (Permission.SCAN_RECORD, Permission.FULFILMENT_CHANGE),
    Scope.WRITE_TARGETS: (Permission.TARGET_CHANGE,),
    Scope.MANAGE_TRANSFERS: (Permission.TRANSFER_CHANGE, Permission.TRANSFER_RUN),
}
"""The permissions that each scope opens; every permission is in exactly one."""

PERMISSION_SCOPES = {
    permission: scope for scope, permissions in PERMITTED.items() for permission in permissions
}
"""The scope that opens a permission."""


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
    "identity_provider": ReadRule(_ROOT),
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
    "sale_movement": ReadRule(_STAFF),
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
    **dict.fromkeys(READABLE[Scope.MANAGE_WEBHOOKS], ReadRule(_ROOT)),
    # Of these a caller sees what is shared with them, see app/storage/visibility.py.
    "report": ReadRule(_STAFF),
    "scan": _INTERNAL,
    "fulfilment": ReadRule(_STAFF),
    "statement_entry": ReadRule(frozenset({Role.ROOT, Role.FINANCE, Role.ANALYST})),
    "payment_proposal": ReadRule(frozenset({Role.ROOT, Role.FINANCE, Role.ANALYST})),
    "sales_rep": ReadRule(_STAFF),
    "sales_target": ReadRule(frozenset({Role.ROOT, Role.FINANCE, Role.ANALYST})),
    "report_version": ReadRule(_STAFF),
    "report_schedule": ReadRule(_STAFF),
    "report_delivery": ReadRule(_STAFF),
    "report_recipient": ReadRule(_STAFF),
    "report_link": ReadRule(_STAFF),
    "report_frame": ReadRule(_STAFF),
    **dict.fromkeys(READABLE[Scope.MANAGE_TRANSFERS], ReadRule(_STAFF)),
}
"""One entry for each table that the API exposes; a table without an entry cannot be read."""


@dataclass(frozen=True, slots=True)
class Quota:
    """How much a caller may ask for: what flows into the bucket each second, and what it holds.

    A point is the cost of one object that is read; the guide for partners says what costs what.
    """

    points_per_second: int
    bucket_points: int


@dataclass(frozen=True, slots=True)
class Actor:
    """Who calls: an organisation's token with a role; `account_id` only for portal users.

    Whoever signs in at an identity provider has no token: `subject` names them instead. Whoever
    types a command on the machine has neither: `operator` names them. `scopes` None is everything
    that the role may, `quota` None what everybody gets. `rep_code` is the sales rep that they are,
    by which the semantic layer chooses rows.
    """

    organisation_id: UUID
    token_id: UUID | None
    role: Role
    account_id: UUID | None = None
    operator: str | None = None
    scopes: frozenset[Scope] | None = None
    quota: Quota | None = None
    subject: str | None = None
    rep_code: str | None = None

    @property
    def name(self) -> str:
        """Name the actor in audit entries: as role and token or subject, or as the operator."""
        return self.operator or f"{self.role}:{self.subject or self.token_id}"

    @property
    def person(self) -> str:
        """Name who calls whatever their role is at the moment, which what they own is kept by.

        A token that is rotated stays the same person; another token is another one.
        """
        return self.subject or self.operator or f"token:{self.token_id}"

    @property
    def sight(self) -> tuple[Role, frozenset[Scope] | None]:
        """Return what decides which tables and which kind of rows can be read, for plans.

        The organisation and the account decide too; they are parameters and no part of a plan.
        """
        return self.role, self.scopes


def allows(actor: Actor, permission: Permission) -> bool:
    """Tell whether the actor's role has a permission, and the token the scope for it."""
    return actor.role in GRANTS[permission] and _opens(actor, PERMISSION_SCOPES[permission])


def can_read(actor: Actor, table_name: str) -> bool:
    """Tell whether the actor's role and scopes let any row of a table be read."""
    rule = READS.get(table_name)
    if rule is None or actor.role not in rule.roles:
        return False
    scope = TABLE_SCOPES.get(table_name)
    return scope is None or _opens(actor, scope)


def _opens(actor: Actor, scope: Scope) -> bool:
    """Tell whether an actor has a scope."""
    return actor.scopes is None or scope in actor.scopes


def require(actor: Actor, permission: Permission) -> None:
    """Refuse with PERMISSION_DENIED when the actor's role or scopes lack a permission."""
    if not allows(actor, permission):
        refuse(ErrorCode.PERMISSION_DENIED, denial(actor, permission))


def denial(actor: Actor, permission: Permission) -> str:
    """Say why an actor lacks a permission, and who or what has it."""
    if actor.role not in GRANTS[permission]:
        holders = ", ".join(sorted(GRANTS[permission]))
        return f"role {actor.role} may not do this ({permission}); these may: {holders}"
    scope = PERMISSION_SCOPES[permission]
    return f"this token lacks the scope {scope}, which this needs ({permission})"


def require_read(actor: Actor, table_name: str) -> None:
    """Refuse with PERMISSION_DENIED when the actor can read no row of a table."""
    if can_read(actor, table_name):
        return
    rule, noun = READS.get(table_name), table_name.replace("_", " ")
    message = f"role {actor.role} may not read any {noun}"
    if rule is not None and actor.role in rule.roles:
        message = f"this token lacks the scope {TABLE_SCOPES[table_name]}, which reads any {noun}"
    refuse(ErrorCode.PERMISSION_DENIED, message)


def author_shown(name: str, reader: Actor) -> str:
    """Return how a reader is told who did something: whoever is from outside, by the role only.

    Names are those of `Actor.name`; which token or person it was is the club's own business.
    """
    return name.partition(":")[0] if reader.role in OUTSIDERS else name


def require_scope(actor: Actor, scope: Scope) -> None:
    """Refuse with PERMISSION_DENIED what is counted from several tables and needs a scope."""
    if not _opens(actor, scope):
        refuse(ErrorCode.PERMISSION_DENIED, f"this token lacks the scope {scope}, which this needs")


def useful_scopes(role: Role) -> frozenset[Scope]:
    """Return the scopes that open anything at all to a role."""
    permitted = PERMISSION_SCOPES.items()
    written = {scope for permission, scope in permitted if role in GRANTS[permission]}
    read = {scope for table, scope in TABLE_SCOPES.items() if role in READS[table].roles}
    # What is free is counted for everybody, though the pools themselves are for insiders.
    return frozenset(written | read | {Scope.READ_INVENTORY})
