"""Every refusal that Loge can answer, as data: a code, a sentence, and the field it is about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn, Self


class ErrorCode(StrEnum):
    """The codes of all refusals; the GraphQL schema exports this very enum."""

    def __new__(cls, value: str, description: str = "") -> Self:
        """Attach the sentence that documents a code to the code itself."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.description = description
        return member

    description: str

    # Input of any kind.
    INPUT_INVALID = "INPUT_INVALID", "A value has the wrong form; the message says which is right."
    TEXT_REQUIRED = "TEXT_REQUIRED", "A text that must be filled is empty."
    TEXT_TOO_LONG = "TEXT_TOO_LONG", "A text is longer than its limit."
    CODE_INVALID = "CODE_INVALID", "A code has characters other than letters, digits and . _ / -."
    CODE_TAKEN = "CODE_TAKEN", "Another object of the same kind already has this code."
    NOT_FOUND = "NOT_FOUND", "No such object exists, or it is not visible to the caller."
    ID_INVALID = "ID_INVALID", "The id is not one that this API handed out for this type."
    DATE_INVALID = "DATE_INVALID", "A date or instant is missing, malformed or out of range."
    DATE_RANGE_INVALID = "DATE_RANGE_INVALID", "An end lies before its start."
    QUANTITY_INVALID = "QUANTITY_INVALID", "A quantity is not a whole number from 1 to 10,000."
    TOO_MANY_ITEMS = "TOO_MANY_ITEMS", "A list is longer than its limit."
    COUNTRY_UNKNOWN = "COUNTRY_UNKNOWN", "Not an ISO 3166-1 alpha-2 country code."
    LANGUAGE_UNKNOWN = "LANGUAGE_UNKNOWN", "Not an ISO 639-1 language code."
    TIME_ZONE_UNKNOWN = "TIME_ZONE_UNKNOWN", "Not a time zone of the IANA database."
    EMAIL_INVALID = "EMAIL_INVALID", "Not an e-mail address."
    IN_USE = "IN_USE", "The object is used by others and cannot change in this way."

    # Files.
    FILE_UNREADABLE = "FILE_UNREADABLE", "There is no such file, or it cannot be read."
    FILE_EMPTY = "FILE_EMPTY", "The file has no rows."
    FILE_TOO_LARGE = (
        "FILE_TOO_LARGE",
        "The file has more than 50 MB or 200,000 rows, or a document's more than 10 MB.",
    )
    FILE_MALFORMED = "FILE_MALFORMED", "The file is not what its name says, or is damaged."
    COLUMN_MISSING = "COLUMN_MISSING", "A column that the import needs is not in the file."
    COLUMN_UNKNOWN = (
        "COLUMN_UNKNOWN",
        "A column is none of the import's; the message has the nearest.",
    )

    # Who may do what, and once.
    PERMISSION_DENIED = "PERMISSION_DENIED", "The caller's role or scopes do not allow this action."
    SCOPE_INVALID = (
        "SCOPE_INVALID",
        "A partner's token has no scopes, or a token one of which its role may use nothing.",
    )
    SCAN_CONFLICT = (
        "SCAN_CONFLICT",
        "Access control reported this scan before, with other content.",
    )
    VERSION_STALE = "VERSION_STALE", "The object changed since it was read; read it again."
    IDEMPOTENCY_KEY_INVALID = (
        "IDEMPOTENCY_KEY_INVALID",
        "An idempotency key is 8 to 200 printable characters without spaces.",
    )
    IDEMPOTENCY_KEY_REUSED = (
        "IDEMPOTENCY_KEY_REUSED",
        "The idempotency key was used before for a request with other content.",
    )

    # Money.
    AMOUNT_INVALID = "AMOUNT_INVALID", "Not a decimal amount with the digits of its currency."
    AMOUNT_TOO_LARGE = "AMOUNT_TOO_LARGE", "An amount is beyond 2^53 - 1 minor units."
    AMOUNT_NEGATIVE = "AMOUNT_NEGATIVE", "An amount that must not be negative is."
    CURRENCY_UNKNOWN = "CURRENCY_UNKNOWN", "Not an active ISO 4217 currency code."
    CURRENCY_MIXED = "CURRENCY_MIXED", "Amounts of two currencies meet; a Sale has one."
    WEIGHTS_INVALID = (
        "WEIGHTS_INVALID",
        "Weights are negative, or all zero for a total that is not.",
    )
    DISCOUNT_INVALID = "DISCOUNT_INVALID", "A discount is negative or larger than what it reduces."

    # Instalments, allocation and VAT.
    SCHEDULE_INVALID = "SCHEDULE_INVALID", "A schedule's recipe is malformed."
    PERCENT_SUM_INVALID = (
        "PERCENT_SUM_INVALID",
        "The percentages do not add up to 100.",
    )
    INVOICE_SUM_MISMATCH = (
        "INVOICE_SUM_MISMATCH",
        "Invoices and lines of a schedule group differ; the message has the difference.",
    )
    INVOICE_DATE_MISSING = "INVOICE_DATE_MISSING", "An invoice has no planned date."
    INVOICE_AMOUNT_NEGATIVE = "INVOICE_AMOUNT_NEGATIVE", "An invoice's amount has the wrong sign."
    ALLOCATION_INVALID = "ALLOCATION_INVALID", "Lines cannot be allocated to invoices as asked."
    VAT_UNRESOLVED = "VAT_UNRESOLVED", "No VAT rule answers for a line; add the rule."
    VAT_RATE_INVALID = "VAT_RATE_INVALID", "A VAT rate is outside 0 to 100 percent."
    VAT_RULE_OVERLAP = "VAT_RULE_OVERLAP", "Two VAT rules for the same supply overlap in time."
    VAT_ID_INVALID = "VAT_ID_INVALID", "The VAT id does not have the form of its country."
    PRICE_MISSING = "PRICE_MISSING", "No price of the price list is valid for a line."

    # The catalogue.
    BUNDLE_OVERLAP = "BUNDLE_OVERLAP", "A bundle reaches the same calendar item twice."
    BUNDLE_EMPTY = "BUNDLE_EMPTY", "A bundle has no calendar item that can be sold."
    BUNDLE_MEMBER_INVALID = "BUNDLE_MEMBER_INVALID", "A member does not fit the bundle's kind."
    PACKAGE_CYCLE = "PACKAGE_CYCLE", "A package contains itself."
    PACKAGE_TOO_DEEP = "PACKAGE_TOO_DEEP", "Packages nest more than 5 levels deep."
    PACKAGE_TOO_LARGE = "PACKAGE_TOO_LARGE", "A package explodes into more than 100 pieces."
    PACKAGE_EMPTY = "PACKAGE_EMPTY", "A package has no components."
    CALENDAR_ITEM_CLOSED = (
        "CALENDAR_ITEM_CLOSED",
        "The calendar item is played, cancelled or has begun.",
    )
    CALENDAR_STATUS_INVALID = (
        "CALENDAR_STATUS_INVALID",
        "A calendar item cannot go from its status to the wanted one.",
    )
    CALENDAR_ITEM_SOLD = (
        "CALENDAR_ITEM_SOLD",
        "The calendar item has live entitlements and cannot change in this way.",
    )

    PRICE_OVERLAP = (
        "PRICE_OVERLAP",
        "The list has a price of this product and scope from the same day.",
    )

    # Inventory.
    INVENTORY_CONFLICT = (
        "INVENTORY_CONFLICT",
        "Seats or places are taken; `conflicts` lists each one, its holder and alternatives.",
    )
    SEATS_MISMATCH = "SEATS_MISMATCH", "The number or kind of chosen seats does not fit the line."
    SEAT_DUPLICATE = "SEAT_DUPLICATE", "The same seat is chosen twice."
    POOL_MISSING = "POOL_MISSING", "No capacity is set for a limited product at a calendar item."
    POOL_EXISTS = "POOL_EXISTS", "There is a pool of this product or location at this time already."
    RESOURCE_RESERVED = (
        "RESOURCE_RESERVED",
        "A seat or parking place has a live reservation; swap or cancel that first.",
    )
    CAPACITY_BELOW_TAKEN = "CAPACITY_BELOW_TAKEN", "A capacity would fall below what is taken."
    FORMULA_NEEDS_SEAT = (
        "FORMULA_NEEDS_SEAT",
        "A hospitality formula needs a seat of the same calendar item to attach to.",
    )
    FORMULA_TYPE_CONFLICT = (
        "FORMULA_TYPE_CONFLICT",
        "A ticket already has a formula of this location type.",
    )
    HOLD_LOST = "HOLD_LOST", "A Draft's hold has ended; revive the Sale before finalising it."

    # Sales.
    SALE_STATUS_INVALID = "SALE_STATUS_INVALID", "The Sale's status does not allow this action."
    SALE_FINAL_IMMUTABLE = (
        "SALE_FINAL_IMMUTABLE",
        "A Final Sale cannot be altered; cancel lines or add a sub-sale.",
    )
    NO_LINES = "NO_LINES", "A Sale without live lines cannot be finalised."
    ACCOUNT_INCOMPLETE = (
        "ACCOUNT_INCOMPLETE",
        "The account lacks what a Final Sale needs; the message lists it.",
    )
    ACCOUNT_INACTIVE = "ACCOUNT_INACTIVE", "The account is not active."
    CREDIT_LINE_SIGN = (
        "CREDIT_LINE_SIGN",
        "A CREDIT Sale has catalog lines of at most 0, any other Sale lines of at least 0.",
    )
    CREDIT_LIMIT = "CREDIT_LIMIT", "The Sale exceeds the account's credit limit."
    INVOICE_DATE_BEFORE_TODAY = (
        "INVOICE_DATE_BEFORE_TODAY",
        "An invoice is planned in the past; a warning.",
    )
    LINE_SCOPE_INVALID = (
        "LINE_SCOPE_INVALID",
        "A line's season, bundle or calendar item does not fit its product.",
    )
    LINE_LIMIT = "LINE_LIMIT", "A Sale has more than 500 lines."
    PARENT_INVALID = "PARENT_INVALID", "The parent of a sub-sale must be Final and have no parent."
    REASON_REQUIRED = "REASON_REQUIRED", "This action needs a reason."

    # Cancelling.
    CANCEL_NOTHING = "CANCEL_NOTHING", "Nothing that is selected is live."
    CANCEL_TOO_MUCH = "CANCEL_TOO_MUCH", "More is selected than is left."
    PREVIEW_STALE = (
        "PREVIEW_STALE",
        "What the cancellation would do is not what the preview showed; preview it again.",
    )
    UNDO_IMPOSSIBLE = (
        "UNDO_IMPOSSIBLE",
        "The cancellation cannot be undone any more; the message says why.",
    )
    EVENT_CANCELLATION_RUNNING = (
        "EVENT_CANCELLATION_RUNNING",
        "The calendar item is being cancelled across its Sales already.",
    )

    # Documents.
    INVOICE_NOT_BILLABLE = (
        "INVOICE_NOT_BILLABLE",
        "No document can be made of the invoice now; the message says why.",
    )
    CLAIM_TAKEN = "CLAIM_TAKEN", "Another system is making the invoice's document."
    DOCUMENT_CONFLICT = (
        "DOCUMENT_CONFLICT",
        "The source already reported this number with other content.",
    )
    DOCUMENT_EXISTS = "DOCUMENT_EXISTS", "The invoice has another document already."
    DOCUMENT_STATE_INVALID = (
        "DOCUMENT_STATE_INVALID",
        "The document's state does not allow this action.",
    )
    PERIOD_CLOSED = "PERIOD_CLOSED", "The accounting period of this date is closed."

    # Payments.
    INVOICE_NOT_PAYABLE = "INVOICE_NOT_PAYABLE", "The invoice cannot take this payment."
    ENTRY_SETTLED = (
        "ENTRY_SETTLED",
        "A statement entry is matched or set aside, or its proposal decided on, already.",
    )
    PAYMENT_CONFLICT = (
        "PAYMENT_CONFLICT",
        "The source already reported this external id with other content.",
    )
    PAYMENT_REVERSED = "PAYMENT_REVERSED", "The payment was charged back."
    PAYMENT_REFUNDED = (
        "PAYMENT_REFUNDED",
        "The payment was paid back, or a refund of it is under way.",
    )
    ALLOCATION_TOO_LARGE = (
        "ALLOCATION_TOO_LARGE",
        "More is allocated than is open, or than is left to allocate.",
    )
    REFUND_TOO_LARGE = (
        "REFUND_TOO_LARGE",
        "A refund exceeds what was paid, or the credit that is left.",
    )
    REFUND_STATUS_INVALID = (
        "REFUND_STATUS_INVALID",
        "A refund cannot go from its status to the wanted one.",
    )
    WRITE_OFF_TOO_LARGE = "WRITE_OFF_TOO_LARGE", "More is written off than is open."

    # Webhooks.
    WEBHOOK_URL_INVALID = (
        "WEBHOOK_URL_INVALID",
        "A webhook's address is not an https address on the public internet.",
    )
    WEBHOOK_INACTIVE = (
        "WEBHOOK_INACTIVE",
        "The webhook endpoint is switched off; make it active first.",
    )

    # Transfers.
    TRANSFER_STATUS_INVALID = (
        "TRANSFER_STATUS_INVALID",
        "The transfer's status does not allow this; the message says what does.",
    )

    # Reports.
    REPORT_INVALID = (
        "REPORT_INVALID",
        "The definition of a report is wrong, or asks for what the models do not have.",
    )
    REPORT_PARAMETER_INVALID = (
        "REPORT_PARAMETER_INVALID",
        "A parameter of a report cannot have this value.",
    )
    REPORT_RECIPIENT_REFUSED = (
        "REPORT_RECIPIENT_REFUSED",
        "The club does not let reports be sent to this address.",
    )
    REPORT_FRAME_REFUSED = (
        "REPORT_FRAME_REFUSED",
        "The club does not let reports be shown in pages of this origin.",
    )

    # Semantic layer.
    SEMANTIC_QUERY_INVALID = (
        "SEMANTIC_QUERY_INVALID",
        "The models do not have what the question names, do not show it, or cannot answer it so.",
    )
    SEMANTIC_UNAVAILABLE = (
        "SEMANTIC_UNAVAILABLE",
        "The semantic layer cannot be reached; selling goes on, and it catches up.",
    )


@dataclass(frozen=True, slots=True)
class Violation:
    """One reason for a refusal.

    `path` names the input field, outermost first: `("lines", "0", "quantity")`.
    """

    code: ErrorCode
    message: str
    path: tuple[str, ...] = ()


class DomainError(Exception):
    """A refusal with every reason that was found; whoever raises it has written nothing."""

    def __init__(self, *violations: Violation) -> None:
        """Carry the violations, most important first; at least one."""
        super().__init__("; ".join(f"{v.code}: {v.message}" for v in violations))
        self.violations = violations


def refuse(code: ErrorCode, message: str, *path: str) -> NoReturn:
    """Raise a `DomainError` with one violation."""
    raise DomainError(Violation(code, message, path))
