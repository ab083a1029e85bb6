"""What changed between two versions of a data set, as a list that can be read and applied.

Lists whose elements have a number, an id or a code are compared element by element, whatever
their order: a new line in front is one addition and not a change of every line.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from app.transfers.mapping.amounts import amount_text, is_amount, total
from app.transfers.mapping.applying import copied
from app.transfers.mapping.budget import RESULT_DEPTH, measured

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_KEYS: Final = ("id", "number", "code")
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_NOTHING: Final = object()
_DEPTH: Final = RESULT_DEPTH + 20
"""Of results in their targets."""


class ChangeKind(StrEnum):
    """What happened at a place."""

    ADDED = "ADDED"
    REMOVED = "REMOVED"
    CHANGED = "CHANGED"
    MOVED = "MOVED"
    """A list has the same elements in another order: `before` and `after` are their keys."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """An element of a list, by its number, id or code."""

    key: str
    value: str | int


Step: TypeAlias = str | int | Keyed


@dataclass(frozen=True, slots=True)
class Change:
    """One difference."""

    steps: tuple[Step, ...]
    """Where it is: fields, places in a list, elements by their key."""
    kind: ChangeKind
    before: Any = None
    after: Any = None

    @property
    def path(self) -> str:
        """Where it is, in writing: `lines[number=2].net`; empty for the whole data set."""
        return "".join(map(_step_text, self.steps)).removeprefix(".")

    @property
    def by(self) -> str | None:
        """By how much an amount changed, such as "-5.00"; None for what is no amount."""
        if self.kind is ChangeKind.CHANGED and is_amount(self.before) and is_amount(self.after):
            return amount_text(total([Decimal(self.after), -Decimal(self.before)]))
        return None


def diff(before: object, after: object) -> tuple[Change, ...]:
    """Return the differences in the order of the fields' names, removed elements first.

    Raises:
        MappingError: one of both is not JSON, or nested too deep.
    """
    measured(before, path="before", depth=_DEPTH)
    measured(after, path="after", depth=_DEPTH)
    return tuple(_compared((), before, after))


def changes_of(before: object, after: object) -> tuple[dict[str, Any], ...]:
    """Return the differences as they are kept and shown."""
    return tuple(
        {
            "path": one.path,
            "kind": str(one.kind),
            "before": one.before,
            "after": one.after,
            "by": one.by,
        }
        for one in diff(before, after)
    )


def patched(before: object, changes: Sequence[Change]) -> Any:  # noqa: ANN401 - any JSON
    """Return what comes of a data set by its changes: `patched(a, diff(a, b))` is `b`."""
    whole = [copied(before)]
    for change in changes:
        steps: tuple[Step, ...] = (0, *change.steps)
        into: Any = whole
        for step in steps[:-1]:
            into = into[_place(into, step)]
        _apply(into, steps[-1], change)
    return whole[0]


def _apply(into: Any, step: Step, change: Change) -> None:  # noqa: ANN401 - any JSON
    """Make one change in what holds it."""
    after = copied(change.after)
    if change.kind is ChangeKind.REMOVED:
        del into[_place(into, step)]
    elif change.kind is ChangeKind.MOVED:
        place = _place(into, step)
        key = _key_of(into[place])
        by_key = {element[key]: element for element in into[place]}
        into[place] = [by_key[one] for one in after]
    elif change.kind is ChangeKind.ADDED and isinstance(into, list):
        into.append(after)
    else:
        into[_place(into, step)] = after


def _place(into: Any, step: Step) -> Any:  # noqa: ANN401 - any JSON, and a key or index of it
    """Return the key or index of a step."""
    if not isinstance(step, Keyed):
        return step
    return next(index for index, one in enumerate(into) if _is_equal(one[step.key], step.value))


def _compared(steps: tuple[Step, ...], before: Any, after: Any) -> Iterator[Change]:  # noqa: ANN401 - any JSON
    """Yield the differences of two values at one place."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            yield from _pair((*steps, name), before.get(name, _NOTHING), after.get(name, _NOTHING))
    elif isinstance(before, list) and isinstance(after, list):
        key = _shared_key(before, after)
        yield from _keyed(steps, key, before, after) if key else _placed(steps, before, after)
    elif not _is_equal(before, after):
        yield Change(steps, ChangeKind.CHANGED, before, after)


def _pair(steps: tuple[Step, ...], before: Any, after: Any) -> Iterator[Change]:  # noqa: ANN401 - any JSON
    """Yield the differences of two values of which one may not be there."""
    if before is _NOTHING:
        yield Change(steps, ChangeKind.ADDED, after=after)
    elif after is _NOTHING:
        yield Change(steps, ChangeKind.REMOVED, before)
    else:
        yield from _compared(steps, before, after)


def _placed(steps: tuple[Step, ...], before: list[Any], after: list[Any]) -> Iterator[Change]:
    """Compare lists place by place; what is too much is taken from the end."""
    for index in reversed(range(len(after), len(before))):
        yield Change((*steps, index), ChangeKind.REMOVED, before[index])
    for index, one in enumerate(after):
        was = before[index] if index < len(before) else _NOTHING
        yield from _pair((*steps, index), was, one)


def _keyed(
    steps: tuple[Step, ...], key: str, before: list[Any], after: list[Any]
) -> Iterator[Change]:
    """Compare lists element by element, by a key that all have."""
    was = {one[key]: one for one in before}
    now = {one[key]: one for one in after}
    for value, one in was.items():
        if value not in now:
            yield Change((*steps, Keyed(key, value)), ChangeKind.REMOVED, one)
    for value, one in now.items():
        yield from _pair((*steps, Keyed(key, value)), was.get(value, _NOTHING), one)
    order = [value for value in was if value in now] + [value for value in now if value not in was]
    if order != list(now):
        yield Change(steps, ChangeKind.MOVED, order, list(now))


def _shared_key(before: list[Any], after: list[Any]) -> str | None:
    """Return the key by which the elements of both lists go; an empty list agrees with any."""
    keys = {_key_of(elements) for elements in (before, after) if elements}
    return keys.pop() if len(keys) == 1 else None


def _key_of(elements: list[Any]) -> str | None:
    """Return the key by which all elements of a list differ, if they have one."""
    if not elements or not all(isinstance(one, dict) for one in elements):
        return None
    for key in _KEYS:
        values = [one.get(key) for one in elements]
        kinds = set(map(type, values))
        if len(kinds) == 1 and kinds <= {str, int} and len(set(values)) == len(values):
            return key
    return None


def _is_equal(before: Any, after: Any) -> bool:  # noqa: ANN401 - any JSON
    """Tell whether two values are the same JSON: true is not 1."""
    return type(before) is type(after) and bool(before == after)


def _step_text(step: Step) -> str:
    """Write a step so that no name can be taken for another."""
    if isinstance(step, Keyed):
        value = step.value if isinstance(step.value, int) else _quoted(step.value)
        return f"[{step.key}={value}]"
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if _PLAIN.fullmatch(step) else f"[{_quoted(step)}]"


def _quoted(text: str) -> str:
    """Return a text in quotation marks, as JSON has it."""
    return json.dumps(text, ensure_ascii=False)
