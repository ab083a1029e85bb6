"""Handing messages to a server of e-mail, so that it is known whether it took them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from email.policy import SMTP as SMTP_POLICY
from typing import TYPE_CHECKING

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPResponseException,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from email.message import EmailMessage

    from app.transfers.mail.server import MailServer

TIMEOUT_SECONDS = 60.0
_PERMANENT = 500


class NotSentError(Exception):
    """The server did not take the message; `is_final` says that trying again does not help."""

    def __init__(self, message: str, *, is_final: bool = False) -> None:
        """Carry the reason."""
        super().__init__(message)
        self.is_final = is_final


class UnknownIfSentError(Exception):
    """The connection ended while the server had the message: it may have taken it, or not."""


@dataclass(frozen=True, slots=True)
class Mailer:
    """Sends by one server."""

    settings: MailServer

    async def send(
        self,
        message: EmailMessage,
        recipients: Sequence[str],
        take: Callable[[], Awaitable[bool]],
    ) -> tuple[str, ...]:
        """Send a message; return the recipients that the server refused, each with its answer.

        `take` is called when the server has taken at least one recipient and is about to be given
        the message; when it answers False nothing is sent.

        Raises:
            NotSentError: the server did not take it.
            UnknownIfSentError: nobody knows.
        """
        chosen = self.settings
        client = SMTP(
            hostname=chosen.host,
            port=chosen.port,
            use_tls=chosen.tls == "on",
            start_tls=chosen.tls == "starttls",
            username=chosen.user,
            password=chosen.password,
            timeout=TIMEOUT_SECONDS,
        )
        try:
            try:
                await client.connect()
                await client.mail(chosen.address)
                refused = await _name(client, recipients)
                if not await take():
                    raise NotSentError("another worker sends it")
            except SMTPAuthenticationError as error:
                raise NotSentError(f"the server refused to log in: {_told(error)}") from error
            except SMTPException as error:
                raise NotSentError(_told(error), is_final=_is_permanent(error)) from error
            await _give(client, message)
            return refused
        finally:
            with suppress(SMTPException):
                await client.quit()


async def _name(client: SMTP, recipients: Sequence[str]) -> tuple[str, ...]:
    """Name the recipients; return those that were refused for good, each with the answer.

    Raises:
        NotSentError: none was taken.
        SMTPException: one cannot be taken at the moment, so none is sent to yet.
    """
    refused: list[str] = []
    for one in recipients:
        try:
            await client.rcpt(one)
        except SMTPResponseException as error:
            if not _is_permanent(error):
                raise
            refused.append(f"{one} ({error.code} {error.message})")
    if len(refused) == len(recipients):
        told = f"the server of e-mail takes nothing for {', '.join(refused)}"
        raise NotSentError(told, is_final=True)
    return tuple(refused)


async def _give(client: SMTP, message: EmailMessage) -> None:
    try:
        await client.data(message.as_bytes(policy=SMTP_POLICY))
    except SMTPResponseException as error:
        raise NotSentError(_told(error), is_final=_is_permanent(error)) from error
    except SMTPException as error:
        raise UnknownIfSentError(_told(error)) from error


def _is_permanent(error: SMTPException) -> bool:
    return isinstance(error, SMTPResponseException) and error.code >= _PERMANENT


def _told(error: SMTPException) -> str:
    if isinstance(error, SMTPResponseException):
        return f"the server of e-mail answered {error.code} {error.message}"
    return f"the server of e-mail cannot be reached: {error}"
