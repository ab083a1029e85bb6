"""Writes definitions as JSON, the same that they are read from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports.spec.blocks import Chart, Note, Numbers, Table
from reports.spec.queries import Test

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.spec.blocks import Block, Column
    from reports.spec.definition import Definition
    from reports.spec.parameters import Option, Parameter
    from reports.spec.queries import Condition, Query, TimeDimension
    from reports.spec.texts import Text


def write_definition(definition: Definition) -> dict[str, Any]:
    """Write a definition; what says nothing is left out."""
    return _filled(
        {
            "key": definition.key,
            "code": definition.code,
            "category": definition.category,
            "title": write_text(definition.title),
            "description": write_text(definition.description),
            "groups": list(definition.groups),
            "empty": write_text(definition.empty),
            "parameters": [_parameter(one) for one in definition.parameters],
            "queries": {name: write_query(one) for name, one in definition.queries.items()},
            "blocks": [_block(one) for one in definition.blocks],
            "drill": None if definition.is_drillable else False,
        }
    )


def _filled(given: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in given.items() if value not in (None, [], {})}


def write_text(text: Text | None) -> str | dict[str, str] | None:
    """Write a text; one that was not translated is a plain one."""
    if text is None or (text.nl is None and text.fr is None):
        return None if text is None else text.en
    return _filled({"en": text.en, "nl": text.nl, "fr": text.fr})


def _parameter(one: Parameter) -> dict[str, Any]:
    default = list(one.default) if isinstance(one.default, tuple) else one.default
    return _filled(
        {
            "name": one.name,
            "kind": one.kind.value,
            "title": write_text(one.title),
            "members": list(one.members),
            "multiple": True if one.is_multiple else None,
            "default": default,
            "options": [_option(option) for option in one.options],
            "by": one.by,
            "operator": None if one.operator == "gte" else one.operator,
            "limits": list(one.limits),
            "starts": list(one.starts),
            "ends": list(one.ends),
        }
    )


def _option(one: Option) -> dict[str, Any]:
    return _filled(
        {"value": one.value, "title": write_text(one.title), "members": list(one.members)}
    )


def write_query(query: Query) -> dict[str, Any]:
    """Write a query with what is ours in it, `drill` and `ignores`."""
    order = None if query.order is None else [[name, _way(down)] for name, down in query.order]
    written = _filled(
        {
            "measures": list(query.measures),
            "dimensions": list(query.dimensions),
            "timeDimensions": [write_time(one) for one in query.time_dimensions],
            "filters": [write_condition(one) for one in query.filters],
            "segments": list(query.segments),
            "limit": query.limit,
            "drill": list(query.drill),
            "ignores": list(query.ignores),
        }
    )
    return written if order is None else {**written, "order": order}


def _way(is_descending: bool) -> str:  # noqa: FBT001 - one of a pair
    return "desc" if is_descending else "asc"


def write_time(one: TimeDimension) -> dict[str, Any]:
    """Write a time dimension as Cube has it."""
    span = list(one.date_range) if isinstance(one.date_range, tuple) else one.date_range
    return _filled({"dimension": one.member, "granularity": one.granularity, "dateRange": span})


def write_condition(condition: Condition) -> dict[str, Any]:
    """Write a condition as Cube has it."""
    if isinstance(condition, Test):
        test = {"member": condition.member, "operator": condition.operator}
        return {**test, "values": list(condition.values)} if condition.values else test
    return {condition.kind: [write_condition(one) for one in condition.conditions]}


def _block(block: Block) -> dict[str, Any]:
    return _filled({**_write(block), "title": write_text(block.title)})


def _write(block: Block) -> dict[str, Any]:
    if isinstance(block, Numbers):
        return {"kind": "numbers", "query": block.query, "members": list(block.members)}
    if isinstance(block, Chart):
        return _chart(block)
    if isinstance(block, Table):
        return {
            "kind": "table",
            "query": block.query,
            "columns": [_column(one) for one in block.columns],
            "totals": True if block.has_totals else None,
            "subtotals": list(block.subtotals),
            "pivot": {"columns": list(block.pivot)} if block.pivot else None,
        }
    return _note(block)


def _note(block: Note) -> dict[str, Any]:
    return {"kind": "text", "text": write_text(block.text)}


def _chart(block: Chart) -> dict[str, Any]:
    return {
        "kind": "chart",
        "query": block.query,
        "type": block.type.value,
        "x": block.x,
        "y": list(block.y),
        "series": block.series,
        "target": block.target,
        "falls": list(block.falls),
        "levels": list(block.levels),
        "limit": block.limit,
        "period": block.period,
    }


def _column(one: Column) -> str | dict[str, Any]:
    if one.title is None:
        return one.member
    return {"member": one.member, "title": write_text(one.title)}
