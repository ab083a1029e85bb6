"""The OpenAPI document as a page for people: plain HTML that loads nothing from anywhere."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "code{background:#eee;padding:0 .2em}table{border-collapse:collapse;width:100%}"
    "td,th{border:1px solid #ccc;padding:.3em .5em;text-align:left;vertical-align:top}"
)
_STYLE_HASH = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
PAGE_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; frame-ancestors 'none'"
"""What the page may load: its own style and nothing else."""


def write_page(document: Mapping[str, Any]) -> bytes:
    """Write the page."""
    return "".join(_parts(document)).encode()


def _parts(document: Mapping[str, Any]) -> Iterator[str]:
    about = document["info"]
    title = escape(about["title"])
    yield (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{title}</h1><p>{_text(about['description'])}</p>"
        '<p>For programs: <a href="openapi.json">openapi.json</a></p>'
    )
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield from _operation(f"{method.upper()} {path}", operation)
    yield "<h2>Objects</h2>"
    for name, schema in document["components"]["schemas"].items():
        if "properties" in schema:
            yield f'<h3 id="{escape(name)}">{escape(name)}</h3>'
            yield f"<p>{_text(schema.get('description', ''))}</p>"
            yield _table(schema["properties"])
    yield "</main></body></html>"


def _operation(name: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f"<h2>{escape(operation['summary'])}</h2><p><code>{escape(name)}</code></p>"
    yield f"<p>{_text(operation['description'])}</p>"
    parameters = {
        f"{one['name']} ({one['in']})": {**one["schema"], "description": one["description"]}
        for one in operation["parameters"]
    }
    if parameters:
        yield _table(parameters)
    if "requestBody" in operation:
        schema = next(iter(operation["requestBody"]["content"].values()))["schema"]
        yield f"<p>Body: {_kind(schema)}</p>"
    answers = {
        status: {"description": one["description"], **_schema_of(one)}
        for status, one in operation["responses"].items()
    }
    yield _table(answers)


def _schema_of(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema of an answer."""
    schema: Mapping[str, Any] = next(iter(answer["content"].values()))["schema"]
    return schema


def _table(rows: Mapping[str, Mapping[str, Any]]) -> str:
    """Write names with their kinds and descriptions."""
    lines = (
        f"<tr><td><code>{escape(name)}</code></td><td>{_kind(one)}</td>"
        f"<td>{_text(one.get('description', ''))}</td></tr>"
        for name, one in rows.items()
    )
    return f"<table>{''.join(lines)}</table>"


def _kind(schema: Mapping[str, Any]) -> str:
    """Name the kind of a value, with a link to objects."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    for way in ("anyOf", "oneOf"):
        if way in schema:
            return " or ".join(_kind(one) for one in schema[way])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    if "enum" in schema:
        return escape(", ".join(str(one) for one in schema["enum"]))
    return escape(str(schema.get("format") or schema.get("type") or schema.get("const", "")))


def _text(text: str) -> str:
    """Write a description, with its code marked."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if at % 2 else part for at, part in enumerate(parts))
