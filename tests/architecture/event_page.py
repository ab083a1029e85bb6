"""Writes docs/events.md: `make docs` prints this module's page into it."""

import sys

from app.domain.event_catalogue import data_schema, type_of
from app.domain.event_shapes import SHAPES
from app.domain.events import Topic

HEAD = """\
# Events

What webhook endpoints get: one CloudEvent for each of these. The
[guide for partners](guides/partner.md) says how they are sent, signed and repeated. `subject` is
the id of the object named here, and `data` has the fields; those marked with * may be missing.
Amounts are `{ "amount", "currency" }`. This page is written by `make docs` from
`app/domain/event_shapes.py`; `/events/asyncapi.json` says the same to programs.
"""


def render_page() -> str:
    """The page, complete, topics in the order of the enum."""
    return HEAD + "".join(map(_section, Topic))


def _section(topic: Topic) -> str:
    """One topic."""
    schema = data_schema(topic)
    lines = ["", f"## {topic}", "", f"`{type_of(topic)}`, about a {SHAPES[topic].entity}. "]
    lines[-1] += schema["description"]
    fields = [
        f"| `{name}`{'' if name in schema['required'] else ' *'} | {_kind(one)} "
        f"| {one['description']} |"
        for name, one in schema["properties"].items()
    ]
    if fields:
        lines += ["", "| field | type | meaning |", "|---|---|---|", *fields]
    return "\n".join(lines) + "\n"


def _kind(schema: dict[str, object]) -> str:
    """What stands in a field, in a word or two."""
    if "enum" in schema:
        values: object = schema["enum"]
        assert isinstance(values, list)
        return ", ".join(f"`{one}`" for one in values)
    if "pattern" in schema:
        return "id"
    if schema["type"] == "array":
        return "ids"
    if schema["type"] == "object":
        return "amount"
    return str(schema.get("format", schema["type"]))


if __name__ == "__main__":
    sys.stdout.write(render_page())
