"""Pictures as logos: decoded and drawn anew, so that nothing but what is seen is ever served.

A picture that cannot be decoded here would break every report on paper, and one that is passed on
as it came could be a page or a script at the same time.
"""

from __future__ import annotations

import io

from PIL import Image

from app.domain.brands import LOGO_BYTES
from app.domain.errors import ErrorCode, refuse

KINDS = ("PNG", "JPEG")
MOST_PIXELS = 16_000_000
"""Pixels of a picture that are decoded; a small file can claim to have any number of them."""
LOGO_SIZE = (800, 400)
"""The most that is kept, in pixels; papers and pages show less."""
_LEAST_SIDE = 16


def logo_of(content: bytes, *path: str) -> bytes:
    """Return a PNG of what a picture shows, without anything else that was in its file.

    Raises:
        DomainError: FILE_TOO_LARGE; FILE_MALFORMED for whatever is no picture of the right kind.
    """
    if len(content) > LOGO_BYTES:
        message = f"the picture has {len(content):,} bytes; at most {LOGO_BYTES:,} are taken"
        refuse(ErrorCode.FILE_TOO_LARGE, message, *path)
    try:
        with Image.open(io.BytesIO(content), formats=KINDS) as given:
            width, height = given.size
            if width * height > MOST_PIXELS or min(width, height) < _LEAST_SIDE:
                message = f"a logo has at least {_LEAST_SIDE} pixels each way and at most "
                message += f"{MOST_PIXELS:,} in all, not {width} by {height}"
                refuse(ErrorCode.FILE_MALFORMED, message, *path)
            drawn = given.convert("RGBA")
    except (OSError, SyntaxError, ValueError):
        message = "the content is no picture that can be read: send a whole PNG or JPEG file"
        refuse(ErrorCode.FILE_MALFORMED, message, *path)
    drawn.thumbnail(LOGO_SIZE)
    # A new picture has the pixels alone: no profile, text or position that the file had.
    bare = Image.new("RGBA", drawn.size)
    bare.paste(drawn)
    kept = io.BytesIO()
    bare.save(kept, "PNG", optimize=True)
    return kept.getvalue()
