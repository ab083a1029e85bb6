"""Which rows a caller may see, as semantic-layer.md section 4 (access_policy) says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from semantic.access.principal import Principal
from semantic.query.query import Condition, Group, Test
from semantic.spec.filters import ContextValue, FilterGroup, ModelFilter
from semantic.spec.fragments import Reference
from semantic.spec.model import Found, Model
from semantic.spec.policies import AccessPolicy


class RefusedError(Exception):
    """The caller may not ask this."""


@dataclass(frozen=True)
class Caller:
    """A principal, asking of some models."""

    model: Model
    principal: Principal

    def rows_for(self, found: Found) -> list[Condition]:
        """Say which conditions rows must meet to show a member.

        Raises:
            RefusedError: no policy grants the member, or a context attribute is missing.
        """
        place = self.model.views.get(found.place_name)
        own = self.model.cubes[found.cube]
        if place is None:
            return self._granted(own.name, own.access_policies, found.name.partition(".")[2])
        through_view = self._granted(
            place.name, place.access_policies, found.name.partition(".")[2]
        )
        return [*through_view, *self._granted(own.name, own.access_policies, None)]

    def _granted(
        self, place: str, policies: Sequence[AccessPolicy] | None, member: str | None
    ) -> list[Condition]:
        if policies is None:
            return []
        granting = [
            one
            for one in policies
            if one.groups & {"*", *self.principal.groups}
            and (member is None or one.members is None or one.members.has(member))
        ]
        if not granting:
            raise RefusedError(member)
        if not all(one.rows for one in granting):
            return []
        each = tuple(
            Group("and", tuple(self.condition(place, row) for row in one.rows or ()))
            for one in granting
        )
        return [Group("or", each)]

    def condition(self, place: str, row: ModelFilter) -> Condition:
        """Write a filter of a model as one of a query, with the caller's values."""
        if isinstance(row, FilterGroup):
            return Group(row.kind, tuple(self.condition(place, one) for one in row.filters))
        values = [text for value in row.values for text in self._texts(value)]
        return Test(member_name(place, row.member), row.operator, tuple(values))

    def _texts(self, value: Any) -> list[str | None]:
        if isinstance(value, ContextValue):
            found: Any = self.principal.context
            for name in value.path:
                if name not in found:
                    raise RefusedError(name)
                found = found[name]
            many = found if isinstance(found, list) else [found]
            return [str(one) for one in many]
        if isinstance(value, bool):
            return [str(value).lower()]
        return [None if value is None else str(value)]


def member_name(place: str, reference: Reference) -> str:
    """Name the member that a reference in a cube or view means."""
    return f"{place}.{reference.path[-1]}"
