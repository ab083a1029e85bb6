"""How much a record may cost, by its size: steps, characters made, lists made.

A mapping is written by people of a club and runs beside those of others, so each evaluation counts
what it does. Nothing here looks at a clock: the same record costs the same everywhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from app.transfers.mapping.faults import ExhaustedError, MappingError, Problem

BASE_STEPS = 100_000
STEPS_PER_VALUE = 100
"""A step is one node of an expression, one element of a list, or 64 characters of a text."""
BASE_CHARACTERS = 200_000
CHARACTERS_PER_CHARACTER = 8
TEXT_CHARACTERS = 20_000
"""The longest text that an expression may make."""
LIST_VALUES = 50_000
"""The longest list that an expression may make."""
DEPTH = 40
"""How deep a record may be nested."""
RESULT_DEPTH = 2 * DEPTH
"""How deep a result may be: an expression can put brackets around what it is given."""
_CHARACTERS_PER_STEP = 64


@dataclass(frozen=True, slots=True)
class Size:
    """How many values and characters of text are in a JSON value."""

    values: int
    characters: int


class Budget:
    """What is left of a record's allowance."""

    def __init__(self, size: Size) -> None:
        """Allow what a record of this size may cost."""
        self._steps = BASE_STEPS + STEPS_PER_VALUE * size.values
        self._characters = BASE_CHARACTERS + CHARACTERS_PER_CHARACTER * size.characters

    def spend(self, steps: int = 1) -> None:
        """Take steps away; refuse when none are left."""
        self._steps -= steps
        if self._steps < 0:
            message = "the record takes too many steps for its size"
            raise ExhaustedError(message)

    def read(self, text: str) -> None:
        """Take away what looking at a whole text costs."""
        self.spend(1 + len(text) // _CHARACTERS_PER_STEP)

    def made(self, text: str) -> str:
        """Take away what making a text costs, and return it."""
        self.allow_text(len(text))
        return text

    def allow_text(self, characters: int) -> None:
        """Refuse a text before it is made."""
        if characters > TEXT_CHARACTERS:
            message = f"a text has more than {TEXT_CHARACTERS} characters"
            raise ExhaustedError(message)
        self._characters -= characters
        if self._characters < 0:
            message = "the record makes too much text for its size"
            raise ExhaustedError(message)
        self.spend(1 + characters // _CHARACTERS_PER_STEP)

    def allow_list(self, values: int) -> None:
        """Refuse a list before it is made."""
        if values > LIST_VALUES:
            message = f"a list has more than {LIST_VALUES} values"
            raise ExhaustedError(message)
        self.spend(1 + values)

    def put(self, value: object) -> None:
        """Take away what a value costs that becomes part of the result."""
        size = measured(value, path="result", depth=RESULT_DEPTH, most=self._steps)
        self.spend(size.values)
        self._characters -= size.characters
        if self._characters < 0:
            message = "the result is too large for the record"
            raise ExhaustedError(message)


def measured(
    value: object, *, path: str = "record", depth: int = DEPTH, most: int | None = None
) -> Size:
    """Count a JSON value, up to so many values.

    Raises:
        MappingError: it is not JSON, or nested too deep.
        ExhaustedError: there are more values.
    """
    values = characters = 0
    waiting: list[tuple[object, int]] = [(value, 0)]
    while waiting:
        one, level = waiting.pop()
        values += 1
        if most is not None and values > most:
            message = "the result is too large for the record"
            raise ExhaustedError(message)
        if level > depth:
            raise _not_json(path, f"it is nested deeper than {depth}")
        if isinstance(one, dict):
            characters += sum(_length(path, key) for key in one)
            waiting.extend((inner, level + 1) for inner in one.values())
        elif isinstance(one, list):
            waiting.extend((inner, level + 1) for inner in one)
        elif isinstance(one, str):
            characters += _length(path, one)
        elif isinstance(one, float) and not math.isfinite(one):
            raise _not_json(path, f"{one} is not a number in JSON")
        elif one is not None and not isinstance(one, int | float):
            raise _not_json(path, f"{type(one).__name__} is not a type of JSON")
    return Size(values, characters)


def _length(path: str, text: object) -> int:
    """Return how long a text is that can be written as UTF-8."""
    if not isinstance(text, str):
        raise _not_json(path, "a key is not a text")
    if not text.isascii() and not _is_unicode(text):
        raise _not_json(path, "a text has half a character (a lone surrogate)")
    return len(text)


def _is_unicode(text: str) -> bool:
    """Tell whether a text can be written as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _not_json(path: str, wrong: str) -> MappingError:
    """Return the refusal of what is not JSON."""
    right = "give texts, whole numbers, true, false, null, lists and objects"
    return MappingError((Problem(path, wrong, right),))
