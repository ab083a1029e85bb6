"""Measures as cubes declare them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic.load.dimensions import read_mask
from semantic.load.formats import currency_code, measure_format
from semantic.load.stages import read_case, read_stage, read_window
from semantic.spec.measures import Measure, MeasureType

if TYPE_CHECKING:
    from semantic.load.entries import Entry
    from semantic.spec.fragments import Fragment

_TYPES = {kind.value: kind.value for kind in MeasureType}
_STAGED_ALONE = (MeasureType.NUMBER_AGG, MeasureType.RANK)
_WITHOUT_CURRENCY = (MeasureType.STRING, MeasureType.BOOLEAN, MeasureType.TIME)


def read_measure(entry: Entry, name: str) -> Measure:
    """Read a measure."""
    kind = MeasureType(
        entry.choice("type", _TYPES, default=MeasureType.COUNT.value, is_required=True)
    )
    measure = Measure(
        name=name,
        type=kind,
        sql=entry.column_sql("sql"),
        place=entry.place,
        title=entry.text("title"),
        description=entry.text("description"),
        format=measure_format(entry),
        currency=currency_code(entry),
        is_public=entry.is_shown(),
        filters=_conditions(entry, "filters"),
        rolling_window=read_window(entry),
        stage=read_stage(entry),
        case=read_case(entry),
        drill_members=entry.references("drill_members"),
        drill_filters=_conditions(entry, "drill_filters"),
        is_cumulative=entry.flag("cumulative"),
        mask=read_mask(entry),
        meta=entry.meta(),
    )
    _refuse_misfits(entry, measure)
    entry.refuse("aliases", "a member has one name")
    entry.refuse("visible", "it is an older word", "write 'public'")
    entry.refuse("drill_member_references", "it is an older word", "write 'drill_members'")
    entry.finish()
    return measure


def _refuse_misfits(entry: Entry, measure: Measure) -> None:
    """Refuse what does not go with the type."""
    kind = measure.type.value
    if measure.stage is None:
        if measure.sql is None and measure.type is not MeasureType.COUNT:
            entry.fault(f"a measure of type '{kind}' needs 'sql'", "say what is measured")
        if measure.type in _STAGED_ALONE:
            entry.fault(f"type '{kind}' needs 'multi_stage: true'", "add it", "type")
        if measure.case is not None:
            hint = "add it, or write CASE in 'sql'"
            entry.fault("'case' needs 'multi_stage: true'", hint, "case")
    else:
        _refuse_in_stage(entry, measure)
    if measure.currency is not None and measure.type in _WITHOUT_CURRENCY:
        entry.fault("'currency' goes with numbers alone", "remove it", "currency")


def _refuse_in_stage(entry: Entry, measure: Measure) -> None:
    """Refuse what does not go together in a multi-stage measure."""
    stage = measure.stage
    is_rank = measure.type is MeasureType.RANK
    if is_rank and (stage is None or not stage.order_by):
        entry.fault("a rank needs 'order_by'", "add 'order_by: [{sql: …, dir: desc}]'")
    if not is_rank and measure.sql is None and measure.case is None:
        entry.fault("a multi-stage measure needs 'sql' or 'case'", "say what it calculates with")
    if measure.rolling_window is not None:
        hint = "roll the inner measure, and name that one here"
        entry.fault("'rolling_window' does not go with 'multi_stage'", hint, "rolling_window")


def _conditions(owner: Entry, key: str) -> tuple[Fragment, ...]:
    """Read conditions, each given as `sql`."""
    found = []
    for entry in owner.entries(key):
        sql = entry.column_sql("sql", is_required=True)
        found.extend([] if sql is None else [sql])
        entry.finish()
    return tuple(found)
