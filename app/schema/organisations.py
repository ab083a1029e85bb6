"""The caller's organisation and its settings, and who the caller is."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Optional

import strawberry

from app.commands.organisations import EditOrganisation, edit_organisation
from app.domain.organisations import (
    CreditLimitPolicy,
    CreditNotes,
    HoldAction,
    PriceBasis,
    VatRounding,
)
from app.domain.payments import CreditSettlement, PaymentMatching
from app.domain.permissions import Permission, Role, allows
from app.domain.scopes import Scope
from app.resolvers.inputs import values_of
from app.resolvers.mutations import perform
from app.schema.errors import user_errors
from app.schema.fields import Info, Node, column, lazy, node, wrap
from app.schema.inputs import described, expected_version, key, maybe
from app.schema.payloads import payload

described(
    PriceBasis,
    "Whether typed amounts are before or after VAT.",
    {"NET": "Before VAT.", "GROSS": "With VAT."},
)
described(
    VatRounding,
    "How the VAT of a Sale's documents relates to the VAT of the Sale.",
    {
        "SALE_EXACT": "Documents are corrected by single minor units until they add up to it.",
        "PER_DOCUMENT": "Each document is rounded alone; the Sale's VAT is their sum.",
    },
)
described(
    CreditNotes,
    "How many credit notes a cancellation makes; their amounts together are the same.",
    {
        "PER_DOCUMENT": "One for each document that it credits.",
        "PER_CANCELLATION": "One for all of them, by schedule and account.",
    },
)
described(
    CreditSettlement,
    "What becomes of a credit beyond the open part of its own document.",
    {
        "KEEP": "It stays on the account.",
        "OFFSET_OLDEST": "It pays the oldest documents.",
        "REFUND": "A refund is requested, as far as the invoice was paid.",
    },
)
described(
    PaymentMatching,
    "What happens to a payment that names no invoice.",
    {"REFERENCE": "It waits, unless its reference is known.", "FIFO": "It pays the oldest due."},
)
described(
    CreditLimitPolicy,
    "What exceeding an account's credit limit does when a Sale becomes Final.",
    {"WARN": "The Sale becomes Final, with a warning.", "BLOCK": "It is refused."},
)
described(
    HoldAction,
    "What happens when the hold of a Draft ends.",
    {"RELEASE": "Its inventory becomes free.", "KEEP": "It keeps its inventory."},
)
described(
    Role,
    "The kinds of caller.",
    {
        "ROOT": "May do everything, including what removes traces of a sale.",
        "SALES": "Sells: accounts, Sales, prices, templates.",
        "FINANCE": "Invoices, VAT rules, the audit.",
        "OPERATIONS": "Venues, calendar, capacities.",
        "ANALYST": "Reads everything inside the club, and changes nothing but reports.",
        "PARTNER": "Sells on the club's behalf.",
        "PORTAL": "A customer: one account's own rows only.",
    },
)
described(
    Permission,
    "What a caller may do; each mutation asks for one.",
    {
        "ORGANISATION_CHANGE": "Change the club's settings.",
        "TOKEN_CHANGE": "Create and revoke access tokens.",
        "VENUE_CHANGE": "Change venues, locations, seats and parking places.",
        "CALENDAR_CHANGE": "Change seasons, calendar items and bundles.",
        "CAPACITY_CHANGE": "Change the capacity of pools.",
        "CAPACITY_FORCE": "Set a capacity below what is taken.",
        "PRODUCT_CHANGE": "Change products, their groups and packages.",
        "PRICE_CHANGE": "Change price lists and prices.",
        "VAT_CHANGE": "Change VAT rules.",
        "ACCOUNT_CHANGE": "Change accounts and contacts.",
        "TICKET_HOLDER_CHANGE": "Change ticket holders and who holds which ticket.",
        "TEMPLATE_CHANGE": "Change templates of Sales.",
        "SALE_CREATE": "Create Sales.",
        "SALE_CHANGE": "Change Drafts.",
        "SALE_PRICE_CHANGE": "Set other prices than the list's, and discounts.",
        "SALE_BACKDATE": "Sell calendar items that have begun.",
        "SALE_SCHEDULE": "Set the instalments of a Sale.",
        "SALE_FINALISE": "Make a Sale Final.",
        "SALE_CANCEL": "Cancel Sales.",
        "SALE_REMOVE": "Remove a Draft for good.",
        "SEAT_SWAP": "Swap the seats of a Sale.",
        "CANCEL_UNDO": "Undo a cancellation.",
        "CREDIT_WHERE_CHOOSE": "Choose which invoices a cancellation reduces.",
        "EVENT_CANCEL": "Cancel a calendar item across all Sales.",
        "INVOICE_CHANGE": "Change open invoices.",
        "INVOICE_REPLACE": "Credit a document and invoice the same anew.",
        "DOCUMENT_RECORD": "Claim invoices and report their documents.",
        "DOCUMENT_DECIDE": "Accept or reject documents that differ from their invoices.",
        "PAYMENT_RECORD": "Record payments and say what they pay.",
        "PAYMENT_REVERSE": "Book chargebacks.",
        "REFUND_CHANGE": "Request refunds and report what became of them.",
        "WRITE_OFF": "Give up what is open.",
        "PERIOD_CLOSE": "Close and reopen accounting periods.",
        "WEBHOOK_CHANGE": "Say where events are sent, and send them again.",
        "REPORT_CHANGE": "Make reports, and change, share and delete one's own.",
        "SCAN_RECORD": "Report what gates read of tickets.",
        "FULFILMENT_CHANGE": "Note menus, dietary wishes, number plates and deliveries.",
        "TARGET_CHANGE": "Name sales reps and set their targets.",
        "TRANSFER_CHANGE": "Connect systems, and say what is exchanged with them.",
        "TRANSFER_RUN": "Send transfers on or give them up, and fill in value maps.",
    },
)


@node("organisation", "A club: its settings decide the defaults of everything it sells.")
class Organisation(Node):
    """A row of organisation."""

    code = column("code", str, "The code of the club in this installation.")
    name = column("name", str, "The name.")
    country = column("country", str, "Where it is established, ISO 3166-1 alpha-2.")
    currency = column("currency", str, "The currency of what it sells, unless said otherwise.")
    time_zone = column("time_zone", str, "The time zone of its dates, of the IANA database.")
    language = column("language", str, "The language it writes in, ISO 639-1.")
    vat_id = column("vat_id", Optional[str], "Its VAT id in the compact form.")
    price_basis = column("price_basis", PriceBasis, "Whether typed amounts are net or gross.")
    vat_rounding = column("vat_rounding", VatRounding, "How documents add up to a Sale's VAT.")
    credit_limit_policy = column(
        "credit_limit_policy", CreditLimitPolicy, "What exceeding a credit limit does."
    )
    hold_action = column("hold_action", HoldAction, "What happens when a Draft's hold ends.")
    draft_hold_days = column(
        "draft_hold_days", Optional[int], "How long Drafts hold inventory; null: without end."
    )
    proposal_hold_days = column("proposal_hold_days", int, "How long proposals hold inventory.")
    basket_hold_minutes = column(
        "basket_hold_minutes", int, "How long a portal's baskets hold inventory."
    )
    hold_reminder_days = column(
        "hold_reminder_days", int, "How many days before the end of a hold it is announced."
    )
    credit_notes = column("credit_notes", CreditNotes, "How many credit notes cancellations make.")
    credit_settlement = column(
        "credit_settlement", CreditSettlement, "What becomes of credits beyond their document."
    )
    payment_matching = column(
        "payment_matching", PaymentMatching, "What payments without a reference pay."
    )
    payment_tolerance_minor = column(
        "payment_tolerance_minor", int, "Up to which difference a payment closes a document."
    )
    document_tolerance_minor = column(
        "document_tolerance_minor",
        int,
        "Up to which difference a document is accepted; sources may have their own.",
    )
    claim_lease_minutes = column(
        "claim_lease_minutes", int, "How long a system that claimed an invoice keeps others away."
    )
    closed_through_on = column(
        "closed_through_on", Optional[date], "Nothing is posted on or before this day."
    )
    version = column("version", int, "Rises with every change; send it as `expectedVersion`.")
    created_at = column("created_at", datetime, "When it was created.")


@strawberry.type(description="Who the caller is, as the token says.")
class Viewer:
    """The actor of the request."""

    role: Role = strawberry.field(description="The role.")
    permissions: list[Permission] = strawberry.field(
        description="What the caller may do: what the role may, within the scopes of the token."
    )
    scopes: list[Scope] | None = strawberry.field(
        description="The scopes of the token with those they imply; null: all that the role may."
    )

    @strawberry.field(
        graphql_type=Optional[lazy("Organisation")],
        description="The club the token belongs to.",
        metadata={"own": "organisation"},
    )
    async def organisation(self, info: Info) -> Any:  # noqa: ANN401 - an Organisation
        """Read the caller's organisation."""
        return await _own_organisation(info)

    @strawberry.field(
        graphql_type=Optional[lazy("Account")],
        description="The account a portal user belongs to; null for every other role.",
        metadata={"own": "account"},
    )
    async def account(self, info: Info) -> Any:  # noqa: ANN401 - an Account or None
        """Read the caller's account."""
        account_id = info.context.caller.account_id
        return wrap("account", await info.context.row("account", account_id))


