"""What a document contains, read from its tokens without parsing it.

One pass, no recursion and no tree: a document made to be expensive costs no more than the reading
of its first tokens. Where a document is no GraphQL the figures mean nothing, and the parser says
so.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

TOKEN = re.compile(
    r"""(?P<name>[_A-Za-z]\w*)"""
    r"""|(?P<mark>\.\.\.|[!$&()\[\]{}:=@|])"""
    r"""|(?P<comment>\#[^\n\r]*)"""
    r'''|(?P<text>"""(?:\\"""|(?!""").)*+(?:""")?|"(?:[^"\\\n\r]|\\.)*+"?)'''
    r"""|(?P<number>-?[0-9][\w.+-]*)""",
    re.ASCII | re.DOTALL,
)
"""One token or comment; between them is white space, or something that the parser stops at.

A text without an end is a token too, and nothing in the pattern backtracks: else many beginnings of
texts would each be followed to the end of the document.
"""
OPENING, CLOSING = frozenset("([{"), frozenset(")]}")

_OPERATIONS = frozenset({"query", "mutation", "subscription"})
_INTROSPECTION = frozenset({"__schema", "__type"})
_INTROSPECTION_LISTS = frozenset({"fields", "inputFields", "interfaces", "possibleTypes"})


@dataclass(slots=True)
class Reach:
    """How far a definition goes below its own root.

    `depth` leaves out what is below `__schema` and `__type`, which `introspection_depth` has;
    `lists` counts lists of the introspection in each other, which multiply what is answered.
    """

    fields: int = 0
    root_fields: int = 0
    depth: int = 0
    introspection_depth: int = 0
    lists: int = 0


@dataclass(slots=True)
class Tally:
    """What stands in a selection set: how often each field, what is below it, which fragments."""

    counts: Counter[str] = field(default_factory=Counter)
    below: dict[str, list[Tally]] = field(default_factory=dict)
    spreads: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Level:
    """A selection set, and how many fields it is below; inline fragments share their tally."""

    depth: int
    is_introspection: bool = False
    lists: int = 0
    tally: Tally = field(default_factory=Tally)
    last_field: str = ""

    def inner(self) -> Level:
        """Return the selection set below the last field, or of an inline fragment."""
        name = self.last_field
        if not name:
            return Level(self.depth, self.is_introspection, self.lists, self.tally)
        tally = Tally()
        self.tally.below.setdefault(name, []).append(tally)
        if name in _INTROSPECTION and not self.is_introspection:
            return Level(1, is_introspection=True, tally=tally)
        multiplies = self.is_introspection and name in _INTROSPECTION_LISTS
        return Level(self.depth + 1, self.is_introspection, self.lists + multiplies, tally)


@dataclass(slots=True)
class Definition:
    """An operation or fragment: its own reach, and where it uses which fragments."""

    own: Reach = field(default_factory=Reach)
    spreads: list[tuple[str, Level]] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    def add_field(self, level: Level) -> None:
        """Count a field of a level."""
        own, depth = self.own, level.depth + 1
        own.fields += 1
        if level.is_introspection:
            own.introspection_depth = max(own.introspection_depth, depth)
            own.lists = max(own.lists, level.lists)
        else:
            own.depth = max(own.depth, depth)
            own.root_fields += depth == 1

    def with_fragments(self, reaches: dict[str, Reach]) -> Reach:
        """Add what its fragments reach to its own; one that is not there adds nothing."""
        own = self.own
        found = Reach(own.fields, own.root_fields, own.depth, own.introspection_depth, own.lists)
        for name, level in self.spreads:
            one = reaches.get(name)
            if one is None:
                continue
            found.fields += one.fields
            below, lists = one.introspection_depth, one.lists
            if level.is_introspection:
                below = level.depth + max(one.depth, below)
                lists += level.lists
            else:
                found.depth = max(found.depth, level.depth + one.depth)
                found.root_fields += one.root_fields if level.depth == 0 else 0
            found.introspection_depth = max(found.introspection_depth, below)
            found.lists = max(found.lists, lists)
        return found


@dataclass(slots=True)
class Scan:
    """A document's definitions, and what is counted over all of it."""

    operations: list[Definition] = field(default_factory=list)
    fragments: dict[str, Definition] = field(default_factory=dict)
    aliases: int = 0
    fragment_uses: int = 0
    values: int = 0
    directives: int = 0
    most_directives: int = 0
    most_repeated: tuple[int, str] = (0, "")

    def count_directive(self, here: int) -> None:
        """Count a directive, the so-many-th at its place."""
        self.directives += 1
        self.most_directives = max(self.most_directives, here)

    def count_repeats(self, level: Level) -> None:
        """Note the field that stands most often in a level."""
        for name, count in level.tally.counts.items():
            if count > self.most_repeated[0]:
                self.most_repeated = count, name


