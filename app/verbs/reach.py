"""How a verb reaches the database and finds the club it is about."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app import main
from app.demo import CODE as DEMO_CODE
from app.processes.progress import print_line
from app.storage.organisations import find_organisation, organisation_codes
from app.verbs.execution import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.commands.execution import Runner
    from app.config import Settings
    from app.domain.organisations import Organisation
    from app.storage.engine import Engine


def say_aside(line: str) -> None:
    """Tell progress on standard error, where it does not mix with the answer."""
    print_line(line, sys.stderr)


@contextmanager
def reached(settings: Settings) -> Iterator[Runner]:
    """Open a runner on the database for a block, starting the embedded server if it is stopped."""
    server = main.embedded(settings)
    if server is not None and server.status().data_folder is None:
        raise RefusedError(
            f"there is no database in {settings.data_directory} yet; "
            "make one with 'loge migrate', or with the demo club by 'loge demo'"
        )
    with main.database(settings, say_aside) as url, main.commands(url) as runner:
        yield runner


def chosen_organisation(engine: Engine, code: str | None) -> Organisation:
    """Find the club: the one that was named, else the only one, else the demo club."""
    codes = organisation_codes(engine)
    if code is None:
        if not codes:
            raise RefusedError("there is no organisation yet; create one: loge organisation add")
        if len(codes) > 1 and DEMO_CODE not in codes:
            raise RefusedError(f"name one with --organisation: {', '.join(codes)}")
        code = codes[0] if len(codes) == 1 else DEMO_CODE
    organisation = find_organisation(engine, code)
    if organisation is None:
        known = f"there are: {', '.join(codes)}" if codes else "there is none yet"
        raise RefusedError(f"no organisation has the code {code!r}; {known}")
    return organisation
