"""What stands in an aggregate: a measure, also where a tool wraps it into casts and conditions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from semantic.sqlapi.casting import cast
from semantic.sqlapi.statements import NOT_SUPPORTED, SqlError
from semantic.sqlapi.typed import WHOLE, Typed, ValueKind

if TYPE_CHECKING:
    from semantic.sqlapi.aggregates import Aggregate

_ZEROS = ("0", "0.0")
_DECIMAL = re.compile(r"DECIMAL\(\d+,\s*(\d+)\)")
_WIDE = (exp.DType.DOUBLE, exp.DType.DECIMAL)
_WHOLE = (exp.DType.BIGINT, exp.DType.INT)


@dataclass(frozen=True, slots=True)
class Argument:
    """The argument of an aggregate: of which rows, cast to what, and whether nothing counts as 0.

    `casts` are in the order in which they are done.
    """

    node: exp.Expr
    condition: exp.Expr | None = None
    casts: tuple[exp.Cast, ...] = ()
    is_zero: bool = False


def argument_of(one: Aggregate, node: exp.Expr) -> Argument:
    """Take `CASE WHEN condition THEN x [ELSE 0] END` for x where the condition holds."""
    node = bare(node)
    if not isinstance(node, exp.Case) or node.this is not None or len(node.args["ifs"]) != 1:
        return _unwrapped(one, node)
    default = node.args.get("default")
    is_zero = _is_zero(default)
    is_nothing = default is None or isinstance(default, exp.Null)
    if not is_nothing and not (is_zero and one.name == "sum"):
        return Argument(node)
    (branch,) = node.args["ifs"]
    inner = _unwrapped(one, bare(branch.args["true"]))
    return Argument(inner.node, branch.this, inner.casts, is_zero or inner.is_zero)


def _unwrapped(one: Aggregate, node: exp.Expr) -> Argument:
    """Take a column out of casts, and out of COALESCE with 0 where that is summed up."""
    inner, is_zero = node, False
    casts: list[exp.Cast] = []
    while True:
        if type(inner) is exp.Cast:
            casts.insert(0, inner)
        elif (
            isinstance(inner, exp.Coalesce)
            and one.name == "sum"
            and len(inner.expressions) == 1
            and _is_zero(inner.expressions[0])
        ):
            is_zero = True
        elif not isinstance(inner, exp.Paren):
            break
        inner = inner.this
    is_column = isinstance(inner, exp.Column)
    return Argument(inner, None, tuple(casts), is_zero) if is_column else Argument(node)


def as_cast(found: Typed, casts: tuple[exp.Cast, ...], type_: str, name: str, zone: str) -> Typed:
    """Cast a measure as its rows would be; `type_` is DuckDB's of the measure.

    Raises:
        SqlError: each row would be rounded before it is summed up.
    """
    for one in casts:
        if not _is_lossless(one, found, type_):
            message = f"'{name}' is a measure, whose rows cannot be rounded one by one"
            to = one.args["to"].sql("postgres")
            raise SqlError(message, NOT_SUPPORTED, f"write CAST(MEASURE({name}) AS {to})")
        found = cast(one, lambda _, inner=found: inner, zone)  # type: ignore[misc]  # it is bound here
    return found


def _is_lossless(node: exp.Cast, found: Typed, type_: str) -> bool:
    to: exp.Expr = node.args["to"]
    kind = to.this if isinstance(to, exp.DataType) else None
    is_whole = found.kind in WHOLE or (
        found.kind is ValueKind.NUMERIC and type_.endswith(("INT", "BIGINT", "INTEGER"))
    )
    if kind in _WHOLE:
        return is_whole
    if kind not in _WIDE:
        return False
    widths = [int(one.name) for one in to.expressions]
    if not widths or is_whole:
        return True
    decimal = _DECIMAL.fullmatch(type_)
    scale = widths[1] if len(widths) > 1 else 0
    return decimal is not None and int(decimal[1]) <= scale


def bare(node: exp.Expr) -> exp.Expr:
    """Return what stands in parentheses."""
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def _is_zero(node: exp.Expr | None) -> bool:
    return isinstance(node, exp.Literal) and str(node.this) in _ZEROS
