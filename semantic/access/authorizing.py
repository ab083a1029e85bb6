"""From a query and a caller to a plan that may be run.

Policies of cubes and views grant members and rows by the caller's groups. Those that match add up
for each member; rows have to be granted for every member that a query names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from semantic.access.context import Asker, holds
from semantic.access.defaults import default_conditions
from semantic.plan.asking import Restrictions
from semantic.query.query import Group, Query, QueryError, members_of, refuse_unknown
from semantic.spec.filters import FilterGroup
from semantic.spec.measures import Measure

if TYPE_CHECKING:
    from datetime import datetime

    from semantic.access.principal import Principal
    from semantic.plan.building import Plan, Planner
    from semantic.query.query import Condition
    from semantic.spec.filters import ModelFilter
    from semantic.spec.model import Found, Model
    from semantic.spec.policies import AccessPolicy

_SEAL = object()


class AuthorizedPlan:
    """A plan with the conditions of the caller's policies in it, for the rows of one club."""

    __slots__ = ("organisation_id", "plan")

    def __init__(self, plan: Plan, organisation_id: UUID, *, seal: object) -> None:
        """Be built by `authorize` alone."""
        if seal is not _SEAL:
            raise TypeError("an AuthorizedPlan is built by access.authorize alone")
        self.plan = plan
        self.organisation_id = organisation_id


def authorize(planner: Planner, query: Query, permission: Permission) -> AuthorizedPlan:
    """Plan a query within what was permitted."""
    plan = planner.plan(query, permission.restrictions)
    return AuthorizedPlan(plan, permission.organisation_id, seal=_SEAL)


class Permission:
    """What a caller may see of what a query names: conditions, and sentences about them."""

    __slots__ = ("notes", "organisation_id", "restrictions")

    def __init__(
        self, organisation_id: UUID, restrictions: Restrictions, notes: tuple[str, ...]
    ) -> None:
        """Keep what `permit` found."""
        self.organisation_id = organisation_id
        self.restrictions = restrictions
        self.notes = notes


def permit(
    planner: Planner, query: Query, principal: Principal, now: datetime | None = None
) -> Permission:
    """Find out what a caller may see of what a query names.

    Raises:
        QueryError: `MEMBER_UNKNOWN`; `MEMBER_HIDDEN` for what is hidden from everybody or from this
            caller; `CONTEXT_MISSING` where a policy needs what the caller's context does not have.
    """
    model = planner.model
    found = [_find(model, name) for name in query.members()]
    for one in found:
        if not is_public(model, one):
            raise refuse_hidden(one.name)
    asker = Asker.of(query, principal, now)
    policies = _Policies(model, asker)
    everywhere = (*policies.of_views(found), *default_conditions(model, query, asker))
    named = policies.of_named(found)
    by_cube = policies.of_read(planner, found, everywhere, named)
    restrictions = Restrictions(
        everywhere, (*named.items(), *by_cube.items()), policies.masked(query, found)
    )
    return Permission(principal.organisation_id, restrictions, tuple(policies.notes))


def is_public(model: Model, found: Found) -> bool:
    """Tell whether a member is shown at all; a view shows what it includes."""
    if found.shown is not None:
        return model.views[found.place_name].is_public
    return model.cubes[found.cube].is_public and found.member.is_public


def visible(model: Model, name: str, principal: Principal) -> bool:
    """Tell whether a caller may ask for a member; what needs a missing attribute is not asked."""
    found = model.find(name)
    if found is None or not is_public(model, found):
        return False
    try:
        return _Policies(model, Asker.of(Query(), principal, None)).grants(found)
    except QueryError:
        return False


def refuse_hidden(name: str) -> QueryError:
    """Build the error for a member that the caller may not see, in Cube's words."""
    message = (
        f"You requested hidden member: '{name}'. Please make it visible using `public: true`. "
        "Please note primaryKey fields are `public: false` by default: "
        "https://cube.dev/docs/schema/reference/joins#setting-a-primary-key."
    )
    return QueryError(message, code="MEMBER_HIDDEN", kind="", status=403)


def _find(model: Model, name: str) -> Found:
    found = model.find(".".join(name.split(".")[:2]))
    if found is None:
        raise refuse_unknown(model, name)
    return found