def count_overlaps(operation: Definition, fragments: Mapping[str, Definition]) -> int:
    """Count the pairs of fields with one name that meet in one place of the answer.

    Validation compares each such pair. The work is that of the fields with their fragments, whose
    number is limited before.
    """
    pairs, waiting = 0, [[operation.tally]]
    while waiting:
        counts: Counter[str] = Counter()
        below: dict[str, list[Tally]] = {}
        here, seen = waiting.pop(), set[str]()
        while here:
            tally = here.pop()
            counts.update(tally.counts)
            for name, inner in tally.below.items():
                below.setdefault(name, []).extend(inner)
            for name in tally.spreads:
                if name not in seen and name in fragments:
                    seen.add(name)
                    here.append(fragments[name].tally)
        pairs += sum(count * (count - 1) // 2 for count in counts.values())
        waiting.extend(below.values())
    return pairs


def tokens_of(text: str) -> Iterator[tuple[str, str]]:
    """Read the tokens and comments of a text, each with its kind."""
    for match in TOKEN.finditer(text):
        yield match.lastgroup or "", match.group()


def scan_document(tokens: Iterable[tuple[str, str]]) -> Scan:
    """Measure a document whose brackets are known not to nest without end."""
    found = Scan()
    rest = iter([one for one in tokens if one[0] != "comment"])
    for kind, word in rest:
        if word == "{":
            _scan_operation(found, rest, is_open=True)
        elif kind == "name" and word in _OPERATIONS:
            _scan_operation(found, rest, is_open=False)
        elif kind == "name" and word == "fragment":
            _, name = next(rest, ("", ""))
            _scan_fragment(found, rest, name)
    return found


def _scan_operation(found: Scan, rest: Iterator[tuple[str, str]], *, is_open: bool) -> None:
    definition = Definition()
    found.operations.append(definition)
    if is_open or _reach_selection(found, rest) is not None:
        _Selections(found, definition, Level(0, tally=definition.tally)).scan(rest)


def _scan_fragment(found: Scan, rest: Iterator[tuple[str, str]], name: str) -> None:
    definition = Definition()
    found.fragments[name] = definition
    condition = _reach_selection(found, rest)
    if condition is not None:
        # A fragment on a type of the introspection is measured as what it can be a part of.
        is_introspection = condition.startswith("__")
        level = Level(0, is_introspection, tally=definition.tally)
        _Selections(found, definition, level).scan(rest)


def _reach_selection(found: Scan, rest: Iterator[tuple[str, str]]) -> str | None:
    """Pass over the head of a definition; return its last name, None where no `{` follows."""
    name, here, is_directive = "", 0, False
    for kind, word in rest:
        if word == "{":
            return name
        if word == "(":
            _pass_values(found, rest)
        elif word == "@":
            here += 1
            found.count_directive(here)
        elif kind == "name" and not is_directive:
            name = word
        is_directive = word == "@"
    return None


def _pass_values(found: Scan, rest: Iterator[tuple[str, str]]) -> None:
    """Pass over arguments or the declarations of variables, to the bracket that closes them."""
    open_brackets, here = 1, 0
    for kind, word in rest:
        found.values += 1
        if kind != "mark":
            continue
        if word in OPENING:
            open_brackets += 1
        elif word in CLOSING:
            open_brackets -= 1
            if not open_brackets:
                return
        elif word == "$":
            here = 0
        elif word == "@":
            here += 1
            found.count_directive(here)


class _Selections:
    """Measures everything between the braces of a definition."""

    def __init__(self, found: Scan, definition: Definition, root: Level) -> None:
        self._found = found
        self._definition = definition
        self._levels = [root]
        self._directives_here = 0
        self._expected = ""

    def scan(self, rest: Iterator[tuple[str, str]]) -> None:
        """Take tokens up to the brace that closes the definition."""
        for kind, word in rest:
            if kind == "name":
                self._name(word)
            elif word == "{":
                self._levels.append(self._levels[-1].inner())
            elif word == "}":
                self._found.count_repeats(self._levels.pop())
                if not self._levels:
                    return
            elif word == "(":
                _pass_values(self._found, rest)
            else:
                self._mark(word)

    def _name(self, name: str) -> None:
        expected, self._expected = self._expected, ""
        if expected == "spread" and name == "on":
            self._expected = "condition"
        elif expected == "spread":
            level = self._levels[-1]
            level.tally.spreads.append(name)
            self._definition.spreads.append((name, level))
        elif not expected:
            level = self._levels[-1]
            level.last_field, self._directives_here = name, 0
            level.tally.counts[name] += 1
            self._definition.add_field(level)

    def _mark(self, mark: str) -> None:
        level = self._levels[-1]
        if mark == "...":
            self._found.fragment_uses += 1
            level.last_field, self._directives_here, self._expected = "", 0, "spread"
        elif mark == "@":
            self._directives_here += 1
            self._found.count_directive(self._directives_here)
            self._expected = "directive"
        elif mark == ":":
            # The name before was an alias, and the field comes now.
            self._found.aliases += 1
            level.tally.counts[level.last_field] -= 1
            self._definition.own.fields -= 1
            if level.depth == 0 and not level.is_introspection:
                self._definition.own.root_fields -= 1
