"""Requests to another system's API, and their answers by what has to be done about them.

A name is looked up once, and the connection made to what was found and checked: a second look-up
in between could answer with another address.
"""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx

from app.domain.webhooks import is_public
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 30.0
EXCERPT_CHARACTERS = 2_000
"""How much of an answer is kept with an attempt."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_TOO_MANY = 429
_CONFLICT = 409
_SERVER_ERROR = 500
_TIMED_OUT_THERE = 408


class GuardedTransport(httpx.BaseTransport):
    """Connects only to addresses that a system may have; also for SDKs that take an HTTP client."""

    def __init__(self, *, allows_private: bool) -> None:
        """Refuse private addresses, unless the operator allows them."""
        self._allows_private = allows_private
        self._inner = httpx.HTTPTransport(verify=_trusted(), retries=0, trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request to the address that its name stands for now."""
        host = request.url.host
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            message = f"the name {host!r} is not known; look at the address of the system"
            raise TransferFaultError(FaultClass.TRANSIENT, message) from error
        addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
        if not self._allows_private and not all(map(is_public, addresses)):
            message = f"{host} is not on the public internet, and the operator does not allow that"
            raise TransferFaultError(FaultClass.ACCESS, message)
        for address in addresses[:-1]:
            try:
                return self._inner.handle_request(_pinned(request, host, address))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return self._inner.handle_request(_pinned(request, host, addresses[-1]))

    def close(self) -> None:
        """Close all connections."""
        self._inner.close()


@cache
def _trusted() -> ssl.SSLContext:
    """Return the certificates that are trusted; reading them takes longer than many an answer."""
    return httpx.create_ssl_context(trust_env=False)


def _pinned(request: httpx.Request, host: str, address: str) -> httpx.Request:
    """Return a request to one address that still names the host."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": host},
    )


def client_of(
    base_url: str,
    *,
    allows_private: bool,
    headers: Mapping[str, str] | None = None,
    total_seconds: float = TOTAL_SECONDS,
) -> httpx.Client:
    """Return a client for one system; whoever asks for it closes it."""
    return httpx.Client(
        base_url=base_url,
        headers=dict(headers or {}),
        transport=GuardedTransport(allows_private=allows_private),
        timeout=httpx.Timeout(total_seconds, connect=CONNECT_SECONDS),
        follow_redirects=False,
        trust_env=False,
    )


def ask(client: httpx.Client, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401 - as httpx has it
    """Send a request and return an answer that is neither an error nor a redirect.

    Raises:
        TransferFaultError: `UNKNOWN` where the answer to something that changes was lost.
    """
    try:
        response = client.request(method, path, **request)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        message = f"{client.base_url.host} cannot be reached: {_said(error)}"
        raise TransferFaultError(FaultClass.TRANSIENT, message) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        is_safe = method.upper() in _SAFE
        message = f"{client.base_url.host} did not answer: {_said(error)}"
        fault = FaultClass.TRANSIENT if is_safe else FaultClass.UNKNOWN
        raise TransferFaultError(fault, message) from error
    if response.is_success:
        return response
    raise fault_of(response)


def fault_of(response: httpx.Response) -> TransferFaultError:
    """Return the fault that an answer means."""
    status = response.status_code
    excerpt = "".join(one if one.isprintable() or one == "\n" else "�" for one in response.text)
    excerpt = excerpt[:EXCERPT_CHARACTERS]
    is_changing = response.request.method.upper() not in _SAFE
    if status in {401, 403}:
        fault, told = FaultClass.ACCESS, "refuses the credentials"
    elif status == _CONFLICT:
        fault, told = FaultClass.CONFLICT, "says that there is one already"
    elif status in {_TOO_MANY, 425, 503}:
        fault, told = FaultClass.TRANSIENT, "asks to come again later"
    elif status >= _SERVER_ERROR or status == _TIMED_OUT_THERE:
        fault = FaultClass.UNKNOWN if is_changing else FaultClass.TRANSIENT
        told = "has a fault"
    else:
        fault, told = FaultClass.RECORD, "does not accept it"
    return TransferFaultError(
        fault,
        f"{response.request.headers.get('host', response.request.url.host)} {told} ({status})",
        retry_after=_retry_after(response.headers.get("retry-after")),
        status=status,
        answer=excerpt or None,
    )


def _retry_after(value: str | None) -> timedelta | None:
    """Read a Retry-After header, seconds or a date; None where it is neither."""
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value), 86_400))
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return min(max(at - datetime.now(UTC), timedelta(0)), timedelta(days=1))


def _said(error: Exception) -> str:
    """Return what an error says, in one line."""
    return str(error).partition("\n")[0] or type(error).__name__
