"""The standard reports as the API shows them: rows like those of a club's own."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from app.commands.reports import Examined
from app.domain.permissions import Role
from app.domain.reports import AUDIENCE, ReportSharing
from reports.library import STANDARD
from reports.spec import write_definition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.domain.permissions import Actor

_NAMES = UUID("6f0d1c3e-6a0b-5c1d-9a51-2f8f3f3b7c11")
"""Ids of standard reports are made of their keys below this, the same in every installation."""


@cache
def standard_rows() -> Mapping[str, Mapping[str, Any]]:
    """Return all standard reports by key, in their order."""
    return {
        key: {
            "id": uuid5(_NAMES, key),
            "key": key,
            "code": one.code,
            "owner": None,
            "owner_name": None,
            "title": one.title.en,
            "category": one.category,
            "definition": write_definition(one),
            "sharing": ReportSharing.GROUPS,
            "groups": one.groups,
            "copied_from": None,
            "version": 1,
            "created_at": None,
            "updated_at": None,
            "deleted_at": None,
        }
        for key, one in STANDARD.items()
    }


@cache
def _keys_by_id() -> Mapping[UUID, str]:
    return {row["id"]: key for key, row in standard_rows().items()}


def standard_key(report_id: UUID) -> str | None:
    """Return the key of a standard report by its id; None for any other id."""
    return _keys_by_id().get(report_id)


def standard_for(actor: Actor) -> list[Mapping[str, Any]]:
    """Return the standard reports that an actor sees, in their order."""
    if actor.role not in AUDIENCE:
        return []
    is_root = actor.role is Role.ROOT
    return [row for row in standard_rows().values() if is_root or str(actor.role) in row["groups"]]


def library_for(actor: Actor) -> Mapping[str, Examined]:
    """Return the standard reports that an actor sees by key, as commands are given them."""
    return {
        row["key"]: Examined(row["definition"], row["title"], row["category"])
        for row in standard_for(actor)
    }
