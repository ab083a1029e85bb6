"""`loge schema` and `loge version`: what this version offers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from app import __version__
from app.processes.progress import print_line

if TYPE_CHECKING:
    from argparse import Namespace


def print_schema(arguments: Namespace) -> int:  # noqa: ARG001 - every verb is given the command line
    """Print the GraphQL schema."""
    # Here, because loading GraphQL takes longer than everything that `version` does.
    from app.schema import build  # noqa: PLC0415

    sys.stdout.write(build.print_schema())
    return 0


def print_version(arguments: Namespace) -> int:  # noqa: ARG001 - every verb is given the command line
    """Print the version."""
    print_line(f"loge {__version__}")
    return 0
