"""Signatures of the sandbox's webhooks: HMAC-SHA256 over the time and the raw body."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

HEADER = "sandbox-signature"
TOLERANCE = timedelta(minutes=5)


def sign(key: str, body: bytes, at: datetime) -> str:
    """Return the value of the header for a body."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_digest(key, seconds, body)}"


def is_signed(key: str, header: str, body: bytes, now: datetime) -> bool:
    """Tell whether a body was signed with the key, within five minutes of now."""
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    written = parts.get("t", "")
    if not (written.isascii() and written.isdigit() and len(written) < len("99999999999")):
        return False
    seconds = int(written)
    if abs(now - datetime.fromtimestamp(seconds, UTC)) > TOLERANCE:
        return False
    wanted = _digest(key, seconds, body)
    return hmac.compare_digest(wanted.encode(), parts.get("v1", "").encode())


def _digest(key: str, seconds: int, body: bytes) -> str:
    return hmac.new(key.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
