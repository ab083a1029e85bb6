"""The generated password of the server's one role, and the form of it that the server stores."""

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

ROLE = "loge"
ITERATIONS = 4096
PASSWORD_BYTES = 32


def read_password(file: Path) -> str | None:
    """Read the password; None where there is none yet. It is safe in URLs as it stands."""
    try:
        return file.read_text(encoding="ascii").strip() or None
    except FileNotFoundError:
        return None


def write_new_password(file: Path) -> str:
    """Generate a password and keep it in a file that only the current user can read."""
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    write_private(file, password)
    return password


def write_private(file: Path, text: str) -> None:
    """Write a file that only the current user can read; it appears complete or not at all."""
    staging = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with os.fdopen(os.open(staging, flags, 0o600), "w", encoding="ascii") as stream:
        stream.write(text + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    staging.replace(file)


def scram_verifier(password: str) -> str:
    """Return what the server stores instead of the password, so that no statement contains it.

    Source: RFC 5802 section 3 with SHA-256, in the form that pg_authid.rolpassword documents.
    """
    salt = os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, ITERATIONS)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    stored_key = hashlib.sha256(client_key).digest()
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    salt_text, stored_text, server_text = (
        base64.b64encode(part).decode("ascii") for part in (salt, stored_key, server_key)
    )
    return f"SCRAM-SHA-256${ITERATIONS}:{salt_text}${stored_text}:{server_text}"
