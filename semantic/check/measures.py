"""Measures: what they aggregate, calculate with, and do over stages and windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic.check.dimensions import branches_of_case, check_row_sql
from semantic.check.filters import check_filter
from semantic.check.fragments import Checked, Checking, check_fragment, resolve
from semantic.check.references import granularities
from semantic.spec.cubes import Segment
from semantic.spec.dimensions import PREDEFINED_GRANULARITIES, Dimension, DimensionType
from semantic.spec.fragments import Fragment
from semantic.spec.measures import CALCULATED, Measure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semantic.spec.cubes import Cube
    from semantic.spec.dimensions import Case
    from semantic.spec.fragments import Reference
    from semantic.spec.measures import Stage


def check_measure(checking: Checking, cube: Cube, measure: Measure) -> None:
    """Check the SQL of a measure, and what it says about windows and stages."""
    about = f"cubes.{cube.name}.measures.{measure.name}"
    if measure.sql is not None:
        checked = check_fragment(checking, cube, measure.sql, about)
        if checked is not None:
            _check_type(checking, cube, measure, checked, about)
    for fragment in (*measure.filters, *measure.drill_filters):
        condition = check_fragment(checking, cube, fragment, f"{about}.filters")
        if condition is not None:
            check_row_sql(checking, condition, fragment, f"{about}.filters")
    for fragment in _others(measure):
        check_fragment(checking, cube, fragment, about)
    if measure.case is not None and measure.case.switch is not None:
        _check_switch(checking, cube, measure, measure.case, about)
    for reference in measure.drill_members:
        found = resolve(checking, cube, reference, _at(measure), f"{about}.drill_members")
        if found is not None and not isinstance(found.member, Dimension | Measure):
            message = f"'{'.'.join(reference.path)}' is not a dimension or measure"
            checking.faults.add(measure.place, f"{about}.drill_members", message)
    _check_window(checking, measure, about)
    if measure.stage is not None:
        _check_stage(checking, cube, measure, measure.stage, about)


def _at(measure: Measure) -> Fragment:
    """Say where a name of a measure's lists stands."""
    return Fragment((), measure.place)


def _others(measure: Measure) -> Iterator[Fragment]:
    """List the SQL of a case and of an order."""
    if measure.case is not None:
        yield from branches_of_case(measure.case)
    if measure.stage is not None:
        yield from (sql for sql, _ in measure.stage.order_by)


def _check_type(
    checking: Checking, cube: Cube, measure: Measure, checked: Checked, about: str
) -> None:
    """Refuse SQL that does not fit the type: an aggregate in an aggregate, or none at all."""
    message, hint = "", ""
    if measure.stage is not None:
        if not checked.measures:
            message = "a multi-stage measure calculates with other measures, and names none"
            hint = "name them in braces: {count}"
        elif checked.has_columns():
            message = "a multi-stage measure calculates with other measures, not with columns"
            hint = "declare a measure for the column, and name that"
    elif measure.type in CALCULATED:
        if measure.filters:
            message = f"'filters' do not go with type '{measure.type.value}'"
            hint = "put them on a measure that aggregates, and calculate with that"
        elif checked.has_bare_rows():
            message = f"type '{measure.type.value}' calculates with aggregates, not single rows"
            hint = "use another type, such as sum, or aggregate in the SQL"
        elif checked.measures and _has_own_rows(checked, cube):
            message = "calculates with measures of other cubes beside columns of its own"
            hint = "declare a measure for the columns, and calculate with that"
    elif checked.has_aggregate() or checked.measures:
        message = f"type '{measure.type.value}' aggregates rows, and its SQL aggregates already"
        hint = "use type number, or columns and dimensions alone"
    if message:
        place = measure.place if measure.sql is None else measure.sql.place
        checking.faults.add(place, about, message, hint)


