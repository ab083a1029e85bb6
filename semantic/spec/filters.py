"""Filters that models write: in views, in policies and in stages of measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from semantic.spec.fragments import Reference
    from semantic.spec.places import Place


@dataclass(frozen=True, slots=True)
class ContextValue:
    """A value taken from the caller's security context: the path to it, such as `("rep",)`.

    A path that the context does not have refuses the query; it never becomes text.
    """

    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MemberFilter:
    """A comparison of a member with values, any of which may match; operators are Cube's."""

    member: Reference
    operator: str
    values: tuple[str | int | float | bool | ContextValue | None, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class FilterGroup:
    """Filters of which all (`and`) or any (`or`) must hold."""

    kind: str
    filters: tuple[ModelFilter, ...]
    place: Place


ModelFilter = MemberFilter | FilterGroup


@dataclass(frozen=True, slots=True)
class DefaultFilter:
    """A filter of a view that holds unless the query names one of `unless` itself.

    Without `unless` it always holds.
    """

    filter: MemberFilter
    unless: tuple[Reference, ...] = ()