@strawberry.input(description="Changes of the settings; omitted fields stay as they are.")
class OrganisationUpdateInput:
    """Settings to change."""

    idempotency_key: str = key()
    expected_version: int = expected_version()
    name: str | None = maybe("The name.")
    time_zone: str | None = maybe("The time zone of its dates, such as `Europe/Brussels`.")
    language: str | None = maybe("The language it writes in, ISO 639-1.")
    vat_id: str | None = maybe("The VAT id; the country's prefix may be left out.")
    price_basis: PriceBasis | None = maybe("Whether typed amounts are net or gross.")
    vat_rounding: VatRounding | None = maybe("How documents add up to a Sale's VAT.")
    credit_limit_policy: CreditLimitPolicy | None = maybe("What exceeding a credit limit does.")
    hold_action: HoldAction | None = maybe("What happens when a Draft's hold ends.")
    draft_hold_days: int | None = maybe("1 to 730 days; null: Drafts hold without end.")
    proposal_hold_days: int | None = maybe("1 to 730 days.")
    basket_hold_minutes: int | None = maybe("1 to 1440 minutes.")
    hold_reminder_days: int | None = maybe("0 to 60 days.")
    credit_notes: CreditNotes | None = maybe("How many credit notes cancellations make.")
    credit_settlement: CreditSettlement | None = maybe("What becomes of credits.")
    payment_matching: PaymentMatching | None = maybe("What unreferenced payments pay.")
    payment_tolerance_minor: int | None = maybe("0 to 10,000 minor units.")
    document_tolerance_minor: int | None = maybe("0 to 10,000 minor units.")
    claim_lease_minutes: int | None = maybe("1 to 10,080 minutes.")


