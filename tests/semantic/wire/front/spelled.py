"""A stand-in for the translation of SQL: `sales` is a table of DuckDB, and its SQL is run as it is.

The front only has to know which statements concern views and what they become; what the numbers
are is the matter of other tests.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime

import sqlglot
from sqlglot import exp

from semantic.access.principal import Principal
from semantic.run.compiled import Compiled, Explanation
from semantic.sqlapi.statements import (
    CopyOptions,
    CursorOptions,
    ExplainOptions,
    Kind,
    Routed,
    SqlError,
    Target,
)

ROWS = 60_000
TABLE = f"""
    CREATE TABLE sold AS SELECT
        i AS id, CASE WHEN i % 5 > 0 THEN '20' || (20 + i % 5) END AS season,
        TIMESTAMP '2024-01-01' + to_minutes(i) AS sold_at, i % 2 = 0 AS is_open, i * 10 AS places,
        CAST(i AS DECIMAL(18, 2)) / 4 AS net
    FROM range({ROWS}) t(i)
"""
_VIEW = re.compile(r"\bsales\b")
_TEXT = re.compile(r"'[^']*'")
_DECLARE = re.compile(
    r'declare\s+("[^"]+"|\w+)\s+(binary\s+)?((?:no\s+)?scroll\s+)?cursor\s+(with\s+hold\s+)?for\s+(.*)',
    re.IGNORECASE | re.DOTALL,
)
_COPY = re.compile(r"copy\s*\((.*)\)\s*to\s+stdout\s*(.*)", re.IGNORECASE | re.DOTALL)
_EXPLAIN = re.compile(
    r"explain\s+(analyze\s+)?(?:\(format\s+(\w+)\)\s*)?(.*)", re.IGNORECASE | re.DOTALL
)


_PREPARE = re.compile(
    r'prepare\s+("[^"]+"|\w+)\s*(?:\(([^)]*)\))?\s*as\s+(.*)', re.IGNORECASE | re.DOTALL
)


@dataclass
class Spelled:
    """Routes by words, and translates with nothing but another dialect."""

    asked: list[tuple[str, tuple[str | None, ...], str]] = field(default_factory=list)

    def routed(self, sql: str, principal: Principal) -> Routed:  # noqa: ARG002 - the protocol's
        if "refused" in sql:
            raise SqlError("this is refused", "42501", "Write something else.")
        if not _VIEW.search(_TEXT.sub("", sql)):
            return Routed(Target.SHELL)
        if found := _DECLARE.fullmatch(sql):
            scroll = (found[3] or "no").strip().lower()
            cursor = CursorOptions(
                found[1].strip('"'), bool(found[4]), scroll == "scroll", bool(found[2])
            )
            return _semantic(Kind.DECLARE, found[5], cursor=cursor)
        if found := _COPY.fullmatch(sql):
            words = found[2].lower()
            form = next((one for one in ("csv", "binary") if one in words), "text")
            copy = CopyOptions(form, "header" in words, is_every_value_quoted="force" in words)
            return _semantic(Kind.COPY, found[1], copy=copy)
        if found := _EXPLAIN.fullmatch(sql):
            explain = ExplainOptions((found[2] or "text").lower(), bool(found[1]))
            return _semantic(Kind.EXPLAIN, found[3], explain=explain)
        if found := _PREPARE.fullmatch(sql):
            types = tuple(one.strip() for one in (found[2] or "").split(",") if one.strip())
            routed = _semantic(Kind.PREPARE, found[3])
            return replace(routed, name=found[1].strip('"'), types=types)
        return _semantic(Kind.SELECT, sql)

    def compile(
        self,
        statement: Routed,
        values: tuple[str | None, ...],
        parameter_types: tuple[str, ...],
        columns: tuple[tuple[str, str], ...] | None,
        principal: Principal,
        timezone: str,
        now: datetime,  # noqa: ARG002 - the protocol's
    ) -> Compiled:
        self.asked.append((statement.sql, values, timezone))
        if "broken" in statement.sql:
            raise RuntimeError("broken")
        if "unanswerable" in statement.sql:
            raise SqlError("this cannot be answered", "0A000", "Write MEASURE(x).")
        tree = sqlglot.parse_one(statement.sql.replace("public.", ""), read="postgres")
        for table in tree.find_all(exp.Table):
            if table.name == "sales":
                table.replace(exp.to_table("sold", alias=table.alias or "sales"))
        for parameter in list(tree.find_all(exp.Parameter)):
            index = int(parameter.name) - 1
            parameter.replace(exp.cast(literal(values[index]), parameter_types[index]))
        inner = tree.sql("duckdb")
        casts = ", ".join(
            f"CAST(c{i} AS {type_.replace(' without time zone', '')}) AS c{i}"
            for i, (_, type_) in enumerate(columns or ())
        )
        named = ", ".join(f"c{i}" for i in range(len(columns or ())))
        explanation = Explanation(("sale",), ("joins",), (), ("by_season",), (("other", "old"),))
        return Compiled(
            principal.organisation_id,
            f"SELECT {casts} FROM ({inner}) AS found({named})",
            (),
            (),
            explanation,
        )


def literal(value: str | None) -> exp.Expr:
    return exp.null() if value is None else exp.Literal.string(value)


def _semantic(
    kind: Kind,
    sql: str,
    *,
    cursor: CursorOptions | None = None,
    copy: CopyOptions | None = None,
    explain: ExplainOptions | None = None,
) -> Routed:
    return Routed(Target.SEMANTIC, kind, sql, sql, frozenset({"sales"}), cursor, copy, explain)
