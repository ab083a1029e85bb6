"""A bookkeeping system of another party: a real HTTP server with a memory, and its connector.

It makes a document for each request, also for one that it has had before: whoever sends twice has
two. It can be told to be down, slow, forgetful or broken for so many requests.
"""

import asyncio
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from app.transfers.contract.calling import ask, client_of
from app.transfers.contract.connectors import (
    Action,
    Connected,
    Connector,
    Done,
    Health,
    Incoming,
    Polled,
    Setting,
    SettingKind,
    Source,
    Task,
)
from app.transfers.contract.defaults import NoConnector
from app.transfers.contract.faults import FaultClass, TransferFaultError

KEY = "books-api-key-of-the-tests"


@dataclass
class Books:
    """What the other side has, and how it behaves next."""

    port: int = 0
    made: list[dict[str, Any]] = field(default_factory=list)
    payments: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """What happens to the next requests that change something: a status, `lost`, `malformed`."""
    finding_faults: list[int] = field(default_factory=list)
    """The statuses of the next look-ups."""
    asked: int = 0
    entered: threading.Event = field(default_factory=threading.Event)
    gate: threading.Event | None = None
    """While there is one, whatever was made is answered only after it is set."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def codes(self, kind: str | None = None) -> list[str]:
        """The codes of what was made, in order."""
        return [one["code"] for one in self.made if kind in {None, one["kind"]}]

    async def answer(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return PlainTextResponse("who are you", 401)
        self.asked += 1
        if request.method == "GET":
            return self._found(request)
        body = await request.json()
        fault = self.faults.pop(0) if self.faults else ""
        if fault.isdigit():
            headers = {"retry-after": "7200"} if fault == "429" else {}
            return PlainTextResponse(f"status {fault}", int(fault), headers)
        made = self._make(body)
        self.entered.set()
        if self.gate is not None:
            await asyncio.to_thread(self.gate.wait, 20)
        if fault == "lost":
            return PlainTextResponse("the answer was lost", 500)
        if fault == "malformed":
            return PlainTextResponse("<html>made</html>")
        return JSONResponse(made)

    def _found(self, request: Request) -> Response:
        if request.url.path == "/payments":
            since = int(request.query_params.get("since") or 0)
            return JSONResponse(self.payments[since:])
        if self.finding_faults:
            return PlainTextResponse("not now", self.finding_faults.pop(0))
        key = request.query_params.get("key")
        return JSONResponse([one for one in self.made if one["key"] == key])

    def _make(self, body: dict[str, Any]) -> dict[str, Any]:
        number = f"B{len(self.made) + 1:05d}"
        made = {**body, "id": str(len(self.made) + 1), "number": number}
        self.made.append(made)
        return made


class BooksThread:
    """Runs the server until it is closed."""

    def __init__(self) -> None:
        self.books = Books()
        routes = [Route("/{path:path}", self._answer, methods=["GET", "POST"])]
        config = uvicorn.Config(
            Starlette(routes=routes), port=0, log_level="critical", lifespan="off"
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        self.port = self.server.servers[0].sockets[0].getsockname()[1]

    async def _answer(self, request: Request) -> Response:
        return await self.books.answer(request)

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)


class BooksConnector(NoConnector):
    """Talks to it as any connector talks to its system."""

    kind = "books"
    title = "Books"
    settings: tuple[Setting, ...] = (
        Setting("url", "Address", SettingKind.ADDRESS, is_required=True),
        Setting("api_key", "Key", SettingKind.SECRET, is_required=True),
    )
    actions: tuple[Action, ...] = (
        Action("invoice.post", "invoice", "Post", "Post an invoice."),
        Action("credit_note.post", "credit_note", "Credit", "Post a credit note."),
        Action("customer.save", "customer", "Save", "Save a customer."),
        Action("payment.book", "payment", "Book", "Book a payment."),
    )
    sources: tuple[Source, ...] = (
        Source("payments", "payment", "Payments", "What was paid.", is_polled=True),
    )

    def check(self, connected: Connected) -> Health:
        self._called(connected, "GET", "/health")
        return Health(is_well=True, message="it answers")

    def find(self, connected: Connected, task: Task) -> Done | None:
        found = self._called(connected, "GET", "/documents", params={"key": task.key})
        return self._done(found[0], was_there=True) if found else None

    def carry_out(self, connected: Connected, task: Task) -> Done:
        record = task.record
        body = {
            "key": task.key,
            "kind": task.action.partition(".")[0],
            "code": record["code"] if "code" in record else record["id"],
            "currency": record.get("currency", ""),
            "totals": record.get("totals"),
            "issued_on": record.get("invoice_on"),
            "known": task.known_id,
            "references": dict(task.references),
        }
        return self._done(self._called(connected, "POST", "/documents", json=body))

    def poll(self, connected: Connected, source: str, cursor: str | None) -> Polled:
        found = self._called(connected, "GET", "/payments", params={"since": cursor or "0"})
        incoming = [Incoming(source, one["external_id"], "1", one, one) for one in found]
        return Polled(incoming, str(int(cursor or 0) + len(found)))

    def _done(self, made: Mapping[str, Any], *, was_there: bool = False) -> Done:
        record: dict[str, Any] = {}
        if made["totals"] is not None:
            record = {
                "invoice_code": made["code"],
                "number": made["number"],
                "issued_on": made["issued_on"],
                "due_on": made["issued_on"],
                "is_draft": False,
                "currency": made["currency"],
                **{name: made["totals"][name] for name in ("net", "vat", "gross")},
            }
        return Done(made["id"], made["number"], record, was_there, sent=dict(made), answer="ok")

    def _called(self, connected: Connected, method: str, path: str, **more: Any) -> Any:
        headers = {"authorization": f"Bearer {connected.credentials['api_key']}"}
        address = connected.settings["url"]
        allowed = connected.allows_private
        with client_of(address, allows_private=allowed, headers=headers, total_seconds=5) as client:
            response = ask(client, method, path, **more)
        try:
            return response.json()
        except ValueError as error:
            message = "what it answered is no JSON"
            raise TransferFaultError(FaultClass.UNKNOWN, message) from error


CONNECTORS: dict[str, Connector] = {"books": BooksConnector()}
