import re

import pytest

from tests.architecture.source import ROOT

REQUIREMENTS = ROOT / "requirements"
LOCKS = ("main", "dev", "superset", "web")
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)", re.MULTILINE)


def lock_text(name: str) -> str:
    return (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")


def pinned_versions(name: str) -> dict[str, str]:
    return dict(PIN.findall(lock_text(name)))


def wanted_names(name: str) -> set[str]:
    lines = (REQUIREMENTS / f"{name}.in").read_text(encoding="utf-8").splitlines()
    return {re.split(r"[\[=<>~! ]", line)[0] for line in lines if line and line[0] not in "#-"}


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_carries_its_hashes(name: str) -> None:
    blocks = re.split(r"\n(?=\S)", lock_text(name))
    bare = [block for block in blocks if PIN.match(block) and "--hash=sha256:" not in block]
    assert not bare
    assert pinned_versions(name)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_index_and_no_place(name: str) -> None:
    strays = re.findall(r".*(?:://|--index|--extra|--find|--trusted|file:| @ ).*", lock_text(name))
    assert not strays


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_everything_that_is_asked_for(name: str) -> None:
    assert not wanted_names(name) - pinned_versions(name).keys(), "run: make lock"


def test_the_two_locks_agree() -> None:
    main, dev = pinned_versions("main"), pinned_versions("dev")
    assert main.items() <= dev.items(), "run: make lock"
