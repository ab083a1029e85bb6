"""Settings from the environment, read and checked once."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from app.transfers.mail.server import MailServer

if TYPE_CHECKING:
    from collections.abc import Mapping

_CHECKOUT = Path(__file__).resolve().parent.parent
_PORTS = range(65_536)
_POINTS = range(1, 1_000_000_001)
_MEGABYTES = range(128, 1_048_577)
_SECONDS = range(1, 1_000_001)
SEMANTIC_ADDRESS = "LOGE_SEMANTIC_URL"
"""The setting that says where the semantic layer is; `loge serve` sets it for its processes."""
SECRET_LENGTH = 16
"""The shortest secret that a setting may have."""
SIGNING_LENGTH = 32
"""The shortest secret that signs: a shorter one can be found out from what it signed."""


class SettingError(Exception):
    """A setting that cannot be used; the message names it and says what would be right."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment decides.

    `database_url` None means the embedded PostgreSQL below `data_directory`. `http_port` 0 lets
    the system choose. `kept_answers_mb` is what answers of one API process may take that are kept
    to be given again while nothing has changed; 0 keeps none.
    """

    http_host: str
    http_port: int
    data_directory: Path
    database_url: str | None
    api_processes: int
    metrics_token: str | None
    otlp_endpoint: str | None
    allows_private_issuers: bool
    kept_answers_mb: int
    sandbox_psp_key: str | None = field(default=None, repr=False)
    """What opens the sandbox PSP; None serves none."""


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """Where events may be sent, and by which keys their secrets are kept.

    Without `secret_keys` there is a key file in the data folder. `public_url` ends without a slash.
    """

    secret_keys: tuple[str, ...]
    allows_private: bool
    public_url: str


@dataclass(frozen=True, slots=True)
class DoorSettings:
    """Who may come through the door of the GraphQL API, with what, and how often.

    `trusted_documents` None means that none are registered. The points are those of a caller
    without a quota of their own, for each API process.
    """

    allowed_origins: tuple[str, ...]
    trusted_documents: Path | None
    trusted_only: str
    points_per_second: int
    bucket_points: int


@dataclass(frozen=True, slots=True)
class SemanticSettings:
    """Where the semantic layer serves, and with what.

    `is_served` says whether `loge serve` runs one. `address` is where the API reaches it, without
    a slash at the end. `models_folder` holds models of the installation's own, None where there are
    none. `secret` signs security contexts; None means the key file in the data folder. `memory_mb`
    is what DuckDB may use.
    """

    is_served: bool
    port: int
    address: str
    models_folder: Path | None
    secret: str | None
    memory_mb: int


@dataclass(frozen=True, slots=True)
class WireSettings:
    """Where BI tools connect that speak PostgreSQL's protocol, and how many at once.

    `port` 0 means that nothing listens. Without `certificate` and `key` a certificate is made and
    kept in the data folder. `statement_seconds` and `idle_seconds` are how long a statement may run
    and a session may say nothing.
    """

    host: str
    port: int
    certificate: Path | None
    key: Path | None
    session_limit: int
    statement_seconds: int
    idle_seconds: int


@dataclass(frozen=True, slots=True)
class LogSettings:
    """How the log is written; `format` None means text on a terminal and JSON elsewhere."""

    format: str | None
    level: str
    has_requests: bool


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
        metrics_token=_secret(values, "LOGE_METRICS_TOKEN"),
        otlp_endpoint=_web_address(values, "LOGE_OTLP_ENDPOINT"),
        allows_private_issuers=_is_on(values, "LOGE_PRIVATE_ISSUERS"),
        kept_answers_mb=_whole(values, "LOGE_KEPT_ANSWERS_MB", 64, range(1_000_001)),
        sandbox_psp_key=_secret(values, "LOGE_SANDBOX_PSP_KEY"),
    )


def read_webhook_settings(environment: Mapping[str, str] | None = None) -> WebhookSettings:
    """Read what concerns webhooks, or raise `SettingError`."""
    values = os.environ if environment is None else environment
    settings = read_settings(values)
    host = settings.http_host if settings.http_host != "0.0.0.0" else "127.0.0.1"  # noqa: S104 - compared, not listened on
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.http_port}"
    private = _one_of(values, "LOGE_WEBHOOK_PRIVATE_ADDRESSES", "refuse", ("refuse", "allow"))
    return WebhookSettings(
        secret_keys=_keys(values, "LOGE_SECRET_KEY"),
        allows_private=private == "allow",
        public_url=(_web_address(values, "LOGE_PUBLIC_URL") or address).rstrip("/"),
    )


def read_door_settings(environment: Mapping[str, str] | None = None) -> DoorSettings:
    """Read what concerns the door of the GraphQL API, or raise `SettingError`."""
    values = os.environ if environment is None else environment
    place = values.get("LOGE_TRUSTED_DOCUMENTS") or None
    only = _one_of(values, "LOGE_TRUSTED_ONLY", "nobody", ("nobody", "portals", "everyone"))
    if only != "nobody" and place is None:
        raise SettingError(
            "LOGE_TRUSTED_ONLY needs LOGE_TRUSTED_DOCUMENTS, which names the registered documents"
        )
    return DoorSettings(
        allowed_origins=_origins(values, "LOGE_ALLOWED_ORIGINS"),
        trusted_documents=None if place is None else Path(place).expanduser().resolve(),
        trusted_only=only,
        points_per_second=_whole(values, "LOGE_POINTS_PER_SECOND", 1_000, _POINTS),
        bucket_points=_whole(values, "LOGE_BUCKET_POINTS", 10_000, _POINTS),
    )


def read_semantic_settings(environment: Mapping[str, str] | None = None) -> SemanticSettings:
    """Read what concerns the semantic layer, or raise `SettingError`."""
    values = os.environ if environment is None else environment
    port = _whole(values, "LOGE_SEMANTIC_PORT", 4000, _PORTS)
    folder = values.get("LOGE_SEMANTIC_MODELS") or None
    address = _web_address(values, SEMANTIC_ADDRESS) or f"http://127.0.0.1:{port}"
    return SemanticSettings(
        is_served=_one_of(values, "LOGE_SEMANTIC", "on", ("on", "off")) == "on",
        port=port,
        address=address.rstrip("/"),
        models_folder=None if folder is None else Path(folder).expanduser().resolve(),
        secret=_secret(values, "LOGE_SEMANTIC_SECRET", SIGNING_LENGTH),
        memory_mb=_whole(values, "LOGE_SEMANTIC_MEMORY_MB", 1024, _MEGABYTES),
    )


def read_wire_settings(environment: Mapping[str, str] | None = None) -> WireSettings:
    """Read what concerns BI tools that speak PostgreSQL's protocol, or raise `SettingError`."""
    values = os.environ if environment is None else environment
    certificate = _file(values, "LOGE_WIRE_TLS_CERT")
    key = _file(values, "LOGE_WIRE_TLS_KEY")
    if (certificate is None) != (key is None):
        raise SettingError("LOGE_WIRE_TLS_CERT and LOGE_WIRE_TLS_KEY belong together: set both")
    return WireSettings(
        host=values.get("LOGE_WIRE_HOST") or read_settings(values).http_host,
        port=_whole(values, "LOGE_WIRE_PORT", 15_432, _PORTS),
        certificate=certificate,
        key=key,
        session_limit=_whole(values, "LOGE_WIRE_SESSIONS", 100, range(1, 1_001)),
        statement_seconds=_whole(values, "LOGE_WIRE_STATEMENT_SECONDS", 600, _SECONDS),
        idle_seconds=_whole(values, "LOGE_WIRE_IDLE_SECONDS", 3_600, _SECONDS),
    )


