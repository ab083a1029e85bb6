"""The standard library: the reports that every club has, read once from their files."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from reports.spec.files import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

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


class _Library(Mapping[str, "Definition"]):
    """The definitions of a folder, read when the first of them is asked for.

    Reading takes a tenth of an API's start, and most processes never ask.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __getitem__(self, key: str) -> Definition:
        return self._definitions[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._definitions)

    def __len__(self) -> int:
        return len(self._definitions)

    @cached_property
    def _definitions(self) -> Mapping[str, Definition]:
        return read_library(self._folder)


STANDARD: Mapping[str, Definition] = _Library(FOLDER)
