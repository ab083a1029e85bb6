"""The log of every process: lines on standard error, for machines as JSON or for people as text."""

from __future__ import annotations

import logging
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson
from pythonjsonlogger.orjson import OrjsonFormatter

from app.http.observation import ACCESS_LOG
from app.telemetry.exchange import current_exchange
from app.telemetry.measures import PROCESS_VARIABLE

if TYPE_CHECKING:
    from typing import TextIO

    from app.config import LogSettings

_KEPT_QUIET = ("uvicorn", "asyncio", "alembic", "opentelemetry", "urllib3", "httpx", "httpcore")
"""Libraries that tell much; of them only what is a warning is heard."""
_RENAMED = {"levelname": "level", "name": "logger", "exc_info": "traceback"}
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""What every record has; anything beyond it was given to it as a field of its own."""


def configure_logging(settings: LogSettings, stream: TextIO | None = None) -> None:
    """Send the log of this process to standard error in the chosen form."""
    target = sys.stderr if stream is None else stream
    # What nobody reads in a line need not be found out for it: a third of what a line costs.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = logging.StreamHandler(target)
    handler.setFormatter(TextForm() if is_text(settings, target) else JsonForm())
    handler.addFilter(_add_request)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("loge").setLevel(settings.level)
    for name in _KEPT_QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    heard = logging.NOTSET if settings.has_requests else logging.CRITICAL
    logging.getLogger(ACCESS_LOG).setLevel(heard)


def is_text(settings: LogSettings, stream: TextIO | None = None) -> bool:
    """Tell whether the log is for people to read."""
    target = sys.stderr if stream is None else stream
    return target.isatty() if settings.format is None else settings.format == "text"


class JsonForm(OrjsonFormatter):
    """One JSON object a line: when, how grave, which process, what, and the fields of the line."""

    def __init__(self) -> None:
        """Name the fields as the guide for operators lists them."""
        super().__init__(
            ["levelname", "name", "message"],
            rename_fields=_RENAMED,
            static_fields={
                "process": os.environ.get(PROCESS_VARIABLE) or "loge",
                "pid": os.getpid(),
            },
            timestamp="at",
        )
        self._static = dict(self.static_fields)

    def format(self, record: logging.LogRecord) -> str:
        """Write one record; the line of a request, of which there are most, by the short way."""
        if not isinstance(record.msg, dict):
            return super().format(record)
        line = {
            "level": record.levelname,
            "logger": record.name,
            "message": "request",
            **self._static,
            **record.msg,
            "at": datetime.fromtimestamp(record.created, UTC),
        }
        return orjson.dumps(line).decode()


class TextForm(logging.Formatter):
    """A line for people: the time of the day, how grave, what, and its fields as name=value."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record, a traceback below it."""
        at = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S.%f")[:-3]
        said, fields = record.getMessage(), vars(record)
        if isinstance(record.msg, dict):
            said, fields = "request", record.msg
        noted = "".join(f" {name}={value}" for name, value in fields.items() if name not in _PLAIN)
        line = f"{at} {record.levelname:<7} {record.name}: {said}{noted}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _add_request(record: logging.LogRecord) -> bool:
    """Say of every line which request it is about."""
    exchange = current_exchange()
    if exchange is not None:
        record.request_id = exchange.request_id
    return True
