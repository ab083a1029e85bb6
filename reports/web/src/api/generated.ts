// Written by `make web-types` from schema.graphql and the operations beside this file.
/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** How often a report is sent. */
export type Cadence =
  /** Every day. */
  | 'DAILY'
  /** On a day of the week. */
  | 'WEEKLY'
  /** On a day of the month. */
  | 'MONTHLY';

/** A part of a line: so many units, or these seats, at these calendar items; with none of these the whole line. */
export type CancelLineInput = {
  /** The line. */
  lineId: string | number;
  /** How many units of a line without numbered seats; the last ones go. */
  quantity?: number | null | undefined;
  /** Which seats or parking places; all that their units hold goes with them. */
  resourceIds?: Array<string | number> | null | undefined;
  /** Only at these calendar items. */
  calendarItemIds?: Array<string | number> | null | undefined;
};

/** What should be known before something is cancelled. */
export type CancelWarning =
  /** Nothing of the Sale is left afterwards. */
  | 'WHOLE_SALE'
  /** A calendar item has begun or was played. */
  | 'CALENDAR_ITEM_PLAYED'
  /** Guests' names are on tickets that go. */
  | 'TICKET_HOLDER_ASSIGNED'
  /** A document of the Sale is overdue. */
  | 'DOCUMENT_OVERDUE'
  /** A credit note waits for the document that it credits. */
  | 'WAITING_FOR_NUMBER';

/** A cancellation to take back, and why. */
export type CancellationUndoInput = {
  /** Chosen by the client, one for each intent: sent again, the answer repeats, not the act. */
  idempotencyKey: string;
  /** The latest cancellation of its Sale. */
  cancellationId: string | number;
  /** The version the object had when it was read; another one answers VERSION_STALE. */
  expectedVersion: number;
  /** Why. */
  reason: string;
};

/** Whether a count is exact. */
export type CountPrecision =
  /** There are exactly so many. */
  | 'EXACT'
  /** There are more than this. */
  | 'AT_LEAST';

/** How many credit notes a cancellation makes; their amounts together are the same. */
export type CreditNotes =
  /** One for each document that it credits. */
  | 'PER_DOCUMENT'
  /** One for all of them, by schedule and account. */
  | 'PER_CANCELLATION';

/** What becomes of a credit beyond the open part of its own document. */
export type CreditSettlement =
  /** It stays on the account. */
  | 'KEEP'
  /** It pays the oldest documents. */
  | 'OFFSET_OLDEST'
  /** A refund is requested, as far as the invoice was paid. */
  | 'REFUND';

/** Which invoices carry a cancellation. */
export type CreditWhere =
  /** All alike, each by its part of the line. */
  | 'PROPORTIONAL'
  /** Those without a document first. */
  | 'OPEN_FIRST'
  /** The last planned first. */
  | 'LAST_FIRST';

/** What a document is (EN 16931 BT-3). */
export type DocumentType =
  /** 380: a commercial invoice. */
  | 'INVOICE'
  /** 381: a credit note. */
  | 'CREDIT_NOTE'
  /** 386: a prepayment invoice. */
  | 'PREPAYMENT';

/** Every reason for which Loge refuses something. */
export type ErrorCode =
  /** A value has the wrong form; the message says which is right. */
  | 'INPUT_INVALID'
  /** A text that must be filled is empty. */
  | 'TEXT_REQUIRED'
  /** A text is longer than its limit. */
  | 'TEXT_TOO_LONG'
  /** A code has characters other than letters, digits and . _ / -. */
  | 'CODE_INVALID'
  /** Another object of the same kind already has this code. */
  | 'CODE_TAKEN'
  /** No such object exists, or it is not visible to the caller. */
  | 'NOT_FOUND'
  /** The id is not one that this API handed out for this type. */
  | 'ID_INVALID'
  /** A date or instant is missing, malformed or out of range. */
  | 'DATE_INVALID'
  /** An end lies before its start. */
  | 'DATE_RANGE_INVALID'
  /** A quantity is not a whole number from 1 to 10,000. */
  | 'QUANTITY_INVALID'
  /** A list is longer than its limit. */
  | 'TOO_MANY_ITEMS'
  /** Not an ISO 3166-1 alpha-2 country code. */
  | 'COUNTRY_UNKNOWN'
  /** Not an ISO 639-1 language code. */
  | 'LANGUAGE_UNKNOWN'
  /** Not a time zone of the IANA database. */
  | 'TIME_ZONE_UNKNOWN'
  /** Not an e-mail address. */
  | 'EMAIL_INVALID'
  /** The object is used by others and cannot change in this way. */
  | 'IN_USE'
  /** There is no such file, or it cannot be read. */
  | 'FILE_UNREADABLE'
  /** The file has no rows. */
  | 'FILE_EMPTY'
  /** The file has more than 50 MB or 200,000 rows, or a document's more than 10 MB. */
  | 'FILE_TOO_LARGE'
  /** The file is not what its name says, or is damaged. */
  | 'FILE_MALFORMED'
  /** A column that the import needs is not in the file. */
  | 'COLUMN_MISSING'
  /** A column is none of the import's; the message has the nearest. */
  | 'COLUMN_UNKNOWN'
  /** The caller's role or scopes do not allow this action. */
  | 'PERMISSION_DENIED'
  /** A partner's token has no scopes, or a token one of which its role may use nothing. */
  | 'SCOPE_INVALID'
  /** Access control reported this scan before, with other content. */
  | 'SCAN_CONFLICT'
  /** The object changed since it was read; read it again. */
  | 'VERSION_STALE'
  /** An idempotency key is 8 to 200 printable characters without spaces. */
  | 'IDEMPOTENCY_KEY_INVALID'
  /** The idempotency key was used before for a request with other content. */
  | 'IDEMPOTENCY_KEY_REUSED'
  /** Not a decimal amount with the digits of its currency. */
  | 'AMOUNT_INVALID'
  /** An amount is beyond 2^53 - 1 minor units. */
  | 'AMOUNT_TOO_LARGE'
  /** An amount that must not be negative is. */
  | 'AMOUNT_NEGATIVE'
  /** Not an active ISO 4217 currency code. */
  | 'CURRENCY_UNKNOWN'
  /** Amounts of two currencies meet; a Sale has one. */
  | 'CURRENCY_MIXED'
  /** Weights are negative, or all zero for a total that is not. */
  | 'WEIGHTS_INVALID'
  /** A discount is negative or larger than what it reduces. */
  | 'DISCOUNT_INVALID'
  /** A schedule's recipe is malformed. */
  | 'SCHEDULE_INVALID'
  /** The percentages do not add up to 100. */
  | 'PERCENT_SUM_INVALID'
  /** Invoices and lines of a schedule group differ; the message has the difference. */
  | 'INVOICE_SUM_MISMATCH'
  /** An invoice has no planned date. */
  | 'INVOICE_DATE_MISSING'
  /** An invoice's amount has the wrong sign. */
  | 'INVOICE_AMOUNT_NEGATIVE'
  /** Lines cannot be allocated to invoices as asked. */
  | 'ALLOCATION_INVALID'
  /** No VAT rule answers for a line; add the rule. */
  | 'VAT_UNRESOLVED'
  /** A VAT rate is outside 0 to 100 percent. */
  | 'VAT_RATE_INVALID'
  /** Two VAT rules for the same supply overlap in time. */
  | 'VAT_RULE_OVERLAP'
  /** The VAT id does not have the form of its country. */
  | 'VAT_ID_INVALID'
  /** No price of the price list is valid for a line. */
  | 'PRICE_MISSING'
  /** A bundle reaches the same calendar item twice. */
  | 'BUNDLE_OVERLAP'
  /** A bundle has no calendar item that can be sold. */
  | 'BUNDLE_EMPTY'
  /** A member does not fit the bundle's kind. */
  | 'BUNDLE_MEMBER_INVALID'
  /** A package contains itself. */
  | 'PACKAGE_CYCLE'
  /** Packages nest more than 5 levels deep. */
  | 'PACKAGE_TOO_DEEP'
  /** A package explodes into more than 100 pieces. */
  | 'PACKAGE_TOO_LARGE'
  /** A package has no components. */
  | 'PACKAGE_EMPTY'
  /** The calendar item is played, cancelled or has begun. */
  | 'CALENDAR_ITEM_CLOSED'
  /** A calendar item cannot go from its status to the wanted one. */
  | 'CALENDAR_STATUS_INVALID'
  /** The calendar item has live entitlements and cannot change in this way. */
  | 'CALENDAR_ITEM_SOLD'
  /** The list has a price of this product and scope from the same day. */
  | 'PRICE_OVERLAP'
  /** Seats or places are taken; `conflicts` lists each one, its holder and alternatives. */
  | 'INVENTORY_CONFLICT'
  /** The number or kind of chosen seats does not fit the line. */
  | 'SEATS_MISMATCH'
  /** The same seat is chosen twice. */
  | 'SEAT_DUPLICATE'
  /** No capacity is set for a limited product at a calendar item. */
  | 'POOL_MISSING'
  /** There is a pool of this product or location at this time already. */
  | 'POOL_EXISTS'
  /** A seat or parking place has a live reservation; swap or cancel that first. */
  | 'RESOURCE_RESERVED'
  /** A capacity would fall below what is taken. */
  | 'CAPACITY_BELOW_TAKEN'
  /** A hospitality formula needs a seat of the same calendar item to attach to. */
  | 'FORMULA_NEEDS_SEAT'
  /** A ticket already has a formula of this location type. */
  | 'FORMULA_TYPE_CONFLICT'
  /** A Draft's hold has ended; revive the Sale before finalising it. */
  | 'HOLD_LOST'
  /** The Sale's status does not allow this action. */
  | 'SALE_STATUS_INVALID'
  /** A Final Sale cannot be altered; cancel lines or add a sub-sale. */
  | 'SALE_FINAL_IMMUTABLE'
  /** A Sale without live lines cannot be finalised. */
  | 'NO_LINES'
  /** The account lacks what a Final Sale needs; the message lists it. */
  | 'ACCOUNT_INCOMPLETE'
  /** The account is not active. */
  | 'ACCOUNT_INACTIVE'
  /** A CREDIT Sale has catalog lines of at most 0, any other Sale lines of at least 0. */
  | 'CREDIT_LINE_SIGN'
  /** The Sale exceeds the account's credit limit. */
  | 'CREDIT_LIMIT'
  /** An invoice is planned in the past; a warning. */
  | 'INVOICE_DATE_BEFORE_TODAY'
  /** A line's season, bundle or calendar item does not fit its product. */
  | 'LINE_SCOPE_INVALID'
  /** A Sale has more than 500 lines. */
  | 'LINE_LIMIT'
  /** The parent of a sub-sale must be Final and have no parent. */
  | 'PARENT_INVALID'
  /** This action needs a reason. */
  | 'REASON_REQUIRED'
  /** Nothing that is selected is live. */
  | 'CANCEL_NOTHING'
  /** More is selected than is left. */
  | 'CANCEL_TOO_MUCH'
  /** What the cancellation would do is not what the preview showed; preview it again. */
  | 'PREVIEW_STALE'
  /** The cancellation cannot be undone any more; the message says why. */
  | 'UNDO_IMPOSSIBLE'
  /** The calendar item is being cancelled across its Sales already. */
  | 'EVENT_CANCELLATION_RUNNING'
  /** No document can be made of the invoice now; the message says why. */
  | 'INVOICE_NOT_BILLABLE'
  /** Another system is making the invoice's document. */
  | 'CLAIM_TAKEN'
  /** The source already reported this number with other content. */
  | 'DOCUMENT_CONFLICT'
  /** The invoice has another document already. */
  | 'DOCUMENT_EXISTS'
  /** The document's state does not allow this action. */
  | 'DOCUMENT_STATE_INVALID'
  /** The accounting period of this date is closed. */
  | 'PERIOD_CLOSED'
  /** The invoice cannot take this payment. */
  | 'INVOICE_NOT_PAYABLE'
  /** A statement entry is matched or set aside, or its proposal decided on, already. */
  | 'ENTRY_SETTLED'
  /** The source already reported this external id with other content. */
  | 'PAYMENT_CONFLICT'
  /** The payment was charged back. */
  | 'PAYMENT_REVERSED'
  /** The payment was paid back, or a refund of it is under way. */
  | 'PAYMENT_REFUNDED'
  /** More is allocated than is open, or than is left to allocate. */
  | 'ALLOCATION_TOO_LARGE'
  /** A refund exceeds what was paid, or the credit that is left. */
  | 'REFUND_TOO_LARGE'
  /** A refund cannot go from its status to the wanted one. */
  | 'REFUND_STATUS_INVALID'
  /** More is written off than is open. */
  | 'WRITE_OFF_TOO_LARGE'
  /** A webhook's address is not an https address on the public internet. */
  | 'WEBHOOK_URL_INVALID'
  /** The webhook endpoint is switched off; make it active first. */
  | 'WEBHOOK_INACTIVE'
  /** The transfer's status does not allow this; the message says what does. */
  | 'TRANSFER_STATUS_INVALID'
  /** The definition of a report is wrong, or asks for what the models do not have. */
  | 'REPORT_INVALID'
  /** A parameter of a report cannot have this value. */
  | 'REPORT_PARAMETER_INVALID'
  /** The club does not let reports be sent to this address. */
  | 'REPORT_RECIPIENT_REFUSED'
  /** The club does not let reports be shown in pages of this origin. */
  | 'REPORT_FRAME_REFUSED'
  /** The models do not have what the question names, do not show it, or cannot answer it so. */
  | 'SEMANTIC_QUERY_INVALID'
  /** The semantic layer cannot be reached; selling goes on, and it catches up. */
  | 'SEMANTIC_UNAVAILABLE';

