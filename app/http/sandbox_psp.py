"""The sandbox PSP over HTTP: its API, and the page where a payer decides how a payment ends.

It is served only where `LOGE_SANDBOX_PSP_KEY` is set. Its pages belong to whoever has their
address, as those of any PSP do; everything else needs the key.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any

import anyio
from anyio import to_thread
from starlette.background import BackgroundTask
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.routing import Mount, Route

from app.domain.money import format_amount
from app.transfers.connectors.sandbox.delivering import deliver
from app.transfers.connectors.sandbox.provider import (
    MOVES,
    PaymentState,
    Sandbox,
    SandboxError,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    Answering = Callable[[Request], Awaitable[Response]]

SANDBOX_PATH = "/sandbox-psp"
_ENDINGS = {
    "pay": PaymentState.SUCCEEDED,
    "process": PaymentState.PROCESSING,
    "fail": PaymentState.FAILED,
    "cancel": PaymentState.CANCELLED,
    "expire": PaymentState.EXPIRED,
}
"""The buttons of the page, and what each makes of the payment."""


@dataclass(frozen=True, slots=True)
class SandboxPsp:
    """The sandbox with its key; `allows_private` is about where webhooks may go."""

    key: str = field(repr=False)
    allows_private: bool = False
    sandbox: Sandbox = field(default_factory=Sandbox)

    def route(self) -> Mount:
        """Return everything that is served below `SANDBOX_PATH`."""
        routes = [
            Route("/payments", self._answered(self.payments), methods=["GET", "POST"]),
            Route("/payments/{id}", self._answered(self.payment), methods=["GET"]),
            Route("/payments/{id}/refunds", self._answered(self.refund), methods=["POST"]),
            Route("/payments/{id}/chargeback", self._answered(self.chargeback), methods=["POST"]),
            Route("/balance", self._answered(self.balance), methods=["GET"]),
            Route("/payouts", self._answered(self.payout), methods=["POST"]),
            Route("/misbehaviour", self._answered(self.misbehave), methods=["PUT"]),
            Route("/pay/{id}", self.page, methods=["GET", "POST"]),
        ]
        return Mount(SANDBOX_PATH, routes=routes)

    async def payments(self, request: Request) -> Response:
        """Begin a payment, or list those that changed."""
        if request.method == "POST":
            key = request.headers.get("idempotency-key")
            made = self.sandbox.open_payment(await _body(request), key, _now())
            return self._told(self._shown(request, made), status=201)
        after, key = request.query_params.get("after", "0"), request.query_params.get("key")
        found = self.sandbox.since(_whole(after), key)
        return JSONResponse({"payments": [self._shown(request, one) for one in found]})

    async def payment(self, request: Request) -> Response:
        """Return a payment."""
        found = self.sandbox.read(request.path_params["id"])
        return JSONResponse(self._shown(request, found))

    async def refund(self, request: Request) -> Response:
        """Pay money back."""
        key = request.headers.get("idempotency-key")
        asked = await _body(request)
        made = self.sandbox.refund(request.path_params["id"], asked, key, _now())
        return self._told(made, status=201)

    async def chargeback(self, request: Request) -> Response:
        """Take a payment back, as a payer's bank does."""
        made = self.sandbox.charge_back(request.path_params["id"], _now())
        return self._told(self._shown(request, made), status=201)

    async def balance(self, request: Request) -> Response:
        """List what was paid out."""
        after = _whole(request.query_params.get("after", "0"))
        return JSONResponse({"balance": self.sandbox.moved_since(after)})

    async def payout(self, request: Request) -> Response:
        """Send what is on the balance to the bank."""
        asked = await _body(request)
        made = self.sandbox.pay_out(str(asked.get("currency")), _now())
        return JSONResponse(made, status_code=201)

    async def misbehave(self, request: Request) -> Response:
        """Switch what goes wrong with webhooks."""
        wrong = self.sandbox.misbehave(await _body(request))
        shown = {
            "copies": wrong.copies,
            "delay_seconds": wrong.delay_seconds,
            "is_reordered": wrong.is_reordered,
            "is_lost": wrong.is_lost,
        }
        return self._told(shown)

    async def page(self, request: Request) -> Response:
        """Show the page of a payment, or end it as the payer chose."""
        try:
            payment = self.sandbox.read(request.path_params["id"])
            if request.method == "POST":
                return await self._ended(request, payment["id"])
        except SandboxError as error:
            return HTMLResponse(_page("Sandbox", escape(str(error))), error.status)
        return HTMLResponse(_page_of(payment))

    async def _ended(self, request: Request, payment_id: str) -> Response:
        """End a payment as the payer chose, and lead the payer back."""
        chosen = _ENDINGS.get((await request.body()).decode().removeprefix("end="))
        if chosen is None:
            raise SandboxError(422, f"end: is one of {', '.join(_ENDINGS)}")
        payment = self.sandbox.move(payment_id, chosen, _now())
        back = payment["return_url"] or str(request.url)
        return RedirectResponse(back, 303, background=self._delivery())

    def _answered(self, answer: Answering) -> Answering:
        """Wrap what only the key opens, and say what is wrong as JSON."""

        async def answering(request: Request) -> Response:
            given = request.headers.get("authorization", "").removeprefix("Bearer ")
            if not hmac.compare_digest(given.encode(), self.key.encode()):
                return JSONResponse({"error": "the key is not the sandbox's"}, 401)
            try:
                return await answer(request)
            except SandboxError as error:
                return JSONResponse({"error": str(error)}, error.status)

        return answering

    def _shown(self, request: Request, payment: dict[str, Any]) -> dict[str, Any]:
        """Return a payment with the address of its page."""
        place = f"{request.base_url}".rstrip("/") + SANDBOX_PATH
        return {**payment, "checkout_url": f"{place}/pay/{payment['id']}"}

    def _told(self, content: dict[str, Any], status: int = 200) -> JSONResponse:
        """Answer, and send the webhooks afterwards."""
        return JSONResponse(content, status, background=self._delivery())

    def _delivery(self) -> BackgroundTask:
        """Return the sending of the webhooks that wait."""
        return BackgroundTask(self._deliver)

    async def _deliver(self) -> None:
        """Send the webhooks that wait, after the delay that is switched on."""
        notices = self.sandbox.take_notices()
        await anyio.sleep(self.sandbox.misbehaviour.delay_seconds)
        private = self.allows_private
        await to_thread.run_sync(lambda: deliver(notices, self.key, allows_private=private))


