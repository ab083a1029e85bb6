"""A club's logo and colour: set, replaced, taken away."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from app.commands.execution import Outcome
from app.commands.logos import logo_of
from app.domain.brands import check_colour
from app.domain.errors import ErrorCode, refuse
from app.domain.permissions import Permission, require
from app.domain.validation import Check
from app.storage.brands import lock_brand, write_brand

if TYPE_CHECKING:
    from app.domain.brands import Brand
    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SetBrand:
    """What is to change; None takes it away. `logo` is a picture in base64."""

    has_colour: bool
    has_logo: bool
    colour: str | None = None
    logo: str | None = field(default=None, repr=False)


def set_brand(work: UnitOfWork, actor: Actor, request: SetBrand) -> Outcome:
    """Change a club's logo, its colour, or both.

    Raises:
        DomainError: FILE_TOO_LARGE, FILE_MALFORMED for what is no picture; INPUT_INVALID.
    """
    require(actor, Permission.ORGANISATION_CHANGE)
    check = Check()
    check_colour(request.colour, check)
    check.refuse_if_any()
    before = after = lock_brand(work)
    if request.has_colour:
        after = replace(after, colour=request.colour)
    if request.has_logo:
        logo = None if request.logo is None else logo_of(_decoded(request.logo), "logo")
        summed = None if logo is None else hashlib.sha256(logo).hexdigest()
        after = replace(after, logo=logo, logo_sha256=summed)
    if after != before:
        write_brand(work, after)
        told = _told(before), _told(after)
        work.record_values("organisation", work.organisation_id, "brand.set", *told)
    return Outcome({"organisation": work.organisation_id})


def _told(brand: Brand) -> dict[str, str | None]:
    """Return what the audit keeps of a brand: which picture it was, and not the picture."""
    return {"colour": brand.colour, "logo_sha256": brand.logo_sha256}


def _decoded(content: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        refuse(ErrorCode.FILE_MALFORMED, "the content is not base64", "logo")
