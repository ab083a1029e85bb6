"""A statement ready to run: its text for the driver, and where each of its values comes from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects.postgresql import asyncpg

from app.resolvers.plans.building import ACCOUNT, ORGANISATION, PERSON
from app.storage.followed import is_followed, when_changed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql.execution.values import VariableValues
    from sqlalchemy import Select

    from app.domain.permissions import Actor
    from app.resolvers.plans.building import Site

_DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]


class StaleError(Exception):
    """Arguments ask for another statement than the one that was found for them."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement with `names` for its parameters in order.

    `followed` is the same with one more parameter, a position: it answers only if something has
    changed since then, and with the new position. None where nobody can tell.
    """

    sql: str
    followed: str | None
    names: tuple[str, ...]
    constants: Mapping[str, Any]
    sites: tuple[Site, ...]

    def values(self, variables: VariableValues, actor: Actor) -> list[Any]:
        """Return the values of one execution, in the order of the parameters.

        Raises:
            DomainError: an argument is refused.
            StaleError: the arguments ask for another statement.
        """
        found = dict(self.constants)
        found |= {
            ORGANISATION: actor.organisation_id,
            ACCOUNT: actor.account_id,
            PERSON: actor.person,
        }
        for site in self.sites:
            values = site.fixed
            if values is None:
                asked = site.ask(variables)
                if asked.structure != site.structure:
                    raise StaleError
                values = asked.values
            found.update(zip(site.names, map(_plain, values), strict=True))
        return [found[name] for name in self.names]


def compiled(query: Select[Any], sites: list[Site]) -> Statement:
    """Compile a statement for the driver."""
    result = query.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    names = tuple(result.positiontup or ())
    given = {ORGANISATION, ACCOUNT, PERSON, *(name for site in sites for name in site.names)}
    constants = {name: _plain(value) for name, value in result.params.items() if name not in given}
    fixed = tuple(sites)
    sql = str(result)
    return Statement(sql, _followed(sql, names), names, constants, fixed)


def _followed(sql: str, names: tuple[str, ...]) -> str | None:
    """Write the statement that answers only what has changed."""
    if ORGANISATION not in names or not is_followed(sql):
        return None
    return when_changed(sql, names.index(ORGANISATION) + 1, len(names) + 1)


def _plain(value: Any) -> Any:  # noqa: ANN401 - a value of any column
    """Return what the driver takes for a value: enums are their texts."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value
