"""The club's logo and colour in the API."""

from __future__ import annotations

from functools import partial
from typing import Any, Optional

import strawberry

from app.commands import brands as commands
from app.domain.brands import Brand as Known
from app.resolvers import brands
from app.resolvers.mutations import perform
from app.schema.errors import UserError, user_errors
from app.schema.fields import Info
from app.schema.inputs import key, maybe
from app.schema.payloads import input_argument


@strawberry.type(description="How the club shows itself on its pages, reports and e-mails.")
class Brand:
    """A logo and a colour."""

    known: strawberry.Private[Known]

    @strawberry.field(description="Its colour, such as `#1f5fa8`.")
    def colour(self) -> str | None:
        """Return it."""
        return self.known.colour

    @strawberry.field(
        description="The address of its logo below the address of Loge: a PNG, which needs no "
        "token; another logo has another address."
    )
    def logo_path(self, info: Info) -> str | None:
        """Name it."""
        return brands.logo_path(info.context.caller.organisation_id, self.known)


@strawberry.input(description="The club's logo or colour; what is omitted stays as it is.")
class BrandSetInput:
    """Either or both."""

    idempotency_key: str = key()
    colour: str | None = maybe("Its colour, such as `#1f5fa8`; null: none.")
    logo: str | None = maybe(
        "A PNG or JPEG of at most 500,000 bytes, in base64; it is drawn anew. Null: none."
    )


@strawberry.type(description="What brandSet answers.")
class BrandSetPayload:
    """The brand as it is now."""

    brand: Brand | None = strawberry.field(
        description="The logo and colour as they are now; null when nothing was changed.",
        default=None,
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was changed; empty when all went well.", default_factory=list
    )


@strawberry.type
class BrandsQuery:
    """Reads of the club's brand."""

    @strawberry.field(description="The club's logo and colour.")
    async def brand(self, info: Info) -> Brand | None:
        """Read them."""
        return Brand(known=await brands.own_brand(info.context))


@strawberry.type
class BrandsMutation:
    """Changes of the club's brand."""

    @strawberry.mutation(
        graphql_type=Optional[BrandSetPayload],
        description="Change the club's logo or colour.",
    )
    async def brand_set(
        self,
        info: Info,
        input: input_argument(BrandSetInput),  # type: ignore[valid-type]  # noqa: A002 - the argument's name in the API
    ) -> Any:  # noqa: ANN401 - the payload
        """Change them."""
        done = await perform(
            info.context,
            "brandSet",
            input.idempotency_key,
            partial(brands.set_brand, input),
            commands.set_brand,
        )
        if done.outcome is None:
            return BrandSetPayload(user_errors=user_errors(done.violations))
        return BrandSetPayload(brand=Brand(known=await brands.own_brand(info.context)))