/** What happens when the hold of a Draft ends. */
export type HoldAction =
  /** Its inventory becomes free. */
  | 'RELEASE'
  /** It keeps its inventory. */
  | 'KEEP';

/** A document that was made of an invoice. Missing totals are its. */
export type InvoiceDocumentRecordInput = {
  /** Chosen by the client, one for each intent: sent again, the answer repeats, not the act. */
  idempotencyKey: string;
  /** The invoice; or its code. */
  invoiceId?: string | number | null | undefined;
  /** The invoice by its instalment code. */
  code?: string | null | undefined;
  /** The code of the system that made it. */
  source: string;
  /** Its number; `D` and digits for a draft or sales order, which stays pending. */
  number: string;
  /** Its date. */
  issuedOn: string;
  /** When it is due; by the account's payment term when omitted. */
  dueOn?: string | null | undefined;
  /** What it is; by the sign of the invoice when omitted. */
  type?: DocumentType | null | undefined;
  /** Its total before VAT. */
  net?: MoneyInput | null | undefined;
  /** Its VAT. */
  vat?: MoneyInput | null | undefined;
  /** Its total with VAT; credit notes with or without a minus. */
  gross?: MoneyInput | null | undefined;
  /** What payments of it quote: `+++090/9337/55493+++`, `RF18…` or any text. */
  reference?: string | null | undefined;
  /** The file that POST /files stored. */
  fileId?: string | number | null | undefined;
};

/** Which way an invoice's money goes. */
export type InvoiceKind =
  /** The account pays. */
  | 'INVOICE'
  /** The account gets back. */
  | 'CREDIT_NOTE';

/** What is to be done with an invoice, derived from facts on the club's day. */
export type InvoiceStatus =
  /** Nothing is left to bill. */
  | 'VOID'
  /** Its date has not come. */
  | 'FUTURE'
  /** Its date has come; a document is to be made. */
  | 'TODO'
  /** Its document is being made, or waits for a decision or for its original's. */
  | 'PENDING'
  /** Documented and not due yet. */
  | 'OPEN'
  /** A part is paid or credited, and the rest is not due yet. */
  | 'PARTIAL'
  /** Documented, due and not settled. */
  | 'OVERDUE'
  /** Settled by payments. */
  | 'RECEIVED'
  /** Settled by credit notes; of a credit note: all of it was used. */
  | 'CREDITED';

/** The kinds of event of a subscription. */
export type LiveKind =
  /** The state of an object when the subscription began. */
  | 'PRESENT'
  /** The newest state of an object that changed, or came into what is followed. */
  | 'CHANGED'
  /** The object is not part of what is followed any more; `reason` says why. */
  | 'GONE'
  /** Everything present, or missed since the cursor, was sent; from here on what changes is sent as it happens. */
  | 'CAUGHT_UP'
  /** What was received before is not to be relied on; `reason` says why. The present state follows, unless there is too much of it: then read it by a query. */
  | 'RESYNC';

/** Why an object is gone, or why a subscriber has to start afresh. */
export type LiveReason =
  /** It was removed. */
  | 'REMOVED'
  /** It does not meet the filter any more. */
  | 'NOT_MATCHING'
  /** The cursor is older than what is kept of changes (24 hours). */
  | 'CURSOR_TOO_OLD'
  /** The cursor is of another database, or of a time before a restore. */
  | 'CURSOR_UNKNOWN'
  /** More changed than is sent one by one. */
  | 'TOO_MANY_CHANGES'
  /** More than 100 objects are followed; read them by a query. What changes from now on is sent. */
  | 'TOO_MANY_OBJECTS'
  /** The server could not read for a while. */
  | 'INTERRUPTED';

/** An amount of money; its digits must be those of its currency. */
export type MoneyInput = {
  /** The decimal amount, such as `1250.00`. */
  amount: string;
  /** The ISO 4217 code, such as EUR. */
  currency: string;
};

/** What of a payment goes to an invoice. */
export type PaymentAllocationInput = {
  /** The invoice. */
  invoiceId: string | number;
  /** How much of the payment. */
  amount: MoneyInput;
};

/** How money came or went. */
export type PaymentMethod =
  /** By transfer to the club's account. */
  | 'BANK_TRANSFER'
  /** By card. */
  | 'CARD'
  /** Collected from the customer's account. */
  | 'DIRECT_DEBIT'
  /** By another method of a payment provider. */
  | 'ONLINE'
  /** In notes and coins. */
  | 'CASH'
  /** In any other way. */
  | 'OTHER';

/** Money that came in. */
export type PaymentRecordInput = {
  /** Chosen by the client, one for each intent: sent again, the answer repeats, not the act. */
  idempotencyKey: string;
  /** Who paid; not needed where invoices or the reference tell it. */
  accountId?: string | number | null | undefined;
  /** How much came. */
  amount: MoneyInput;
  /** When it came; the value date of the bank. */
  receivedOn: string;
  /** How it came. */
  method: PaymentMethod;
  /** The system that reports it; `MANUAL` when omitted. */
  source?: string | null | undefined;
  /** What the source calls it: reported again with the same content, it is the same payment; with other content it is refused. */
  externalId?: string | null | undefined;
  /** What the customer wrote: without allocations, a structured communication, an ISO 11649 reference, a document number or an instalment code in it says what is paid. */
  reference?: string | null | undefined;
  /** What it pays; the rest stays a credit of the account. */
  allocations?: Array<PaymentAllocationInput> | null | undefined;
  /** When it is posted; today when omitted. Not in a closed period. */
  postedOn?: string | null | undefined;
};

/** A payment that was charged back or bounced. */
export type PaymentReverseInput = {
  /** Chosen by the client, one for each intent: sent again, the answer repeats, not the act. */
  idempotencyKey: string;
  /** The payment. */
  paymentId: string | number;
  /** Why, as the bank says. */
  reason: string;
  /** When it is posted; today when omitted. Not in a closed period. */
  postedOn?: string | null | undefined;
};

