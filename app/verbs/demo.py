"""`loge demo`: the demo club, loaded where it is missing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from app import main
from app.config import read_settings
from app.demo.club import load_demo
from app.processes.progress import Progress

if TYPE_CHECKING:
    from argparse import Namespace


def load(arguments: Namespace) -> int:  # noqa: ARG001 - every verb is given the command line
    """Migrate the database and load the demo club."""
    say = Progress(sys.stdout)
    with main.database(read_settings(), say) as url:
        main.bring_up_to_date(url)
        with main.commands(url, connections=2) as runner:
            load_demo(runner, say)
    return 0
