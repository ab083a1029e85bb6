"""Parameters of statements as literals of the types that PostgreSQL found for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from semantic.sqlapi.statements import NOT_SUPPORTED, UNDEFINED_PARAMETER, SqlError

if TYPE_CHECKING:
    from collections.abc import Sequence

_TYPES = {
    "smallint": exp.DType.SMALLINT,
    "integer": exp.DType.INT,
    "bigint": exp.DType.BIGINT,
    "real": exp.DType.FLOAT,
    "double precision": exp.DType.DOUBLE,
    "numeric": exp.DType.DECIMAL,
    "boolean": exp.DType.BOOLEAN,
    "date": exp.DType.DATE,
    "timestamp": exp.DType.TIMESTAMP,
    "timestamp without time zone": exp.DType.TIMESTAMP,
    "timestamp with time zone": exp.DType.TIMESTAMPTZ,
    "interval": exp.DType.INTERVAL,
}
_TEXTS = ("text", "unknown", "character varying", "character", "name", "uuid", "json", "")


def bind(node: exp.Expr, values: Sequence[str | None], types: Sequence[str]) -> exp.Expr:
    """Put values in the place of `$1`, `$2` and so on.

    Raises:
        SqlError: there are fewer values than parameters, or a type is not known here.
    """

    def bound(one: exp.Expr) -> exp.Expr:
        if isinstance(one, exp.Placeholder):
            raise SqlError("parameters are written $1, $2 and so on", NOT_SUPPORTED)
        if not isinstance(one, exp.Parameter):
            return one
        number = int(one.name) if one.name.isdigit() else 0
        if not 0 < number <= len(values):
            raise SqlError(f"there is no parameter ${one.name}", UNDEFINED_PARAMETER)
        type_ = types[number - 1] if number <= len(types) else ""
        return _literal(values[number - 1], type_)

    return node.transform(bound)


def _literal(value: str | None, type_: str) -> exp.Expr:
    written = exp.Null() if value is None else exp.Literal.string(value)
    name = type_.partition("(")[0].strip().lower()
    if name in _TEXTS or name.endswith("[]"):
        return written
    known = _TYPES.get(name)
    if known is None:
        raise SqlError(f"a parameter of the type {type_} is not known here", NOT_SUPPORTED)
    return exp.Cast(this=written, to=exp.DataType(this=known, nested=False))
