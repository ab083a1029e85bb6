"""Settings from the environment, read and checked once."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_CHECKOUT = Path(__file__).resolve().parent.parent
_PORTS = range(65_536)


class SettingError(Exception):
    """A setting that cannot be used; the message names it and says what would be right."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment decides.

    `database_url` None means the embedded PostgreSQL below `data_directory`. `http_port` 0 lets
    the system choose.
    """

    http_host: str
    http_port: int
    data_directory: Path
    database_url: str | None
    api_processes: int


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings, or raise `SettingError`."""
    values = os.environ if environment is None else environment
    directory = values.get("LOGE_DATA_DIR") or str(_CHECKOUT / ".loge")
    url = values.get("LOGE_DATABASE_URL") or None
    if url is not None and not url.startswith(("postgresql://", "postgres://", "postgresql+")):
        raise SettingError("LOGE_DATABASE_URL must begin with postgresql:// and name a database")
    return Settings(
        http_host=values.get("LOGE_HTTP_HOST") or "127.0.0.1",
        http_port=_whole(values, "LOGE_HTTP_PORT", 8000, _PORTS),
        data_directory=Path(directory).expanduser().resolve(),
        database_url=None if url is None else url.replace("postgres://", "postgresql://", 1),
        api_processes=_whole(values, "LOGE_API_PROCESSES", 1, range(1, 65)),
    )


def _whole(values: Mapping[str, str], name: str, default: int, allowed: range) -> int:
    """Read a whole number within bounds."""
    text = values.get(name) or str(default)
    if not (text.isascii() and text.isdigit()) or int(text) not in allowed:
        bounds = f"{allowed.start} to {allowed.stop - 1}"
        raise SettingError(f"{name} must be a whole number from {bounds}, not {text!r}")
    return int(text)
