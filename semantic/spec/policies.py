"""Who may see which members and which rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from semantic.spec.filters import ModelFilter
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
class ContextCondition:
    """What the caller's security context must have at a path for a policy to count.

    `operator` is `is_true`, `is_false`, `equals` or `not_equals`, the last two with `value`. A path
    that the context does not have refuses the query.
    """

    path: tuple[str, ...]
    operator: str
    value: str | int | bool | None = None


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """A policy of a cube or view for some groups of callers; `groups` may hold `*` for all.

    Members are named without their cube or view, in `members`, `masked` and the filters of `rows`.

    `members` None grants every member; `masked` show their mask instead of the value. `rows` None
    grants every row of the members that it grants, and an empty tuple does so by `allow_all`.
    """

    groups: frozenset[str]
    place: Place
    conditions: tuple[ContextCondition, ...] = ()
    members: MemberSelection | None = None
    masked: MemberSelection | None = None
    rows: tuple[ModelFilter, ...] | None = None