/** What a caller may do; each mutation asks for one. */
export type Permission =
  /** Change the club's settings. */
  | 'ORGANISATION_CHANGE'
  /** Create and revoke access tokens. */
  | 'TOKEN_CHANGE'
  /** Change venues, locations, seats and parking places. */
  | 'VENUE_CHANGE'
  /** Change seasons, calendar items and bundles. */
  | 'CALENDAR_CHANGE'
  /** Change the capacity of pools. */
  | 'CAPACITY_CHANGE'
  /** Set a capacity below what is taken. */
  | 'CAPACITY_FORCE'
  /** Change products, their groups and packages. */
  | 'PRODUCT_CHANGE'
  /** Change price lists and prices. */
  | 'PRICE_CHANGE'
  /** Change VAT rules. */
  | 'VAT_CHANGE'
  /** Change accounts and contacts. */
  | 'ACCOUNT_CHANGE'
  /** Change ticket holders and who holds which ticket. */
  | 'TICKET_HOLDER_CHANGE'
  /** Change templates of Sales. */
  | 'TEMPLATE_CHANGE'
  /** Create Sales. */
  | 'SALE_CREATE'
  /** Change Drafts. */
  | 'SALE_CHANGE'
  /** Set other prices than the list's, and discounts. */
  | 'SALE_PRICE_CHANGE'
  /** Sell calendar items that have begun. */
  | 'SALE_BACKDATE'
  /** Set the instalments of a Sale. */
  | 'SALE_SCHEDULE'
  /** Make a Sale Final. */
  | 'SALE_FINALISE'
  /** Cancel Sales. */
  | 'SALE_CANCEL'
  /** Remove a Draft for good. */
  | 'SALE_REMOVE'
  /** Swap the seats of a Sale. */
  | 'SEAT_SWAP'
  /** Undo a cancellation. */
  | 'CANCEL_UNDO'
  /** Choose which invoices a cancellation reduces. */
  | 'CREDIT_WHERE_CHOOSE'
  /** Cancel a calendar item across all Sales. */
  | 'EVENT_CANCEL'
  /** Change open invoices. */
  | 'INVOICE_CHANGE'
  /** Credit a document and invoice the same anew. */
  | 'INVOICE_REPLACE'
  /** Claim invoices and report their documents. */
  | 'DOCUMENT_RECORD'
  /** Accept or reject documents that differ from their invoices. */
  | 'DOCUMENT_DECIDE'
  /** Record payments and say what they pay. */
  | 'PAYMENT_RECORD'
  /** Book chargebacks. */
  | 'PAYMENT_REVERSE'
  /** Request refunds and report what became of them. */
  | 'REFUND_CHANGE'
  /** Give up what is open. */
  | 'WRITE_OFF'
  /** Close and reopen accounting periods. */
  | 'PERIOD_CLOSE'
  /** Say where events are sent, and send them again. */
  | 'WEBHOOK_CHANGE'
  /** Make reports, and change, share and delete one's own. */
  | 'REPORT_CHANGE'
  /** Report what gates read of tickets. */
  | 'SCAN_RECORD'
  /** Note menus, dietary wishes, number plates and deliveries. */
  | 'FULFILMENT_CHANGE'
  /** Name sales reps and set their targets. */
  | 'TARGET_CHANGE'
  /** Connect systems, and say what is exchanged with them. */
  | 'TRANSFER_CHANGE'
  /** Send transfers on or give them up, and fill in value maps. */
  | 'TRANSFER_RUN';

/** What a product is, and so which inventory it takes. */
export type ProductKind =
  /** A seat at a calendar item. */
  | 'SEAT'
  /** A parking place at a calendar item. */
  | 'PARKING'
  /** Hospitality at a calendar item; a ticket has at most one per location type. */
  | 'FORMULA'
  /** Several products sold as one. */
  | 'PACKAGE'
  /** Anything else, such as a gift or an advertisement. */
  | 'CATALOG';

/** Where a report stands in the library. */
export type ReportCategory =
  /** What is sold, and to whom. */
  | 'SALES'
  /** Seats, guests, catering. */
  | 'OPERATIONS'
  /** Invoices, payments, what is owed. */
  | 'FINANCE'
  /** Everything else. */
  | 'CUSTOM';

/** The report to copy. */
export type ReportCopyInput = {
  /** Chosen by the client, one for each intent: sent again, the answer repeats, not the act. */
  idempotencyKey: string;
  /** The report; it may be a standard one. */
  id: string | number;
  /** What the copy is called; omitted, the same. */
  title?: string | null | undefined;
};

/** A new report. */
export type ReportCreateInput = {
  /** Chosen by the client, one for each intent: sent again, the answer repeats, not the act. */
  idempotencyKey: string;
  /** The definition: `category`, `title`, `queries`, `blocks`, and more; the guide for report builders describes it. Its key is given by Loge. */
  definition: unknown;
};

/** The report to delete. */
export type ReportDeleteInput = {
  /** Chosen by the client, one for each intent: sent again, the answer repeats, not the act. */
  idempotencyKey: string;
  /** The report. */
  reportId: string | number;
  /** The version the object had when it was read; another one answers VERSION_STALE. */
  expectedVersion: number;
};

/** How far the sending of a report is. */
export type ReportDeliveryStatus =
  /** It is to be tried, now or again later. */
  | 'PENDING'
  /** The server of e-mail is being given it. */
  | 'SENDING'
  /** The server of e-mail has it. */
  | 'SENT'
  /** It was not sent; `error` says why. */
  | 'FAILED'
  /** The connection ended meanwhile: it may have arrived, so it is not sent again. */
  | 'UNKNOWN';

/** A report that is to be a favourite of the caller, or no more. */
export type ReportFavourInput = {
  /** Chosen by the client, one for each intent: sent again, the answer repeats, not the act. */
  idempotencyKey: string;
  /** The report; it may be a standard one. */
  id: string | number;
  /** Whether it is one. */
  isFavourite?: boolean;
};

/** In whose pages the club lets reports be shown. */
export type ReportFramesSetInput = {
  /** Chosen by the client, one for each intent: sent again, the answer repeats, not the act. */
  idempotencyKey: string;
  /** Origins such as `https://intranet.club.example`; at most 50. */
  origins: Array<string>;
};

/** A new link to a report. */
export type ReportLinkCreateInput = {
  /** Chosen by the client, one for each intent: sent again, the answer repeats, not the act. */
  idempotencyKey: string;
  /** The report; it may be a standard one. */
  reportId: string | number;
  /** What stands above it. */
  title: string;
  /** When it ends, within 400 days. */
  expiresAt: string;
  /** `en`, `nl` or `fr`. */
  language?: string;
  /** What is chosen in the report, by name; the rest has its default. Whoever opens the link cannot choose anything else. */
  parameters?: unknown;
  /** In whose pages it may be shown, all of `reportFrames` when omitted. */
  origins?: Array<string> | null | undefined;
};

/** The link to revoke. */
export type ReportLinkRevokeInput = {
  /** Chosen by the client, one for each intent: sent again, the answer repeats, not the act. */
  idempotencyKey: string;
  /** The link. */
  reportLinkId: string | number;
};

/** To whom the club lets reports be sent. */
export type ReportRecipientsSetInput = {
  /** Chosen by the client, one for each intent: sent again, the answer repeats, not the act. */
  idempotencyKey: string;
  /** Addresses, and domains like `@club.example`, in small letters; at most 200. */
  patterns: Array<string>;
};

/** The version of a report to go back to. */
export type ReportRestoreInput = {
  /** Chosen by the client, one for each intent: sent again, the answer repeats, not the act. */
  idempotencyKey: string;
  /** The report; it may be a deleted one. */
  id: string | number;
  /** The version the object had when it was read; another one answers VERSION_STALE. */
  expectedVersion: number;
  /** One of its `versions`. */
  version: number;
};

/** A new schedule of a report. */
export type ReportScheduleCreateInput = {
  /** Chosen by the client, one for each intent: sent again, the answer repeats, not the act. */
  idempotencyKey: string;
  /** The report; it may be a standard one. */
  reportId: string | number;
  /** The subject of the message. */
  title: string;
  /** How often it is sent. */
  cadence: Cadence;
  /** When: minutes since midnight, 0 to 1439. */
  minuteOfDay: number;
  /** To whom, 1 to 50 addresses that `reportRecipients` allows. */
  recipients: Array<string>;
  /** What it is written as. */
  format?: string;
  /** `en`, `nl` or `fr`. */
  language?: string;
  /** What is chosen in the report, by name; the rest has its default. */
  parameters?: unknown;
  /** 1, Monday, to 7; if weekly. */
  weekday?: number | null | undefined;
  /** 1 to 31, at most the last of the month; if monthly. */
  dayOfMonth?: number | null | undefined;
  /** On whose clock; the club's when omitted. */
  timeZone?: string | null | undefined;
  /** Whether it is sent. */
  isActive?: boolean;
};

/** The schedule to delete. */
export type ReportScheduleDeleteInput = {
  /** Chosen by the client, one for each intent: sent again, the answer repeats, not the act. */
  idempotencyKey: string;
  /** The schedule. */
  scheduleId: string | number;
  /** The version the object had when it was read; another one answers VERSION_STALE. */
  expectedVersion: number;
};

/** The schedule to run at once. */
export type ReportScheduleRunNowInput = {
  /** Chosen by the client, one for each intent: sent again, the answer repeats, not the act. */
  idempotencyKey: string;
  /** The schedule. */
  scheduleId: string | number;
};

/** A schedule of a report as it is to be from now on, as a whole. */
export type ReportScheduleUpdateInput = {
  /** Chosen by the client, one for each intent: sent again, the answer repeats, not the act. */
  idempotencyKey: string;
  /** The report; it may be a standard one. */
  reportId: string | number;
  /** The subject of the message. */
  title: string;
  /** How often it is sent. */
  cadence: Cadence;
  /** When: minutes since midnight, 0 to 1439. */
  minuteOfDay: number;
  /** To whom, 1 to 50 addresses that `reportRecipients` allows. */
  recipients: Array<string>;
  /** What it is written as. */
  format?: string;
  /** `en`, `nl` or `fr`. */
  language?: string;
  /** What is chosen in the report, by name; the rest has its default. */
  parameters?: unknown;
  /** 1, Monday, to 7; if weekly. */
  weekday?: number | null | undefined;
  /** 1 to 31, at most the last of the month; if monthly. */
  dayOfMonth?: number | null | undefined;
  /** On whose clock; the club's when omitted. */
  timeZone?: string | null | undefined;
  /** Whether it is sent. */
  isActive?: boolean;
  /** The schedule. */
  id: string | number;
  /** The version the object had when it was read; another one answers VERSION_STALE. */
  expectedVersion: number;
};

/** Who is to see a report. */
export type ReportShareInput = {
  /** Chosen by the client, one for each intent: sent again, the answer repeats, not the act. */
  idempotencyKey: string;
  /** The report. */
  id: string | number;
  /** The version the object had when it was read; another one answers VERSION_STALE. */
  expectedVersion: number;
  /** Who sees it beside its owner. */
  sharing: ReportSharing;
  /** The roles, where it is shared with groups. */
  groups?: Array<Role> | null | undefined;
};

/** Who beside its owner sees a report. */
export type ReportSharing =
  /** Nobody; root sees all reports. */
  | 'PRIVATE'
  /** The roles in `groups`. */
  | 'GROUPS'
  /** Everybody who belongs to the club. */
  | 'EVERYONE';

/** A report as it is to be from now on. */
export type ReportUpdateInput = {
  /** Chosen by the client, one for each intent: sent again, the answer repeats, not the act. */
  idempotencyKey: string;
  /** The report. */
  id: string | number;
  /** The version the object had when it was read; another one answers VERSION_STALE. */
  expectedVersion: number;
  /** The definition: `category`, `title`, `queries`, `blocks`, and more; the guide for report builders describes it. Its key is given by Loge. */
  definition: unknown;
};

