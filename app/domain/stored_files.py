"""Files that come with documents: what is taken in, and what it is told by its own content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.errors import ErrorCode

if TYPE_CHECKING:
    from app.domain.validation import Check

FILE_LIMIT_BYTES = 10_000_000
"""The largest file of a document."""
_PDF_WITHIN_BYTES = 1_024
_SPACE = b"\xef\xbb\xbf \t\r\n"


def media_type_of(content: bytes) -> str | None:
    """Tell what a content is, whatever its name says: a PDF or an XML invoice; None: neither.

    A PDF may have some bytes in front of its mark, as its readers allow.
    """
    if b"%PDF-" in content[:_PDF_WITHIN_BYTES]:
        return "application/pdf"
    if content.lstrip(_SPACE).startswith(b"<?xml"):
        return "application/xml"
    return None


def check_file(name: str, content: bytes, check: Check) -> None:
    """Collect what is wrong with a file: its name, its size, what it is."""
    check.text("name", name)
    if len(content) > FILE_LIMIT_BYTES:
        message = f"the file has {len(content):,} bytes; at most {FILE_LIMIT_BYTES:,} are taken"
        check.add(ErrorCode.FILE_TOO_LARGE, message, "content")
    elif media_type_of(content) is None:
        message = "the file is neither a PDF (%PDF-) nor an XML document (<?xml)"
        check.add(ErrorCode.FILE_MALFORMED, message, "content")


def safe_name(name: str) -> str:
    """Return a file's name without folders and without what a header could not carry."""
    bare = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(one for one in bare if one.isprintable() and one != '"')
    return kept.strip(". ") or "document"
