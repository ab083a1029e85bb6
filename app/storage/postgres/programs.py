"""Runs the executables of the wheel, in a clean environment and as the right account."""

import os
import subprocess
from pathlib import Path

from app.storage.postgres.errors import NO_SPACE, DiskFullError
from app.storage.postgres.privilege import Account


def clean_environment(**extra: str) -> dict[str, str]:
    """Return an environment without the caller's PG… variables, which would redirect a client."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C",
        "TZ": "UTC",
        "PGPASSFILE": os.devnull,
        **extra,
    }


def run_program(
    account: Account,
    arguments: list[str | Path],
    *,
    given: str = "",
    password: str | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run one executable to its end as the account; a failure is the caller's to judge.

    The password travels in the environment, which only the same account and root can read.

    Raises:
        DiskFullError: the program failed and said that no space was left.
        OSError: the program could not be run at all.
    """
    extra = {} if password is None else {"PGPASSWORD": password}
    done = subprocess.run(
        arguments,
        input=given,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env=clean_environment(**extra),
        cwd="/",
        user=account.user,
        group=account.group,
        extra_groups=account.extra_groups,
        umask=0o077,
        start_new_session=True,
    )
    if done.returncode != 0 and NO_SPACE in done.stderr:
        raise DiskFullError(
            f"No space was left while {Path(arguments[0]).name} ran: {last_lines(done.stderr)}\n"
            "Free some space and try again.",
        )
    return done


def last_lines(text: str, count: int = 8) -> str:
    """Return the last lines of a program's output, for the message of an error."""
    return "\n".join(text.strip().splitlines()[-count:])