/** The kinds of caller. */
export type Role =
  /** May do everything, including what removes traces of a sale. */
  | 'ROOT'
  /** Sells: accounts, Sales, prices, templates. */
  | 'SALES'
  /** Invoices, VAT rules, the audit. */
  | 'FINANCE'
  /** Venues, calendar, capacities. */
  | 'OPERATIONS'
  /** Reads everything inside the club, and changes nothing but reports. */
  | 'ANALYST'
  /** Sells on the club's behalf. */
  | 'PARTNER'
  /** A customer: one account's own rows only. */
  | 'PORTAL';

/** What can be done with a Sale. */
export type SaleAction =
  /** Change the header. */
  | 'UPDATE'
  /** Change contact, reference, comments, rep and name on tickets. */
  | 'ANNOTATE'
  /** Add, change, replace or remove lines. */
  | 'CHANGE_LINES'
  /** Set how it is billed. */
  | 'SET_SCHEDULE'
  /** Move or split an invoice. */
  | 'CHANGE_INVOICES'
  /** Set when the hold ends. */
  | 'EXTEND_HOLD'
  /** Release the inventory now. */
  | 'EXPIRE'
  /** Reserve the inventory of an expired Sale again. */
  | 'REVIVE'
  /** Make it Final. */
  | 'FINALISE'
  /** Cancel it, or a part of it. */
  | 'CANCEL'
  /** Take its latest cancellation back. */
  | 'UNDO_CANCEL'
  /** Credit a document and invoice the same anew. */
  | 'REPLACE_INVOICE'
  /** Remove a Draft for good. */
  | 'REMOVE'
  /** Move guests to other seats. */
  | 'SWAP_SEATS'
  /** Write names on tickets. */
  | 'ASSIGN_HOLDERS'
  /** Add a Sale below it. */
  | 'ADD_SUB_SALE'
  /** Repeat it in another season. */
  | 'DUPLICATE';

/** What of a Sale to cancel, just as it was previewed, and why. */
export type SaleCancelInput = {
  /** The Sale. */
  saleId: string | number;
  /** All that is left of it. */
  everything?: boolean;
  /** Lines, or parts of them. */
  lines?: Array<CancelLineInput> | null | undefined;
  /** All that the Sale has at these calendar items. */
  calendarItemIds?: Array<string | number> | null | undefined;
  /** Single entitlements. */
  entitlementIds?: Array<string | number> | null | undefined;
  /** Which invoices carry it; only finance may choose another way. */
  creditWhere?: CreditWhere;
  /** How many credit notes; otherwise as the club's settings say. */
  creditNotes?: CreditNotes | null | undefined;
  /** What becomes of credits beyond what was open; otherwise as the club's settings say. */
  settlement?: CreditSettlement | null | undefined;
  /** Chosen by the client, one for each intent: sent again, the answer repeats, not the act. */
  idempotencyKey: string;
  /** Why. */
  reason: string;
  /** The `previewHash` of the preview; when anything would differ from it, the answer is PREVIEW_STALE. */
  previewHash: string;
};

/** What of a Sale would be cancelled, in exactly one of four ways: everything, lines, calendarItemIds or entitlementIds. */
export type SaleCancelPreviewInput = {
  /** The Sale. */
  saleId: string | number;
  /** All that is left of it. */
  everything?: boolean;
  /** Lines, or parts of them. */
  lines?: Array<CancelLineInput> | null | undefined;
  /** All that the Sale has at these calendar items. */
  calendarItemIds?: Array<string | number> | null | undefined;
  /** Single entitlements. */
  entitlementIds?: Array<string | number> | null | undefined;
  /** Which invoices carry it; only finance may choose another way. */
  creditWhere?: CreditWhere;
  /** How many credit notes; otherwise as the club's settings say. */
  creditNotes?: CreditNotes | null | undefined;
  /** What becomes of credits beyond what was open; otherwise as the club's settings say. */
  settlement?: CreditSettlement | null | undefined;
};

/** Which Sales to follow; all conditions must be met. */
export type SaleChangeFilter = {
  /** In any of these statuses. */
  status?: Array<SaleStatus> | null | undefined;
  /** Of any of these types. */
  type?: Array<SaleType> | null | undefined;
  /** Made through any of these channels. */
  channel?: Array<SaleChannel> | null | undefined;
  /** Of any of these accounts. */
  accountId?: Array<string | number> | null | undefined;
  /** For any of these seasons. */
  seasonId?: Array<string | number> | null | undefined;
  /** Sub-sales of any of these. */
  parentSaleId?: Array<string | number> | null | undefined;
  /** Of any of these sales reps. */
  repCode?: Array<string> | null | undefined;
  /** Paid in kind or not. */
  isBarter?: boolean | null | undefined;
  /** With or without a parent. */
  isSubSale?: boolean | null | undefined;
  /** In any of these currencies. */
  currency?: Array<string> | null | undefined;
};

/** Where a Sale was made. */
export type SaleChannel =
  /** By the club's people. */
  | 'BACK_OFFICE'
  /** By the account itself, in a portal. */
  | 'PORTAL'
  /** By a partner's system. */
  | 'PARTNER'
  /** Loaded from a file. */
  | 'IMPORT';

/** A Draft to release now. */
export type SaleExpireInput = {
  /** Chosen by the client, one for each intent: sent again, the answer repeats, not the act. */
  idempotencyKey: string;
  /** The Sale. */
  saleId: string | number;
  /** The version the object had when it was read; another one answers VERSION_STALE. */
  expectedVersion: number;
};

/** Which Sales; all conditions must be met. */
export type SaleFilter = {
  /** Any of these codes. */
  code?: Array<string> | null | undefined;
  /** In any of these statuses. */
  status?: Array<SaleStatus> | null | undefined;
  /** Of any of these types. */
  type?: Array<SaleType> | null | undefined;
  /** Made through any of these channels. */
  channel?: Array<SaleChannel> | null | undefined;
  /** Of any of these accounts. */
  accountId?: Array<string | number> | null | undefined;
  /** For any of these seasons. */
  seasonId?: Array<string | number> | null | undefined;
  /** Sub-sales of any of these. */
  parentSaleId?: Array<string | number> | null | undefined;
  /** Made from any of these templates. */
  templateId?: Array<string | number> | null | undefined;
  /** Of any of these sales reps. */
  repCode?: Array<string> | null | undefined;
  /** Paid in kind or not. */
  isBarter?: boolean | null | undefined;
  /** With or without a parent. */
  isSubSale?: boolean | null | undefined;
  /** In any of these currencies. */
  currency?: Array<string> | null | undefined;
  /** A part of code, reference or name on tickets. */
  search?: string | null | undefined;
  /** Made at or after. */
  createdFrom?: string | null | undefined;
  /** Made before. */
  createdBefore?: string | null | undefined;
  /** Changed at or after. */
  updatedFrom?: string | null | undefined;
  /** Final since. */
  finalisedFrom?: string | null | undefined;
  /** Final before. */
  finalisedBefore?: string | null | undefined;
  /** Whose hold ends before. */
  holdExpiresBefore?: string | null | undefined;
  /** Of at least this gross, in its currency. */
  grossFrom?: MoneyInput | null | undefined;
  /** Of at most this gross, in its currency. */
  grossTo?: MoneyInput | null | undefined;
};

/** A Sale as it was seen. */
export type SaleFinaliseInput = {
  /** Chosen by the client, one for each intent: sent again, the answer repeats, not the act. */
  idempotencyKey: string;
  /** The Sale. */
  saleId: string | number;
  /** The version the object had when it was read; another one answers VERSION_STALE. */
  expectedVersion: number;
};

/** When a Draft's hold ends. */
export type SaleHoldSetInput = {
  /** Chosen by the client, one for each intent: sent again, the answer repeats, not the act. */
  idempotencyKey: string;
  /** The Sale. */
  saleId: string | number;
  /** The version the object had when it was read; another one answers VERSION_STALE. */
  expectedVersion: number;
  /** When it ends; without it, the club's term for a sent proposal from now. */
  expiresAt?: string | null | undefined;
  /** What happens then. */
  action?: HoldAction | null | undefined;
};

/** An expired Sale to revive. */
export type SaleReviveInput = {
  /** Chosen by the client, one for each intent: sent again, the answer repeats, not the act. */
  idempotencyKey: string;
  /** The Sale. */
  saleId: string | number;
  /** The version the object had when it was read; another one answers VERSION_STALE. */
  expectedVersion: number;
};

/** Orders of Sales. */
export type SaleSort =
  /** Newest first. */
  | 'CREATED_AT_DESC'
  /** Oldest first. */
  | 'CREATED_AT_ASC'
  /** Last changed first. */
  | 'UPDATED_AT_DESC'
  /** By code. */
  | 'CODE_ASC'
  /** By code, backwards. */
  | 'CODE_DESC'
  /** Largest first. */
  | 'GROSS_DESC'
  /** Smallest first. */
  | 'GROSS_ASC';

/** Where a Sale is in its life. */
export type SaleStatus =
  /** Being made; its inventory is held. */
  | 'DRAFT'
  /** Agreed; lines and amounts cannot change any more. */
  | 'FINAL'
  /** Its hold ended and its inventory is free; it can be revived. */
  | 'EXPIRED'
  /** Cancelled as a whole. */
  | 'CANCELLED';

/** What a Sale is about. */
export type SaleType =
  /** Seats and more for a season. */
  | 'SEASON'
  /** Single calendar items. */
  | 'TICKET'
  /** Hospitality for tickets. */
  | 'HOSPITALITY'
  /** Catalog products only. */
  | 'CATALOG'
  /** Negative catalog lines only; reduces what the account owes. */
  | 'CREDIT'
  /** Ordered as needed. */
  | 'ON_DEMAND';

/** Changes of a Sale's header; omitted fields stay as they are. */
export type SaleUpdateInput = {
  /** Chosen by the client, one for each intent: sent again, the answer repeats, not the act. */
  idempotencyKey: string;
  /** The Sale. */
  saleId: string | number;
  /** The version the object had when it was read; another one answers VERSION_STALE. */
  expectedVersion: number;
  /** The contact; in any status. */
  contactId?: string | number | null | undefined;
  /** The name on tickets; in any status. */
  nameOnTickets?: string | null | undefined;
  /** The account's reference; in any status. */
  reference?: string | null | undefined;
  /** Internal comments; in any status, not from portal users. */
  comments?: string | null | undefined;
  /** The sales rep; in any status. */
  repCode?: string | null | undefined;
  /** The season; Draft only. */
  seasonId?: string | number | null | undefined;
  /** The language; Draft only. */
  language?: string | null | undefined;
  /** Whether it is paid in kind; Draft only. */
  isBarter?: boolean | null | undefined;
  /** The discount on the whole Sale, spread over its lines; Draft only. */
  discount?: MoneyInput | null | undefined;
};

