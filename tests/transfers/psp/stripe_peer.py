"""A stateful stand-in for Stripe's API: what the connector asks, with keys, pages and expansion."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request

Row = dict[str, Any]


class StripePeer:
    """Objects by kind, the newest first in lists."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {}
        self.answers: dict[str, Row] = {}
        self.clock = itertools.count(1_770_000_000)
        self.ids = itertools.count(1)
        self.statuses: list[int] = []
        """What the next requests are answered with, before anything else."""
        self.is_losing = False
        """Whether things are made, and the answer is lost."""
        self.routes = [
            Route("/v1/balance", self.balance),
            Route("/v1/{kind:path}", self.create, methods=["POST"]),
            Route("/v1/{kind:path}", self.list, methods=["GET"]),
        ]

    def add(self, kind: str, prefix: str, **values: Any) -> Row:
        """Make an object."""
        made = {"id": f"{prefix}_{next(self.ids)}", "created": next(self.clock), **values}
        made.setdefault("object", kind.rstrip("s").split("/")[-1])
        self.rows.setdefault(kind, []).insert(0, made)
        return made

    def tell(self, kind: str, told: Row) -> Row:
        """Note an event."""
        return self.add("events", "evt", type=kind, data={"object": dict(told)}, object="event")

    async def balance(self, request: Request) -> Response:
        if request.headers["authorization"] != "Bearer sk_test_1":
            return JSONResponse({"error": {"message": "Invalid API Key"}}, 401)
        return JSONResponse({"object": "balance", "livemode": False})

    async def create(self, request: Request) -> Response:
        if self.statuses:
            return JSONResponse({"error": {"message": "not now"}}, self.statuses.pop(0))
        kind, key = request.path_params["kind"], request.headers["idempotency-key"]
        if key not in self.answers:
            values = nested(dict(parse_qsl((await request.body()).decode())))
            if kind == "refunds" and int(values["amount"]) > 100_000:
                return JSONResponse({"error": {"message": "greater than unrefunded"}}, 400)
            prefix = {"payment_intents": "pi", "refunds": "re"}.get(kind, "cs")
            secret = {"client_secret": "pi_secret_1"} if prefix == "pi" else {}
            page = {"url": "https://checkout.stripe.com/1"} if prefix == "cs" else {}
            status = "succeeded" if prefix == "re" else "open"
            self.answers[key] = self.add(kind, prefix, status=status, **values, **secret, **page)
        if self.is_losing:
            self.is_losing = False
            return JSONResponse({"error": {"message": "lost"}}, 500)
        return JSONResponse(self.answers[key])

    async def list(self, request: Request) -> Response:
        """Answer two at a time, so that there are pages."""
        asked = request.query_params
        since = int(asked.get("created[gte]", "0"))
        found = [
            one for one in self.rows.get(request.path_params["kind"], ()) if one["created"] >= since
        ]
        for name in ("payment_intent", "payout"):
            if name in asked:
                found = [one for one in found if one.get(name) == asked[name]]
        after = asked.get("starting_after")
        start = next((at + 1 for at, one in enumerate(found) if one["id"] == after), 0)
        page = found[start : start + 2]
        told = {
            "object": "list",
            "data": page,
            "has_more": len(found) > start + 2,
            "url": request.url.path,
        }
        return JSONResponse(told)


def nested(flat: dict[str, str]) -> Row:
    """Take the form's names apart: metadata[a]=1."""
    values: Row = {}
    for name, value in flat.items():
        *path, last = name.replace("]", "").split("[")
        place = values
        for step in path:
            place = place.setdefault(step, {})
        place[last] = value
    return values
