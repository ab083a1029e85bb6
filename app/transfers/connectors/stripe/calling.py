"""The official SDK over the guarded client: its errors are faults, and it tries nothing twice."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import stripe

from app.transfers.contract.calling import ask, client_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.transfers.contract.connectors import Connected

ADDRESS = "https://api.stripe.com"


class _Guarded(stripe.HTTPClient):
    """Sends the SDK's requests; what is not well raises `TransferFaultError`."""

    name = "loge"

    def __init__(self, address: str, *, allows_private: bool) -> None:
        """Open a client that reaches only addresses a system may have."""
        super().__init__()
        self._calls = client_of(address, allows_private=allows_private)

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,  # noqa: ANN401 - as the SDK has it
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """Send one request."""
        answer = ask(self._calls, method, url, headers=dict(headers or {}), content=post_data)
        return answer.text, answer.status_code, answer.headers

    def close(self) -> None:
        """Close the client."""
        self._calls.close()


@contextmanager
def calling(connected: Connected) -> Iterator[stripe.StripeClient]:
    """Give a client of the club's Stripe account for a block."""
    address = str(connected.settings.get("address") or ADDRESS).rstrip("/")
    guarded = _Guarded(address, allows_private=connected.allows_private)
    try:
        yield stripe.StripeClient(
            connected.credentials["secret_key"],
            base_addresses={"api": address},
            http_client=guarded,
            max_network_retries=0,
        )
    finally:
        guarded.close()
