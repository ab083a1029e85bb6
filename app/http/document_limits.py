"""How much a document may contain; asked before it is parsed."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, NoReturn

from app.http.document_scan import CLOSING, OPENING, count_overlaps, scan_document, tokens_of
from app.http.refusals import DocumentRefusedError, DoorCode

if TYPE_CHECKING:
    from app.http.document_scan import Reach, Scan

TEXT_LIMIT_BYTES = 64_000
TOKEN_LIMIT = 2_000
"""Tokens and comments; the parser keeps both."""
LITERAL_LIMIT = 16_000
"""Characters of the texts in a document; longer ones belong into variables."""
NESTING_LIMIT = 40
"""Brackets of any kind in each other. The parser recurses through them."""
DEPTH_LIMIT = 10
INTROSPECTION_DEPTH_LIMIT = 20
"""Below `__schema` and `__type`: the usual tools follow `ofType` nine times."""
INTROSPECTION_LISTS_LIMIT = 2
"""The usual tools have one list of the introspection in another, at most."""
FIELD_LIMIT = 500
ROOT_FIELD_LIMIT = 10
ALIAS_LIMIT = 30
REPEAT_LIMIT = 5
PLACE_DIRECTIVE_LIMIT = 5
DIRECTIVE_LIMIT = 100
FRAGMENT_LIMIT = 50
"""Validation compares the fragments of a selection two by two."""
OPERATION_LIMIT = 10
FRAGMENT_USE_LIMIT = 200
"""Uses of fragments, those without a name among them."""
OVERLAP_LIMIT = 500
"""Pairs of one field in one place of the answer; validation compares each pair."""
VALUE_LIMIT = 1_000
"""Tokens in arguments; more of them belong into variables."""


def check_limits(text: str) -> int:
    """Refuse a document that breaks a limit, naming the first one it breaks; count its tokens.

    Raises:
        DocumentRefusedError: with the code of the limit.
    """
    if len(text) > TEXT_LIMIT_BYTES or len(text.encode(errors="replace")) > TEXT_LIMIT_BYTES:
        _refuse(DoorCode.DOCUMENT_TOO_LARGE, f"is longer than {TEXT_LIMIT_BYTES:,} bytes")
    tokens = _few_tokens(text)
    found = scan_document(tokens)
    _check_counts(found)
    _check_reaches(found)
    return len(tokens)


def _refuse(code: DoorCode, what: str) -> NoReturn:
    raise DocumentRefusedError(code, f"the document {what}; ask for less, or in several requests")


def _few_tokens(text: str) -> list[tuple[str, str]]:
    """List the tokens of a text, and stop at the first that is too much or too deep."""
    found, open_brackets, literals = [], 0, 0
    for one in tokens_of(text):
        found.append(one)
        if one[0] == "text":
            literals += len(one[1])
            if literals > LITERAL_LIMIT:
                what = f"has texts of more than {LITERAL_LIMIT:,} characters; use variables"
                _refuse(DoorCode.DOCUMENT_TOO_LARGE, what)
        if len(found) > TOKEN_LIMIT:
            _refuse(DoorCode.TOO_MANY_TOKENS, f"has more than {TOKEN_LIMIT:,} tokens and comments")
        if one[0] != "mark":
            continue
        if one[1] in OPENING:
            open_brackets += 1
            if open_brackets > NESTING_LIMIT:
                what = f"has more than {NESTING_LIMIT} brackets in each other"
                _refuse(DoorCode.TOO_DEEPLY_NESTED, what)
        elif one[1] in CLOSING:
            open_brackets -= 1
    return found


def _check_counts(found: Scan) -> None:
    """Check what is counted over the document as it is written."""
    repeats, repeated = found.most_repeated
    for code, count, limit, what in (
        (DoorCode.TOO_MANY_FRAGMENTS, len(found.fragments), FRAGMENT_LIMIT, "fragments"),
        (DoorCode.TOO_MANY_FRAGMENTS, len(found.operations), OPERATION_LIMIT, "operations"),
        (DoorCode.TOO_MANY_TOKENS, found.values, VALUE_LIMIT, "tokens in arguments"),
        (DoorCode.TOO_MANY_ALIASES, found.aliases, ALIAS_LIMIT, "aliases"),
        (DoorCode.TOO_MANY_REPEATS, repeats, REPEAT_LIMIT, f"times {repeated!r} in one selection"),
        (
            DoorCode.TOO_MANY_DIRECTIVES,
            found.most_directives,
            PLACE_DIRECTIVE_LIMIT,
            "directives at one place",
        ),
        (DoorCode.TOO_MANY_DIRECTIVES, found.directives, DIRECTIVE_LIMIT, "directives"),
    ):
        if count > limit:
            _refuse(code, f"has {count} {what}, and {limit} are allowed")


def _check_reaches(found: Scan) -> None:
    """Check what grows with every use of a fragment; each fragment is measured once."""
    graph = {name: {used for used, _ in one.spreads} for name, one in found.fragments.items()}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError:
        _refuse(DoorCode.FRAGMENTS_CIRCULAR, "has a fragment that contains itself")
    reaches: dict[str, Reach] = {}
    for name in order:
        if name in found.fragments:
            reaches[name] = found.fragments[name].with_fragments(reaches)
    everything = (*found.operations, *found.fragments.values())
    if found.fragment_uses > FRAGMENT_USE_LIMIT:
        what = f"uses fragments {found.fragment_uses} times, and {FRAGMENT_USE_LIMIT} are allowed"
        _refuse(DoorCode.TOO_MANY_FRAGMENTS, what)
    used = {name for one in everything for name, _ in one.spreads}
    # A fragment that nothing uses is validated as well before it is refused.
    roots = found.operations + [one for name, one in found.fragments.items() if name not in used]
    fields = 0
    for at, root in enumerate(roots):
        reach = root.with_fragments(reaches)
        root_fields = reach.root_fields if at < len(found.operations) else 0
        fields += reach.fields
        for code, count, limit, what in (
            (DoorCode.TOO_MANY_FIELDS, fields, FIELD_LIMIT, "fields"),
            (DoorCode.TOO_MANY_ROOT_FIELDS, root_fields, ROOT_FIELD_LIMIT, "root fields"),
            (DoorCode.TOO_DEEP, reach.depth, DEPTH_LIMIT, "fields in each other"),
            (
                DoorCode.TOO_DEEP,
                reach.introspection_depth,
                INTROSPECTION_DEPTH_LIMIT,
                "fields of the introspection in each other",
            ),
            (
                DoorCode.TOO_DEEP,
                reach.lists,
                INTROSPECTION_LISTS_LIMIT,
                "lists of the introspection in each other",
            ),
        ):
            if count > limit:
                _refuse(code, f"has {count} {what}, and {limit} are allowed")
    if sum(count_overlaps(one, found.fragments) for one in roots) > OVERLAP_LIMIT:
        _refuse(DoorCode.TOO_MANY_REPEATS, "selects the same fields in too many of its fragments")
