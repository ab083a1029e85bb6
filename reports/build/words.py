"""Words of the models as readers see them: titles of members, and values that are codes."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FILE = Path(__file__).parent / "words.yml"


def translate(title: str, language: str) -> str:
    """Return a title in a language; as it is where it has no translation."""
    known = read_words()["titles"].get(title, {})
    return str(known.get(_short(language), title))


def words_of(name: str, language: str) -> dict[str, str]:
    """Return how the codes of a dimension are written; {} for one that has none.

    They stand under its whole name, its name in any view, or the last word of that.
    """
    values = read_words()["values"]
    own = name.partition(".")[2]
    names = (name, own, own.rpartition("_")[2])
    known: dict[str, Any] = next((values[one] for one in names if one in values), {})
    short = _short(language)
    return {code: str(texts.get(short, texts["en"])) for code, texts in known.items()}


def _short(language: str) -> str:
    return language.partition("-")[0].lower()


@cache
def read_words() -> dict[str, dict[str, Any]]:
    """Read the file."""
    found: dict[str, dict[str, Any]] = YAML(typ="safe", pure=True).load(FILE.read_text("utf-8"))
    return found
