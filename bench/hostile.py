"""What documents made to be expensive cost at the door: CPU until they are refused or admitted."""

from __future__ import annotations

import gc
import time

from graphql import get_introspection_query

from app.http.documents import Documents
from app.http.door import Door
from app.http.refusals import RefusedError
from app.schema.build import build_schema

ROUNDS = 7
LIMIT_MS = 20
"""What none of them may cost."""


def _names(count: int, text: str = "x{}") -> str:
    return " ".join(text.format(number) for number in range(count))


def _in_sales(text: str) -> str:
    return "{ sales { nodes { " + text + " } } }"


def _fragments(count: int, uses: int, body: str = "id") -> str:
    """Fragments of which each uses the next so many times."""
    chain = _names(count, "fragment F{} on Sale {{ USES }}")
    for number in range(count):
        chain = chain.replace("USES", f"...F{number + 1} " * uses, 1)
    return _in_sales("...F0") + chain + f" fragment F{count} on Sale {{ {body} }}"


DOCUMENTS = {
    "2,000 aliases of a connection": "{ " + _names(2_000, "a{}:sales(first:100){{nodes{{id}}}}"),
    "one field 1,990 times": _in_sales("id " * 1_990),
    "1,990 fields that are not there": _in_sales(_names(1_990)),
    "900 directives at one field": "{ sales { totalCount { count "
    + "@skip(if:false) " * 300
    + "}}}",
    "900 unknown directives": "{ viewer { role " + "@a" * 900 + " } }",
    "60 KB of open braces": "{a" * 30_000,
    "60 KB of open lists": "{a(b:" + "[" * 60_000,
    "60 KB of open objects": "{a(b:" + "{c:" * 20_000,
    "lists in a type": "query($a:" + "[" * 60_000,
    "60 KB of comments": "#\n" * 30_000,
    "60 KB of white space": " " * 60_000 + "{ viewer { role } }",
    "a text of 60 KB": '{ sale(id:"' + "x" * 60_000 + '") { id } }',
    "a text without an end": '"""' + '\\"' * 30_000,
    "beginnings of texts": '"\\' * 30_000,
    "100 KB": "{ viewer { role } } " * 5_000,
    "fragments that double 30 times": _fragments(30, 2),
    "fragments that double 15 times": _fragments(15, 2),
    "a chain of 200 fragments": _fragments(200, 1),
    "a chain of 45 fragments": _fragments(45, 1),
    "200 fragments of one field": _in_sales(_names(200, "...F{}"))
    + _names(200, "fragment F{} on Sale {{ id }}"),
    "50 fragments of the same fields": _in_sales(_names(50, "...F{}"))
    + _names(50, "fragment F{} on Sale {{ id code lines {{ id net {{ amount }} }} }}"),
    "50 fragments of one field": _in_sales(_names(50, "...F{}"))
    + _names(50, "fragment F{} on Sale {{ id }}"),
    "50 fragments of fragments": _in_sales(_names(25, "...F{}"))
    + " ".join(f"fragment F{number} on Sale {{ ...G{number} }}" for number in range(25))
    + _names(25, "fragment G{} on Sale {{ id code }}"),
    "50 unused fragments of the same fields": "{ viewer { role } } fragment F on Sale { "
    + _names(49, "...F{}")
    + " } "
    + _names(49, "fragment F{} on Sale {{ id code lines {{ id net {{ amount }} }} }}"),
    "circular fragments": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    "circular introspection": "{ __schema { types { fields { type { fields { type { fields { name "
    "} } } } } } } }",
    "introspection, the usual one": get_introspection_query(),
    "introspection 30 deep": "{ __schema { types {" + " ofType {" * 30 + " name" + " }" * 33,
    "490 fields that are not there": _in_sales(_names(490)),
    "490 arguments that are not there": "{ sales(" + _names(490, "x{}:1") + ") { nodes { id } } }",
    "480 variables, none used": "query(" + _names(480, "$v{}:Int") + ") { viewer { role } }",
    "480 variables of no type": "query(" + _names(480, "$v{}:Nix") + ") { viewer { role } }",
    "1,900 values in a list": "{ sales(filter:{id:[" + "1 " * 1_900 + "]}) { nodes { id } } }",
    "390 operations": _names(390, "query a{}{{__typename}}"),
    "300 inline fragments": _in_sales("... on Sale { " * 30 + "id" + " }" * 30),
    "200 inline fragments beside each other": _in_sales("... on Sale { id } " * 200),
    "250 inline fragments of different fields": _in_sales(
        " ".join(f"... on Sale {{ x{number} }}" for number in range(250))
    ),
    "30 aliases of 15 fields": _in_sales(
        " ".join(
            f"a{number}: {name} {{ amount currency }}"
            for number, name in enumerate(["gross", "net", "vat", "gross", "net"] * 3)
        )
    ),
    "a page of pages of pages": "{ sales(first:100) { nodes { account { sales(first:100) { nodes {"
    " account { sales(first:100) { nodes { id } } } } } } } } }",
}


def cpu_ms(door: Door, text: str) -> tuple[float, str]:
    """Return the least CPU that a document's first sight takes, and what came of it."""
    least, outcome = float("inf"), "admitted"
    for number in range(ROUNDS):
        fresh = f"{text}\n#{number}"
        began = time.process_time_ns()
        try:
            door.documents.admit(fresh)
        except RefusedError as refusal:
            outcome = refusal.code
        least = min(least, (time.process_time_ns() - began) / 1e6)
    return least, outcome


def run_hostile() -> None:
    """Print what each document costs."""
    documents = Documents()
    documents.serve(build_schema()._schema)  # noqa: SLF001 - the only way to graphql-core's schema
    # The schema is most of what the collector would otherwise walk through again and again.
    gc.freeze()
    print(f"CPU until refused or admitted, the least of {ROUNDS}; limit {LIMIT_MS} ms")
    for name, text in DOCUMENTS.items():
        cost, outcome = cpu_ms(Door(documents), text)
        mark = "  TOO MUCH" if cost > LIMIT_MS else ""
        print(f"{cost:8.2f} ms  {len(text):6} bytes  {outcome:24} {name}{mark}")
