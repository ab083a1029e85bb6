"""Files that come with documents: checked and stored once, never changed."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.commands.execution import Outcome
from app.domain.documents import StoredFile
from app.domain.errors import ErrorCode, refuse
from app.domain.permissions import Permission, require
from app.domain.stored_files import check_file, media_type_of, safe_name
from app.domain.validation import Check
from app.storage.files import insert_file

if TYPE_CHECKING:
    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file as it comes: its name, and its content in base64."""

    name: str
    content: str


def store_file(work: UnitOfWork, actor: Actor, request: NewFile) -> Outcome:
    """Store a file, to be named by the document that it belongs to.

    Raises:
        DomainError: FILE_TOO_LARGE; FILE_MALFORMED for what is neither PDF nor XML.
    """
    require(actor, Permission.DOCUMENT_RECORD)
    return Outcome({"stored_file": keep_file(work, request).id})


def keep_file(work: UnitOfWork, request: NewFile, *path: str) -> StoredFile:
    """Check and insert a file; errors name their place below `path`."""
    content = _decoded(request.content, *path)
    check = Check(*path)
    check_file(request.name, content, check)
    check.refuse_if_any()
    file = StoredFile(
        id=work.new_id(),
        name=safe_name(request.name),
        media_type=media_type_of(content) or "",
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        created_at=work.now,
    )
    insert_file(work, file, content)
    work.record("stored_file", file.id, "stored_file.created", None, file)
    return file


def _decoded(text: str, *path: str) -> bytes:
    """Return the content of a base64 text, or refuse with FILE_MALFORMED."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        refuse(ErrorCode.FILE_MALFORMED, "the content is not base64", *path, "content")
