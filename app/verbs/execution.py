"""How a verb runs: what was foreseen becomes one line on standard error and an exit code."""

from __future__ import annotations

import getpass
import os
import sys
from typing import TYPE_CHECKING

from app.config import SettingError, read_log_settings
from app.domain.errors import DomainError
from app.domain.permissions import Actor, Role
from app.main import NotReadyError
from app.processes.listening import PortError
from app.processes.logs import configure_logging
from app.processes.progress import print_line
from app.processes.signals import StopRequested, StopSwitch
from app.processes.supervisor import StartError
from app.processes.supervisor_note import RestartError
from app.storage.failures import is_unavailable
from app.storage.postgres import EmbeddedPostgresError

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable
    from uuid import UUID

INTERRUPTED = 130
"""The exit code of a verb that was asked to stop before it was done."""


class RefusedError(Exception):
    """A verb cannot do what it was asked; the message says why and what helps."""


FORESEEN = (
    DomainError,
    EmbeddedPostgresError,
    NotReadyError,
    PortError,
    RefusedError,
    RestartError,
    SettingError,
    StartError,
)
"""What a person at the command line can do something about."""


def execute(verb: Callable[[Namespace], int], arguments: Namespace) -> int:
    """Run a verb and return the exit code: 0 done, 1 refused or failed."""
    StopSwitch()
    try:
        configure_logging(read_log_settings())
        return verb(arguments)
    except FORESEEN as error:
        complain(_sentence(error))
    except StopRequested:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        complain(str(error))
    except Exception as error:
        if not is_unavailable(error):
            raise
        reason = str(error).partition("\n")[0]
        complain(f"the database cannot be reached: {reason}")
    return 1


def complain(message: str) -> None:
    """Print why a verb failed, on standard error."""
    print_line(f"loge: {message}", sys.stderr)


def operator_name() -> str:
    """Name whoever types the command, as the audit names them."""
    try:
        return f"operator:{getpass.getuser()}"
    except (KeyError, OSError):
        # A user id without a name, as containers often have.
        return f"operator:{os.getuid()}"


def operator(organisation_id: UUID) -> Actor:
    """Return whoever types the command as an actor who may do everything in one club."""
    return Actor(organisation_id, None, Role.ROOT, operator=operator_name())


def _sentence(error: Exception) -> str:
    """Return an error's message, of a refusal all reasons without their paths."""
    if isinstance(error, DomainError):
        return "; ".join(one.message for one in error.violations)
    return str(error)
