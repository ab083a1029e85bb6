"""JOIN of rows that are computed: in every kind, and what of them stands in several rows then."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from semantic.sqlapi.conditions import conjuncts
from semantic.sqlapi.relations import Scope, folded
from semantic.sqlapi.statements import AMBIGUOUS_COLUMN, NOT_SUPPORTED, UNDEFINED_COLUMN, SqlError
from semantic.sqlapi.typed import Parts, Typed, listed, together, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from semantic.sqlapi.relations import Standing
    from semantic.sqlapi.scalars import Scalars

    Place = tuple[str, int]
    ScalarsOf = Callable[[Scope], Scalars]

SIDES = {"": "INNER", "LEFT": "LEFT", "RIGHT": "RIGHT", "FULL": "FULL"}
_KNOWN = ("this", "side", "kind", "on", "using")
_KINDS = ("", "INNER", "OUTER", "CROSS")


def alone(one: Standing) -> Scope:
    """Begin with the rows of one thing in FROM."""
    identities = {frozenset((one.own, n) for n in unique) for unique in one.rows.unique}
    return Scope((one,), identities=frozenset(identities))


def side_of(node: exp.Join) -> str:
    """Return which side of a join keeps rows without a match.

    Raises:
        SqlError: it is a join of another form.
    """
    side, kind = str(node.args.get("side") or ""), str(node.args.get("kind") or "")
    if any(value for key, value in node.args.items() if key not in _KNOWN) or (
        kind not in _KINDS or side not in SIDES
    ):
        hint = "write JOIN … ON or USING"
        raise SqlError("this form of JOIN is not understood", NOT_SUPPORTED, hint)
    return SIDES[side]


def joined(
    node: exp.Join, source: Parts, scope: Scope, added: Standing, scalars_of: ScalarsOf
) -> tuple[Parts, Scope]:
    """Join rows to those that stand there; return what FROM says, and the names that there are.

    Raises:
        SqlError: the form of the join, or a column in it, is not understood.
    """
    side = side_of(node)
    standing = (*scope.standing, added)
    using = [folded(one) for one in node.args.get("using") or ()]
    if using:
        pairs = [_pair(scope, added, name, scalars_of(scope)) for name in using]
        whole = replace(scope, standing=standing, merged=_merged(using, pairs, scope, side))
        conditions = [write("({0}) = ({1})", *pair) for pair in pairs]
        written: Parts = listed(conditions, " AND ")
    elif node.args.get("on") is None:
        whole = replace(scope, standing=standing)
        crossed = write("{0} CROSS JOIN {1}", source, added.source)
        return crossed, _counted(scope, whole, added, [])
    else:
        whole = replace(scope, standing=standing)
        scalars = scalars_of(whole)
        pairs = list(_equal(node.args["on"], scalars))
        written = scalars.condition(node.args["on"]).parts
    template = f"{{0}} {side} JOIN {{1}} ON {{2}}"
    return write(template, source, added.source, written), _counted(scope, whole, added, pairs)


def _pair(scope: Scope, added: Standing, name: str, scalars: Scalars) -> tuple[Typed, Typed]:
    if name not in added.columns:
        message = f'column "{name}" specified in USING clause does not exist in right table'
        raise SqlError(message, UNDEFINED_COLUMN)
    if list(added.rows.names).count(name) > 1:
        raise SqlError(f'column name "{name}" appears more than once', AMBIGUOUS_COLUMN)
    left = scope.column(exp.column(exp.to_identifier(name, quoted=True)))
    one, other = together([left, added.columns[name]], scalars.zone, "JOIN/USING")
    return one, other


def _merged(
    using: list[str], pairs: list[tuple[Typed, Typed]], scope: Scope, side: str
) -> dict[str, Typed]:
    """Make one column of two: of the side that is always there, or of whichever is there."""
    found: dict[str, Typed] = {}
    for name, (left, right) in zip(using, pairs, strict=True):
        one = right if side == "RIGHT" else left
        if side == "FULL":
            one = replace(left, parts=write("coalesce({0}, {1})", left, right))
        found[name] = one
    return {**found, **{name: one for name, one in scope.merged.items() if name not in found}}


def _equal(node: exp.Expr, scalars: Scalars) -> Iterator[tuple[Typed, Typed]]:
    """Find the columns that a condition wants to be equal."""
    for one in conjuncts(node):
        both = isinstance(one, exp.EQ) and (one.this, one.expression)
        if both and all(isinstance(side, exp.Column) for side in both):
            yield scalars.read(both[0]), scalars.read(both[1])


def _counted(
    scope: Scope, whole: Scope, added: Standing, pairs: list[tuple[Typed, Typed]]
) -> Scope:
    """Find out of which rows several stand beside one of the others."""
    sides = [(places, others) for one, other in pairs for places, others in _ways(one, other)]
    known = {one.own for one in scope.standing}
    own = {right for left, right in sides if left[0] in known and right[0] == added.own}
    theirs = {left for left, right in sides if left[0] in known and right[0] == added.own}
    uniques = {frozenset((added.own, n) for n in unique) for unique in added.rows.unique}
    is_one = any(unique <= own for unique in uniques)
    is_once = any(identity <= theirs for identity in scope.identities)
    repeated = scope.repeated | (frozenset() if is_one else known)
    repeated |= frozenset() if is_once else {added.own}
    identities = set(scope.identities) if is_one else set()
    identities |= uniques if is_once else set()
    identities |= {one | other for one in scope.identities for other in uniques}
    return replace(whole, repeated=repeated, identities=frozenset(identities))


def _ways(one: Typed, other: Typed) -> Iterator[tuple[Place, Place]]:
    """Return which columns two sides are, in both orders; none where one is more than a column."""
    left, right = _place(one), _place(other)
    if left is not None and right is not None:
        yield left, right
        yield right, left


def _place(one: Typed) -> Place | None:
    text = one.parts[0] if len(one.parts) == 1 else None
    if not isinstance(text, str) or text.count('"') != 4:  # noqa: PLR2004 - "table"."column"
        return None
    _, own, between, column, rest = text.split('"')
    is_column = between == "." and not rest and column[:1] == "c" and column[1:].isdigit()
    return (own, int(column[1:])) if is_column else None
