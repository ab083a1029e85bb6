"""The message that brings a report: a few words, a link, and the report as a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

_BODIES = {
    "en": "{title}, as of {day}, is attached.\n\n{link}\n\n{club} has this report sent to you.\n",
    "nl": "{title}, op {day}, zit in de bijlage.\n\n{link}\n\n{club} laat u dit rapport sturen.\n",
    "fr": "{title}, au {day}, est joint.\n\n{link}\n\n{club} vous fait envoyer ce rapport.\n",
}


_PAGE = """<!doctype html>
<html lang="{language}"><body style="font-family: sans-serif; line-height: 1.5">
<p><img src="cid:{picture}" alt="{club}" style="max-height: 60px; max-width: 240px"></p>
{paragraphs}
</body></html>
"""
_LINK = re.compile(r"^https?://\S+$")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file and what it is."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """What a message says; `link` is where the report is shown, `logo` the club's, a PNG."""

    title: str
    club: str
    day: str
    link: str
    language: str
    sender: str
    recipients: Sequence[str]
    logo: bytes | None = None


def write_message(
    letter: Letter, attachment: Attachment, delivery_id: UUID, now: datetime
) -> EmailMessage:
    """Write a message; the same delivery has the same Message-ID, however often it is tried."""
    message = EmailMessage()
    message["Subject"] = " ".join(f"{letter.title} ({letter.club})".split())
    name, _, address = letter.sender.rpartition("<")
    user, _, domain = address.rstrip(">").rpartition("@")
    message["From"] = Address(name.strip() or letter.club, user, domain)
    message["To"] = ", ".join(letter.recipients)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{uuid5(NAMESPACE_URL, str(delivery_id))}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    body = _BODIES.get(letter.language[:2], _BODIES["en"])
    text = body.format(title=letter.title, day=letter.day, link=letter.link, club=letter.club)
    message.set_content(text)
    if letter.logo is not None:
        picture = f"logo.{delivery_id}@{domain}"
        message.add_alternative(_page(letter, text, picture), subtype="html")
        (_, page) = message.iter_parts()
        page.add_related(letter.logo, "image", "png", cid=f"<{picture}>", disposition="inline")
    main, _, sub = attachment.media_type.partition(";")[0].partition("/")
    params = {"charset": "utf-8"} if main == "text" else {}
    message.add_attachment(
        attachment.content, maintype=main, subtype=sub, filename=attachment.name, params=params
    )
    return message


def _page(letter: Letter, text: str, picture: str) -> str:
    """Write the same words as a page with the club's logo, which comes with the message."""
    paragraphs = [
        f'<p><a href="{escape(one)}">{escape(one)}</a></p>'
        if _LINK.match(one)
        else f"<p>{escape(one)}</p>"
        for one in text.split("\n")
        if one
    ]
    return _PAGE.format(
        language=letter.language[:2],
        picture=picture,
        club=escape(letter.club),
        paragraphs="\n".join(paragraphs),
    )
