"""Policies and default filters: they name members that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic.check.filters import check_comparison
from semantic.load.entries import suggest
from semantic.spec.dimensions import Dimension
from semantic.spec.filters import FilterGroup
from semantic.spec.measures import Measure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic.check.fragments import Checking
    from semantic.spec.filters import DefaultFilter, ModelFilter
    from semantic.spec.model import Member
    from semantic.spec.policies import AccessPolicy, MemberSelection


def check_policies(
    checking: Checking,
    policies: tuple[AccessPolicy, ...] | None,
    members: Mapping[str, Member],
    about: str,
) -> None:
    """Check the policies of a cube or view that has some members."""
    for policy in policies or ():
        for key, selection in (("member_level", policy.members), ("member_masking", policy.masked)):
            if selection is not None:
                _check_selection(checking, policy, selection, members, f"{about}.{key}")
        for one in policy.rows or ():
            _check_rows(checking, one, members, f"{about}.row_level")


def check_default_filters(
    checking: Checking,
    filters: tuple[DefaultFilter, ...],
    members: Mapping[str, Member],
    about: str,
) -> None:
    """Check the default filters of a view; names that it does not have were refused before."""
    for one in filters:
        member = members.get(one.filter.member.path[0])
        if isinstance(member, Dimension):
            check_comparison(checking, member, one.filter, about)
        elif member is not None:
            kind = "measure" if isinstance(member, Measure) else "segment"
            message = f"'{member.name}' is a {kind}; default filters hold for dimensions"
            checking.faults.add(one.filter.place, about, message)


def _check_selection(
    checking: Checking,
    policy: AccessPolicy,
    selection: MemberSelection,
    members: Mapping[str, Member],
    about: str,
) -> None:
    """Refuse names that the cube or view does not have."""
    named = (selection.includes or frozenset()) | (selection.excludes or frozenset())
    for name in sorted(named - set(members)):
        hint = suggest(name, list(members))
        checking.faults.add(policy.place, about, f"'{name}' is not a member of this", hint)


def _check_rows(
    checking: Checking, one: ModelFilter, members: Mapping[str, Member], about: str
) -> None:
    """Refuse filters of rows over anything but dimensions of the cube or view."""
    if isinstance(one, FilterGroup):
        for part in one.filters:
            _check_rows(checking, part, members, about)
        return
    name = ".".join(one.member.path)
    member = members.get(name)
    if member is None:
        known = [key for key, value in members.items() if isinstance(value, Dimension)]
        hint = suggest(name, known)
        checking.faults.add(one.place, about, f"'{name}' is not a member of this", hint)
    elif not isinstance(member, Dimension):
        message = f"'{name}' is not a dimension; rows are told apart by dimensions"
        checking.faults.add(one.place, about, message)
    else:
        check_comparison(checking, member, one, about)
