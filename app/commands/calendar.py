"""Seasons, calendar items and bundles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.commands.register import Change, Noun
from app.domain.calendar import Season, check_season
from app.domain.permissions import Permission

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork


def _check_seasons(_work: UnitOfWork, _actor: Actor, changes: Sequence[Change]) -> None:
    for change in changes:
        check_season(change.after, change.check)


SEASON = Noun("season", Season, Permission.CALENDAR_CHANGE, check=_check_seasons)