class _Policies:
    """The policies that match one caller."""

    def __init__(self, model: Model, asker: Asker) -> None:
        self._model = model
        self._asker = asker
        self.notes: list[str] = []

    def grants(self, found: Found) -> bool:
        """Tell whether a member is granted."""
        place = found.place_name
        if found.shown is not None and self._of(found.cube) == ():
            return False
        granting = self._granting(place, found.name.partition(".")[2])
        return granting is None or bool(granting)

    def of_views(self, found: list[Found]) -> tuple[Condition, ...]:
        """Return the conditions on everything that is asked of views."""
        conditions: dict[Condition, None] = {}
        for one in found:
            if one.shown is not None:
                conditions.update(dict.fromkeys(self._rows(one.place_name, one)))
        return tuple(conditions)

    def of_named(self, found: list[Found]) -> dict[str, tuple[Condition, ...]]:
        """Return the conditions on the rows of each cube of which a member is asked for.

        Through a view the cube's policies do not choose members; the rows of any of them are seen.
        """
        rows: dict[str, dict[Condition, None]] = {}
        for one in found:
            granted = (
                self._rows(one.cube, one)
                if one.shown is None
                else self._any_rows(one.cube, one.name)
            )
            rows.setdefault(one.cube, {}).update(dict.fromkeys(granted))
        return {cube: tuple(of) for cube, of in rows.items() if of}

    def of_read(
        self,
        planner: Planner,
        found: list[Found],
        everywhere: tuple[Condition, ...],
        named: dict[str, tuple[Condition, ...]],
    ) -> dict[str, tuple[Condition, ...]]:
        """Return the conditions on the rows of each cube that only measures and filters read."""
        known = {one.cube for one in found}
        rows: dict[str, tuple[Condition, ...]] = {}
        waiting = [one.name for one in found]
        conditions = [*everywhere, *(one for of in named.values() for one in of)]
        while waiting or conditions:
            waiting += [name for one in conditions for name in members_of(one)]
            conditions = []
            for cube in planner.cubes_read_by(waiting.pop()) if waiting else ():
                if cube not in known:
                    known.add(cube)
                    rows[cube] = self._any_rows(cube, cube)
                    conditions += rows[cube]
        return {cube: of for cube, of in rows.items() if of}

    def masked(
        self, query: Query, found: list[Found]
    ) -> tuple[tuple[str, str | int | float | bool | None], ...]:
        """Return the members that are shown as a constant, and refuse to filter by them."""
        masked = []
        own_names = {".".join(name.split(".")[:2]) for name in query.own_members()}
        for one in found:
            own = one.name.partition(".")[2]
            granting = self._granting(one.place_name, own)
            if not granting or any(_shows(policy, own) for policy in granting):
                continue
            if one.name not in own_names:
                continue
            mask = getattr(one.member, "mask", None)
            if mask is not None and not isinstance(mask, (str, int, float, bool)):
                message = f"The mask of '{one.name}' is no constant and is not executed"
                raise QueryError(message, code="MODEL_UNSUPPORTED")
            if one.name not in (*query.measures, *query.dimensions) or _is_filtered(query, one):
                message = f"'{one.name}' is masked for you and can only be shown, not filtered by"
                raise QueryError(message, code="MEMBER_MASKED", status=403)
            self.notes.append(f"{one.name}: shown as its mask")
            masked.append((one.name, mask))
        return tuple(masked)

    def _of(self, place: str) -> tuple[AccessPolicy, ...] | None:
        """Return the policies of a cube or view that match the caller, None if it is open."""
        thing = self._model.views.get(place) or self._model.cubes[place]
        if thing.access_policies is None:
            return None
        groups = self._asker.principal.groups
        return tuple(
            one
            for one in thing.access_policies
            if ("*" in one.groups or one.groups & groups)
            and all(holds(condition, self._asker.principal, place) for condition in one.conditions)
        )

    def _granting(self, place: str, own: str) -> tuple[AccessPolicy, ...] | None:
        policies = self._of(place)
        if policies is None:
            return None
        return tuple(
            one
            for one in policies
            if one.members is None
            or one.members.has(own)
            or (one.masked is not None and one.masked.has(own))
        )

    def _rows(self, place: str, found: Found) -> tuple[Condition, ...]:
        """Return the condition on rows under which a member is granted, or none."""
        granting = self._granting(place, found.name.partition(".")[2])
        if granting is None:
            return ()
        if not granting:
            raise refuse_hidden(found.name)
        return self._any(place, granting)

    def _any_rows(self, cube: str, name: str) -> tuple[Condition, ...]:
        """Return the condition on rows that any policy of a cube grants."""
        policies = self._of(cube)
        if policies is None:
            return ()
        if not policies:
            raise refuse_hidden(name)
        return self._any(cube, policies)

    def _any(self, place: str, policies: tuple[AccessPolicy, ...]) -> tuple[Condition, ...]:
        # Where all rows are granted, what other policies ask of the context is not needed.
        everything = next((one for one in policies if not one.rows), None)
        if everything is not None:
            self.notes.append(f"{place}: all rows, by the policy at {everything.place}")
            return ()
        self.notes.extend(f"{place}: rows by the policy at {one.place}" for one in policies)
        granted = [
            Group("and", tuple(self._condition(place, row) for row in one.rows or ()))
            for one in policies
        ]
        return (granted[0] if len(granted) == 1 else Group("or", tuple(granted)),)

    def _condition(self, place: str, row: ModelFilter) -> Condition:
        if isinstance(row, FilterGroup):
            return Group(row.kind, tuple(self._condition(place, one) for one in row.filters))
        name = member_name(self._model, place, row.member.path)
        found = self._model.find(name)
        if found is None or isinstance(found.member, Measure):
            message = f"{row.place}: a policy's filter needs a dimension, not '{name}'"
            raise QueryError(message, code="MODEL_UNSUPPORTED")
        return self._asker.test(name, row, place)


def member_name(model: Model, place: str, path: tuple[str, ...]) -> str:
    """Name the member that a filter of a cube or view is about."""
    parts = [place if one in ("CUBE", "TABLE") else one for one in path]
    if len(parts) > 1 and (parts[-2] in model.cubes or parts[-2] in model.views):
        return f"{parts[-2]}.{parts[-1]}"
    return f"{place}.{parts[-1]}"


def _shows(policy: AccessPolicy, own: str) -> bool:
    return policy.members is None or policy.members.has(own)


def _is_filtered(query: Query, found: Found) -> bool:
    conditions = (*query.filters, *(one.formula for one in query.computed))
    filtered = {name for one in conditions for name in members_of(one)}
    return found.name in filtered.union(one.member for one in query.time_dimensions)


def authorize_binding(planner: Planner, query: Query) -> AuthorizedPlan:
    """Plan a query that is only bound, to learn its types, and sees the rows of no club."""
    return AuthorizedPlan(planner.plan(query, Restrictions()), UUID(int=0), seal=_SEAL)
