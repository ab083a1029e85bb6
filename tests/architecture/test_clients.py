"""The folder of clients that run on Node: pinned, without a registry's address, small files."""

import json
import re
from typing import Any

import pytest

from tests.architecture.source import ROOT, text_files
from tests.architecture.test_sizes import FILE_LINES

CLIENTS = ROOT / "tests" / "clients"
LINE_LENGTH = 100


def read_json(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CLIENTS / name).read_text(encoding="utf-8"))
    return found


def locked() -> dict[str, dict[str, Any]]:
    packages: dict[str, dict[str, Any]] = read_json("package-lock.json")["packages"]
    return {path: package for path, package in packages.items() if path}


def test_every_package_is_pinned_to_one_version() -> None:
    wanted: dict[str, str] = read_json("package.json")["devDependencies"]
    loose = {name: text for name, text in wanted.items() if not re.fullmatch(r"[\d.]+", text)}
    assert not loose
    assert wanted.items() <= {
        (path.removeprefix("node_modules/"), package["version"])
        for path, package in locked().items()
    }


def test_every_locked_package_has_its_hash_and_no_address() -> None:
    assert locked()
    assert not [path for path, package in locked().items() if "integrity" not in package]
    assert not [path for path, package in locked().items() if "resolved" in package]


@pytest.mark.parametrize("platform", ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"])
def test_what_is_compiled_is_locked_for_every_platform(platform: str) -> None:
    assert f"node_modules/@typescript/typescript-{platform}" in locked()


GENERATED = {"reports/web/src/api/generated.ts"}
"""Written by `make web-types` from the schema."""


def test_scripts_are_small_and_their_lines_short() -> None:
    scripts = {
        path: text.splitlines()
        for path, text in text_files().items()
        if path.endswith((".ts", ".tsx")) and path not in GENERATED
    }
    assert any(path.startswith("tests/clients/") for path in scripts)
    assert not [path for path, lines in scripts.items() if len(lines) > FILE_LINES]
    assert not [
        f"{path}:{number}"
        for path, lines in scripts.items()
        if not path.startswith("reports/web/")  # whose lines Biome breaks
        for number, line in enumerate(lines, 1)
        if len(line) > LINE_LENGTH
    ]