OrganisationUpdatePayload = payload(
    "OrganisationUpdatePayload",
    "organisation",
    "Organisation",
    "What organisationUpdate answers.",
)


async def _own_organisation(info: Info) -> Any:  # noqa: ANN401 - an Organisation
    """Return the caller's organisation."""
    row = await info.context.row("organisation", info.context.caller.organisation_id)
    return wrap("organisation", row)


@strawberry.type
class OrganisationsQuery:
    """Reads about the caller and the club."""

    @strawberry.field(
        graphql_type=Optional[Organisation],
        description="The caller's club.",
        metadata={"own": "organisation"},
    )
    async def organisation(self, info: Info) -> Any:  # noqa: ANN401 - an Organisation
        """Read the caller's organisation."""
        return await _own_organisation(info)

    @strawberry.field(
        description="Who the caller is and may do; what a portal asks first.",
        metadata={"viewer": True},
    )
    def viewer(self, info: Info) -> Viewer:
        """Describe the actor."""
        actor = info.context.caller
        granted = [permission for permission in Permission if allows(actor, permission)]
        held = None if actor.scopes is None else [one for one in Scope if one in actor.scopes]
        return Viewer(role=actor.role, permissions=granted, scopes=held)


@strawberry.type
class OrganisationsMutation:
    """Changes of the club's settings."""

    @strawberry.mutation(
        graphql_type=Optional[OrganisationUpdatePayload],
        description="Change the club's settings; Sales that exist keep what they were made with.",
    )
    async def organisation_update(
        self,
        info: Info,
        input: Annotated[OrganisationUpdateInput, strawberry.argument(description="What to do.")],  # noqa: A002 - the argument's name in the API
    ) -> Any:  # noqa: ANN401 - the payload
        """Change settings."""
        done = await perform(
            info.context,
            "organisationUpdate",
            input.idempotency_key,
            lambda check: EditOrganisation(input.expected_version, values_of(input, check)),
            edit_organisation,
        )
        if done.outcome is None:
            return OrganisationUpdatePayload(user_errors=user_errors(done.violations))
        return OrganisationUpdatePayload(organisation=await _own_organisation(info))
