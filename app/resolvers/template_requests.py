"""Inputs of template and renewal mutations as requests of commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.commands.renewals import DuplicateSale
from app.commands.templates import PutTemplate, TemplateChoice, TemplateLine, UseTemplate
from app.resolvers.ids import checked_id
from app.resolvers.inputs import minor_of
from app.resolvers.sale_requests import decode_ids, recipe_of

if TYPE_CHECKING:
    from app.domain.schedule import Recipe
    from app.domain.validation import Check


def put_template(given: Any, check: Check) -> PutTemplate:  # noqa: ANN401 - an input object, as below
    """Turn a SaleTemplateCreateInput or SaleTemplateUpdateInput into its request."""
    lines = []
    for index, line in enumerate(given.lines):
        at = check.below("lines", str(index))
        price = line.fixed_price
        lines.append(
            TemplateLine(
                checked_id("product", line.product_id, at, "productId"),
                line.quantity,
                None if price is None else minor_of(price, at, "fixedPrice"),
                None if price is None else price.currency,
            )
        )
    target = getattr(given, "id", None)
    return PutTemplate(
        code=given.code,
        name=given.name,
        sale_type=given.sale_type,
        lines=tuple(lines),
        recipe=_recipe(given, check),
        past_dates=given.past_dates,
        is_active=given.is_active,
        template_id=None if target is None else checked_id("sale_template", target, check, "id"),
        expected_version=getattr(given, "expected_version", None),
    )


def use_template(given: Any, check: Check) -> UseTemplate:  # noqa: ANN401
    """Turn a SaleCreateFromTemplateInput into its request."""
    choices = []
    for index, one in enumerate(given.choices or ()):
        at = check.below("choices", str(index))
        choices.append(
            TemplateChoice(
                line_no=one.line_no,
                quantity=one.quantity,
                season_id=_optional("season", one.season_id, at, "seasonId"),
                bundle_id=_optional("calendar_bundle", one.bundle_id, at, "bundleId"),
                calendar_item_id=_optional(
                    "calendar_item", one.calendar_item_id, at, "calendarItemId"
                ),
                seat_ids=decode_ids("resource", one.seat_ids or (), at, "seatIds"),
                parking_ids=decode_ids("resource", one.parking_ids or (), at, "parkingIds"),
            )
        )
    return UseTemplate(
        checked_id("sale_template", given.template_id, check, "templateId"),
        checked_id("account", given.account_id, check, "accountId"),
        _optional("season", given.season_id, check, "seasonId"),
        tuple(choices),
    )


def duplicate_sale(given: Any, check: Check) -> DuplicateSale:  # noqa: ANN401
    """Turn a SaleDuplicateInput into its request."""
    bundles = {}
    for index, one in enumerate(given.bundles or ()):
        at = check.below("bundles", str(index))
        old = checked_id("calendar_bundle", one.from_id, at, "fromId")
        bundles[str(old)] = str(checked_id("calendar_bundle", one.to_id, at, "toId"))
    recipe, currency = None, None
    if given.recipe:
        recipe, currency = recipe_of(given.recipe, check.below("recipe"))
    return DuplicateSale(
        sale_id=checked_id("sale", given.sale_id, check, "saleId"),
        season_id=checked_id("season", given.season_id, check, "seasonId"),
        bundle_ids=bundles,
        line_ids=decode_ids("sale_line", given.line_ids or (), check, "lineIds"),
        keeps_prices=given.keeps_prices,
        recipe=recipe,
        recipe_currency=currency,
        past_dates=given.past_dates,
    )


def _recipe(given: Any, check: Check) -> Recipe | None:  # noqa: ANN401
    """Return the recipe of an input, if it has one."""
    return recipe_of(given.recipe, check.below("recipe"))[0] if given.recipe else None


def _optional(kind: str, text: str | None, check: Check, field: str) -> Any:  # noqa: ANN401
    """Decode an id that may be left out."""
    return None if text is None else checked_id(kind, text, check, field)
