"""Logos of clubs over HTTP, for pages and e-mails: they are no secrets, and need no token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from app.resolvers.brands import BRAND_PATH, logo_path
from app.storage.brands import brand_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from app.storage.reads import Reader

_HEADERS = {
    "cache-control": "public, max-age=31536000, immutable",
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Brands:
    """The route of logos."""

    reader: Reader

    def routes(self) -> list[Route]:
        """Return where it is reached."""
        return [Route(f"{BRAND_PATH}/{{club}}/{{name}}", self.logo, methods=["GET"])]

    async def logo(self, request: Request) -> Response:
        """Answer a club's logo under the address that it has at present.

        Raises:
            HTTPException: there is none at this address.
        """
        try:
            club = UUID(hex=request.path_params["club"])
        except ValueError:
            raise HTTPException(404) from None
        brand = await brand_of(self.reader, club)
        if brand.logo is None or logo_path(club, brand) != request.url.path:
            raise HTTPException(404)
        return Response(brand.logo, media_type="image/png", headers=_HEADERS)
