"""Enums of sales in the API."""

from __future__ import annotations

from app.domain.allocation import AllocationStrategy
from app.domain.invoices import InvoiceKind, ScheduleMode
from app.domain.receivables import InvoiceStatus
from app.domain.sales import EntitlementStatus, SaleAction, SaleChannel, SaleStatus, SaleType
from app.domain.schedule import Anchor, Every, PastDates
from app.schema.inputs import described

described(
    SaleType,
    "What a Sale is about.",
    {
        "SEASON": "Seats and more for a season.",
        "TICKET": "Single calendar items.",
        "HOSPITALITY": "Hospitality for tickets.",
        "CATALOG": "Catalog products only.",
        "CREDIT": "Negative catalog lines only; reduces what the account owes.",
        "ON_DEMAND": "Ordered as needed.",
    },
)
described(
    SaleStatus,
    "Where a Sale is in its life.",
    {
        "DRAFT": "Being made; its inventory is held.",
        "FINAL": "Agreed; lines and amounts cannot change any more.",
        "EXPIRED": "Its hold ended and its inventory is free; it can be revived.",
        "CANCELLED": "Cancelled as a whole.",
    },
)
described(
    SaleChannel,
    "Where a Sale was made.",
    {
        "BACK_OFFICE": "By the club's people.",
        "PORTAL": "By the account itself, in a portal.",
        "PARTNER": "By a partner's system.",
        "IMPORT": "Loaded from a file.",
    },
)
described(
    EntitlementStatus,
    "Whether an entitlement counts.",
    {
        "LIVE": "It counts, and holds its inventory.",
        "RELEASED": "Freed with an expired hold; revived with its Sale.",
        "CANCELLED": "Cancelled for good.",
    },
)
described(
    SaleAction,
    "What can be done with a Sale.",
    {
        "UPDATE": "Change the header.",
        "ANNOTATE": "Change contact, reference, comments, rep and name on tickets.",
        "CHANGE_LINES": "Add, change, replace or remove lines.",
        "SET_SCHEDULE": "Set how it is billed.",
        "CHANGE_INVOICES": "Move or split an invoice.",
        "EXTEND_HOLD": "Set when the hold ends.",
        "EXPIRE": "Release the inventory now.",
        "REVIVE": "Reserve the inventory of an expired Sale again.",
        "FINALISE": "Make it Final.",
        "CANCEL": "Cancel it, or a part of it.",
        "UNDO_CANCEL": "Take its latest cancellation back.",
        "REPLACE_INVOICE": "Credit a document and invoice the same anew.",
        "REMOVE": "Remove a Draft for good.",
        "SWAP_SEATS": "Move guests to other seats.",
        "ASSIGN_HOLDERS": "Write names on tickets.",
        "ADD_SUB_SALE": "Add a Sale below it.",
        "DUPLICATE": "Repeat it in another season.",
    },
)
described(
    InvoiceKind,
    "Which way an invoice's money goes.",
    {"INVOICE": "The account pays.", "CREDIT_NOTE": "The account gets back."},
)
described(
    InvoiceStatus,
    "What is to be done with an invoice, derived from facts on the club's day.",
    {
        "VOID": "Nothing is left to bill.",
        "FUTURE": "Its date has not come.",
        "TODO": "Its date has come; a document is to be made.",
        "PENDING": "Its document is being made, or waits for a decision or for its original's.",
        "OPEN": "Documented and not due yet.",
        "PARTIAL": "A part is paid or credited, and the rest is not due yet.",
        "OVERDUE": "Documented, due and not settled.",
        "RECEIVED": "Settled by payments.",
        "CREDITED": "Settled by credit notes; of a credit note: all of it was used.",
    },
)
described(
    ScheduleMode,
    "How a schedule reacts to changes of lines.",
    {
        "AUTO": "Its recipe is applied again.",
        "MANUAL": "Its amounts stay; differences must be settled by hand before finalising.",
    },
)
described(
    AllocationStrategy,
    "How lines are spread over invoices.",
    {
        "PROPORTIONAL": "A like part of every line on every invoice.",
        "LINE_BY_LINE": "Lines fill the invoices one after the other.",
        "GROUP_TO_INSTALMENT": "Product groups go to chosen instalments, the rest in proportion.",
    },
)
described(
    PastDates,
    "What happens to instalments that would lie in the past.",
    {
        "KEEP": "They stay.",
        "MOVE_TO_TODAY": "Each moves to today.",
        "MERGE_INTO_FIRST": "They join the first one that is not past.",
    },
)
described(
    Every, "The distance of equal instalments.", {"MONTH": "A month.", "QUARTER": "Three months."}
)
described(
    Anchor,
    "What a relative date counts from.",
    {
        "SALE_DATE": "The day the Sale was made.",
        "SEASON_START": "The first day of the season.",
        "CALENDAR_ITEM": "The day of the first calendar item.",
    },
)
