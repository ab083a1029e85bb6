"""Sales reps and their targets in the API."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import Optional

import strawberry

from app.commands import targets
from app.resolvers import scan_requests as requests
from app.schema.fields import (
    Node,
    author,
    column,
    connected,
    created_column,
    money,
    node,
    to_one,
    version_column,
)
from app.schema.inputs import expected_version, given, key, maybe, where
from app.schema.payloads import bulk_mutation, create_mutation, update_mutation
from app.schema.scalars import MoneyInput
from app.storage.conditions import Comparison


@node("sales_rep", "Who sells for the club: the name and team of a rep code.")
class SalesRep(Node):
    """A row of sales_rep."""

    code = column("code", str, "The code that accounts and Sales carry as `repCode`.")
    name = column("name", str, "The name that people read.")
    team = column("team", Optional[str], "The team.")
    version = version_column()
    created_at = created_column()


@node("sales_target", "What a rep is to sell in a month, without VAT.")
class SalesTarget(Node):
    """A row of sales_target."""

    rep_code = column("rep_code", str, "The rep's code.")
    month = column("month", date, "The first day of the month.")
    product_group = to_one(
        "product_group_id", "product_group", "ProductGroup", "Of what; null: none in particular."
    )
    amount = money("amount_minor", "How much.")
    updated_by = author("updated_by", "Who set it.")
    updated_at = column("updated_at", datetime, "When it was set.")


@strawberry.input(description="Which sales reps.")
class SalesRepFilter:
    """Conditions on sales reps."""

    code: list[str] | None = where("With any of these codes.", "code")
    team: list[str] | None = where("In any of these teams.", "team")


@strawberry.enum(description="Orders of sales reps.")
class SalesRepSort(Enum):
    """Column and direction."""

    CODE_ASC = strawberry.enum_value("code asc", description="By code.")
    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")


@strawberry.input(description="Which targets.")
class SalesTargetFilter:
    """Conditions on targets."""

    rep_code: list[str] | None = where("Of any of these reps.", "rep_code")
    product_group_id: list[strawberry.ID] | None = where(
        "Of any of these product groups.", "product_group_id", refers="product_group"
    )
    currency: list[str] | None = where("In any of these currencies.", "currency")
    month_from: date | None = where(
        "Of months that begin on or after.", "month", how=Comparison.AT_LEAST
    )
    month_to: date | None = where(
        "Of months that begin on or before.", "month", how=Comparison.AT_MOST
    )


@strawberry.enum(description="Orders of targets.")
class SalesTargetSort(Enum):
    """Column and direction."""

    MONTH_ASC = strawberry.enum_value("month asc", description="Earliest first.")
    MONTH_DESC = strawberry.enum_value("month desc", description="Latest first.")


@strawberry.input(description="A new sales rep.")
class SalesRepCreateInput:
    """Fields of a new sales rep."""

    idempotency_key: str = key()
    code: str = given("The code that accounts and Sales carry as `repCode`.")
    name: str = given("The name that people read.")
    team: str | None = maybe("The team.")


@strawberry.input(description="Changes of a sales rep; omitted fields stay as they are.")
class SalesRepUpdateInput:
    """Fields to change."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The sales rep.")
    expected_version: int = expected_version()
    name: str | None = maybe("The name that people read.")
    team: str | None = maybe("The team; null: none.")


@strawberry.input(description="What a rep is to sell.")
class SalesTargetInput:
    """One target."""

    rep_code: str = given("The rep's code.")
    month: date = given("Any day of the month.")
    amount: MoneyInput = given("How much, without VAT.")
    product_group_id: strawberry.ID | None = maybe("Of what; none in particular when omitted.")


@strawberry.input(description="Targets to set.")
class SalesTargetsSetInput:
    """Targets, each rep, month, product group and currency once."""

    idempotency_key: str = key()
    targets: list[SalesTargetInput] = given("The targets, at most 1,000.")


@strawberry.input(description="Targets to remove.")
class SalesTargetsRemoveInput:
    """Targets by id."""

    idempotency_key: str = key()
    ids: list[strawberry.ID] = given("The targets, at most 1,000.")


@strawberry.type
class TargetsQuery:
    """Reads of sales reps and targets."""

    sales_reps = connected(
        "sales_rep",
        "SalesRep",
        "Who sells for the club.",
        filters=SalesRepFilter,
        sorts=SalesRepSort,
    )
    sales_targets = connected(
        "sales_target",
        "SalesTarget",
        "What reps are to sell.",
        filters=SalesTargetFilter,
        sorts=SalesTargetSort,
    )


@strawberry.type
class TargetsMutation:
    """Changes of sales reps and targets."""

    sales_rep_create = create_mutation(
        targets.SALES_REP, "SalesRep", SalesRepCreateInput, "Name a sales rep."
    )
    sales_rep_update = update_mutation(
        targets.SALES_REP, "SalesRep", SalesRepUpdateInput, "Change the name or team of a rep."
    )
    sales_targets_set = bulk_mutation(
        "salesTargetsSet",
        "sales_targets",
        "sales_target",
        "SalesTarget",
        SalesTargetsSetInput,
        requests.set_targets,
        targets.set_targets,
        "Set what reps are to sell, all of it or nothing; a target that is there gets the new "
        "amount.",
    )
    sales_targets_remove = bulk_mutation(
        "salesTargetsRemove",
        "sales_targets",
        "sales_target",
        "SalesTarget",
        SalesTargetsRemoveInput,
        requests.remove_targets,
        targets.remove_targets,
        "Remove targets, all of them or none; answers with what is left of them, which is nothing.",
    )
