"""SQL of models parsed, and held to what a model may read: its own club's rows and nothing else.

What models may use are the tables that are handed in, unqualified: views that show the rows of one
club. A schema, a table function or a function that reads settings would lead around them.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_STATEMENTS = (
    exp.DDL,
    exp.DML,
    exp.Command,
    exp.Describe,
    exp.Summarize,
    exp.Show,
    exp.Copy,
    exp.Pragma,
    exp.Set,
    exp.Use,
    exp.Attach,
    exp.Detach,
    exp.Into,
)
_FUNCTIONS = frozenset(
    """
    getvariable getenv current_setting set_config nextval currval query query_table error
    current_database current_catalog current_schema current_schemas current_user session_user user
    in_search_path current_query version txid_current write_log
    """.split()
)
_PREFIXES = ("read_", "duckdb_", "pragma_", "pg_", "parquet_", "sniff_", "sqlite_", "postgres_")


class WallError(Exception):
    """SQL that a model may not have, or that is no SQL."""

    def __init__(self, message: str, suggestion: str = "") -> None:
        """Say what is wrong and what would be right."""
        super().__init__(message)
        self.message = message
        self.suggestion = suggestion


def parse_expression(text: str) -> exp.Expr:
    """Parse one expression over the rows of a cube.

    Raises:
        WallError: It is no expression, or one that a model may not have.
    """
    tree = _parse(f"SELECT (\n{text}\n)")
    inner = tree.expressions[0] if isinstance(tree, exp.Select) and tree.expressions else None
    if not isinstance(inner, exp.Paren) or len(tree.expressions) != 1 or tree.args.get("from_"):
        hint = "write one expression; a query belongs into the 'sql' of a cube"
        raise WallError("is not one expression of SQL", hint)
    if isinstance(inner.this, exp.Alias | exp.PropertyEQ):
        raise WallError("gives a name to its value", "leave the name away")
    value: exp.Expr = inner.this
    for node in value.walk():
        _refuse(node)
        if isinstance(node, exp.Query):
            hint = "put it into the 'sql' of a cube, and join that"
            raise WallError("has a query within an expression", hint)
    return value


def parse_query(text: str, tables: Collection[str]) -> exp.Expr:
    """Parse the query of a cube.

    Raises:
        WallError: It is no query, or reads what a model may not read.
    """
    tree = _parse(text)
    if not isinstance(tree, exp.Select | exp.SetOperation):
        raise WallError("is not a query", "write one SELECT")
    for node in tree.walk():
        _refuse(node)
        if isinstance(node, exp.Table):
            _check_table(node, tables)
    return tree


def check_table_name(text: str, tables: Collection[str]) -> None:
    """Refuse the name of a table that a model may not use.

    Raises:
        WallError: It is no name, has a schema, or is another table.
    """
    *schema, name = text.strip().split(".")
    if not all(part.isidentifier() for part in (*schema, name)):
        raise WallError(f"'{text.strip()}' is not the name of a table", "write a query as 'sql'")
    _check_name(schema, name, tables)


def _parse(text: str) -> exp.Expr:
    try:
        trees = sqlglot.parse(text, read="duckdb")
    except SqlglotError as error:
        first = error.errors[0] if isinstance(error, ParseError) and error.errors else {}
        near = first.get("highlight") or ""
        problem = str(first.get("description") or error).splitlines()[0]
        at = f", at '{near}'" if near else ""
        raise WallError(f"is not SQL: {problem}{at}") from error
    if len(trees) != 1 or trees[0] is None:
        raise WallError("is not one statement", "remove the semicolon and what follows it")
    return trees[0]


def _refuse(node: exp.Expr) -> None:
    """Refuse statements, parameters and functions that read what is around the query."""
    if isinstance(node, _STATEMENTS):
        raise WallError(f"has {node.key.upper()}, which models may not", "write one SELECT")
    if isinstance(node, exp.Placeholder | exp.Parameter | exp.SessionParameter):
        hint = "write the value, or take it from the caller in an access_policy"
        raise WallError("has a parameter, which only queries may", hint)
    if isinstance(node, exp.Func):
        for name in _names(node):
            if name in _FUNCTIONS or name.startswith(_PREFIXES):
                raise WallError(f"calls '{name}', which models may not", "use columns of a table")


def _names(node: exp.Func) -> Iterator[str]:
    """Name a function by all names that it has."""
    if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc):
        yield str(node.this).lower()
    else:
        yield from (name.lower() for name in node.sql_names())


def _check_table(node: exp.Table, tables: Collection[str]) -> None:
    if not isinstance(node.this, exp.Identifier):
        raise WallError("reads a table function", "read one of the tables of the star schema")
    schema = [part.name for part in node.parts[:-1]]
    if schema or not _is_defined_before(node):
        _check_name(schema, node.name, tables)


def _check_name(schema: list[str], name: str, tables: Collection[str]) -> None:
    """Refuse a schema, and a table that is not among those that models may use."""
    if schema:
        raise WallError(f"names a schema: '{'.'.join((*schema, name))}'", f"write '{name}' alone")
    if name.lower() not in tables:
        close = get_close_matches(name.lower(), sorted(tables), n=1)
        hint = f"did you mean '{close[0]}'?" if close else "use the tables of the star schema"
        raise WallError(f"reads '{name}', which is not a table of the star schema", hint)


def _is_defined_before(node: exp.Table) -> bool:
    """Tell whether a name is that of a WITH around it, declared before."""
    inner: exp.Expr = node
    outer = node.parent
    while outer is not None:
        with_ = outer.args.get("with_")
        ctes = list(with_.expressions) if isinstance(with_, exp.With) else []
        if isinstance(outer, exp.With):
            ctes = []
            before = list(outer.expressions)
            ctes = before[: before.index(inner) + bool(outer.args.get("recursive"))]
        elif inner is with_:
            ctes = []
        if any(one.alias.lower() == node.name.lower() for one in ctes):
            return True
        inner, outer = outer, outer.parent
    return False
