"""The server of e-mail that messages are handed to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MailServer:
    """Through which server e-mail is sent, and from whom; `tls` is `starttls`, `on` or `off`."""

    host: str
    port: int
    tls: str
    user: str | None
    password: str | None
    sender: str

    @property
    def address(self) -> str:
        """Return the sender's address without a name."""
        return self.sender.rpartition("<")[2].rstrip(">")
