"""Expressions of PostgreSQL rebuilt for DuckDB, node by node from a list of what is understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from semantic.sqlapi.arithmetic import OPERATIONS, negate
from semantic.sqlapi.casting import cast, read_array
from semantic.sqlapi.clocks import by_name, extract, now, read_by_pattern, truncate
from semantic.sqlapi.functions import as_text, call
from semantic.sqlapi.intervals import read_interval
from semantic.sqlapi.statements import (
    NOT_SUPPORTED,
    UNDEFINED_FUNCTION,
    SqlError,
)
from semantic.sqlapi.subqueries import compared, rows_of, value_of
from semantic.sqlapi.typed import (
    NULL,
    Typed,
    ValueKind,
    as_kind,
    common_kind,
    listed,
    literal,
    moment,
    number,
    together,
    truth,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "({0}) = ({1})",
    exp.NEQ: "({0}) <> ({1})",
    exp.LT: "({0}) < ({1})",
    exp.LTE: "({0}) <= ({1})",
    exp.GT: "({0}) > ({1})",
    exp.GTE: "({0}) >= ({1})",
    exp.NullSafeEQ: "({0}) IS NOT DISTINCT FROM ({1})",
    exp.NullSafeNEQ: "({0}) IS DISTINCT FROM ({1})",
}
_LIKES: dict[type[exp.Expr], str] = {exp.Like: "LIKE", exp.ILike: "ILIKE"}
_LOOSE = (*_COMPARISONS, exp.In, exp.Between, exp.Like, exp.ILike, exp.Is, exp.Not)
_NOW = (exp.CurrentTimestamp, exp.CurrentDate, exp.Localtimestamp)


@dataclass(frozen=True, slots=True)
class Scalars:
    """Rebuilds expressions of one place in a statement.

    `column` says what a column is there. `special` is asked first about every node, and returns
    None for what is nothing special: aggregates, windows and what is grouped by.
    """

    zone: str
    now: datetime
    column: Callable[[exp.Column], Typed]
    special: Callable[[exp.Expr], Typed | None]

    def read(self, node: exp.Expr) -> Typed:  # noqa: C901, PLR0911, PLR0912 - one case each
        """Rebuild an expression.

        Raises:
            SqlError: it is not understood, or it does not exist.
        """
        found = self.special(node)
        if found is not None:
            return found
        match node:
            case exp.Column():
                return self.column(node)
            case exp.Paren():
                return self.read(node.this)
            case exp.Literal() | exp.Null() | exp.Boolean() | exp.Interval() | exp.ByteString():
                return _constant(node)
            case exp.Cast() if type(node) is exp.Cast:
                return cast(node, self.read, self.zone)
            case exp.And() | exp.Or() | exp.Not():
                return self._logic(node)
            case exp.Case() | exp.Coalesce() | exp.Nullif() | exp.Greatest() | exp.Least():
                return self._choice(node)
            case exp.Neg():
                return negate(self.read(node.this))
            case exp.DPipe():
                _refuse_loose(node, (exp.Add, exp.Sub))
                texts = [as_text(self.read(one), "||") for one in (node.this, node.expression)]
                return Typed(write("({0}) || ({1})", *texts), ValueKind.TEXT)
            case exp.Exists() | exp.Placeholder():
                return value_of(node)
            case exp.TimestampTrunc():
                return truncate(node, self.read, self.zone)
            case exp.Extract():
                return extract(node, self.read, self.zone)
            case exp.StrToTime() | exp.StrToDate():
                return read_by_pattern(node, self.zone)
            case _:
                return self._other(node)

    def condition(self, node: exp.Expr) -> Typed:
        """Rebuild an expression that is true or false."""
        return as_kind(self.read(node), ValueKind.BOOL, self.zone)

    def _other(self, node: exp.Expr) -> Typed:
        if isinstance(node, _NOW):
            return now(node, self.now, self.zone)
        if isinstance(
            node, (*_COMPARISONS, exp.Is, exp.In, exp.Between, exp.Like, exp.ILike, exp.Escape)
        ):
            return self._comparison(node)
        operation = OPERATIONS.get(node.key) if isinstance(node, exp.Binary) else None
        if operation is not None:
            _refuse_loose(node, (exp.DPipe,))
            return operation(self.read(node.this), self.read(node.expression), self.zone)
        found = call(node, self.read, self.zone)
        if found is None and isinstance(node, exp.Anonymous):
            found = by_name(node, self.read, self.now, self.zone)
        if found is not None:
            return found
        raise refuse(node)

    def _logic(self, node: exp.Expr) -> Typed:
        if isinstance(node, exp.Not):
            return Typed(write("NOT ({0})", self.condition(node.this)), ValueKind.BOOL)
        assert isinstance(node, exp.Connector)  # noqa: S101 - AND or OR
        between = ") AND (" if isinstance(node, exp.And) else ") OR ("
        parts = [self.condition(one) for one in node.flatten()]
        return Typed(("(", *listed(parts, between), ")"), ValueKind.BOOL)

    def _comparison(self, node: exp.Expr) -> Typed:
        if isinstance(node, exp.Is):
            return self._is(node)
        if isinstance(node, exp.In):
            return self._in(node)
        if isinstance(node, exp.Between):
            if node.args.get("symmetric"):
                raise SqlError("BETWEEN SYMMETRIC is not understood here", NOT_SUPPORTED)
            several = [self.read(one) for one in (node.this, node.args["low"], node.args["high"])]
            parts = together(several, self.zone, "BETWEEN")
            return Typed(write("({0}) BETWEEN ({1}) AND ({2})", *parts), ValueKind.BOOL)
        if isinstance(node, exp.Like | exp.ILike | exp.Escape):
            return self._like(node)
        _refuse_loose(node, _LOOSE)
        other = node.expression
        is_all = isinstance(other, exp.Anonymous) and str(other.this).lower() == "all"
        if isinstance(other, exp.Any | exp.All) or is_all:
            return self._any(node)
        both = together([self.read(node.this), self.read(other)], self.zone, "comparison of")
        return Typed(write(_COMPARISONS[type(node)], *both), ValueKind.BOOL)

    def _is(self, node: exp.Expr) -> Typed:
        negated = "NOT " if node.args.get("negate") else ""
        what = node.expression
        if isinstance(what, exp.Null):
            return Typed(write(f"({{0}}) IS {negated}NULL", self.read(node.this)), ValueKind.BOOL)
        if not isinstance(what, exp.Boolean):
            raise refuse(node)
        value = "TRUE" if what.this else "FALSE"
        condition = self.condition(node.this)
        is_not = "IS DISTINCT FROM" if negated else "IS NOT DISTINCT FROM"
        return Typed(write(f"({{0}}) {is_not} {value}", condition), ValueKind.BOOL)

    def _in(self, node: exp.Expr) -> Typed:
        rows = rows_of(node.args.get("query"))
        if rows is not None:
            return compared("({0}) IN ({1})", self.read(node.this), rows, self.zone)
        if not node.expressions:
            hint = "write the values, or a sub-query in parentheses"
            raise SqlError("IN takes a list of values here", NOT_SUPPORTED, hint)
        return self._among(node.this, [self.read(one) for one in node.expressions], "IN")

    def _among(self, node: exp.Expr, values: list[Typed], word: str) -> Typed:
        if not values:
            return truth(word == "NOT IN")
        one, *listed_ = together([self.read(node), *values], self.zone, "comparison of")
        parts = write(f"({{0}}) {word} ({{1}})", one, listed(listed_))
        return Typed(parts, ValueKind.BOOL)

    def _any(self, node: exp.Expr) -> Typed:
        """Compare with any or all of a list of values, or of those of a sub-query."""
        rows = rows_of(node.expression.this)
        if rows is not None and type(node) in _COMPARISONS:
            word = "ANY" if isinstance(node.expression, exp.Any) else "ALL"
            template = _COMPARISONS[type(node)].replace("({1})", f"{word} ({{1}})")
            return compared(template, self.read(node.this), rows, self.zone)
        is_any = isinstance(node, exp.EQ) and isinstance(node.expression, exp.Any)
        is_none = isinstance(node, exp.NEQ) and not isinstance(node.expression, exp.Any)
        if not is_any and not is_none:
            hint = "write = ANY (ARRAY[…]) or <> ALL (ARRAY[…])"
            raise SqlError("this comparison with an array is not understood", NOT_SUPPORTED, hint)
        inner = node.expression
        array = inner.expressions[0] if isinstance(inner, exp.Anonymous) else inner.this
        values = read_array(array, self.read)
        return self._among(node.this, values, "IN" if is_any else "NOT IN")

    def _like(self, node: exp.Expr) -> Typed:
        like = node.this if isinstance(node, exp.Escape) else node
        escape = literal("\\")
        if isinstance(node, exp.Escape):
            escape = self.read(node.expression)
            if escape.text is None or len(escape.text) != 1:
                raise SqlError("ESCAPE needs one character", NOT_SUPPORTED)
        if type(like) not in _LIKES or isinstance(like.expression, exp.Any | exp.All):
            raise refuse(like)
        word = f"NOT {_LIKES[type(like)]}" if like.args.get("negate") else _LIKES[type(like)]
        several = [self.read(like.this), self.read(like.expression), escape]
        parts = [as_kind(one, ValueKind.TEXT, self.zone) for one in several]
        return Typed(write(f"({{0}}) {word} ({{1}}) ESCAPE {{2}}", *parts), ValueKind.BOOL)

    def _choice(self, node: exp.Expr) -> Typed:
        if isinstance(node, exp.Case):
            return self._case(node)
        name = {"greatest": "greatest", "least": "least"}.get(node.key, "coalesce")
        if isinstance(node, exp.Nullif):
            name = "nullif"
            nodes = [node.this, node.expression]
        else:
            nodes = [node.this, *node.expressions]
        several = together([self.read(one) for one in nodes], self.zone, name.upper())
        kind = common_kind(several, name)
        is_divided = any(one.is_divided for one in several)
        return Typed((f"{name}(", *listed(several), ")"), kind, is_divided=is_divided)

    def _case(self, node: exp.Expr) -> Typed:
        conditions = [self._when(node, one.this) for one in node.args["ifs"]]
        default = node.args.get("default")
        shown = [self.read(one.args["true"]) for one in node.args["ifs"]]
        shown.append(NULL if default is None else self.read(default))
        results = together(shown, self.zone, "CASE")
        whens = [
            write(" WHEN {0} THEN {1}", condition, result)
            for condition, result in zip(conditions, results, strict=False)
        ]
        parts = ("CASE", *(part for one in whens for part in one), " ELSE ", *results[-1].parts)
        kind = common_kind(results, "CASE")
        is_divided = any(one.is_divided for one in results)
        return Typed((*parts, " END"), kind, is_divided=is_divided)

    def _when(self, node: exp.Expr, condition: exp.Expr) -> Typed:
        if node.this is None:
            return self.condition(condition)
        both = together([self.read(node.this), self.read(condition)], self.zone, "CASE")
        return Typed(write("({0}) = ({1})", *both), ValueKind.BOOL)


def _constant(node: exp.Expr) -> Typed:
    if isinstance(node, exp.Null):
        return NULL
    if isinstance(node, exp.Boolean):
        return truth(bool(node.this))
    if isinstance(node, exp.Interval):
        unit = node.args.get("unit")
        if not isinstance(node.this, exp.Literal):
            raise refuse(node)
        return moment(read_interval(f"{node.this.this} {unit.name if unit else ''}".strip()))
    if isinstance(node, exp.Literal) and not node.is_string:
        return number(str(node.this))
    if isinstance(node, exp.ByteString) and (
        "\\" in str(node.this) or not str(node.this).isprintable()
    ):
        raise SqlError("escapes in E'…' are not understood here", NOT_SUPPORTED, "write '…'")
    return literal(str(node.this))


def _refuse_loose(node: exp.Expr, kinds: tuple[type[exp.Expr], ...]) -> None:
    """Refuse what PostgreSQL and sqlglot may group otherwise, where parentheses are missing."""
    if isinstance(node.this, kinds) or isinstance(node.expression, kinds):
        message = "it is not clear what belongs together; add parentheses"
        raise SqlError(message, NOT_SUPPORTED)


def name_of(node: exp.Expr) -> str:
    """Name a function as it was probably written."""
    if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc):
        return str(node.this).lower()
    if isinstance(node, exp.Func):
        return str(node.sql_name()).lower()
    return node.key


def refuse(node: exp.Expr) -> SqlError:
    """Build the error for what is not understood."""
    name = name_of(node)
    if isinstance(node, exp.Func):
        message = f"function {name} does not exist over views"
        hint = "the guide for analysts lists the functions that there are"
        return SqlError(message, UNDEFINED_FUNCTION, hint)
    return SqlError(f"{name} is not understood over views", NOT_SUPPORTED)
