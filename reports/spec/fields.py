"""Reads JSON field by field, and takes down everything that is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reports.spec.problems import Problem, suggest
from reports.spec.texts import LANGUAGES, TEXT_LIMIT, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from enum import StrEnum

MEMBER = re.compile(r"[a-zA-Z0-9_]+\.[a-zA-Z0-9_]+")
COLUMN = re.compile(r"[a-zA-Z0-9_]+\.[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+)?")
NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
LIST_LIMIT = 200
"""How many items a list may have."""
_SHOWN = 60


@dataclass(slots=True)
class Problems:
    """What is wrong, in the order in which it was found."""

    found: list[Problem] = field(default_factory=list)

    def add(self, path: str, message: str, hint: str = "") -> None:
        """Take one down."""
        self.found.append(Problem(path, message, hint))


class Fields:
    """An object of JSON, of which each field is read once; `close` refuses what was not read."""

    def __init__(self, given: Any, path: str, problems: Problems) -> None:  # noqa: ANN401 - JSON
        """Read an object; anything else is taken down and read as an empty one."""
        self.path = path
        self.problems = problems
        self._known: list[str] = []
        self.is_object = isinstance(given, dict)
        self._given: Mapping[str, Any] = given if isinstance(given, dict) else {}
        if not self.is_object:
            self.problems.add(path or "report", f"has to be an object, not {shown(given)}")

    def at(self, key: str) -> str:
        """Return the path of a field."""
        return f"{self.path}.{key}" if self.path else key

    def has(self, key: str) -> bool:
        """Tell whether a field is there and not null."""
        return self._given.get(key) is not None

    def take(self, key: str) -> Any:  # noqa: ANN401 - JSON
        """Return a field as it is; None where there is none."""
        self._known.append(key)
        return self._given.get(key)

    def wrong(self, key: str, message: str, hint: str = "") -> None:
        """Take down what is wrong with a field."""
        self.problems.add(self.at(key), message, hint)

    def close(self) -> None:
        """Refuse fields that nobody knows."""
        for key in self._given:
            if key not in self._known:
                self.wrong(str(key), "is not known here", suggest(str(key), self._known))

    def needed(self, key: str) -> bool:
        """Tell whether a field is there, and take down that it is not."""
        if self.is_object and not self.has(key):
            self.wrong(key, "is missing")
        return self.has(key)

    def flag(self, key: str, *, otherwise: bool) -> bool:
        """Read true or false."""
        value = self.take(key)
        if value is not None and not isinstance(value, bool):
            self.wrong(key, f"has to be true or false, not {shown(value)}")
        return value if isinstance(value, bool) else otherwise

    def whole(self, key: str, largest: int) -> int | None:
        """Read a whole number from 1."""
        value = self.take(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= largest:
            self.wrong(key, f"has to be a whole number from 1 to {largest}, not {shown(value)}")
            return None
        return value

    def plain(self, key: str, pattern: re.Pattern[str], example: str) -> str | None:
        """Read a text of a form."""
        value = self.take(key)
        if value is None:
            return None
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        self.wrong(key, f"{shown(value)} is not right", f"write it like {example}")
        return None

    def word(self, key: str, words: Iterable[str]) -> str | None:
        """Read one of a few words."""
        value = self.take(key)
        known = list(words)
        if value is None:
            return None
        if isinstance(value, str) and value in known:
            return value
        self.wrong(key, f"{shown(value)} is not known here", suggest(str(value), known))
        return None

    def kind(self, key: str, kinds: type[StrEnum]) -> StrEnum | None:
        """Read one of an enumeration."""
        word = self.word(key, [one.value for one in kinds])
        return None if word is None else kinds(word)

    def text(self, key: str) -> Text | None:
        """Read a text: one for all languages, or one for each."""
        value = self.take(key)
        if value is None:
            return None
        if isinstance(value, str):
            return Text(self._limited(key, value))
        if not isinstance(value, dict) or not isinstance(value.get("en"), str):
            hint = "write a text, or {en: …, nl: …, fr: …}"
            self.wrong(key, f"has to be a text or one in each language, not {shown(value)}", hint)
            return None
        inner = Fields(value, self.at(key), self.problems)
        texts = {language: self._translation(inner, language) for language in LANGUAGES}
        inner.close()
        return Text(texts["en"] or "", texts["nl"], texts["fr"])

    def _translation(self, inner: Fields, language: str) -> str | None:
        text = inner.take(language)
        if text is not None and not isinstance(text, str):
            inner.wrong(language, f"has to be a text, not {shown(text)}")
            return None
        return None if text is None else inner._limited(language, text)

    def _limited(self, key: str, text: str) -> str:
        if not text.strip() or len(text) > TEXT_LIMIT:
            self.wrong(key, f"has to have 1 to {TEXT_LIMIT} characters")
        return text

    def items(self, key: str) -> list[tuple[str, Any]]:
        """Read a list: each item with its path."""
        value = self.take(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(key, f"has to be a list, not {shown(value)}", f"write {key}: [...]")
            return []
        if len(value) > LIST_LIMIT:
            self.wrong(key, f"has {len(value)} items; {LIST_LIMIT} are the most")
        return [(f"{self.at(key)}[{index}]", one) for index, one in enumerate(value[:LIST_LIMIT])]

    def listed(self, key: str, pattern: re.Pattern[str], example: str) -> tuple[str, ...]:
        """Read a list of texts of a form, each there once."""
        found: list[str] = []
        for path, one in self.items(key):
            if not isinstance(one, str) or not pattern.fullmatch(one):
                self.problems.add(path, f"{shown(one)} is not right", f"write it like {example}")
            elif one in found:
                self.problems.add(path, f"'{one}' is there already", "leave one of them out")
            else:
                found.append(one)
        return tuple(found)

    def members(self, key: str) -> tuple[str, ...]:
        """Read a list of members."""
        return self.listed(key, MEMBER, "sales.net_bookings")

    def each(self, key: str, read: Callable[[Fields], Any]) -> tuple[Any, ...]:
        """Read a list of objects; what cannot be read is left out."""
        found = []
        for path, one in self.items(key):
            inner = Fields(one, path, self.problems)
            value = read(inner)
            if inner.is_object:
                inner.close()
            if value is not None:
                found.append(value)
        return tuple(found)


def shown(value: object) -> str:
    """Show a value in a message, cut where it is long."""
    text = f"'{value}'" if isinstance(value, str) else _json_word(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _json_word(value: object) -> str:
    words = {dict: "an object", list: "a list", type(None): "null"}
    return words.get(type(value)) or (str(value).lower() if isinstance(value, bool) else str(value))
