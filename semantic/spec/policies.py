"""Who may see which members and which rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from semantic.spec.filters import ModelFilter
    from semantic.spec.fragments import Fragment
    from semantic.spec.places import Place


@dataclass(frozen=True, slots=True)
class MemberSelection:
    """Members by name; `includes` None means all (`*`), and `excludes` are taken from them.

    `excludes` None means that all (`*`) are.
    """

    includes: frozenset[str] | None
    excludes: frozenset[str] | None = frozenset()

    def has(self, name: str) -> bool:
        """Tell whether a member is selected."""
        is_included = self.includes is None or name in self.includes
        return is_included and self.excludes is not None and name not in self.excludes


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """A policy of a cube or view for some groups of callers; `groups` may hold `*` for all.

    `members` None grants every member; `masked` show their mask instead of the value. `rows` None
    grants every row of the members that it grants, and an empty tuple does so by `allow_all`.
    """

    groups: frozenset[str]
    place: Place
    conditions: tuple[Fragment, ...] = ()
    members: MemberSelection | None = None
    masked: MemberSelection | None = None
    rows: tuple[ModelFilter, ...] | None = None
