"""Secrets that have to be used again: encrypted in the database, the key kept apart from it."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

if TYPE_CHECKING:
    from collections.abc import Sequence

KEY_FILE = "secret.key"
"""The file below the data folder that holds the key where no setting does."""


class SealBrokenError(Exception):
    """What was sealed cannot be opened with any of the keys."""


@dataclass(frozen=True, slots=True)
class Vault:
    """Seals with the first key, and opens with any of them, so that keys can be changed."""

    _keys: MultiFernet

    @classmethod
    def of(cls, keys: Sequence[str]) -> Vault:
        """Build one from keys, each 32 bytes in URL-safe base64; raise `ValueError` for others."""
        return cls(MultiFernet([Fernet(one) for one in keys]))

    @classmethod
    def at(cls, directory: Path) -> Vault:
        """Build one from the key file of a data folder, which is made where there is none."""
        return cls.of(key_at(directory / KEY_FILE).split())

    def seal(self, secret: str) -> bytes:
        """Encrypt a secret."""
        return self._keys.encrypt(secret.encode())

    def open(self, sealed: bytes) -> str:
        """Decrypt what was sealed, or raise `SealBrokenError`."""
        try:
            return self._keys.decrypt(sealed).decode()
        except InvalidToken as error:
            raise SealBrokenError from error


def new_key() -> str:
    """Return a new key."""
    return Fernet.generate_key().decode()


def key_at(path: Path) -> str:
    """Read a key file, or make it whole: whoever is first wins, and nobody sees half of it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(new_key() + "\n")
                file.flush()
                os.fsync(file.fileno())
            Path(path).hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            Path(draft).unlink()
    return path.read_text(encoding="ascii")
