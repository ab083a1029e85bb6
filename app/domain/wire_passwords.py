"""Passwords of the wire, to which BI tools connect: what is kept of them proves them, no more."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

WIRE_PASSWORD_PREFIX = "logew_"  # noqa: S105 - the mark by which leak scanners find one
"""What every password begins with that opens the wire and nothing else."""
ITERATIONS = 4096
"""As PostgreSQL has it; guessing 256 random bits is no faster with fewer."""
_SALT_BYTES = 16


def wire_salt(organisation_id: UUID) -> bytes:
    """Return the salt of all passwords of a club.

    One login can then prove any of several: two tokens of one name, both secrets of a rotation, or
    none, which looks the same. Passwords are drawn, so that a salt of its own would protect none.
    """
    return hashlib.sha256(b"wire" + organisation_id.bytes).digest()[:_SALT_BYTES]


def wire_verifier(password: str, organisation_id: UUID) -> str:
    """Return what proves a password by SCRAM-SHA-256 (RFC 7677), in the form of PostgreSQL."""
    salt = wire_salt(organisation_id)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    texts = (base64.b64encode(one).decode() for one in (salt, stored, server))
    return "SCRAM-SHA-256${}:{}${}:{}".format(ITERATIONS, *texts)