def _check_switch(checking: Checking, cube: Cube, measure: Measure, case: Case, about: str) -> None:
    """Check what a case switches by, and that it has a measure for some value."""
    switch, message, hint = case.switch, "", ""
    parts = switch.parts if switch is not None else ()
    if switch is None or len(parts) != 1 or isinstance(parts[0], str):
        message, hint = "a case switches by a dimension alone", "name it in braces: {currency}"
    else:
        found = _check_dimension(checking, cube, measure, parts[0], f"{about}.case")
        values = found.values if found is not None else ()
        unknown = [str(value) for value, _ in case.when if values and value not in values]
        if unknown:
            message = f"'{unknown[0]}' is not a value of the switch"
            hint = f"it has {', '.join(values)}"
    if message:
        checking.faults.add(measure.place, f"{about}.case", message, hint)
    named = [one for part in branches_of_case(case) for one in part.references]
    found_in = [resolve(checking, cube, one, _at(measure), f"{about}.case") for one in named]
    if not any(one is not None and isinstance(one.member, Measure) for one in found_in):
        message = "a multi-stage measure calculates with other measures, and names none"
        checking.faults.add(measure.place, f"{about}.case", message)


def _has_own_rows(checked: Checked, cube: Cube) -> bool:
    """Tell whether SQL reads columns beside measures of other cubes."""
    is_mixed = any(one.cube != cube.name for one in checked.measures)
    return is_mixed and (checked.has_aggregate() or len(checked.measures) < len(checked.resolved))


def _check_window(checking: Checking, measure: Measure, about: str) -> None:
    """Refuse a window to the start of a period that nothing declares."""
    window = measure.rolling_window
    if window is None or window.to_date is None:
        return
    known = {
        name
        for cube in checking.resolver.cubes.values()
        for dimension in cube.dimensions.values()
        for name in granularities(dimension)
    }
    if window.to_date not in {*known, *PREDEFINED_GRANULARITIES}:
        message = f"'{window.to_date}' is not a granularity of any time dimension"
        checking.faults.add(measure.place, f"{about}.rolling_window", message)


def _check_stage(
    checking: Checking, cube: Cube, measure: Measure, stage: Stage, about: str
) -> None:
    """Check the dimensions that a stage groups, filters and shifts by."""
    grain, filter_ = stage.grain, stage.filter
    named = {
        "group_by": stage.group_by,
        "reduce_by": stage.reduce_by,
        "add_group_by": stage.add_group_by,
        "grain.exclude": grain.exclude if grain else None,
        "grain.keep_only": grain.keep_only if grain else None,
        "grain.include": grain.include if grain else None,
        "filter.exclude": filter_.exclude if filter_ else None,
        "filter.keep_only": filter_.keep_only if filter_ else None,
    }
    for key, references in named.items():
        for reference in references or ():
            is_filter = key.startswith("filter.")
            _check_dimension(
                checking, cube, measure, reference, f"{about}.{key}", has_segments=is_filter
            )
    for one in filter_.include if filter_ else ():
        check_filter(checking, cube, one, f"{about}.filter.include")
    shifts = {
        shift.name
        for other in checking.resolver.cubes.values()
        for dimension in other.dimensions.values()
        for shift in dimension.time_shifts
    }
    for shift in stage.time_shift:
        if shift.time_dimension is not None:
            found = _check_dimension(
                checking, cube, measure, shift.time_dimension, f"{about}.time_shift"
            )
            if found is not None and found.type is not DimensionType.TIME:
                message = f"'{found.name}' is not a time dimension"
                checking.faults.add(measure.place, f"{about}.time_shift", message)
        if shift.name is not None and shift.name not in shifts:
            message = f"no calendar declares a time shift '{shift.name}'"
            hint = "write 'interval' and 'type'"
            checking.faults.add(measure.place, f"{about}.time_shift", message, hint)
    if len(stage.time_shift) > 1 and any(one.time_dimension is None for one in stage.time_shift):
        message = "several shifts need a 'time_dimension' each"
        checking.faults.add(measure.place, f"{about}.time_shift", message)


def _check_dimension(
    checking: Checking,
    cube: Cube,
    measure: Measure,
    reference: Reference,
    about: str,
    *,
    has_segments: bool = False,
) -> Dimension | None:
    """Resolve the name of a dimension, or segment; None where it is something else."""
    found = resolve(checking, cube, reference, _at(measure), about)
    if found is None or (has_segments and isinstance(found.member, Segment)):
        return None
    if not isinstance(found.member, Dimension):
        message = f"'{'.'.join(reference.path)}' is not a dimension"
        checking.faults.add(measure.place, about, message)
        return None
    return found.member
