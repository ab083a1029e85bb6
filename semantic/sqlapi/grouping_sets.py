"""GROUP BY with ROLLUP, CUBE and GROUPING SETS: which groups there are, and of which a row is."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, combinations, product
from typing import TYPE_CHECKING

from sqlglot import exp

from semantic.sqlapi.statements import GROUPING_ERROR, NOT_SUPPORTED, TOO_COMPLEX, SqlError
from semantic.sqlapi.typed import Parts, Typed, ValueKind, listed, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MOST = 64
"""How many sets there may be: over a view each is a query of its own."""
LEVEL = "s"
"""The column that says by what a row is grouped: a bit for each key that it is not grouped by."""


@dataclass(frozen=True, slots=True)
class Groups:
    """What is grouped by, and in which sets of it, by number; without sets it is all at once."""

    keys: tuple[Typed, ...]
    sets: tuple[frozenset[int], ...] = ()
    is_implied: bool = False

    def mask(self, one: frozenset[int]) -> int:
        """Return what the level of rows of a set is."""
        last = len(self.keys) - 1
        return sum(1 << (last - number) for number in range(len(self.keys)) if number not in one)

    def unique(self, table: str, items: tuple[Typed, ...]) -> frozenset[frozenset[int]]:
        """Return the columns that tell every row from others: those that show all of the keys."""
        shown = {one.parts: number for number, one in enumerate(items)}
        found = [shown.get((f'"{table}"."k{number}"',)) for number in range(len(self.keys))]
        numbers = [one for one in found if one is not None]
        is_whole = len(numbers) == len(found) and not self.sets
        return frozenset((frozenset(numbers),)) if is_whole else frozenset()

    def grouping(self, numbers: list[int], table: str) -> Typed:
        """Write GROUPING of some keys: a bit for each that a row is not grouped by."""
        if not self.sets:
            return Typed(("0",), ValueKind.INT4)
        whens = []
        for one in dict.fromkeys(self.sets):
            bits = "".join("0" if number in one else "1" for number in numbers)
            whens.append(f" WHEN {self.mask(one)} THEN {int(bits, 2)}")
        return Typed((f'CASE "{table}"."{LEVEL}"{"".join(whens)} END',), ValueKind.INT4)

    def written(self, block: Callable[[tuple[Typed, ...]], Parts], measures: list[int]) -> Parts:
        """Write a query for each set as one statement with the columns of all keys."""
        return listed((self._written(one, block, measures) for one in self.sets), " UNION ALL ")

    def _written(
        self, one: frozenset[int], block: Callable[[tuple[Typed, ...]], Parts], measures: list[int]
    ) -> Parts:
        places = {number: place for place, number in enumerate(sorted(one))}
        shown = [
            f'"k{places[number]}" AS "k{number}"' if number in one else f'NULL AS "k{number}"'
            for number in range(len(self.keys))
        ]
        shown += [f'"m{number}"' for number in measures]
        shown.append(f'{self.mask(one)} AS "{LEVEL}"')
        if not one and not measures:
            # The total of nothing is one row.
            return (f"SELECT {', '.join(shown)}",)
        inner = block(tuple(self.keys[number] for number in sorted(one)))
        return write(f"SELECT {', '.join(shown)} FROM ({{0}})", inner)  # noqa: S608 - names of ours


def groups_of(group: exp.Expr, read: Callable[[exp.Expr], Typed | None]) -> Groups:
    """Read GROUP BY; `read` returns None for what groups nothing, such as a literal.

    Raises:
        SqlError: it is of another form, or there are too many sets.
    """
    if any(value for key, value in group.args.items() if key != "expressions"):
        raise SqlError("this form of GROUP BY is not understood", NOT_SUPPORTED)
    has_sets = any(
        isinstance(one, exp.Rollup | exp.Cube | exp.GroupingSets) for one in group.expressions
    )
    found: list[list[exp.Expr]] = [[]]
    for one in group.expressions:
        found = [[*left, *right] for left, right in product(found, _sets(one))]
        if len(found) > _MOST:
            raise SqlError(f"GROUP BY takes {_MOST} sets at most here", TOO_COMPLEX)
    keys: dict[Parts, Typed] = {}
    sets: list[list[Parts]] = []
    for nodes in found:
        own = [_key(one, read, has_sets=has_sets) for one in nodes]
        sets.append([one.parts for one in own if one is not None])
        for one in own:
            if one is not None:
                keys.setdefault(one.parts, one)
    numbers = {parts: number for number, parts in enumerate(keys)}
    if not has_sets:
        return Groups(tuple(keys.values()))
    shown = tuple(frozenset(numbers[parts] for parts in one) for one in sets)
    return Groups(tuple(keys.values()), shown)


def _key(
    node: exp.Expr, read: Callable[[exp.Expr], Typed | None], *, has_sets: bool
) -> Typed | None:
    found = read(node)
    if found is None and has_sets:
        raise SqlError("ROLLUP, CUBE and GROUPING SETS take columns here", NOT_SUPPORTED)
    return found


def _sets(node: exp.Expr) -> list[list[exp.Expr]]:
    """Expand one element of GROUP BY into the sets that it stands for."""
    if isinstance(node, exp.GroupingSets):
        return [one for inner in node.expressions for one in _sets(inner)]
    parts = [list(_members(one)) for one in node.expressions]
    if isinstance(node, exp.Rollup):
        return [list(chain(*parts[:count])) for count in range(len(parts), -1, -1)]
    if isinstance(node, exp.Cube):
        if 2 ** len(parts) > _MOST:
            raise SqlError(f"GROUP BY takes {_MOST} sets at most here", TOO_COMPLEX)
        return [
            list(chain(*several))
            for count in range(len(parts), -1, -1)
            for several in combinations(parts, count)
        ]
    return [list(_members(node))]


def _members(node: exp.Expr) -> Iterator[exp.Expr]:
    """Take (a, b) apart, which is one element with two members."""
    if isinstance(node, exp.Tuple):
        yield from node.expressions
    elif isinstance(node, exp.Paren):
        yield from _members(node.this)
    else:
        yield node


def grouping_of(
    node: exp.Expr, groups: Groups, table: str, read: Callable[[exp.Expr], Typed]
) -> Typed:
    """Rebuild GROUPING(…).

    Raises:
        SqlError: one of its arguments is not grouped by.
    """
    places = {one.parts: number for number, one in enumerate(groups.keys)}
    found = [places.get(read(one).parts) for one in node.expressions]
    numbers = [one for one in found if one is not None]
    if len(numbers) != len(found):
        message = "arguments to GROUPING must be grouping expressions of the query"
        raise SqlError(message, GROUPING_ERROR)
    return groups.grouping(numbers, table)
