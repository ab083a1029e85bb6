"""What Cube promises of answers in OpenAPI: required keys and types, in our own words."""

from typing import Any

TEXT = {"type": "string"}
OBJECT = {"type": "object"}


def items(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def has(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **optional},
    }


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}


FORMAT = {
    "oneOf": [
        {"enum": ["percent", "currency", "number", "imageUrl", "id", "link"]},
        has({"label": TEXT, "type": {"const": "link"}}),
        has({"type": {"const": "custom-time"}, "value": TEXT}),
        has({"type": {"const": "custom-numeric"}, "value": TEXT}, alias=TEXT),
    ]
}
SHOWN = {
    "title": TEXT,
    "shortTitle": TEXT,
    "description": TEXT,
    "format": FORMAT,
    "formatDescription": has({"name": TEXT, "specifier": TEXT}, currency=TEXT),
    "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
    "aliasMember": TEXT,
    "meta": OBJECT,
}
GRANULARITY = has({"name": TEXT, "title": TEXT}, interval=TEXT, sql=TEXT, offset=TEXT, origin=TEXT)
MEASURE = has({"name": TEXT, "type": TEXT}, aggType=TEXT, **SHOWN)
DIMENSION = has(
    {"name": TEXT, "type": TEXT},
    granularities=items(GRANULARITY),
    order={"enum": ["asc", "desc"]},
    key=TEXT,
    **SHOWN,
)
SEGMENT = has({"name": TEXT, "title": TEXT, "shortTitle": TEXT}, description=TEXT, meta=OBJECT)
CUBE = has(
    {
        "name": TEXT,
        "type": {"enum": ["cube", "view"]},
        "measures": items(MEASURE),
        "dimensions": items(DIMENSION),
        "segments": items(SEGMENT),
    },
    title=TEXT,
    description=TEXT,
    meta=OBJECT,
    joins=items(has({"name": TEXT, "relationship": TEXT})),
    folders=items(has({"name": TEXT, "members": items(TEXT)})),
    nestedFolders=items(ref("folder")),
    hierarchies=items(has({"name": TEXT, "levels": items(TEXT)}, title=TEXT, aliasMember=TEXT)),
)
DATA = {
    "oneOf": [
        items(OBJECT),
        has({"members": items(TEXT), "dataset": items({"type": "array"})}),
        has({"members": items(TEXT), "columns": items({"type": "array"})}),
    ]
}
ANNOTATION = has(
    {"measures": OBJECT, "dimensions": OBJECT, "segments": OBJECT, "timeDimensions": OBJECT}
)
RESULT = has(
    {"annotation": ANNOTATION, "data": DATA},
    dataSource=TEXT,
    lastRefreshTime=TEXT,
    external={"type": "boolean"},
    usedPreAggregations=OBJECT,
)
DEFINITIONS = {
    "folder": has(
        {"name": TEXT, "members": items({"oneOf": [TEXT, ref("folder")]})},
    ),
    "load": has(
        {"results": items(RESULT)}, pivotQuery=OBJECT, slowQuery={"type": "boolean"}, queryType=TEXT
    ),
    "meta": has({"cubes": items(CUBE)}, compilerId=TEXT),
    "error": has({"error": TEXT}),
}


def promise(name: str) -> dict[str, Any]:
    """The schema of a kind of answer: load, meta or error."""
    return {**ref(name), "$defs": DEFINITIONS}
