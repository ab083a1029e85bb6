"""The standard library: the reports that every club has, read once from their files."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from reports.spec.files import read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.spec.definition import Definition

FOLDER = Path(__file__).parent / "definitions"
_CATEGORY_ORDER = "SOF"


def read_library(folder: Path) -> Mapping[str, Definition]:
    """Read all definitions of a folder, by key, in the order of their codes.

    Raises:
        DefinitionError: one of them is wrong, or two have the same key.
    """
    found = [read_yaml(path) for path in sorted(folder.glob("*.yml"))]
    found.sort(key=_place)
    return MappingProxyType({one.key: one for one in found})


def _place(definition: Definition) -> tuple[int, int]:
    """Return where a report stands: sales, operations, finance, each by number."""
    code = definition.code or "S0"
    return _CATEGORY_ORDER.index(code[0]), int(code[1:])


STANDARD = read_library(FOLDER)