/** A direction of an order. */
export type SemanticDirection =
  /** The smallest first. */
  | 'ASC'
  /** The largest first. */
  | 'DESC';

/** A condition: a comparison of a member, or several of which all or any must hold. */
export type SemanticFilterInput = {
  /** The full name of a measure or dimension. */
  member?: string | null | undefined;
  /** How it is compared. */
  operator?: SemanticOperator | null | undefined;
  /** What it is compared with; none for SET and NOT_SET. */
  values?: Array<string | null | undefined> | null | undefined;
  /** Conditions that must all hold. */
  allOf?: Array<SemanticFilterInput> | null | undefined;
  /** Conditions of which one must hold. */
  anyOf?: Array<SemanticFilterInput> | null | undefined;
};

/** How a member is compared with values; of several values any may match. */
export type SemanticOperator =
  /** It is one of the values; null stands for no value. */
  | 'EQUALS'
  /** It is none of the values; rows without a value match. */
  | 'NOT_EQUALS'
  /** Its text contains one of the values; capitals do not matter. */
  | 'CONTAINS'
  /** Its text contains none of the values. */
  | 'NOT_CONTAINS'
  /** Its text begins with one of the values. */
  | 'STARTS_WITH'
  /** Its text begins with none of the values. */
  | 'NOT_STARTS_WITH'
  /** Its text ends with one of the values. */
  | 'ENDS_WITH'
  /** Its text ends with none of the values. */
  | 'NOT_ENDS_WITH'
  /** It is greater than the value. */
  | 'GT'
  /** It is the value or greater. */
  | 'GTE'
  /** It is less than the value. */
  | 'LT'
  /** It is the value or less. */
  | 'LTE'
  /** It has a value. */
  | 'SET'
  /** It has no value. */
  | 'NOT_SET'
  /** It lies in the range: two dates, or one such as `last 3 month`. */
  | 'IN_DATE_RANGE'
  /** It does not lie in the range. */
  | 'NOT_IN_DATE_RANGE'
  /** It lies before the day. */
  | 'BEFORE_DATE'
  /** It lies before the end of the day. */
  | 'BEFORE_OR_ON_DATE'
  /** It lies after the day. */
  | 'AFTER_DATE'
  /** It lies on the day or after. */
  | 'AFTER_OR_ON_DATE';

/** A member that rows are ordered by. */
export type SemanticOrderInput = {
  /** The full name of a member that is asked for. */
  member: string;
  /** The direction. */
  direction?: SemanticDirection;
};

/** A question to the semantic layer: measures, grouped by dimensions, of the rows that meet filters. Names are those of `semanticMeta`, such as `sales.net_bookings`. */
export type SemanticQueryInput = {
  /** What is counted and summed. */
  measures?: Array<string> | null | undefined;
  /** What it is grouped by. */
  dimensions?: Array<string> | null | undefined;
  /** Times that it is grouped by and limited to. */
  timeDimensions?: Array<SemanticTimeDimensionInput> | null | undefined;
  /** Named conditions of the models. */
  segments?: Array<string> | null | undefined;
  /** Conditions, all of which must hold. */
  filters?: Array<SemanticFilterInput> | null | undefined;
  /** The order of the rows; by default by time, else the largest measure first. */
  order?: Array<SemanticOrderInput> | null | undefined;
  /** The most rows that are answered, 10,000 by default. */
  limit?: number | null | undefined;
  /** Rows that are left out first. */
  offset?: number | null | undefined;
  /** The time zone of days and hours; by default the club's. */
  timezone?: string | null | undefined;
  /** Answer as of the end of this day of the club: what came later does not count. For views that say by `meta.as_of` what that means, such as `receivables`. */
  asOf?: string | null | undefined;
  /** Whether all rows are counted, whatever the limit. */
  wantsTotal?: boolean;
};

/** A time dimension that is grouped by, filtered, or both. */
export type SemanticTimeDimensionInput = {
  /** Its full name, such as `sales.sold_at`. */
  dimension: string;
  /** `day`, `week`, `month`, `quarter`, `year`, or one that the dimension has; without it the dimension only filters. */
  granularity?: string | null | undefined;
  /** First and last day, both included, or one text such as `this season`, `last 12 month`, `from 2026-01-01 to now`. Days are the club's. */
  dateRange?: Array<string> | null | undefined;
};

export type AccountsFoundQueryVariables = Exact<{
  search: string;
}>;


export type AccountsFoundQuery = { accounts: { nodes: Array<{ id: string, code: string, name: string }> } | null };

export type AccountNamedQueryVariables = Exact<{
  id: string | number;
}>;


export type AccountNamedQuery = { node:
    | { id: string, code: string, name: string }
    | Record<PropertyKey, never>
   | null };

export type DocumentSourcesQueryVariables = Exact<{ [key: string]: never; }>;


export type DocumentSourcesQuery = { documentSources: { nodes: Array<{ code: string, name: string }> } | null };

export type PaymentReverseMutationVariables = Exact<{
  input: PaymentReverseInput;
}>;


export type PaymentReverseMutation = { paymentReverse: { payment: { id: string, reversedAt: string | null } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } | null };

export type ReportLinksQueryVariables = Exact<{
  after?: string | null | undefined;
  language: string;
}>;


export type ReportLinksQuery = { reportLinks: { nodes: Array<{ id: string, title: string, language: string, origins: Array<string>, expiresAt: string, path: string | null, report: { id: string, title: string } | null }> } | null, reportFrames: { origins: Array<string> } | null };

export type ReportLinkCreateMutationVariables = Exact<{
  input: ReportLinkCreateInput;
}>;


export type ReportLinkCreateMutation = { reportLinkCreate: { reportLink: { id: string, path: string | null } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } | null };

export type ReportLinkRevokeMutationVariables = Exact<{
  input: ReportLinkRevokeInput;
}>;


export type ReportLinkRevokeMutation = { reportLinkRevoke: { reportLink: { id: string, isRevoked: boolean } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } | null };

export type ReportFramesSetMutationVariables = Exact<{
  input: ReportFramesSetInput;
}>;


export type ReportFramesSetMutation = { reportFramesSet: { organisation: { id: string } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } | null };

export type ReportsQueryVariables = Exact<{
  after?: string | null | undefined;
  language: string;
}>;


