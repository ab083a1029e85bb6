"""One request to one endpoint: where it may go, how long it may take, what is kept of the answer.

The name is looked up once, and the connection is made to what was found and checked. A second
look-up in between could answer with another address.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from app.domain.webhooks import EXCERPT_BYTES, Answer, AttemptError, is_public

if TYPE_CHECKING:
    from collections.abc import Mapping

CONNECT_SECONDS = 5
"""The longest that looking up a name and connecting to one address may take each."""
TOTAL_SECONDS = 15
"""The longest that all of it may take."""
BODY_BYTES = 65_536
"""How much of an answer is read."""
_ADDRESSES = 3
_GONE = 410


def trusted_certificates() -> ssl.SSLContext:
    """Return what is needed to believe the certificates of the public internet."""
    return httpx.create_ssl_context(trust_env=False)


class AddressRefusedError(Exception):
    """A name that stands for an address which is not on the public internet."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends messages; `tls` says whose certificates are believed."""

    allows_private: bool
    tls: ssl.SSLContext
    total_seconds: float = TOTAL_SECONDS

    def send(self, url: str, message: str, headers: Mapping[str, str]) -> Answer:
        """Post a message and say what came of it; raises nothing that the other side can cause."""
        return asyncio.run(self._send(url, message.encode(), headers))

    async def _send(self, url: str, message: bytes, headers: Mapping[str, str]) -> Answer:
        begun = time.monotonic()
        try:
            async with asyncio.timeout(self.total_seconds):
                return await self._post(url, message, headers, begun)
        except AddressRefusedError:
            error = AttemptError.ADDRESS_REFUSED
        except (socket.gaierror, UnicodeError):
            error = AttemptError.NAME_UNKNOWN
        except (TimeoutError, httpx.TimeoutException):
            error = AttemptError.TIMED_OUT
        except (httpx.NetworkError, OSError) as failure:
            is_tls = _is_of_tls(failure)
            error = AttemptError.TLS_FAILED if is_tls else AttemptError.CONNECTION_FAILED
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            error = AttemptError.ANSWER_MALFORMED
        return Answer(_elapsed_ms(begun), error=error)

    async def _post(
        self, url: str, message: bytes, headers: Mapping[str, str], begun: float
    ) -> Answer:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (80 if parts.scheme == "http" else 443)
        addresses = await self._look_up(host, port)
        named = {**headers, "host": parts.netloc, "accept-encoding": "identity"}
        limits = httpx.Timeout(self.total_seconds, connect=CONNECT_SECONDS)
        async with httpx.AsyncClient(
            verify=self.tls, timeout=limits, trust_env=False, follow_redirects=False
        ) as client:
            for index, address in enumerate(addresses):
                target = httpx.URL(url).copy_with(host=address)
                try:
                    async with client.stream(
                        "POST",
                        target,
                        content=message,
                        headers=named,
                        extensions={"sni_hostname": host},
                    ) as response:
                        return await _read(response, begun)
                except (httpx.ConnectError, httpx.ConnectTimeout) as failure:
                    if index == len(addresses) - 1 or _is_of_tls(failure):
                        raise
        raise AssertionError

    async def _look_up(self, host: str, port: int) -> list[str]:
        """Return the addresses of a name, or raise `AddressRefusedError` if any is not allowed."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(CONNECT_SECONDS):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
        if not self.allows_private and not all(map(is_public, addresses)):
            raise AddressRefusedError
        return addresses[:_ADDRESSES]


async def _read(response: httpx.Response, begun: float) -> Answer:
    """Read an answer up to its limit; what is beyond is never read, and the connection closed."""
    body = b""
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) >= BODY_BYTES:
            break
    status = response.status_code
    error: AttemptError | None = None
    if response.is_redirect or response.has_redirect_location:
        error = AttemptError.REDIRECTED
    elif status == _GONE:
        error = AttemptError.GONE
    elif not response.is_success:
        error = AttemptError.STATUS_REFUSED
    after = None if error is None else retry_after(response.headers.get("retry-after"))
    return Answer(_elapsed_ms(begun), status, error, _excerpt(body), after)


def retry_after(value: str | None) -> timedelta | None:
    """Read a Retry-After header, seconds or a date; None where it is neither."""
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value), 10**9))
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return max(at - datetime.now(UTC), timedelta(0))


def _excerpt(body: bytes) -> str | None:
    """Return the beginning of a body as text that can be stored and shown."""
    text = body[:EXCERPT_BYTES].decode(errors="replace")
    shown = "".join(one if one.isprintable() or one in "\n\t" else "�" for one in text)
    while len(shown.encode()) > EXCERPT_BYTES:
        shown = shown[:-1]
    return shown or None


def _is_of_tls(error: BaseException | None) -> bool:
    """Tell whether TLS is behind an error."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _elapsed_ms(begun: float) -> int:
    return int((time.monotonic() - begun) * 1000)
