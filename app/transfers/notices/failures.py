"""Which failures are told at once, and which are gathered: a message for each cause.

The first failure of a group is told at once. What follows in the same group waits until an hour
has passed, and is told in one message; so a system that is down for a day makes 24 messages at
most, whatever the number of its transfers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from app.transfers.contract.faults import FaultClass

GATHERED_FOR: Final = timedelta(hours=1)
"""How long a group stays silent after a message."""
EXAMPLES: Final = 5
"""How many transfers a message names; the others are counted."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A transfer that waits for a person."""

    transfer_id: UUID
    title: str
    flow: str
    system: str
    fault: FaultClass
    message: str
    occurred_at: datetime

    @property
    def group(self) -> tuple[str, str, str]:
        """What failures have in common that are told together: system, flow and class of fault."""
        return (self.system, self.flow, self.fault.value)


@dataclass(frozen=True, slots=True)
class FailureNotice:
    """One message: the failures of a group since the message before."""

    group: tuple[str, str, str]
    count: int
    first_at: datetime
    examples: tuple[Failure, ...]
    """The first of them, for each message of a fault one before any second."""


def failure_notices(
    failures: Iterable[Failure],
    told_at: Mapping[tuple[str, str, str], datetime],
    now: datetime,
) -> tuple[FailureNotice, ...]:
    """Return what has to be told now, by system, flow and class.

    Args:
        failures: those of which nobody has been told.
        told_at: when each group was told of last.
        now: an instant.
    """
    groups: dict[tuple[str, str, str], list[Failure]] = {}
    for failure in sorted(failures, key=lambda one: (one.occurred_at, one.transfer_id)):
        groups.setdefault(failure.group, []).append(failure)
    return tuple(
        FailureNotice(group, len(found), found[0].occurred_at, _examples(found))
        for group, found in sorted(groups.items())
        if group not in told_at or now - told_at[group] >= GATHERED_FOR
    )


def _examples(found: list[Failure]) -> tuple[Failure, ...]:
    """Return a few failures that say different things, if there are such."""
    different = {failure.message: failure for failure in reversed(found)}
    first = [failure for failure in found if different[failure.message] is failure]
    others = [failure for failure in found if different[failure.message] is not failure]
    return tuple((first + others)[:EXAMPLES])
