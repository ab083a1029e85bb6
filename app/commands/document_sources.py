"""Document sources: the invoicing systems that a club registers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.commands.register import Change, Noun
from app.domain.documents import DocumentSource, check_source
from app.domain.permissions import Permission
from app.storage.organisations import read_organisation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork


def _complete(work: UnitOfWork, changes: Sequence[Change]) -> Sequence[Change]:
    """Give sources without a tolerance the club's."""
    usual = read_organisation(work).document_tolerance_minor
    return [
        Change(one.before, replace(one.after, tolerance_minor=usual), one.check)
        if one.before is None and one.after.tolerance_minor is None
        else one
        for one in changes
    ]


def _check(_work: UnitOfWork, _actor: Actor, changes: Sequence[Change]) -> None:
    for change in changes:
        check_source(change.after, change.check)


DOCUMENT_SOURCE = Noun(
    "document_source",
    DocumentSource,
    Permission.DOCUMENT_DECIDE,
    defaults={"is_active": True},
    complete=_complete,
    check=_check,
)
