"""The OpenAPI 3.1 document of the façade, made from its operations and their models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from app import __version__
from app.http.failures import PROBLEM_TYPE, REST_PATH
from app.http.guard import limit_of
from app.http.rest.models import Problem
from app.http.rest.operations import JSON_TYPE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import BaseModel
    from pydantic.json_schema import JsonSchemaMode

    from app.http.rest.operations import Operation

_REFERENCE = "#/components/schemas/{model}"
_REFUSALS = {
    400: "The body is not JSON.",
    401: "There is no valid token.",
    403: "The token's role may not do this; partner, finance and root may.",
    404: "There is no such object in the token's club.",
    409: "The present state forbids it; the code says what.",
    415: "The body is not application/json.",
    422: "What was sent is not right; every field that is wrong is named.",
    429: "Too many requests; `Retry-After` says when to go on.",
    500: "A fault on our side; quote the correlation id.",
    503: "The database cannot be reached at the moment; try again.",
}
_ALWAYS = (401, 403, 422, 429, 500, 503)
_WITH_BODY = (400, 413, 415)
TAGS = {
    "instalments": "What is to be invoiced, and what became of it.",
    "customers": "Who is invoiced.",
    "products": "What is sold.",
}


class _Untitled(GenerateJsonSchema):
    """Writes schemas without a title for each field, which would only repeat its name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002 - pydantic's signature
        """Set none."""
        return False


def describe(operations: Sequence[Operation]) -> dict[str, Any]:
    """Build the document."""
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(REST_PATH + one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Loge for invoicing systems",
            "version": __version__,
            "description": (
                "Instalments to be invoiced go out; the numbers, dates and PDFs of their documents "
                "and their payments come back. Everything is matched by the instalment code. "
                "Amounts are decimal texts in the digits of their currency. Everything can be "
                "repeated safely: the same number of the same source counts once."
            ),
        },
        "servers": [{"url": "/", "description": "This server."}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": _schemas(operations),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of the role partner, finance or root.",
                }
            },
        },
    }


def _operation(one: Operation) -> dict[str, Any]:
    """Describe one operation."""
    described: dict[str, Any] = {
        "operationId": one.id,
        "tags": [one.tag],
        "summary": one.summary,
        "description": one.description,
        "parameters": [*_path_parameters(one), *_query_parameters(one), *_headers(one)],
        "responses": _responses(one),
    }
    if one.body is not None:
        described["requestBody"] = {
            "required": True,
            "description": "One object, or a list of them." if one.row_limit else "The changes.",
            "content": {JSON_TYPE: {"schema": _body_schema(one)}},
        }
    return described


def _body_schema(one: Operation) -> dict[str, Any]:
    assert one.body is not None  # noqa: S101 - asked before
    schema = _reference(one.body)
    if not one.row_limit:
        return schema
    rows = {"type": "array", "items": schema, "minItems": 1, "maxItems": one.row_limit}
    return {"oneOf": [schema, rows]}


def _responses(one: Operation) -> dict[str, Any]:
    """Describe what an operation answers, problems included."""
    statuses = {*_ALWAYS, *one.refusals, *(_WITH_BODY if one.body is not None else ())}
    success = {
        str(status): _response(text, JSON_TYPE, model)
        for status, (text, model) in one.answers.items()
    }
    limit_bytes = limit_of(REST_PATH + one.path)
    refusals = {**_REFUSALS, 413: f"The body has more than {limit_bytes:,} bytes."}
    refused = {
        str(status): _response(refusals[status], PROBLEM_TYPE, Problem)
        for status in sorted(statuses)
    }
    return success | refused


def _response(text: str, media_type: str, model: type[BaseModel]) -> dict[str, Any]:
    return {"description": text, "content": {media_type: {"schema": _reference(model)}}}


def _reference(model: type[BaseModel]) -> dict[str, Any]:
    return {"$ref": _REFERENCE.format(model=model.__name__)}


def _path_parameters(one: Operation) -> list[dict[str, Any]]:
    return [
        {
            "name": part.name,
            "in": "path",
            "required": True,
            "description": part.description,
            "schema": {"type": "string", "minLength": 1},
            "example": part.example,
        }
        for part in one.parameters
    ]


def _query_parameters(one: Operation) -> list[dict[str, Any]]:
    """Describe the query parameters by the properties of their model."""
    schema = one.query.model_json_schema(by_alias=True, schema_generator=_Untitled)
    described = []
    for name, property_schema in schema.get("properties", {}).items():
        kept = {key: value for key, value in property_schema.items() if key != "description"}
        described.append(
            {
                "name": name,
                "in": "query",
                "required": name in schema.get("required", ()),
                "description": property_schema["description"],
                "schema": _without_null(kept),
            }
        )
    return described


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A query parameter is left out rather than null."""
    kept = [one for one in schema.pop("anyOf", []) if one.get("type") != "null"]
    schema.pop("default", None) if schema.get("default", ...) is None else None
    return {**schema, **(kept[0] if kept else {})}


def _headers(one: Operation) -> list[dict[str, Any]]:
    """Describe the header that makes a change happen once."""
    if not one.takes_key:
        return []
    return [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": (
                "Your name for this one request: repeated with the same key it is answered as the "
                "first time. Another request with the same key is refused. Without it a repetition "
                "is recognised by the numbers of its documents and payments."
            ),
            "schema": {"type": "string", "pattern": "^[!-~]{8,100}$"},
        }
    ]


def _schemas(operations: Sequence[Operation]) -> dict[str, Any]:
    """Return the schemas of all bodies and answers."""
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(Problem, "serialization"): None}
    for one in operations:
        if one.body is not None:
            wanted[one.body, "validation"] = None
        for _, model in one.answers.values():
            wanted[model, "serialization"] = None
    _, definitions = models_json_schema(
        list(wanted), by_alias=True, ref_template=_REFERENCE, schema_generator=_Untitled
    )
    schemas: dict[str, Any] = definitions["$defs"]
    return schemas
