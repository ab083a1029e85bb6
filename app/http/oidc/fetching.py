"""Fetching what an issuer publishes: from public addresses, soon, small, and without detours."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import orjson

from app.domain.webhooks import is_public

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

TOTAL_SECONDS = 5.0
"""How long a fetch may take from the first look-up of the name to the last byte."""
ANSWER_LIMIT_BYTES = 262_144
"""The largest answer that is read."""
_HTTPS_PORT, _HTTP_PORT = 443, 80
_OK = 200


class FetchError(Exception):
    """Why nothing was fetched, for the operator's log."""


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches JSON documents; `allows_private` is for issuers within one's own network."""

    allows_private: bool = False

    async def document(self, address: str, form: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return the JSON object at an address, or what it answers to a form.

        The connection goes to the very address that was checked, so a name that changes its mind
        in between leads nowhere. Redirects are not followed, and no proxy is asked.

        Raises:
            FetchError: it is not allowed, or there is none.
        """
        try:
            with anyio.fail_after(TOTAL_SECONDS):
                content = await self._content(httpx.URL(address), form)
            found = orjson.loads(content)
        except TimeoutError:
            raise FetchError(f"no answer within {TOTAL_SECONDS:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise FetchError(f"{type(error).__name__}: {error}") from None
        if not isinstance(found, dict):
            raise FetchError("the answer is no JSON object")
        return found

    async def _content(self, address: httpx.URL, form: Mapping[str, str] | None) -> bytes:
        """Return the body at an address, or of its answer to a form."""
        is_plain = address.scheme == "http"
        if address.scheme != "https" and not (is_plain and self.allows_private):
            raise FetchError("only https is allowed")
        port = address.port or (_HTTP_PORT if is_plain else _HTTPS_PORT)
        target = address.copy_with(host=await self._resolved(address.host, port))
        headers = {
            "host": address.netloc.decode(),
            "accept": "application/json",
            # Anything compressed could grow beyond the limit while it is unpacked.
            "accept-encoding": "identity",
        }
        context = False if is_plain else _tls()
        async with (
            httpx.AsyncClient(verify=context, trust_env=False, timeout=TOTAL_SECONDS) as client,
            client.stream(
                "GET" if form is None else "POST",
                target,
                headers=headers,
                data=form,
                extensions={"sni_hostname": address.host},
            ) as answer,
        ):
            if answer.status_code != _OK:
                raise FetchError(f"status {answer.status_code}")
            content = bytearray()
            async for part in answer.aiter_raw():
                content += part
                if len(content) > ANSWER_LIMIT_BYTES:
                    raise FetchError(f"more than {ANSWER_LIMIT_BYTES:,} bytes")
            return bytes(content)

    async def _resolved(self, host: str, port: int) -> str:
        """Return an IP address of a host; none of them may be private unless that is allowed."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(one[4][0]) for one in found]
        if not self.allows_private and not all(is_public(one) for one in addresses):
            raise FetchError("the address is a private one")
        return addresses[0]


@cache
def _tls() -> ssl.SSLContext:
    """Return the settings of encryption, which are read from disk once."""
    return httpx.create_ssl_context(trust_env=False)
