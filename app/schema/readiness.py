"""What is still missing before a Sale can be made, in the API."""

from __future__ import annotations

from typing import Annotated

import strawberry

from app.resolvers.readiness import sale_readiness
from app.schema.fields import Info


@strawberry.type(description="One thing that a Sale needs.")
class SaleNeed:
    """A topic and whether it is met."""

    topic: str = strawberry.field(description="What it is about, such as SEATS or PRICES.")
    is_met: bool = strawberry.field(description="Whether it is there.")
    message: str = strawberry.field(description="What was found, or what to do.")


@strawberry.type
class ReadinessQuery:
    """The checklist."""

    @strawberry.field(description="The checklist before a Sale: what is there and what is missing.")
    async def sale_readiness(
        self,
        info: Info,
        season_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="For this season.")
        ] = None,
        account_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="For this account.")
        ] = None,
    ) -> list[SaleNeed] | None:
        """Go through it."""
        return [
            SaleNeed(topic=one.topic, is_met=one.is_met, message=one.message)
            for one in await sale_readiness(info.context, season_id, account_id)
        ]
