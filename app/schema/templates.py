"""Sale templates and renewals in the API."""

from __future__ import annotations

from enum import Enum
from typing import Optional

import strawberry
from strawberry import UNSET

from app.commands import renewals, templates
from app.domain.sales import SaleType
from app.domain.schedule import PastDates
from app.resolvers import template_requests
from app.schema.fields import (
    Node,
    column,
    connected,
    created_column,
    money,
    node,
    to_many,
    to_one,
    version_column,
)
from app.schema.inputs import expected_version, key, where
from app.schema.payloads import action_mutation
from app.schema.sale_inputs import RecipeInput
from app.schema.sale_mutations import sale_mutation
from app.schema.scalars import Json, MoneyInput
from app.storage.conditions import Comparison


@node("sale_template", "The shape of a Sale without account, inventory or dates.")
class SaleTemplate(Node):
    """A row of sale_template."""

    code = column("code", str, "The code, unique in the organisation.")
    name = column("name", str, "The name.")
    sale_type = column("sale_type", SaleType, "What Sales of this shape are about.")
    recipe = column("recipe", Optional[Json], "The relative schedule; null: none.")
    past_dates = column("past_dates", PastDates, "What happens to dates in the past.")
    is_active = column("is_active", bool, "Whether Sales can be made from it.")
    version = version_column()
    created_at = created_column()
    lines = to_many(
        "sale_template_line", "template_id", "SaleTemplateLine", "Its lines.", order=("line_no",)
    )


@node("sale_template_line", "One line of a template.")
class SaleTemplateLine(Node):
    """A row of sale_template_line."""

    line_no = column("line_no", int, "Its number.")
    product = to_one("product_id", "product", "Product", "What is sold.")
    quantity = column("quantity", int, "How many units.")
    fixed_price = money(
        "fixed_price_minor", "The price of one unit; null: the price list's.", optional=True
    )


@strawberry.input(description="Which templates.")
class SaleTemplateFilter:
    """Conditions on templates."""

    code: list[str] | None = where("Any of these codes.", "code")
    search: str | None = where("A part of code or name.", "code", "name", how=Comparison.CONTAINS)
    is_active: bool | None = where("Active or not.", "is_active", how=Comparison.EQUAL)
    sale_type: list[SaleType] | None = where("Of any of these types.", "sale_type")


@strawberry.enum(description="Orders of templates.")
class SaleTemplateSort(Enum):
    """Column and direction."""

    CODE_ASC = strawberry.enum_value("code asc", description="By code.")
    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")


@strawberry.input(description="A line of a template.")
class SaleTemplateLineInput:
    """What and how many."""

    product_id: strawberry.ID = strawberry.field(description="The product.")
    quantity: int = strawberry.field(description="How many units.", default=1)
    fixed_price: MoneyInput | None = strawberry.field(
        description="The price of one unit; otherwise the price list of the Sale decides.",
        default=None,
    )


@strawberry.input(description="A new template.")
class SaleTemplateCreateInput:
    """The whole template."""

    idempotency_key: str = key()
    code: str = strawberry.field(description="The code, unique in the organisation.")
    name: str = strawberry.field(description="The name.")
    sale_type: SaleType = strawberry.field(description="What Sales of this shape are about.")
    lines: list[SaleTemplateLineInput] = strawberry.field(description="Its lines, 1 to 50.")
    recipe: RecipeInput | None = strawberry.field(
        description="How Sales of this shape are billed: a relative recipe.", default=UNSET
    )
    past_dates: PastDates = strawberry.field(
        description="What happens to dates in the past.", default=PastDates.MOVE_TO_TODAY
    )
    is_active: bool = strawberry.field(
        description="Whether Sales can be made from it.", default=True
    )


@strawberry.input(description="A template as it is to be from now on, as a whole.")
class SaleTemplateUpdateInput(SaleTemplateCreateInput):
    """The template and all of its content."""

    id: strawberry.ID = strawberry.field(description="The template.")
    expected_version: int = expected_version()


