"""What the API is built over, handed in by the composition root."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from semantic.query.reading import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from semantic.access.principal import Principal
    from semantic.compiling import Compiler
    from semantic.rest.authentication import Authenticator
    from semantic.run.engine import Engine

BODY_LIMIT_BYTES = 1_000_000
CONTINUE_WAIT_SECONDS = 10.0
"""After how long a caller is asked to come again."""
LONGEST_WAIT_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Settings:
    """How the API behaves.

    `concurrency` queries run at once; `kept_bytes` is what answers may take that are kept to be
    given again while the facts are the same, or while a newer one takes long.
    """

    base_path: str = "/cubejs-api"
    limits: Limits = field(default_factory=Limits)
    continue_wait_seconds: float = CONTINUE_WAIT_SECONDS
    patience_seconds: float = 30.0
    concurrency: int = 4
    running_limit: int = 500
    kept_bytes: int = 64_000_000
    body_limit_bytes: int = BODY_LIMIT_BYTES
    allowed_origins: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a wait that is no wait, or one that proxies would cut."""
        if not 0 < self.continue_wait_seconds <= LONGEST_WAIT_SECONDS:
            message = f"continue_wait_seconds must be above 0 and at most {LONGEST_WAIT_SECONDS:g}"
            raise ValueError(message)


class Rollups(Protocol):
    """Refreshes pre-aggregations when it is asked to."""

    def build(self, principal: Principal, name: str, timezone: str) -> str:
        """Refresh one for the caller's club, by its name `cube.pre_aggregation`.

        Returns the table that has it.

        Raises:
            Exception: it could not be built.
        """
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that the API needs.

    `compiler_for` returns the compiler over the models of a caller's club, the latest that are
    right; the same one as long as they are the same.
    """

    authenticator: Authenticator
    compiler_for: Callable[[Principal], Compiler]
    engine: Engine
    settings: Settings = field(default_factory=Settings)
    rollups: Rollups | None = None
