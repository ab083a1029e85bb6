"""Filters that views bring with them, unless a query says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from semantic.access.context import Asker
    from semantic.query.query import Condition, Query
    from semantic.spec.fragments import Reference
    from semantic.spec.model import Model


def default_conditions(model: Model, query: Query, asker: Asker) -> tuple[Condition, ...]:
    """Return the filters of every view that a query names and does not replace by its own.

    Relative dates such as `today` are those of the query's time zone.
    """
    named = frozenset(".".join(name.split(".")[:2]) for name in query.members())
    views = dict.fromkeys(name.partition(".")[0] for name in sorted(named))
    found: dict[Condition, None] = {}
    for view in (model.views[name] for name in views if name in model.views):
        for one in view.default_filters:
            if named.isdisjoint(_name(view.name, other) for other in one.unless):
                name = _name(view.name, one.filter.member)
                found[asker.test(name, one.filter, view.name)] = None
    return tuple(found)


def _name(view: str, reference: Reference) -> str:
    """Name a member of the view, whether the reference says of what it is or not."""
    return f"{view}.{reference.path[-1]}"
