"""Who is shown a report, before anything is asked of it."""

from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest

from app.domain.permissions import Actor, Role
from app.domain.reports import may_see


@pytest.mark.parametrize("role", [Role.PARTNER, Role.PORTAL])
def test_whoever_does_not_belong_to_the_club_sees_no_report(role: Role) -> None:
    actor = Actor(UUID(int=1), UUID(int=2), role)
    report: Any = cast("Any", SimpleNamespace(owner=actor.person))
    assert not may_see(report, actor)
