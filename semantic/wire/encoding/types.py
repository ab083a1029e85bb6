"""The types of PostgreSQL that results have: their numbers, names and elements."""

from __future__ import annotations

BOOL, BYTEA, NAME, INT8, INT2, INT4, TEXT, OID = 16, 17, 19, 20, 21, 23, 25, 26
JSON, FLOAT4, FLOAT8, UNKNOWN, BPCHAR, VARCHAR = 114, 700, 701, 705, 1042, 1043
DATE, TIME, TIMESTAMP, TIMESTAMPTZ, INTERVAL = 1082, 1083, 1114, 1184, 1186
NUMERIC, UUID, JSONB = 1700, 2950, 3802

NAMES = {
    BOOL: "boolean",
    BYTEA: "bytea",
    NAME: "name",
    INT8: "bigint",
    INT2: "smallint",
    INT4: "integer",
    TEXT: "text",
    OID: "oid",
    JSON: "json",
    FLOAT4: "real",
    FLOAT8: "double precision",
    UNKNOWN: "unknown",
    BPCHAR: "character",
    VARCHAR: "character varying",
    DATE: "date",
    TIME: "time",
    TIMESTAMP: "timestamp",
    TIMESTAMPTZ: "timestamp with time zone",
    INTERVAL: "interval",
    NUMERIC: "numeric",
    UUID: "uuid",
    JSONB: "jsonb",
}
TEXTS = frozenset({NAME, TEXT, JSON, UNKNOWN, BPCHAR, VARCHAR, JSONB})
"""What is sent as the characters that it has; in binary jsonb has its version before them."""
ELEMENTS = {
    1000: BOOL,
    1001: BYTEA,
    1003: NAME,
    1016: INT8,
    1005: INT2,
    1007: INT4,
    1009: TEXT,
    1028: OID,
    199: JSON,
    1021: FLOAT4,
    1022: FLOAT8,
    1014: BPCHAR,
    1015: VARCHAR,
    1182: DATE,
    1183: TIME,
    1115: TIMESTAMP,
    1185: TIMESTAMPTZ,
    1187: INTERVAL,
    1231: NUMERIC,
    2951: UUID,
    3807: JSONB,
}
"""The type of the elements of each type of arrays."""


class EncodingError(Exception):
    """A value or a type that cannot be sent as it was asked for; `sqlstate` is PostgreSQL's."""

    def __init__(self, message: str, sqlstate: str) -> None:
        """Say what is wrong."""
        super().__init__(message)
        self.message = message
        self.sqlstate = sqlstate


def name_of(oid: int) -> str:
    """Return a type's name for messages, or its number."""
    element = ELEMENTS.get(oid)
    if element is not None:
        return f"{NAMES[element]}[]"
    return NAMES.get(oid, f"type {oid}")
