"""SQL of members: its references resolve, it parses, and it fits where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from semantic.check.references import Resolved, Resolver, UnresolvedError
from semantic.check.wall import WallError, parse_expression
from semantic.spec.dimensions import Dimension, DimensionType
from semantic.spec.measures import Measure

if TYPE_CHECKING:
    from semantic.load.entries import Faults
    from semantic.spec.cubes import Cube
    from semantic.spec.fragments import Fragment, Reference

_MARK = "loge_reference_"


@dataclass(frozen=True, slots=True)
class Checking:
    """What every check needs: the cubes, the tables that may be read, and where faults go."""

    resolver: Resolver
    tables: frozenset[str]
    faults: Faults


@dataclass(frozen=True, slots=True)
class Checked:
    """A fragment that was parsed, with what its references stand for, in order."""

    tree: exp.Expr
    resolved: tuple[Resolved, ...]

    @property
    def measures(self) -> tuple[Resolved, ...]:
        """The references that are measures."""
        return tuple(one for one in self.resolved if isinstance(one.member, Measure))

    def has_aggregate(self) -> bool:
        """Tell whether it aggregates by itself."""
        return self.tree.find(exp.AggFunc) is not None

    def has_bare_rows(self) -> bool:
        """Tell whether it reads a column of single rows outside of every aggregate.

        Functions that the parser does not know may be aggregates, so nothing is said about them.
        """
        if self.tree.find(exp.Anonymous, exp.AnonymousAggFunc) is not None:
            return False
        return any(
            one.find_ancestor(exp.AggFunc, exp.Filter, exp.WithinGroup) is None
            and not self._is_measure(one)
            for one in self.tree.find_all(exp.Column)
        )

    def has_columns(self) -> bool:
        """Tell whether it reads anything but members."""
        names = (one.name for one in self.tree.find_all(exp.Column))
        is_named = all(one.member is not None for one in self.resolved)
        return not is_named or any(not name.startswith(_MARK) for name in names)

    def _is_measure(self, column: exp.Column) -> bool:
        number = column.name.removeprefix(_MARK)
        is_mark = column.name.startswith(_MARK) and number.isdigit()
        return is_mark and isinstance(self.resolved[int(number)].member, Measure)


def check_fragment(
    checking: Checking, cube: Cube, fragment: Fragment, about: str
) -> Checked | None:
    """Resolve and parse a fragment of a cube; None where something is wrong with it."""
    resolved: list[Resolved] = []
    text = ""
    for number, part in enumerate(fragment.parts):
        if isinstance(part, str):
            text += part
            continue
        found = resolve(checking, cube, part, fragment, about)
        if found is None:
            return None
        follower = fragment.parts[number + 1] if number + 1 < len(fragment.parts) else ""
        if not _fits(found, follower, checking, fragment, about):
            return None
        if isinstance(found.member, Dimension) and found.member.type is DimensionType.SWITCH:
            message = f"'{found.member.name}' is a switch, which no SQL can read"
            hint = "switch the case of a measure by it, filter by it or group by it"
            checking.faults.add(fragment.place, about, message, hint)
            return None
        text += f" {_MARK}{len(resolved)}{' ' if found.member is not None else ''}"
        resolved.append(found)
    try:
        checked = Checked(parse_expression(text), tuple(resolved))
    except WallError as error:
        checking.faults.add(fragment.place, about, error.message, error.suggestion)
        return None
    names = {one.name for one in checked.tree.find_all(exp.Identifier)}
    if sum(name.startswith(_MARK) for name in names) != len(resolved):
        message = "a reference stands within a text or a comment"
        checking.faults.add(fragment.place, about, message, "join texts with ||")
        return None
    _refuse_unclear_columns(checking, cube, checked, fragment, about)
    return checked


def resolve(
    checking: Checking, cube: Cube, reference: Reference, fragment: Fragment, about: str
) -> Resolved | None:
    """Resolve one reference; None where it stands for nothing."""
    try:
        return checking.resolver.resolve(cube, reference)
    except UnresolvedError as error:
        checking.faults.add(fragment.place, about, error.message, error.suggestion)
        return None


def _fits(
    found: Resolved, follower: str | Reference, checking: Checking, fragment: Fragment, about: str
) -> bool:
    """Tell whether a column follows a table, and none follows a member."""
    has_column = isinstance(follower, str) and follower.startswith(".")
    if has_column == (found.member is None):
        return True
    if has_column:
        message, hint = "a column follows a member", "write {CUBE} before a column"
    else:
        message, hint = f"'{found.cube}' is a table", f"name a column: {{{found.cube}}}.column"
    checking.faults.add(fragment.place, about, message, hint)
    return False


def _refuse_unclear_columns(
    checking: Checking, cube: Cube, checked: Checked, fragment: Fragment, about: str
) -> None:
    """Refuse columns of which the query would not know whose they are.

    A table has another name in the query than in the model, and joined tables share names.
    """
    for column in checked.tree.find_all(exp.Column):
        message = ""
        if not column.table and checking.resolver.is_joined(cube.name):
            is_own = not column.name.startswith(_MARK) and column.find_ancestor(exp.Lambda) is None
            message = f"'{column.name}' may be a column of a joined table as well" if is_own else ""
        elif column.table and not column.table.startswith(_MARK):
            message = f"'{column.sql('duckdb')}' names a table without braces"
        if message:
            is_other = column.table in checking.resolver.cubes and column.table != cube.name
            whose = column.table if is_other else "CUBE"
            hint = f"write {{{whose}}}.{column.name}"
            checking.faults.add(fragment.place, about, message, hint)