async def _body(request: Request) -> dict[str, Any]:
    """Read the JSON object of a request; an empty body is an empty one."""
    try:
        found = json.loads(await request.body() or b"{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise SandboxError(400, "the body is a JSON object")
    return found


def _whole(text: str) -> int:
    """Read where a list goes on."""
    if not (text.isascii() and text.isdigit() and len(text) < 16):  # noqa: PLR2004 - as JSON has numbers
        raise SandboxError(422, "after: is a whole number")
    return int(text)


def _page_of(payment: dict[str, Any]) -> str:
    """Write the page of a payment, with a button for each way in which it may end."""
    state = PaymentState(payment["status"])
    amount = format_amount(payment["amount_minor"], payment["currency"])
    buttons = "".join(
        f'<button name="end" value="{name}">{name.title()}</button> '
        for name, end in _ENDINGS.items()
        if end in MOVES[state]
    )
    form = f'<form method="post">{buttons}</form>' if buttons else ""
    told = f"<p>{escape(payment['reference'])}: {amount} {payment['currency']}, {state}.</p>"
    return _page("Sandbox payment", f"<p>No money moves here.</p>{told}{form}")


def _page(title: str, content: str) -> str:
    """Write a page."""
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<main><h1>{title}</h1>{content}</main></html>"
    )


def _now() -> datetime:
    return datetime.now(UTC)
