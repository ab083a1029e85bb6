"""A club's logo and colour as the API and its pages are told them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from strawberry import UNSET

from app.commands.brands import SetBrand
from app.storage.brands import brand_of

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.brands import Brand
    from app.domain.validation import Check
    from app.resolvers.context import Context

BRAND_PATH = "/brand"
"""Below it lie the logos of all clubs, which are no secrets."""
_SHOWN_DIGITS = 32


async def own_brand(context: Context) -> Brand:
    """Return the brand of the caller's club."""
    return await brand_of(context.reader, context.caller.organisation_id)


def logo_path(organisation_id: UUID, brand: Brand) -> str | None:
    """Return the address of a club's logo below the host; another logo has another one."""
    if brand.logo_sha256 is None:
        return None
    return f"{BRAND_PATH}/{organisation_id.hex}/{brand.logo_sha256[:_SHOWN_DIGITS]}.png"


def set_brand(given: Any, _check: Check) -> SetBrand:  # noqa: ANN401 - an input object
    """Turn a BrandSetInput into its request."""
    has_colour, has_logo = given.colour is not UNSET, given.logo is not UNSET
    return SetBrand(
        has_colour,
        has_logo,
        given.colour if has_colour else None,
        given.logo if has_logo else None,
    )
