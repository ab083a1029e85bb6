"""Where one statement of a batch ends and the next begins; and FETCH, MOVE and CLOSE of cursors."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semantic.sqlapi.statements import Routed

_TOKEN = re.compile(
    r"""
    (?P<space> \s+ | --[^\n]* )
    | (?P<comment> /\* )
    | (?P<end> ; )
    | (?P<text> [eE]'(?:[^'\\]|''|\\.)*' | '(?:[^']|'')*' | "(?:[^"]|"")*" )
    | (?P<dollar> \$(?:[A-Za-z_\u0080-\uffff][\w]*)?\$ )
    | (?P<word> [A-Za-z_\u0080-\uffff][\w$]* | \d[\w.]* )
    | (?P<other> . )
    """,
    re.DOTALL | re.VERBOSE,
)
_COMMENT = re.compile(r"/\*|\*/")


@dataclass(frozen=True, slots=True)
class Part:
    """One statement of a batch, without comments before it, and at which character it begins."""

    sql: str
    begins_at: int
    words: tuple[str, ...]
    """The first tokens of it, those without quotes in lower case."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """FETCH or MOVE: how many rows of which cursor, None for all that are left.

    `refusal` says why it cannot be done, as for every direction but forward.
    """

    name: str
    count: int | None
    is_move: bool
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class CloseCursor:
    """CLOSE of one cursor."""

    name: str


@dataclass(frozen=True, slots=True)
class Prepare:
    """PREPARE of a statement over views."""

    routed: Routed

    @property
    def name(self) -> str:
        """The name of the statement."""
        return self.routed.name


@dataclass(frozen=True, slots=True)
class Execute:
    """EXECUTE of a prepared statement, with the text between its parentheses."""

    name: str
    arguments: str


Command = Fetch | CloseCursor | Prepare | Execute
"""What is about something that a session has open, by its name."""
_WORDS_KEPT = 8
_FORWARD = "cursors of views only go forward; close the cursor and declare it again to begin anew"


def split(sql: str) -> list[Part]:
    """Take a batch apart into its statements; empty ones are left out."""
    parts: list[Part] = []
    begins_at = -1
    words: list[str] = []
    ends_at = 0
    for kind, start, end in _tokens(sql):
        if kind == "end":
            if begins_at >= 0:
                parts.append(Part(sql[begins_at:ends_at], begins_at, tuple(words)))
            begins_at, words = -1, []
            continue
        if begins_at < 0:
            begins_at = start
        if len(words) < _WORDS_KEPT:
            word = sql[start:end]
            words.append(word if kind == "text" else word.lower())
        ends_at = end
    if begins_at >= 0:
        parts.append(Part(sql[begins_at:ends_at], begins_at, tuple(words)))
    return parts


def _tokens(sql: str) -> Iterator[tuple[str, int, int]]:
    """Yield kind, beginning and end of everything that is neither space nor comment."""
    at = 0
    while at < len(sql):
        found = _TOKEN.match(sql, at)
        assert found is not None  # noqa: S101 - the last alternative takes any character
        kind, end = str(found.lastgroup), found.end()
        if kind == "comment":
            end = _after_comment(sql, end)
        elif kind == "dollar":
            closing = sql.find(found.group(), end)
            end = len(sql) if closing < 0 else closing + len(found.group())
        if kind not in ("space", "comment"):
            yield kind, at, end
        at = end


def _after_comment(sql: str, at: int) -> int:
    """Return where a comment ends; comments may stand in comments."""
    depth = 1
    while depth:
        found = _COMMENT.search(sql, at)
        if found is None:
            return len(sql)
        depth += 1 if found.group() == "/*" else -1
        at = found.end()
    return at


def cursor_step(part: Part) -> Fetch | CloseCursor | None:
    """Read FETCH, MOVE or CLOSE of one cursor; None for anything else."""
    first, *words = part.words
    if first == "close" and len(words) == 1 and words[0] != "all":
        return CloseCursor(_name(words[0]))
    if first not in ("fetch", "move") or not words:
        return None
    name = _name(words.pop())
    if words and words[-1] in ("from", "in"):
        words.pop()
    if words[:1] == ["forward"] or words == ["next"]:
        words.pop(0)
    is_move, said = first == "move", " ".join(words) or "1"
    if said == "all":
        return Fetch(name, None, is_move)
    if said.isdecimal() and int(said):
        return Fetch(name, int(said), is_move)
    return Fetch(name, 0, is_move, _FORWARD)


def execute_step(part: Part) -> Execute | None:
    """Read EXECUTE of a prepared statement; None for anything else."""
    first, *words = part.words
    if first != "execute" or not words:
        return None
    at = part.sql.lower().find(words[0].lower(), len("execute"))
    opening = part.sql.find("(", at + len(words[0]))
    is_called = words[1:2] == ["("]
    arguments = part.sql[opening + 1 : part.sql.rfind(")")] if is_called else ""
    return Execute(_name(words[0]), arguments)


def between_commas(sql: str) -> list[str]:
    """Take a list of expressions apart."""
    found: list[str] = []
    begins_at, depth = 0, 0
    for _, start, end in _tokens(sql):
        shown = sql[start:end]
        depth += (shown in ("(", "[")) - (shown in (")", "]"))
        if shown == "," and not depth:
            found.append(sql[begins_at:start].strip())
            begins_at = end
    last = sql[begins_at:].strip()
    return [*found, last] if found or last else []


def _name(word: str) -> str:
    """Return the name that an identifier means."""
    return word[1:-1].replace('""', '"') if word.startswith('"') else word