@strawberry.input(description="Where a template's line is sold, and on which seats.")
class SaleTemplateChoiceInput:
    """One line's choices."""

    line_no: int = strawberry.field(description="The line of the template.")
    quantity: int | None = strawberry.field(
        description="How many, if not as in the template.", default=None
    )
    season_id: strawberry.ID | None = strawberry.field(
        description="For every item of a season; without any scope, the Sale's season.",
        default=None,
    )
    bundle_id: strawberry.ID | None = strawberry.field(description="For a bundle.", default=None)
    calendar_item_id: strawberry.ID | None = strawberry.field(
        description="For one calendar item.", default=None
    )
    seat_ids: list[strawberry.ID] | None = strawberry.field(
        description="The seats, unit by unit.", default=None
    )
    parking_ids: list[strawberry.ID] | None = strawberry.field(
        description="The numbered parking places, unit by unit.", default=None
    )


@strawberry.input(description="A Sale to make from a template.")
class SaleCreateFromTemplateInput:
    """For whom, when, where."""

    idempotency_key: str = key()
    template_id: strawberry.ID = strawberry.field(description="The template.")
    account_id: strawberry.ID = strawberry.field(description="Who buys.")
    season_id: strawberry.ID | None = strawberry.field(description="The season.", default=None)
    choices: list[SaleTemplateChoiceInput] | None = strawberry.field(
        description="Choices for lines; a line without any is sold for the season.", default=None
    )


@strawberry.input(description="Which bundle of the new season stands for which of the old one.")
class BundleReplacementInput:
    """Old and new."""

    from_id: strawberry.ID = strawberry.field(description="The bundle that was sold.")
    to_id: strawberry.ID = strawberry.field(description="The bundle to sell.")


@strawberry.input(description="A Sale to repeat in another season.")
class SaleDuplicateInput:
    """What, into which season, how."""

    idempotency_key: str = key()
    sale_id: strawberry.ID = strawberry.field(description="The Sale to repeat.")
    season_id: strawberry.ID = strawberry.field(description="The season to repeat it in.")
    line_ids: list[strawberry.ID] | None = strawberry.field(
        description="Which lines; all when omitted.", default=None
    )
    bundles: list[BundleReplacementInput] | None = strawberry.field(
        description="Replacements; a season's only bundle of the same kind needs none.",
        default=None,
    )
    keeps_prices: bool = strawberry.field(
        description="Old prices and discounts, rather than today's price list.", default=False
    )
    recipe: RecipeInput | None = strawberry.field(
        description="How the new Sale is billed; without it no schedule is set.", default=UNSET
    )
    past_dates: PastDates = strawberry.field(
        description="What happens to dates in the past.", default=PastDates.MOVE_TO_TODAY
    )


@strawberry.type
class TemplatesQuery:
    """Reads of templates."""

    sale_templates = connected(
        "sale_template",
        "SaleTemplate",
        "The templates of Sales.",
        filters=SaleTemplateFilter,
        sorts=SaleTemplateSort,
    )


@strawberry.type
class TemplatesMutation:
    """Templates and what is made from them."""

    sale_template_create = action_mutation(
        "saleTemplateCreate",
        "sale_template",
        "SaleTemplate",
        SaleTemplateCreateInput,
        template_requests.put_template,
        templates.put_template,
        "Create a template.",
    )
    sale_template_update = action_mutation(
        "saleTemplateUpdate",
        "sale_template",
        "SaleTemplate",
        SaleTemplateUpdateInput,
        template_requests.put_template,
        templates.put_template,
        "Replace a template as a whole; Sales made from it stay as they are.",
    )
    sale_create_from_template = sale_mutation(
        "saleCreateFromTemplate",
        SaleCreateFromTemplateInput,
        template_requests.use_template,
        templates.use_template,
        "Make a Draft of a template's shape, at today's prices.",
    )
    sale_duplicate = sale_mutation(
        "saleDuplicate",
        SaleDuplicateInput,
        template_requests.duplicate_sale,
        renewals.duplicate_sale,
        "Renew a Sale: a Draft in another season on the same seats, linked to the old one.",
    )
