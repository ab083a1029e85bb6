"""What of a Sale is to be cancelled: a selection of lines, units, seats or calendar items."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.domain.errors import ErrorCode
from app.domain.sales import EntitlementStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from uuid import UUID

    from app.domain.sales import Entitlement, SaleLine, SaleState
    from app.domain.validation import Check

SELECTION_LIMIT = 2_000
"""Lines, seats, calendar items or entitlements that one selection names."""


@dataclass(frozen=True, slots=True)
class LineSelection:
    """A part of one line: so many units or these seats, at these calendar items or at all.

    With neither a quantity nor seats it is the whole line.
    """

    line_id: UUID
    quantity: int | None = None
    resource_ids: tuple[UUID, ...] = ()
    calendar_item_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Selection:
    """A part of a Sale, said in exactly one of four ways."""

    everything: bool = False
    lines: tuple[LineSelection, ...] = ()
    calendar_item_ids: tuple[UUID, ...] = ()
    entitlement_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class SelectionFacts:
    """What a selection is looked up in.

    `entitlements` are all of the Sale's, also those that are no longer live; `below` the live
    formulas of sub-sales, each with its Sale's code, by the seat that they are attached to;
    `labels` are those of seats and parking places.
    """

    entitlements: Sequence[Entitlement]
    below: Mapping[UUID, Collection[str]] = field(default_factory=dict)
    labels: Mapping[UUID, str] = field(default_factory=dict)


def pick(
    state: SaleState, selection: Selection, facts: SelectionFacts, check: Check
) -> list[Entitlement]:
    """Return the live entitlements that a selection means, and collect all that is wrong with it.

    A seat means the whole unit that has it at a calendar item. Of unnumbered lines the highest
    unit numbers go first. What a unit grants once goes with the last of its calendar items, unless
    calendar items were chosen.

    Collects INPUT_INVALID, NOT_FOUND, CANCEL_NOTHING, CANCEL_TOO_MUCH, SEATS_MISMATCH,
    SEAT_DUPLICATE, QUANTITY_INVALID, TOO_MANY_ITEMS and FORMULA_NEEDS_SEAT.
    """
    ways = {
        "lines": selection.lines,
        "calendarItemIds": selection.calendar_item_ids,
        "entitlementIds": selection.entitlement_ids,
    }
    if selection.everything + sum(bool(one) for one in ways.values()) != 1:
        message = "select everything, lines, calendarItemIds or entitlementIds, and only one"
        check.add(ErrorCode.INPUT_INVALID, message, "everything")
        return []
    for name, given in ways.items():
        check.size(name, given, SELECTION_LIMIT)
    live = [one for one in facts.entitlements if one.status is EntitlementStatus.LIVE]
    if selection.everything:
        picked = {one.id for one in live}
    elif selection.calendar_item_ids:
        picked = _of_items(live, facts, selection.calendar_item_ids, check)
    elif selection.entitlement_ids:
        picked = _of_entitlements(facts, selection.entitlement_ids, check)
    else:
        picked = _of_lines(state, live, facts, selection.lines, check)
    if not check.violations:
        _check_formulas(state, live, facts, picked, check)
    return [one for one in live if one.id in picked]


def count_gone(live: Iterable[Entitlement], lines: Iterable[SaleLine]) -> dict[UUID, int]:
    """Count by line the units of which nothing is live."""
    units: dict[UUID, set[int]] = defaultdict(set)
    for one in live:
        units[one.line_id].add(one.unit_no)
    return {line.id: line.quantity - len(units[line.id]) for line in lines}


def _of_items(
    live: Sequence[Entitlement], facts: SelectionFacts, item_ids: Sequence[UUID], check: Check
) -> set[UUID]:
    """Pick what is live at calendar items, of all lines."""
    known = {one.calendar_item_id for one in facts.entitlements}
    at: dict[UUID | None, list[UUID]] = defaultdict(list)
    for one in live:
        at[one.calendar_item_id].append(one.id)
    picked: set[UUID] = set()
    for index, item_id in enumerate(item_ids):
        if item_id not in known:
            message = "the Sale has nothing at this calendar item"
            check.add(ErrorCode.NOT_FOUND, message, "calendarItemIds", str(index))
        elif not at[item_id]:
            message = "nothing of the Sale is live at this calendar item"
            check.add(ErrorCode.CANCEL_NOTHING, message, "calendarItemIds", str(index))
        picked.update(at[item_id])
    return picked


def _of_entitlements(facts: SelectionFacts, ids: Sequence[UUID], check: Check) -> set[UUID]:
    """Pick single entitlements."""
    known = {one.id: one for one in facts.entitlements}
    picked: set[UUID] = set()
    for index, one_id in enumerate(ids):
        path = ("entitlementIds", str(index))
        if one_id not in known:
            check.add(ErrorCode.NOT_FOUND, "the Sale has no such entitlement", *path)
        elif one_id in picked:
            check.add(ErrorCode.SEAT_DUPLICATE, "this entitlement is selected twice", *path)
        elif known[one_id].status is not EntitlementStatus.LIVE:
            check.add(ErrorCode.CANCEL_TOO_MUCH, "this entitlement is not live any more", *path)
        picked.add(one_id)
    return picked


def _of_lines(
    state: SaleState,
    live: Sequence[Entitlement],
    facts: SelectionFacts,
    lines: Sequence[LineSelection],
    check: Check,
) -> set[UUID]:
    """Pick parts of lines."""
    live_of: dict[UUID, list[Entitlement]] = defaultdict(list)
    for one in live:
        live_of[one.line_id].append(one)
    known = {line.id: line for line in state.lines}
    seen: dict[UUID, bool] = {}
    picked: set[UUID] = set()
    for index, wanted in enumerate(lines):
        at = check.below("lines", str(index))
        line = known.get(wanted.line_id)
        if line is None:
            at.add(ErrorCode.NOT_FOUND, "no such line in this Sale", "lineId")
            continue
        only_seats = bool(wanted.resource_ids) and seen.get(line.id, True)
        if line.id in seen and not only_seats:
            at.add(ErrorCode.INPUT_INVALID, f"line {line.line_no} is selected twice", "lineId")
        seen[line.id] = only_seats
        own = _OneLine(line, live_of[line.id], facts, at)
        picked |= own.pick(wanted, picked)
    return picked


class _OneLine:
    """One line whose part is picked; what is wrong is collected at the line's place."""

    def __init__(
        self, line: SaleLine, live: Sequence[Entitlement], facts: SelectionFacts, check: Check
    ) -> None:
        self.line = line
        self.live = live
        self.all = [one for one in facts.entitlements if one.line_id == line.id]
        self.labels = facts.labels
        self.check = check

    def pick(self, wanted: LineSelection, already: Collection[UUID]) -> set[UUID]:
        """Pick what is wanted of the line; `already` was picked by an earlier part."""
        items = self._items(wanted.calendar_item_ids)
        there = [one for one in self.live if items is None or one.calendar_item_id in items]
        if wanted.resource_ids:
            self.check.size("resourceIds", wanted.resource_ids, SELECTION_LIMIT)
            if wanted.quantity is not None:
                message = "give a quantity or seats, not both"
                self.check.add(ErrorCode.INPUT_INVALID, message, "quantity")
            picked = self._of_seats(wanted.resource_ids, there, items, already)
            return picked if items is not None else self._with_rest(picked)
        if not there and (items is None or items):
            message = f"nothing of line {self.line.line_no} is live there any more"
            self.check.add(ErrorCode.CANCEL_NOTHING, message, "lineId")
        if wanted.quantity is None:
            return {one.id for one in there}
        return self._of_quantity(wanted.quantity, there)

    def _items(self, item_ids: Sequence[UUID]) -> set[UUID | None] | None:
        """Return the chosen calendar items of the line, or None for all that it has."""
        if not item_ids:
            return None
        self.check.size("calendarItemIds", item_ids, SELECTION_LIMIT)
        known = {one.calendar_item_id for one in self.all}
        for index, item_id in enumerate(item_ids):
            if item_id not in known:
                message = f"line {self.line.line_no} has no such calendar item"
                self.check.add(ErrorCode.NOT_FOUND, message, "calendarItemIds", str(index))
        return known.intersection(item_ids)

    def _of_quantity(self, quantity: int, there: Sequence[Entitlement]) -> set[UUID]:
        """Pick the highest units of an unnumbered line."""
        if any(one.resource_id is not None for one in self.all):
            message = (
                f"line {self.line.line_no} has numbered seats: choose the seats, or leave quantity"
                " out to cancel the whole line"
            )
            self.check.add(ErrorCode.SEATS_MISMATCH, message, "quantity")
            return set()
        self.check.quantity("quantity", quantity)
        units = sorted({one.unit_no for one in there}, reverse=True)
        if quantity > len(units):
            message = f"{len(units)} of line {self.line.line_no} are left, not {quantity}"
            self.check.add(ErrorCode.CANCEL_TOO_MUCH, message, "quantity")
        chosen = set(units[: max(0, quantity)])
        return {one.id for one in there if one.unit_no in chosen}

    def _of_seats(
        self,
        resource_ids: Sequence[UUID],
        there: Sequence[Entitlement],
        items: Collection[UUID | None] | None,
        already: Collection[UUID],
    ) -> set[UUID]:
        """Pick the units that have seats, at the calendar items at which they have them."""
        pieces: dict[tuple[int, UUID | None], list[UUID]] = defaultdict(list)
        having: dict[UUID | None, list[Entitlement]] = defaultdict(list)
        for one in there:
            pieces[one.unit_no, one.calendar_item_id].append(one.id)
            having[one.resource_id].append(one)
        known = {one.resource_id for one in self.all}
        picked: set[UUID] = set()
        seen: set[UUID] = set()
        for index, resource_id in enumerate(resource_ids):
            at = self.check.below("resourceIds", str(index))
            label = self.labels.get(resource_id, "this seat")
            seats = having[resource_id]
            if resource_id not in known:
                at.add(ErrorCode.NOT_FOUND, f"line {self.line.line_no} has no such seat")
            elif resource_id in seen or any(one.id in already for one in seats):
                at.add(ErrorCode.SEAT_DUPLICATE, f"{label} is selected twice")
            elif not seats:
                where = "" if items is None else " at these calendar items"
                message = f"{label} is cancelled already{where}"
                at.add(ErrorCode.CANCEL_TOO_MUCH, message)
            seen.add(resource_id)
            for one in seats:
                picked.update(pieces[one.unit_no, one.calendar_item_id])
        return picked

    def _with_rest(self, picked: set[UUID]) -> set[UUID]:
        """Add what units grant once whose last calendar item is picked."""
        left = {
            one.unit_no
            for one in self.live
            if one.calendar_item_id is not None and one.id not in picked
        }
        touched = {one.unit_no for one in self.live if one.id in picked}
        return picked | {one.id for one in self.live if one.unit_no in touched - left}


def _check_formulas(
    state: SaleState,
    live: Sequence[Entitlement],
    facts: SelectionFacts,
    picked: Collection[UUID],
    check: Check,
) -> None:
    """Collect hospitality that stays, although the seat that it is attached to goes."""
    lines = {line.id: line.line_no for line in state.lines}
    orphans: dict[int, int] = defaultdict(int)
    for one in live:
        if one.seat_entitlement_id in picked and one.id not in picked:
            orphans[lines[one.line_id]] += 1
    for line_no, count in sorted(orphans.items()):
        message = f"{count} formulas of line {line_no} are attached to these seats; select them too"
        check.add(ErrorCode.FORMULA_NEEDS_SEAT, message, "lines")
    codes: dict[str, int] = defaultdict(int)
    for seat_id, sales in facts.below.items():
        for code in sales if seat_id in picked else ():
            codes[code] += 1
    for code, count in sorted(codes.items()):
        message = f"{count} formulas of sub-sale {code} are attached to these seats; cancel them"
        check.add(ErrorCode.FORMULA_NEEDS_SEAT, message, "saleId")