export type ReportsQuery = { reports: { nodes: Array<{ id: string, key: string, code: string | null, title: string, description: string | null, category: ReportCategory, isStandard: boolean, isShared: boolean, isFavourite: boolean, canEdit: boolean, owner: string | null, version: number, updatedAt: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type ReportRowFragment = { id: string, key: string, code: string | null, title: string, description: string | null, category: ReportCategory, isStandard: boolean, isShared: boolean, isFavourite: boolean, canEdit: boolean, owner: string | null, version: number, updatedAt: string | null };

export type ReportQueryVariables = Exact<{
  key: string;
  language: string;
}>;


export type ReportQuery = { report: { definition: unknown, sharing: ReportSharing, groups: Array<Role>, id: string, key: string, code: string | null, title: string, description: string | null, category: ReportCategory, isStandard: boolean, isShared: boolean, isFavourite: boolean, canEdit: boolean, owner: string | null, version: number, updatedAt: string | null, problems: Array<{ path: string, message: string, hint: string }> | null } | null };

export type ReportPlanQueryVariables = Exact<{
  key?: string | null | undefined;
  definition?: unknown;
  parameters?: unknown;
  language: string;
}>;


export type ReportPlanQuery = { reportPlan: { plan: unknown, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } | null };

export type ReportVersionsQueryVariables = Exact<{
  ids: Array<string | number> | string | number;
}>;


export type ReportVersionsQuery = { reportVersions: { nodes: Array<{ id: string, version: number, title: string, author: string, createdAt: string }> } | null };

export type ReportCreateMutationVariables = Exact<{
  input: ReportCreateInput;
}>;


export type ReportCreateMutation = { reportCreate: { report: { id: string, key: string, version: number } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } | null };

export type ReportCopyMutationVariables = Exact<{
  input: ReportCopyInput;
}>;


export type ReportCopyMutation = { reportCopy: { report: { id: string, key: string, version: number } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } | null };

export type ReportUpdateMutationVariables = Exact<{
  input: ReportUpdateInput;
}>;


export type ReportUpdateMutation = { reportUpdate: { report: { id: string, key: string, version: number } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } | null };

export type ReportShareMutationVariables = Exact<{
  input: ReportShareInput;
}>;


export type ReportShareMutation = { reportShare: { report: { id: string, key: string, version: number } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } | null };

export type ReportRestoreMutationVariables = Exact<{
  input: ReportRestoreInput;
}>;


export type ReportRestoreMutation = { reportRestore: { report: { id: string, key: string, version: number } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } | null };

export type ReportDeleteMutationVariables = Exact<{
  input: ReportDeleteInput;
}>;


export type ReportDeleteMutation = { reportDelete: { deletedId: string | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } | null };

export type ReportFavourMutationVariables = Exact<{
  input: ReportFavourInput;
}>;


export type ReportFavourMutation = { reportFavour: { report: { id: string, isFavourite: boolean } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } | null };

export type NumbersFollowedSubscriptionVariables = Exact<{
  query: SemanticQueryInput;
}>;


export type NumbersFollowedSubscription = { semanticQuery: { result: { rows: unknown } | null, userErrors: Array<{ code: ErrorCode, message: string }> } };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { role: Role, permissions: Array<Permission>, account: { name: string } | null, organisation: { name: string, code: string, currency: string, timeZone: string, language: string } | null } };

export type SeasonsQueryVariables = Exact<{ [key: string]: never; }>;


export type SeasonsQuery = { seasons: { nodes: Array<{ id: string, code: string, name: string }> } | null };

export type SalesQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  filter?: SaleFilter | null | undefined;
  sort: SaleSort;
}>;


export type SalesQuery = { sales: { nodes: Array<{ id: string, code: string, type: SaleType, status: SaleStatus, isBarter: boolean, isPartlyCancelled: boolean, reference: string | null, repCode: string | null, holdExpiresAt: string | null, createdAt: string, version: number, account: { name: string } | null, season: { code: string } | null, gross: { amount: string, currency: string }, settlement: { open: { amount: string, currency: string } } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null }, totalCount: { count: number, precision: CountPrecision } } | null };

export type SaleRowFragment = { id: string, code: string, type: SaleType, status: SaleStatus, isBarter: boolean, isPartlyCancelled: boolean, reference: string | null, repCode: string | null, holdExpiresAt: string | null, createdAt: string, version: number, account: { name: string } | null, season: { code: string } | null, gross: { amount: string, currency: string }, settlement: { open: { amount: string, currency: string } } };

export type SaleQueryVariables = Exact<{
  id: string | number;
}>;


export type SaleQuery = { sale: { id: string, code: string, type: SaleType, status: SaleStatus, channel: SaleChannel, version: number, language: string, isBarter: boolean, isPartlyCancelled: boolean, nameOnTickets: string | null, reference: string | null, comments: string | null, repCode: string | null, cancelReason: string | null, createdAt: string, createdBy: string, finalisedAt: string | null, cancelledAt: string | null, expiredAt: string | null, holdExpiresAt: string | null, holdAction: HoldAction, account: { id: string, code: string, name: string, city: string | null, country: string | null } | null, contact: { firstName: string, lastName: string, email: string | null, phone: string | null } | null, season: { code: string, name: string } | null, parentSale: { id: string, code: string } | null, renewedFrom: { id: string, code: string } | null, subSales: Array<{ id: string, code: string, status: SaleStatus, gross: { amount: string, currency: string } }> | null, discount: { amount: string, currency: string }, net: { amount: string, currency: string }, vat: { amount: string, currency: string }, gross: { amount: string, currency: string }, settlement: { open: { amount: string, currency: string }, paid: { amount: string, currency: string }, credited: { amount: string, currency: string } }, vatSummary: Array<{ vatRate: string, net: { amount: string, currency: string }, vat: { amount: string, currency: string } }>, allowedActions: Array<{ action: SaleAction, isAllowed: boolean, reasons: Array<{ code: ErrorCode, message: string }> }>, lines: Array<{ id: string, lineNo: number, description: string, quantity: number, quantityCancelled: number, unitPrice: { amount: string, currency: string }, discount: { amount: string, currency: string }, amount: { amount: string, currency: string }, gross: { amount: string, currency: string }, cancelled: { amount: string, currency: string }, product: { id: string, name: string, kind: ProductKind, isNumbered: boolean } | null, season: { code: string } | null, bundle: { name: string } | null, calendarItem: { id: string, name: string } | null }> | null, invoices: Array<{ id: string, code: string, kind: InvoiceKind, status: InvoiceStatus, plannedOn: string, documentNumber: string | null, issuedOn: string | null, dueOn: string | null, amount: { amount: string, currency: string }, gross: { amount: string, currency: string } | null, open: { amount: string, currency: string }, payable: { amount: string, currency: string }, paid: { amount: string, currency: string }, credited: { amount: string, currency: string }, allocations: Array<{ id: string, postedOn: string, amount: { amount: string, currency: string }, payment: { id: string, method: PaymentMethod, receivedOn: string, reference: string | null, reversedAt: string | null, reversedReason: string | null, amount: { amount: string, currency: string } } | null, credit: { id: string, code: string } | null }> | null }> | null, cancellations: Array<{ id: string, sequenceNo: number, reason: string, isWhole: boolean, createdAt: string, createdBy: string, undoneAt: string | null, amount: { amount: string, currency: string }, creditNotes: Array<{ id: string, code: string }> | null }> | null } | null };

export type SaleSeatsQueryVariables = Exact<{
  id: string | number;
  after?: string | null | undefined;
}>;


export type SaleSeatsQuery = { sale: { id: string, entitlements: { nodes: Array<{ id: string, unitNo: number, value: { amount: string, currency: string }, line: { id: string, lineNo: number } | null, calendarItem: { id: string, name: string, startsAt: string } | null, product: { name: string } | null, resource: { id: string, label: string, category: string | null, location: { name: string } | null } | null, ticketHolder: { firstName: string, lastName: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null }, totalCount: { count: number, precision: CountPrecision } } | null } | null };

export type SaleFollowedSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type SaleFollowedSubscription = { saleChanged: { kind: LiveKind, reason: LiveReason | null, sale: { id: string, version: number } | null } };

export type SalesFollowedSubscriptionVariables = Exact<{
  filter?: SaleChangeFilter | null | undefined;
}>;


export type SalesFollowedSubscription = { salesChanged: { kind: LiveKind, reason: LiveReason | null, saleId: string | null, sale: { id: string, version: number } | null } };

export type CancelPreviewQueryVariables = Exact<{
  input: SaleCancelPreviewInput;
}>;


export type CancelPreviewQuery = { saleCancelPreview: { preview: { previewHash: string, isWhole: boolean, saleBefore: { net: { amount: string, currency: string } | null, vat: { amount: string, currency: string } | null, gross: { amount: string, currency: string } | null }, saleAfter: { net: { amount: string, currency: string } | null, vat: { amount: string, currency: string } | null, gross: { amount: string, currency: string } | null }, released: Array<{ quantity: number, line: { lineNo: number, description: string } | null, calendarItem: { name: string } | null, product: { name: string } | null, resource: { label: string } | null, value: { amount: string, currency: string } }>, invoices: Array<{ code: string, statusBefore: InvoiceStatus, statusAfter: InvoiceStatus, before: { gross: { amount: string, currency: string } | null }, after: { gross: { amount: string, currency: string } | null } }>, creditNotes: Array<{ code: string, isWaiting: boolean, amounts: { gross: { amount: string, currency: string } | null } }>, refunds: Array<{ amount: { amount: string, currency: string }, payment: { method: PaymentMethod, receivedOn: string } | null }>, warnings: Array<{ warning: CancelWarning, message: string }> } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } };

export type CancelMutationVariables = Exact<{
  input: SaleCancelInput;
}>;


export type CancelMutation = { saleCancel: { sale: { id: string, version: number } | null, cancellation: { id: string, creditNotes: Array<{ code: string }> | null } | null, warnings: Array<{ code: ErrorCode, message: string }>, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } | null };

export type FinaliseMutationVariables = Exact<{
  input: SaleFinaliseInput;
}>;


export type FinaliseMutation = { saleFinalise: { sale: { id: string, version: number } | null, warnings: Array<{ code: ErrorCode, message: string }>, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } | null };

export type HoldSetMutationVariables = Exact<{
  input: SaleHoldSetInput;
}>;


export type HoldSetMutation = { saleHoldSet: { sale: { id: string, version: number } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } | null };

export type ExpireMutationVariables = Exact<{
  input: SaleExpireInput;
}>;


export type ExpireMutation = { saleExpire: { sale: { id: string, version: number } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } | null };

export type ReviveMutationVariables = Exact<{
  input: SaleReviveInput;
}>;


export type ReviveMutation = { saleRevive: { sale: { id: string, version: number } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } | null };

export type SaleUpdateMutationVariables = Exact<{
  input: SaleUpdateInput;
}>;


export type SaleUpdateMutation = { saleUpdate: { sale: { id: string, version: number } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } | null };

export type CancellationUndoMutationVariables = Exact<{
  input: CancellationUndoInput;
}>;


export type CancellationUndoMutation = { cancellationUndo: { sale: { id: string, version: number } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } | null };

export type PaymentRecordMutationVariables = Exact<{
  input: PaymentRecordInput;
}>;


export type PaymentRecordMutation = { paymentRecord: { payment: { id: string, amount: { amount: string, currency: string } } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } | null };

export type DocumentRecordMutationVariables = Exact<{
  input: InvoiceDocumentRecordInput;
}>;


export type DocumentRecordMutation = { invoiceDocumentRecord: { invoiceDocument: { id: string, number: string } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } | null };

export type ScheduleRowFragment = { id: string, title: string, parameters: unknown, language: string, format: string, cadence: Cadence, weekday: number | null, dayOfMonth: number | null, minuteOfDay: number, timeZone: string, recipients: Array<string>, isActive: boolean, nextDueAt: string, version: number, report: { id: string, key: string, title: string } | null, deliveries: { nodes: Array<{ id: string, dueAt: string, status: ReportDeliveryStatus, attemptCount: number, nextAttemptAt: string | null, error: string | null, recipients: Array<string>, createdAt: string, settledAt: string | null }> } | null };

export type DeliveryRowFragment = { id: string, dueAt: string, status: ReportDeliveryStatus, attemptCount: number, nextAttemptAt: string | null, error: string | null, recipients: Array<string>, createdAt: string, settledAt: string | null };

export type ReportSchedulesQueryVariables = Exact<{
  after?: string | null | undefined;
  language: string;
}>;


export type ReportSchedulesQuery = { reportSchedules: { nodes: Array<{ id: string, title: string, parameters: unknown, language: string, format: string, cadence: Cadence, weekday: number | null, dayOfMonth: number | null, minuteOfDay: number, timeZone: string, recipients: Array<string>, isActive: boolean, nextDueAt: string, version: number, report: { id: string, key: string, title: string } | null, deliveries: { nodes: Array<{ id: string, dueAt: string, status: ReportDeliveryStatus, attemptCount: number, nextAttemptAt: string | null, error: string | null, recipients: Array<string>, createdAt: string, settledAt: string | null }> } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, reportRecipients: { patterns: Array<string> } | null };

export type ReportDeliveriesQueryVariables = Exact<{
  scheduleIds?: Array<string | number> | string | number | null | undefined;
  after?: string | null | undefined;
}>;


export type ReportDeliveriesQuery = { reportDeliveries: { nodes: Array<{ id: string, dueAt: string, status: ReportDeliveryStatus, attemptCount: number, nextAttemptAt: string | null, error: string | null, recipients: Array<string>, createdAt: string, settledAt: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type ReportRecipientsQueryVariables = Exact<{ [key: string]: never; }>;


export type ReportRecipientsQuery = { reportRecipients: { patterns: Array<string> } | null };

export type ReportScheduleCreateMutationVariables = Exact<{
  input: ReportScheduleCreateInput;
}>;


export type ReportScheduleCreateMutation = { reportScheduleCreate: { reportSchedule: { id: string, version: number } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } | null };

export type ReportScheduleUpdateMutationVariables = Exact<{
  input: ReportScheduleUpdateInput;
}>;


export type ReportScheduleUpdateMutation = { reportScheduleUpdate: { reportSchedule: { id: string, version: number } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } | null };

export type ReportScheduleDeleteMutationVariables = Exact<{
  input: ReportScheduleDeleteInput;
}>;


export type ReportScheduleDeleteMutation = { reportScheduleDelete: { deletedId: string | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } | null };

export type ReportScheduleRunNowMutationVariables = Exact<{
  input: ReportScheduleRunNowInput;
}>;


export type ReportScheduleRunNowMutation = { reportScheduleRunNow: { reportDelivery: { id: string, status: ReportDeliveryStatus } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } | null };

export type ReportRecipientsSetMutationVariables = Exact<{
  input: ReportRecipientsSetInput;
}>;


export type ReportRecipientsSetMutation = { reportRecipientsSet: { organisation: { id: string } | null, userErrors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const ReportRowFragmentDoc = new TypedDocumentString(`
    fragment ReportRow on Report {
  id
  key
  code
  title(language: $language)
  description(language: $language)
  category
  isStandard
  isShared
  isFavourite
  canEdit
  owner
  version
  updatedAt
}
    `, {"fragmentName":"ReportRow"}) as unknown as TypedDocumentString<ReportRowFragment, unknown>;
export const SaleRowFragmentDoc = new TypedDocumentString(`
    fragment SaleRow on Sale {
  id
  code
  type
  status
  isBarter
  isPartlyCancelled
  reference
  repCode
  holdExpiresAt
  createdAt
  version
  account {
    name
  }
  season {
    code
  }
  gross {
    amount
    currency
  }
  settlement {
    open {
      amount
      currency
    }
  }
}
    `, {"fragmentName":"SaleRow"}) as unknown as TypedDocumentString<SaleRowFragment, unknown>;
export const DeliveryRowFragmentDoc = new TypedDocumentString(`
    fragment DeliveryRow on ReportDelivery {
  id
  dueAt
  status
  attemptCount
  nextAttemptAt
  error
  recipients
  createdAt
  settledAt
}
    `, {"fragmentName":"DeliveryRow"}) as unknown as TypedDocumentString<DeliveryRowFragment, unknown>;
export const ScheduleRowFragmentDoc = new TypedDocumentString(`
    fragment ScheduleRow on ReportSchedule {
  id
  title
  parameters
  language
  format
  cadence
  weekday
  dayOfMonth
  minuteOfDay
  timeZone
  recipients
  isActive
  nextDueAt
  version
  report {
    id
    key
    title(language: $language)
  }
  deliveries(first: 1) {
    nodes {
      ...DeliveryRow
    }
  }
}
    fragment DeliveryRow on ReportDelivery {
  id
  dueAt
  status
  attemptCount
  nextAttemptAt
  error
  recipients
  createdAt
  settledAt
}`, {"fragmentName":"ScheduleRow"}) as unknown as TypedDocumentString<ScheduleRowFragment, unknown>;
export const AccountsFoundDocument = new TypedDocumentString(`
    query AccountsFound($search: String!) {
  accounts(first: 30, filter: { search: $search }) {
    nodes {
      id
      code
      name
    }
  }
}
    `) as unknown as TypedDocumentString<AccountsFoundQuery, AccountsFoundQueryVariables>;
export const AccountNamedDocument = new TypedDocumentString(`
    query AccountNamed($id: ID!) {
  node(id: $id) {
    ... on Account {
      id
      code
      name
    }
  }
}
    `) as unknown as TypedDocumentString<AccountNamedQuery, AccountNamedQueryVariables>;
export const DocumentSourcesDocument = new TypedDocumentString(`
    query DocumentSources {
  documentSources(first: 50, filter: { isActive: true }) {
    nodes {
      code
      name
    }
  }
}
    `) as unknown as TypedDocumentString<DocumentSourcesQuery, DocumentSourcesQueryVariables>;
export const PaymentReverseDocument = new TypedDocumentString(`
    mutation PaymentReverse($input: PaymentReverseInput!) {
  paymentReverse(input: $input) {
    payment {
      id
      reversedAt
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<PaymentReverseMutation, PaymentReverseMutationVariables>;
export const ReportLinksDocument = new TypedDocumentString(`
    query ReportLinks($after: String, $language: String!) {
  reportLinks(first: 100, after: $after, filter: { isRevoked: false }) {
    nodes {
      id
      title
      language
      origins
      expiresAt
      path
      report {
        id
        title(language: $language)
      }
    }
  }
  reportFrames {
    origins
  }
}
    `) as unknown as TypedDocumentString<ReportLinksQuery, ReportLinksQueryVariables>;
export const ReportLinkCreateDocument = new TypedDocumentString(`
    mutation ReportLinkCreate($input: ReportLinkCreateInput!) {
  reportLinkCreate(input: $input) {
    reportLink {
      id
      path
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<ReportLinkCreateMutation, ReportLinkCreateMutationVariables>;
export const ReportLinkRevokeDocument = new TypedDocumentString(`
    mutation ReportLinkRevoke($input: ReportLinkRevokeInput!) {
  reportLinkRevoke(input: $input) {
    reportLink {
      id
      isRevoked
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<ReportLinkRevokeMutation, ReportLinkRevokeMutationVariables>;
export const ReportFramesSetDocument = new TypedDocumentString(`
    mutation ReportFramesSet($input: ReportFramesSetInput!) {
  reportFramesSet(input: $input) {
    organisation {
      id
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<ReportFramesSetMutation, ReportFramesSetMutationVariables>;
export const ReportsDocument = new TypedDocumentString(`
    query Reports($after: String, $language: String!) {
  reports(first: 100, after: $after) {
    nodes {
      ...ReportRow
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment ReportRow on Report {
  id
  key
  code
  title(language: $language)
  description(language: $language)
  category
  isStandard
  isShared
  isFavourite
  canEdit
  owner
  version
  updatedAt
}`) as unknown as TypedDocumentString<ReportsQuery, ReportsQueryVariables>;
export const ReportDocument = new TypedDocumentString(`
    query Report($key: String!, $language: String!) {
  report(key: $key) {
    ...ReportRow
    definition
    sharing
    groups
    problems {
      path
      message
      hint
    }
  }
}
    fragment ReportRow on Report {
  id
  key
  code
  title(language: $language)
  description(language: $language)
  category
  isStandard
  isShared
  isFavourite
  canEdit
  owner
  version
  updatedAt
}`) as unknown as TypedDocumentString<ReportQuery, ReportQueryVariables>;
export const ReportPlanDocument = new TypedDocumentString(`
    query ReportPlan($key: String, $definition: JSON, $parameters: JSON, $language: String!) {
  reportPlan(
    key: $key
    definition: $definition
    parameters: $parameters
    language: $language
  ) {
    plan
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<ReportPlanQuery, ReportPlanQueryVariables>;
export const ReportVersionsDocument = new TypedDocumentString(`
    query ReportVersions($ids: [ID!]!) {
  reportVersions(first: 50, filter: { reportId: $ids }) {
    nodes {
      id
      version
      title
      author
      createdAt
    }
  }
}
    `) as unknown as TypedDocumentString<ReportVersionsQuery, ReportVersionsQueryVariables>;
export const ReportCreateDocument = new TypedDocumentString(`
    mutation ReportCreate($input: ReportCreateInput!) {
  reportCreate(input: $input) {
    report {
      id
      key
      version
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<ReportCreateMutation, ReportCreateMutationVariables>;
export const ReportCopyDocument = new TypedDocumentString(`
    mutation ReportCopy($input: ReportCopyInput!) {
  reportCopy(input: $input) {
    report {
      id
      key
      version
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<ReportCopyMutation, ReportCopyMutationVariables>;
export const ReportUpdateDocument = new TypedDocumentString(`
    mutation ReportUpdate($input: ReportUpdateInput!) {
  reportUpdate(input: $input) {
    report {
      id
      key
      version
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<ReportUpdateMutation, ReportUpdateMutationVariables>;
export const ReportShareDocument = new TypedDocumentString(`
    mutation ReportShare($input: ReportShareInput!) {
  reportShare(input: $input) {
    report {
      id
      key
      version
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<ReportShareMutation, ReportShareMutationVariables>;
export const ReportRestoreDocument = new TypedDocumentString(`
    mutation ReportRestore($input: ReportRestoreInput!) {
  reportRestore(input: $input) {
    report {
      id
      key
      version
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<ReportRestoreMutation, ReportRestoreMutationVariables>;
export const ReportDeleteDocument = new TypedDocumentString(`
    mutation ReportDelete($input: ReportDeleteInput!) {
  reportDelete(input: $input) {
    deletedId
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<ReportDeleteMutation, ReportDeleteMutationVariables>;
export const ReportFavourDocument = new TypedDocumentString(`
    mutation ReportFavour($input: ReportFavourInput!) {
  reportFavour(input: $input) {
    report {
      id
      isFavourite
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<ReportFavourMutation, ReportFavourMutationVariables>;
export const NumbersFollowedDocument = new TypedDocumentString(`
    subscription NumbersFollowed($query: SemanticQueryInput!) {
  semanticQuery(query: $query) {
    result {
      rows
    }
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<NumbersFollowedSubscription, NumbersFollowedSubscriptionVariables>;
export const ViewerDocument = new TypedDocumentString(`
    query Viewer {
  viewer {
    role
    permissions
    account {
      name
    }
    organisation {
      name
      code
      currency
      timeZone
      language
    }
  }
}
    `) as unknown as TypedDocumentString<ViewerQuery, ViewerQueryVariables>;
export const SeasonsDocument = new TypedDocumentString(`
    query Seasons {
  seasons(first: 20) {
    nodes {
      id
      code
      name
    }
  }
}
    `) as unknown as TypedDocumentString<SeasonsQuery, SeasonsQueryVariables>;
export const SalesDocument = new TypedDocumentString(`
    query Sales($first: Int!, $after: String, $filter: SaleFilter, $sort: SaleSort!) {
  sales(first: $first, after: $after, filter: $filter, sort: $sort) {
    nodes {
      ...SaleRow
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount {
      count
      precision
    }
  }
}
    fragment SaleRow on Sale {
  id
  code
  type
  status
  isBarter
  isPartlyCancelled
  reference
  repCode
  holdExpiresAt
  createdAt
  version
  account {
    name
  }
  season {
    code
  }
  gross {
    amount
    currency
  }
  settlement {
    open {
      amount
      currency
    }
  }
}`) as unknown as TypedDocumentString<SalesQuery, SalesQueryVariables>;
export const SaleDocument = new TypedDocumentString(`
    query Sale($id: ID!) {
  sale(id: $id) {
    id
    code
    type
    status
    channel
    version
    language
    isBarter
    isPartlyCancelled
    nameOnTickets
    reference
    comments
    repCode
    cancelReason
    createdAt
    createdBy
    finalisedAt
    cancelledAt
    expiredAt
    holdExpiresAt
    holdAction
    account {
      id
      code
      name
      city
      country
    }
    contact {
      firstName
      lastName
      email
      phone
    }
    season {
      code
      name
    }
    parentSale {
      id
      code
    }
    renewedFrom {
      id
      code
    }
    subSales {
      id
      code
      status
      gross {
        amount
        currency
      }
    }
    discount {
      amount
      currency
    }
    net {
      amount
      currency
    }
    vat {
      amount
      currency
    }
    gross {
      amount
      currency
    }
    settlement {
      open {
        amount
        currency
      }
      paid {
        amount
        currency
      }
      credited {
        amount
        currency
      }
    }
    vatSummary {
      vatRate
      net {
        amount
        currency
      }
      vat {
        amount
        currency
      }
    }
    allowedActions {
      action
      isAllowed
      reasons {
        code
        message
      }
    }
    lines {
      id
      lineNo
      description
      quantity
      quantityCancelled
      unitPrice {
        amount
        currency
      }
      discount {
        amount
        currency
      }
      amount {
        amount
        currency
      }
      gross {
        amount
        currency
      }
      cancelled {
        amount
        currency
      }
      product {
        id
        name
        kind
        isNumbered
      }
      season {
        code
      }
      bundle {
        name
      }
      calendarItem {
        id
        name
      }
    }
    invoices {
      id
      code
      kind
      status
      plannedOn
      documentNumber
      issuedOn
      dueOn
      amount {
        amount
        currency
      }
      gross {
        amount
        currency
      }
      open {
        amount
        currency
      }
      payable {
        amount
        currency
      }
      paid {
        amount
        currency
      }
      credited {
        amount
        currency
      }
      allocations {
        id
        postedOn
        amount {
          amount
          currency
        }
        payment {
          id
          method
          receivedOn
          reference
          reversedAt
          reversedReason
          amount {
            amount
            currency
          }
        }
        credit {
          id
          code
        }
      }
    }
    cancellations {
      id
      sequenceNo
      reason
      isWhole
      createdAt
      createdBy
      undoneAt
      amount {
        amount
        currency
      }
      creditNotes {
        id
        code
      }
    }
  }
}
    `) as unknown as TypedDocumentString<SaleQuery, SaleQueryVariables>;
export const SaleSeatsDocument = new TypedDocumentString(`
    query SaleSeats($id: ID!, $after: String) {
  sale(id: $id) {
    id
    entitlements(first: 100, after: $after, filter: { status: [LIVE] }) {
      nodes {
        id
        unitNo
        value {
          amount
          currency
        }
        line {
          id
          lineNo
        }
        calendarItem {
          id
          name
          startsAt
        }
        product {
          name
        }
        resource {
          id
          label
          category
          location {
            name
          }
        }
        ticketHolder {
          firstName
          lastName
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
      totalCount {
        count
        precision
      }
    }
  }
}
    `) as unknown as TypedDocumentString<SaleSeatsQuery, SaleSeatsQueryVariables>;
export const SaleFollowedDocument = new TypedDocumentString(`
    subscription SaleFollowed($id: ID!) {
  saleChanged(id: $id) {
    kind
    reason
    sale {
      id
      version
    }
  }
}
    `) as unknown as TypedDocumentString<SaleFollowedSubscription, SaleFollowedSubscriptionVariables>;
export const SalesFollowedDocument = new TypedDocumentString(`
    subscription SalesFollowed($filter: SaleChangeFilter) {
  salesChanged(filter: $filter) {
    kind
    reason
    saleId
    sale {
      id
      version
    }
  }
}
    `) as unknown as TypedDocumentString<SalesFollowedSubscription, SalesFollowedSubscriptionVariables>;
export const CancelPreviewDocument = new TypedDocumentString(`
    query CancelPreview($input: SaleCancelPreviewInput!) {
  saleCancelPreview(input: $input) {
    preview {
      previewHash
      isWhole
      saleBefore {
        net {
          amount
          currency
        }
        vat {
          amount
          currency
        }
        gross {
          amount
          currency
        }
      }
      saleAfter {
        net {
          amount
          currency
        }
        vat {
          amount
          currency
        }
        gross {
          amount
          currency
        }
      }
      released {
        quantity
        line {
          lineNo
          description
        }
        calendarItem {
          name
        }
        product {
          name
        }
        resource {
          label
        }
        value {
          amount
          currency
        }
      }
      invoices {
        code
        statusBefore
        statusAfter
        before {
          gross {
            amount
            currency
          }
        }
        after {
          gross {
            amount
            currency
          }
        }
      }
      creditNotes {
        code
        isWaiting
        amounts {
          gross {
            amount
            currency
          }
        }
      }
      refunds {
        amount {
          amount
          currency
        }
        payment {
          method
          receivedOn
        }
      }
      warnings {
        warning
        message
      }
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<CancelPreviewQuery, CancelPreviewQueryVariables>;
export const CancelDocument = new TypedDocumentString(`
    mutation Cancel($input: SaleCancelInput!) {
  saleCancel(input: $input) {
    sale {
      id
      version
    }
    cancellation {
      id
      creditNotes {
        code
      }
    }
    warnings {
      code
      message
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<CancelMutation, CancelMutationVariables>;
export const FinaliseDocument = new TypedDocumentString(`
    mutation Finalise($input: SaleFinaliseInput!) {
  saleFinalise(input: $input) {
    sale {
      id
      version
    }
    warnings {
      code
      message
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<FinaliseMutation, FinaliseMutationVariables>;
export const HoldSetDocument = new TypedDocumentString(`
    mutation HoldSet($input: SaleHoldSetInput!) {
  saleHoldSet(input: $input) {
    sale {
      id
      version
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<HoldSetMutation, HoldSetMutationVariables>;
export const ExpireDocument = new TypedDocumentString(`
    mutation Expire($input: SaleExpireInput!) {
  saleExpire(input: $input) {
    sale {
      id
      version
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<ExpireMutation, ExpireMutationVariables>;
export const ReviveDocument = new TypedDocumentString(`
    mutation Revive($input: SaleReviveInput!) {
  saleRevive(input: $input) {
    sale {
      id
      version
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<ReviveMutation, ReviveMutationVariables>;
export const SaleUpdateDocument = new TypedDocumentString(`
    mutation SaleUpdate($input: SaleUpdateInput!) {
  saleUpdate(input: $input) {
    sale {
      id
      version
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<SaleUpdateMutation, SaleUpdateMutationVariables>;
export const CancellationUndoDocument = new TypedDocumentString(`
    mutation CancellationUndo($input: CancellationUndoInput!) {
  cancellationUndo(input: $input) {
    sale {
      id
      version
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<CancellationUndoMutation, CancellationUndoMutationVariables>;
export const PaymentRecordDocument = new TypedDocumentString(`
    mutation PaymentRecord($input: PaymentRecordInput!) {
  paymentRecord(input: $input) {
    payment {
      id
      amount {
        amount
        currency
      }
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<PaymentRecordMutation, PaymentRecordMutationVariables>;
export const DocumentRecordDocument = new TypedDocumentString(`
    mutation DocumentRecord($input: InvoiceDocumentRecordInput!) {
  invoiceDocumentRecord(input: $input) {
    invoiceDocument {
      id
      number
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<DocumentRecordMutation, DocumentRecordMutationVariables>;
export const ReportSchedulesDocument = new TypedDocumentString(`
    query ReportSchedules($after: String, $language: String!) {
  reportSchedules(first: 100, after: $after) {
    nodes {
      ...ScheduleRow
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
  reportRecipients {
    patterns
  }
}
    fragment ScheduleRow on ReportSchedule {
  id
  title
  parameters
  language
  format
  cadence
  weekday
  dayOfMonth
  minuteOfDay
  timeZone
  recipients
  isActive
  nextDueAt
  version
  report {
    id
    key
    title(language: $language)
  }
  deliveries(first: 1) {
    nodes {
      ...DeliveryRow
    }
  }
}
fragment DeliveryRow on ReportDelivery {
  id
  dueAt
  status
  attemptCount
  nextAttemptAt
  error
  recipients
  createdAt
  settledAt
}`) as unknown as TypedDocumentString<ReportSchedulesQuery, ReportSchedulesQueryVariables>;
export const ReportDeliveriesDocument = new TypedDocumentString(`
    query ReportDeliveries($scheduleIds: [ID!], $after: String) {
  reportDeliveries(first: 25, after: $after, filter: { scheduleId: $scheduleIds }) {
    nodes {
      ...DeliveryRow
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment DeliveryRow on ReportDelivery {
  id
  dueAt
  status
  attemptCount
  nextAttemptAt
  error
  recipients
  createdAt
  settledAt
}`) as unknown as TypedDocumentString<ReportDeliveriesQuery, ReportDeliveriesQueryVariables>;
export const ReportRecipientsDocument = new TypedDocumentString(`
    query ReportRecipients {
  reportRecipients {
    patterns
  }
}
    `) as unknown as TypedDocumentString<ReportRecipientsQuery, ReportRecipientsQueryVariables>;
export const ReportScheduleCreateDocument = new TypedDocumentString(`
    mutation ReportScheduleCreate($input: ReportScheduleCreateInput!) {
  reportScheduleCreate(input: $input) {
    reportSchedule {
      id
      version
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<ReportScheduleCreateMutation, ReportScheduleCreateMutationVariables>;
export const ReportScheduleUpdateDocument = new TypedDocumentString(`
    mutation ReportScheduleUpdate($input: ReportScheduleUpdateInput!) {
  reportScheduleUpdate(input: $input) {
    reportSchedule {
      id
      version
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<ReportScheduleUpdateMutation, ReportScheduleUpdateMutationVariables>;
export const ReportScheduleDeleteDocument = new TypedDocumentString(`
    mutation ReportScheduleDelete($input: ReportScheduleDeleteInput!) {
  reportScheduleDelete(input: $input) {
    deletedId
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<ReportScheduleDeleteMutation, ReportScheduleDeleteMutationVariables>;
export const ReportScheduleRunNowDocument = new TypedDocumentString(`
    mutation ReportScheduleRunNow($input: ReportScheduleRunNowInput!) {
  reportScheduleRunNow(input: $input) {
    reportDelivery {
      id
      status
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<ReportScheduleRunNowMutation, ReportScheduleRunNowMutationVariables>;
export const ReportRecipientsSetDocument = new TypedDocumentString(`
    mutation ReportRecipientsSet($input: ReportRecipientsSetInput!) {
  reportRecipientsSet(input: $input) {
    organisation {
      id
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<ReportRecipientsSetMutation, ReportRecipientsSetMutationVariables>;