"""Inputs of sale mutations as requests of commands: ids decoded, money in minor units."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from app.commands.finalise import FinaliseSale
from app.commands.holds import NameSale, SetHold
from app.commands.invoice_schedules import EditInvoice, SetSchedule, SplitInvoice
from app.commands.sale_lines import AddLines, ChangeLine, RemoveLines, ReplaceLine
from app.commands.sale_terms import NewSale
from app.commands.sales import EditSale, EndSale
from app.commands.seats import AssignHolders, HolderName, SeatMove, SwapSeats
from app.domain.errors import DomainError, ErrorCode, refuse
from app.domain.lines import NewLine
from app.domain.schedule import (
    REST,
    AmountRecipe,
    AmountRow,
    DatesRecipe,
    EqualRecipe,
    PercentRecipe,
    PercentRow,
    Recipe,
    RelativeRecipe,
    RelativeRow,
    Rest,
)
from app.resolvers.ids import NIL, check_id, checked_id
from app.resolvers.inputs import minor_of, values_of

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.validation import Check

RECIPES = ("equal", "dates", "percent", "amounts", "relative")
"""The fields of a RecipeInput, of which exactly one is given."""
PPM_PER_PERCENT = 10_000
"""Millionths in one percent."""


def new_sale(given: Any, check: Check) -> NewSale:  # noqa: ANN401 - an input object, as below
    """Turn a SaleCreateInput into its request."""
    values = values_of(given, check)
    values["is_barter"] = bool(values.get("is_barter"))
    return NewSale(**values)


def edit_sale(given: Any, check: Check) -> EditSale:  # noqa: ANN401
    """Turn a SaleUpdateInput into its request."""
    values = values_of(given, check)
    for name in ("language", "is_barter"):
        if name in values and values[name] is None:
            del values[name]
    if values.get("discount_minor", 0) is None:
        values["discount_minor"] = 0
    return EditSale(_sale_id(given, check), given.expected_version, values)


def add_lines(given: Any, check: Check) -> AddLines:  # noqa: ANN401
    """Turn a SaleLineAddInput into its request."""
    lines = tuple(
        _new_line(line, check.below("lines", str(index))) for index, line in enumerate(given.lines)
    )
    return AddLines(_sale_id(given, check), given.expected_version, lines)


def replace_line(given: Any, check: Check) -> ReplaceLine:  # noqa: ANN401
    """Turn a SaleLineReplaceInput into its request."""
    line_id = checked_id("sale_line", given.line_id, check, "lineId")
    line = _new_line(given.line, check.below("line"))
    return ReplaceLine(_sale_id(given, check), given.expected_version, line_id, line)


def change_line(given: Any, check: Check) -> ChangeLine:  # noqa: ANN401
    """Turn a SaleLineUpdateInput into its request."""
    price, price_currency = _money(given.unit_price, check, "unitPrice")
    discount, discount_currency = _money(given.discount, check, "discount")
    return ChangeLine(
        _sale_id(given, check),
        given.expected_version,
        checked_id("sale_line", given.line_id, check, "lineId"),
        unit_price_minor=price,
        price_currency=price_currency,
        discount_minor=discount,
        discount_currency=discount_currency,
        description=given.description or None,
    )


def remove_lines(given: Any, check: Check) -> RemoveLines:  # noqa: ANN401
    """Turn a SaleLineRemoveInput into its request."""
    ids = decode_ids("sale_line", given.line_ids, check, "lineIds")
    return RemoveLines(_sale_id(given, check), given.expected_version, ids)


def set_schedule(given: Any, check: Check) -> SetSchedule:  # noqa: ANN401
    """Turn an InvoiceScheduleSetInput into its request."""
    recipe, currency = recipe_of(given.recipe, check.below("recipe"))
    plan = {}
    for index, one in enumerate(given.group_instalments or ()):
        at = check.below("groupInstalments", str(index))
        group_id = checked_id("product_group", one.product_group_id, at, "productGroupId")
        at.whole("instalment", one.instalment, 1, 120)
        plan[str(group_id)] = one.instalment - 1
    season_id = None
    if given.season_id is not None:
        season_id = checked_id("season", given.season_id, check, "seasonId")
    check.refuse_if_any()
    return SetSchedule(
        _sale_id(given, check),
        given.expected_version,
        recipe,
        currency,
        season_id,
        given.past_dates,
        given.allocation,
        plan,
    )


def edit_invoice(given: Any, check: Check) -> EditInvoice:  # noqa: ANN401
    """Turn an InvoiceUpdateInput into its request."""
    amount, currency = _money(given.amount, check, "amount")
    return EditInvoice(
        _sale_id(given, check),
        given.expected_version,
        checked_id("invoice", given.invoice_id, check, "invoiceId"),
        given.planned_on,
        amount,
        currency,
        given.reference,
    )


def split_invoice(given: Any, check: Check) -> SplitInvoice:  # noqa: ANN401
    """Turn an InvoiceSplitInput into its request."""
    return SplitInvoice(
        _sale_id(given, check),
        given.expected_version,
        checked_id("invoice", given.invoice_id, check, "invoiceId"),
        minor_of(given.amount, check, "amount"),
        given.amount.currency,
        given.planned_on,
    )


def finalise_sale(given: Any, check: Check) -> FinaliseSale:  # noqa: ANN401
    """Turn a SaleFinaliseInput into its request."""
    return FinaliseSale(_sale_id(given, check), given.expected_version)


def name_sale(given: Any, check: Check) -> NameSale:  # noqa: ANN401
    """Turn an input that only names a Sale into its request."""
    return NameSale(_sale_id(given, check), given.expected_version)


def end_sale(given: Any, check: Check) -> EndSale:  # noqa: ANN401
    """Turn an input that names a Sale and a reason into its request."""
    return EndSale(_sale_id(given, check), given.expected_version, given.reason)


def set_hold(given: Any, check: Check) -> SetHold:  # noqa: ANN401
    """Turn a SaleHoldSetInput into its request."""
    sale_id = _sale_id(given, check)
    return SetHold(sale_id, given.expected_version, given.expires_at, given.action)


def swap_seats(given: Any, check: Check) -> SwapSeats:  # noqa: ANN401
    """Turn a SeatSwapInput into its request."""
    moves = []
    for index, move in enumerate(given.moves):
        at = check.below("moves", str(index))
        old = checked_id("resource", move.from_id, at, "fromId")
        moves.append(SeatMove(old, checked_id("resource", move.to_id, at, "toId")))
    items = decode_ids("calendar_item", given.calendar_item_ids or (), check, "calendarItemIds")
    return SwapSeats(_sale_id(given, check), given.expected_version, tuple(moves), items)


def assign_holders(given: Any, check: Check) -> AssignHolders:  # noqa: ANN401
    """Turn a TicketHolderAssignInput into its request."""
    names = []
    for index, name in enumerate(given.names):
        at = check.below("names", str(index))
        holder_id = None
        if name.ticket_holder_id is not None:
            holder_id = checked_id("ticket_holder", name.ticket_holder_id, at, "ticketHolderId")
        entitlement_id = checked_id("entitlement", name.entitlement_id, at, "entitlementId")
        names.append(HolderName(entitlement_id, holder_id))
    return AssignHolders(_sale_id(given, check), given.expected_version, tuple(names))


def recipe_of(given: Any, check: Check) -> tuple[Recipe, str | None]:  # noqa: ANN401
    """Turn a RecipeInput into a recipe and the currency of its amounts, if it has any.

    Refuses what the recipe itself refuses, at the path of the input.
    """
    try:
        return _recipe(given, check)
    except DomainError as error:
        for violation in error.violations:
            check.add(violation.code, violation.message, *_recipe_path(given, violation.path))
        check.refuse_if_any()
        raise


def _recipe_path(given: Any, path: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ANN401
    """Lead from a RecipeInput to the field that a recipe calls by a name of its own."""
    field = next(name for name in RECIPES if getattr(given, name) or getattr(given, name) == [])
    if field == "equal":
        return (field, *path)
    return (field, *("percent" if one == "sharePpm" else one for one in path[1:]))


def _recipe(given: Any, check: Check) -> tuple[Recipe, str | None]:  # noqa: ANN401
    """Build the one recipe that is given."""
    if given.equal:
        equal = given.equal
        return EqualRecipe(equal.count, equal.first_on, equal.every), None
    if isinstance(given.dates, list):
        return DatesRecipe(tuple(given.dates)), None
    if isinstance(given.percent, list):
        rows = tuple(
            PercentRow(row.on, _ppm(row.percent, check.below("percent", str(index))))
            for index, row in enumerate(given.percent)
        )
        return PercentRecipe(rows), None
    if isinstance(given.relative, list):
        relative = tuple(
            RelativeRow(
                row.anchor,
                row.offset_days,
                _ppm(row.percent, check.below("relative", str(index))),
            )
            for index, row in enumerate(given.relative)
        )
        return RelativeRecipe(relative), None
    return _amounts(given.amounts, check)


def _amounts(given: Any, check: Check) -> tuple[Recipe, str | None]:  # noqa: ANN401
    """Build a recipe of fixed amounts, which are all in one currency."""
    currencies = {row.amount.currency for row in given if row.amount is not None}
    if len(currencies) > 1:
        message = f"one currency only, not {' and '.join(sorted(currencies))}"
        refuse(ErrorCode.CURRENCY_MIXED, message, "amounts")
    rows = tuple(
        AmountRow(
            row.on,
            REST
            if row.amount is None
            else minor_of(row.amount, check, "amounts", str(index), "amount"),
        )
        for index, row in enumerate(given)
    )
    return AmountRecipe(rows), next(iter(currencies), None)


def _ppm(text: str | None, check: Check) -> int | Rest:
    """Turn a percentage into whole millionths, or collect one that is finer; None is the rest."""
    if text is None:
        return REST
    try:
        ppm = Decimal(text) * PPM_PER_PERCENT
    except InvalidOperation:
        ppm = Decimal("0.5")
    if ppm != int(ppm):
        message = f"a percentage has at most four decimals, not {text!r}"
        check.add(ErrorCode.SCHEDULE_INVALID, message, "percent")
        return 0
    return int(ppm)


def _new_line(given: Any, check: Check) -> NewLine:  # noqa: ANN401
    """Turn a SaleLineInput into a line to plan."""
    values = values_of(given, check)
    price, price_currency = _money(given.unit_price, check, "unitPrice")
    discount, discount_currency = _money(given.discount, check, "discount")
    return NewLine(
        product_id=values["product_id"] or NIL,
        quantity=values["quantity"],
        season_id=values.get("season_id"),
        bundle_id=values.get("bundle_id"),
        calendar_item_id=values.get("calendar_item_id"),
        unit_price_minor=price,
        price_currency=price_currency,
        discount_minor=discount or 0,
        discount_currency=discount_currency,
        description=values.get("description"),
        seat_ids=decode_ids("resource", given.seat_ids or (), check, "seatIds"),
        parking_ids=decode_ids("resource", given.parking_ids or (), check, "parkingIds"),
        includes_past=bool(values.get("includes_past")),
    )


def _money(given: Any, check: Check, field: str) -> tuple[int | None, str | None]:  # noqa: ANN401
    """Return an amount and its currency, or nothing when it was left out."""
    if not given:
        return None, None
    return minor_of(given, check, field), given.currency


def decode_ids(kind: str, given: Any, check: Check, field: str) -> tuple[UUID, ...]:  # noqa: ANN401
    """Decode a list of ids, collecting the malformed ones."""
    found = (check_id(kind, one, check, field, str(i)) for i, one in enumerate(given))
    return tuple(one for one in found if one is not None)


def _sale_id(given: Any, check: Check) -> UUID:  # noqa: ANN401
    """Decode the Sale that an input is about."""
    return checked_id("sale", given.sale_id, check, "saleId")
