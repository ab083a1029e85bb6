"""A stateful stand-in for Mollie's API: what the connector asks, with keys and pages."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request

Row = dict[str, Any]


class MolliePeer:
    """Objects by the path of their list, the newest first."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {}
        self.answers: dict[str, Row] = {}
        self.ids = itertools.count(1)
        self.is_losing = False
        self.routes = [
            Route("/v2/methods", self.methods),
            Route("/v2/payments/{id}", self.payment),
            Route("/v2/{path:path}", self.create, methods=["POST"]),
            Route("/v2/{path:path}", self.list, methods=["GET"]),
        ]

    def add(self, path: str, prefix: str, **values: Any) -> Row:
        created = datetime.now(UTC).isoformat()
        made = {"id": f"{prefix}_{next(self.ids)}", "createdAt": created, **values}
        self.rows.setdefault(path, []).insert(0, made)
        return made

    def payments(self) -> list[Row]:
        return self.rows["payments"]

    async def methods(self, request: Request) -> Response:
        is_known = request.headers["authorization"] == "Bearer test_1"
        return JSONResponse({"count": 3} if is_known else {"title": "no"}, 200 if is_known else 401)

    async def payment(self, request: Request) -> Response:
        wanted = request.path_params["id"]
        if wanted == "tr_500":
            return JSONResponse({"title": "broken"}, 500)
        found = next((one for one in self.rows.get("payments", ()) if one["id"] == wanted), None)
        if found is None:
            return JSONResponse({"status": 404, "title": "Not Found"}, 404)
        refunds = self.rows.get(f"payments/{wanted}/refunds", [])
        embedded = {"_embedded": {"refunds": refunds}} if "embed" in request.query_params else {}
        return JSONResponse({**found, **embedded})

    async def create(self, request: Request) -> Response:
        path, key = request.path_params["path"], request.headers["idempotency-key"]
        if key not in self.answers:
            told = await request.json()
            is_refund = path.endswith("/refunds")
            more: Row = (
                {"status": "pending", "paymentId": path.split("/")[1]}
                if is_refund
                else {"status": "open", "_links": {"checkout": {"href": "https://pay.example/1"}}}
            )
            self.answers[key] = self.add(path, "re" if is_refund else "tr", **told, **more)
        if self.is_losing:
            self.is_losing = False
            return JSONResponse({"title": "lost"}, 502)
        return JSONResponse(self.answers[key], 201)

    async def list(self, request: Request) -> Response:
        """Answer two at a time, so that there are pages."""
        path = request.path_params["path"]
        found = self.rows.get(path, [])
        after = request.query_params.get("from")
        start = next((at for at, one in enumerate(found) if one["id"] == after), 0)
        more = len(found) > start + 2
        address = f"https://api.mollie.com/v2/{path}?from="
        following = {"next": {"href": address + found[start + 2]["id"]} if more else None}
        page = {path.split("/")[-1]: found[start : start + 2]}
        return JSONResponse({"_embedded": page, "_links": following})