def read_mail_settings(environment: Mapping[str, str] | None = None) -> MailServer | None:
    """Read what concerns e-mail, None where none is sent, or raise `SettingError`."""
    values = os.environ if environment is None else environment
    host = values.get("LOGE_SMTP_HOST") or None
    if host is None:
        return None
    user, password = values.get("LOGE_SMTP_USER") or None, values.get("LOGE_SMTP_PASSWORD") or None
    tls = _one_of(values, "LOGE_SMTP_TLS", "starttls", ("starttls", "on", "off"))
    if (user is None) != (password is None):
        raise SettingError("LOGE_SMTP_USER and LOGE_SMTP_PASSWORD belong together: set both")
    if user is not None and tls == "off":
        raise SettingError("LOGE_SMTP_TLS must not be off where a password is sent")
    sender = values.get("LOGE_SMTP_FROM") or ""
    if not re.fullmatch(r"[^<>@\s]+@[^<>@\s]+|[^<>@\r\n]+ <[^<>@\s]+@[^<>@\s]+>", sender):
        raise SettingError(
            "LOGE_SMTP_FROM must be an address, such as reports@club.example, or a name and an "
            f"address, such as Club <reports@club.example>, not {sender!r}"
        )
    port = _whole(values, "LOGE_SMTP_PORT", 465 if tls == "on" else 587, _PORTS)
    return MailServer(host, port, tls, user, password, sender)


