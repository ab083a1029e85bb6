"""Spans for OpenTelemetry: nothing at all unless an endpoint is set.

The library is loaded by `begin_tracing` alone. Until then `span` hands out one and the same object
that does nothing, and costs as much as a function call.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from app.telemetry.exporting import Exporting


class Begun(Protocol):
    """A span that does not become the current one; whoever began it ends it."""

    def end(self) -> None:
        """End it."""
        ...


class _NoSpan:
    def end(self) -> None:
        """Do nothing."""


_NOTHING: AbstractContextManager[Any] = nullcontext()
NO_SPAN = _NoSpan()
"""What there is to end where nothing was begun."""
_exporting: Exporting | None = None


def begin_tracing(endpoint: str, process: str, version: str) -> None:
    """Export spans and measures to an OTLP endpoint (HTTP) until the process ends.

    Args:
        endpoint: such as http://127.0.0.1:4318; the usual paths are added to it.
        process: what the supervisor calls this process.
        version: Loge's.
    """
    global _exporting  # noqa: PLW0603 - one switch for the whole process, thrown once at its start
    # Here, because loading the library takes a quarter of a second and its threads some memory.
    from app.telemetry.exporting import Exporting  # noqa: PLC0415

    _exporting = Exporting(endpoint, process, version)


def end_tracing() -> None:
    """Send what waits, and stop."""
    global _exporting
    ending, _exporting = _exporting, None
    if ending is not None:
        ending.close()


def is_tracing() -> bool:
    """Tell whether spans go anywhere."""
    return _exporting is not None


def span(
    name: str, attributes: Mapping[str, str | int] | None = None
) -> AbstractContextManager[Any]:
    """Return a span to do something within; values and secrets are never attributes."""
    return _NOTHING if _exporting is None else _exporting.span(name, attributes)


def open_span(name: str, attributes: Mapping[str, str | int]) -> Begun:
    """Begin a span below the current one, for what ends elsewhere than it began."""
    return NO_SPAN if _exporting is None else _exporting.open_span(name, attributes)


def server_span(
    name: str, headers: Mapping[str, str], attributes: Mapping[str, str | int]
) -> AbstractContextManager[Any]:
    """Return the span of a request, below the caller's if its headers name one."""
    if _exporting is None:
        return _NOTHING
    return _exporting.server_span(name, headers, attributes)


def note(attributes: Mapping[str, str | int], name: str | None = None) -> None:
    """Add to the span that is open what became known only later, such as its name."""
    if _exporting is not None:
        _exporting.note(attributes, name)
