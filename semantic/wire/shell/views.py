"""The views of a shell: what one caller may see of the models, as statements of PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from semantic.access.authorizing import visible
from semantic.rest.titles import title_of
from semantic.spec.cubes import Cube, Segment
from semantic.spec.measures import Measure
from semantic.wire.shell.column_types import column_type
from semantic.wire.shell.template import ROWS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from semantic.access.principal import Principal
    from semantic.spec.cubes import View
    from semantic.spec.model import Found, Model

LOCK_PATIENCE = "2s"
"""How long new views wait for sessions that hold the old ones in a transaction."""


@dataclass(frozen=True, slots=True)
class ShellViews:
    """The views that a shell has: their names, and the statements that make them."""

    names: tuple[str, ...]
    statements: str

    @property
    def digest(self) -> str:
        """A short text that differs where any view, column, type or comment does."""
        return sha256(self.statements.encode()).hexdigest()[:16]

    def instead_of(self, names: Collection[str]) -> str:
        """Write the statements that put these views in the place of others.

        They may be there already, where an earlier attempt reached some databases only.
        """
        old = ", ".join(map(_public, dict.fromkeys((*names, *self.names))))
        dropped = f"DROP VIEW IF EXISTS {old} CASCADE;\n" if old else ""
        return f"SET LOCAL lock_timeout = '{LOCK_PATIENCE}';\n{dropped}{self.statements}"


def sight_of(model: Model, principal: Principal) -> frozenset[str]:
    """Name the dimensions and measures that a caller may ask for."""
    return frozenset(
        name
        for name in model.names()
        if (found := model.find(name)) is not None
        and not isinstance(found.member, Segment)
        and visible(model, name, principal)
    )


def views_of(model: Model, sight: Collection[str], types: Mapping[str, str]) -> ShellViews:
    """Write a view for each view and cube of which something is to be seen.

    `types` are DuckDB's of the numbers in answers, as `result_types` finds them.
    """
    names: list[str] = []
    statements: list[str] = []
    places: list[Cube | View] = [*model.cubes.values(), *model.views.values()]
    for place in places:
        shown = [one for one in _members(model, place) if one.name in sight]
        if shown:
            names.append(place.name)
            statements.extend(_statements(place, shown, types))
    return ShellViews(tuple(names), "".join(f"{one};\n" for one in statements))


def quoted(name: str) -> str:
    """Write a name as SQL, whatever it contains."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Write a text as SQL."""
    return "'" + text.replace("'", "''") + "'"


def _public(name: str) -> str:
    return f"public.{quoted(name)}"


def _members(model: Model, place: Cube | View) -> Iterator[Found]:
    """Return the dimensions of a cube or view, then its measures."""
    own = [*place.dimensions, *place.measures] if isinstance(place, Cube) else [*place.members]
    found = [one for name in own if (one := model.find(f"{place.name}.{name}")) is not None]
    yield from (one for one in found if not isinstance(one.member, Measure))
    yield from (one for one in found if isinstance(one.member, Measure))


def _statements(place: Cube | View, shown: list[Found], types: Mapping[str, str]) -> Iterator[str]:
    view = _public(place.name)
    columns = ", ".join(f"{_column(one)} {_type(one, types)}" for one in shown)
    # Constants in their place would let PostgreSQL see that no row meets a condition, and say so.
    yield f"CREATE VIEW {view} AS SELECT * FROM pg_catalog.{ROWS}() AS one ({columns})"  # noqa: S608 - quoted
    yield f"GRANT SELECT ON {view} TO PUBLIC"
    title = place.title or title_of(place.name)
    yield f"COMMENT ON VIEW {view} IS {literal(_sentence(title, place.description))}"
    for one in shown:
        yield f"COMMENT ON COLUMN {view}.{_column(one)} IS {literal(_comment(one))}"


def _type(found: Found, types: Mapping[str, str]) -> str:
    member = found.member
    assert not isinstance(member, Segment)  # noqa: S101 - a sight has none
    return column_type(member, types.get(f"{found.cube}.{member.name}"))


def _column(found: Found) -> str:
    return quoted(found.name.partition(".")[2])


def _comment(found: Found) -> str:
    """Describe a column; what is a measure says so, since it is asked for as MEASURE(column)."""
    shown, member = found.shown, found.member
    own = found.name.partition(".")[2]
    title = (shown and shown.title) or member.title or title_of(own)
    text = _sentence(title, (shown and shown.description) or member.description)
    return f"{text} (measure)" if isinstance(member, Measure) else text


def _sentence(title: str, description: str | None) -> str:
    return f"{title}: {description.strip()}" if description else title