def _file(values: Mapping[str, str], name: str) -> Path | None:
    """Read the path of a file, which has to be there."""
    text = values.get(name) or None
    found = None if text is None else Path(text).expanduser().resolve()
    if found is not None and not found.is_file():
        raise SettingError(f"{name} must be the path of a file in PEM form; {found} is none")
    return found


def _origins(values: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Read the origins of web pages, with commas between them."""
    found = tuple(one.strip() for one in (values.get(name) or "").split(",") if one.strip())
    for one in found:
        if not re.fullmatch(r"https?://(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?", one):
            raise SettingError(
                f"{name} must be origins like https://portal.example with commas between them, "
                f"without paths and without *, not {one!r}"
            )
    return found


def _keys(values: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Read keys of 32 bytes; they are never repeated in a message."""
    found = tuple(one.strip() for one in (values.get(name) or "").split(",") if one.strip())
    for one in found:
        if not re.fullmatch(r"[A-Za-z0-9_-]{43}=", one):
            raise SettingError(
                f"{name} must be 32 random bytes in URL-safe base64, 44 characters with the sign = "
                "at the end; several, the newest first, with commas between them"
            )
    return found


def read_log_settings(environment: Mapping[str, str] | None = None) -> LogSettings:
    """Read how to log, apart from the rest: a wrong setting is to be told in the right form."""
    values = os.environ if environment is None else environment
    form = _one_of(values, "LOGE_LOG_FORMAT", "", ("json", "text"))
    level = _one_of(values, "LOGE_LOG_LEVEL", "info", ("debug", "info", "warning", "error"))
    has_requests = _one_of(values, "LOGE_ACCESS_LOG", "on", ("on", "off")) == "on"
    return LogSettings(form or None, level.upper(), has_requests)


def _one_of(values: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    """Read one of a few words."""
    text = (values.get(name) or default).lower()
    if text and text not in allowed:
        raise SettingError(f"{name} must be {' or '.join(allowed)}, not {text!r}")
    return text


def _is_on(values: Mapping[str, str], name: str) -> bool:
    """Read a switch that is off unless it is turned on."""
    return _one_of(values, name, "off", ("on", "off")) == "on"


def _secret(values: Mapping[str, str], name: str, least: int = SECRET_LENGTH) -> str | None:
    """Read a secret, which has to be long enough not to be guessed; it is never repeated."""
    text = values.get(name) or None
    if text is not None and (len(text) < least or not text.isascii() or " " in text):
        raise SettingError(f"{name} must be at least {least} ASCII characters without spaces")
    return text


def _web_address(values: Mapping[str, str], name: str) -> str | None:
    """Read the address of a server that speaks HTTP."""
    text = values.get(name) or None
    if text is not None and not text.startswith(("http://", "https://")):
        raise SettingError(f"{name} must begin with http:// or https://, not {text!r}")
    return text


def _whole(values: Mapping[str, str], name: str, default: int, allowed: range) -> int:
    """Read a whole number within bounds."""
    text = values.get(name) or str(default)
    if not (text.isascii() and text.isdigit()) or int(text) not in allowed:
        bounds = f"{allowed.start} to {allowed.stop - 1}"
        raise SettingError(f"{name} must be a whole number from {bounds}, not {text!r}")
    return int(text)
