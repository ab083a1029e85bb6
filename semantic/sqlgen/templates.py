"""SQL of models in the words of a dialect, with slots for what its references stand for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from semantic.plan.intervals import unsupported

if TYPE_CHECKING:
    from semantic.spec.fragments import Fragment

_SLOT = re.compile(r"loge_slot_(\d+)")
MODEL_DIALECT = "duckdb"
"""The dialect in which models are written."""


class Templates:
    """Fragments of models, read by sqlglot once for each dialect and kept.

    It may be asked from several threads at once.
    """

    def __init__(self, dialect: str) -> None:
        """Write for a dialect of sqlglot."""
        self.dialect = dialect
        self._parts: dict[Fragment, tuple[str | int, ...]] = {}
        self._types: dict[str, str] = {}

    def parts(self, fragment: Fragment) -> tuple[str | int, ...]:
        """Return text and numbers of references in turn."""
        if fragment not in self._parts:
            self._parts[fragment] = self._read(fragment)
        return self._parts[fragment]

    def type(self, name: str) -> str:
        """Name a type of DuckDB as the dialect does."""
        if name not in self._types:
            written = "DECIMAL(38, 0)" if name == "HUGEINT" else name
            built = exp.DataType.build(written, dialect=MODEL_DIALECT)
            self._types[name] = built.sql(dialect=self.dialect)
        return self._types[name]

    def _read(self, fragment: Fragment) -> tuple[str | int, ...]:
        number = -1
        text = ""
        for part in fragment.parts:
            if isinstance(part, str):
                text += part
            else:
                number += 1
                text += f"loge_slot_{number}"
        try:
            parsed = sqlglot.parse_one(text, read=MODEL_DIALECT)
        except sqlglot.ParseError:
            raise unsupported(f"{fragment.place}: '{fragment}' is no SQL expression") from None
        for one in parsed.walk():
            one.comments = None
        written = parsed.sql(dialect=self.dialect)
        pieces = _SLOT.split(written)
        return tuple(int(one) if at % 2 else one for at, one in enumerate(pieces) if one or at % 2)
