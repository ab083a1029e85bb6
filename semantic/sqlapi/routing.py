"""Who answers a statement: what names no view goes to PostgreSQL as it is."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.dialects.postgres import Postgres
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType

from semantic.sqlapi.options import copy_options, explain_options
from semantic.sqlapi.statements import (
    NOT_PERMITTED,
    NOT_SUPPORTED,
    TOO_COMPLEX,
    CopyOptions,
    CursorOptions,
    ExplainOptions,
    Kind,
    Routed,
    SqlError,
    Target,
)

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from sqlglot.tokenizer_core import Token

_TOKENS = 20_000
_NESTING = 60
_LOOSE_JOINS = 8
_DIALECT = Postgres()
_QUERIES = ("SELECT", "WITH", "(", "TABLE", "VALUES")
_WRITING = ("INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE")
_INTERVAL = re.compile(r"\s*[+-]?\d[\s\da-z+-]*", re.IGNORECASE)
_COMMANDS = (TokenType.COMMAND, TokenType.DECLARE, TokenType.EXECUTE)
_OPENING = (TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.CASE)
_CLOSING = (TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.END)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement over views, and the tree of its query."""

    routed: Routed
    tree: exp.Expr


def route(sql: str, views: Container[str]) -> Statement | None:  # noqa: PLR0911 - one for each kind
    """Read one statement; None where it is not about any of the views.

    Raises:
        SqlError: it is about views, and does to them what cannot be done.
    """
    tokens = _tokens(sql)
    if not tokens or not any(_name(one) in views for one in tokens):
        return None
    first = sql[tokens[0].start : tokens[0].end + 1].upper()
    if first in _QUERIES:
        return _query(sql, tokens, 0, views, Routed(Target.SEMANTIC))
    if first == "DECLARE":
        return _declared(sql, tokens, views)
    if first == "COPY":
        return _copied(sql, tokens, views)
    if first == "EXPLAIN":
        return _explained(sql, tokens, views)
    if first == "PREPARE":
        return _prepared(sql, tokens, views)
    if first in _WRITING and _written_table(tokens) in views:
        message = f"{first} cannot be run on a view, which can only be read"
        raise SqlError(message, NOT_PERMITTED)
    return None


def _tokens(sql: str) -> list[Token]:
    """Take a statement apart; none where PostgreSQL has to say what is wrong with it."""
    try:
        tokens = _DIALECT.tokenize(sql)
        if tokens and tokens[0].token_type in _COMMANDS:
            # What follows such a word is one token, unless the word is another.
            start, end = tokens[0].start, tokens[0].end + 1
            tokens = _DIALECT.tokenize(f"{sql[:start]}{'x' * (end - start)}{sql[end:]}")
    except SqlglotError:
        return []
    while tokens and tokens[-1].token_type is TokenType.SEMICOLON:
        tokens.pop()
    if any(one.token_type is TokenType.SEMICOLON for one in tokens):
        return []
    return tokens


def _name(token: Token) -> str:
    """Return what a token can name, in lower case unless it is in quotes."""
    if token.token_type is TokenType.IDENTIFIER:
        return token.text
    return "" if token.token_type is TokenType.STRING else token.text.lower()


def _query(
    sql: str, tokens: list[Token], start: int, views: Container[str], routed: Routed
) -> Statement | None:
    """Read the query that begins at a token."""
    tree, text = _parsed(sql, tokens[start:])
    if tree is None:
        return None
    named = frozenset(_views_in(tree, views))
    if not named:
        return None
    return Statement(replace(routed, sql=text, oracle_sql=text, views=named), tree)


def _parsed(sql: str, tokens: list[Token]) -> tuple[exp.Expr | None, str]:
    """Parse the tokens of a query; None where PostgreSQL has to say what is wrong with it."""
    if not tokens:
        return None, ""
    depth = deepest = 0
    for one in tokens:
        depth += (one.token_type in _OPENING) - (one.token_type in _CLOSING)
        deepest = max(deepest, depth)
    words = [one.text.upper() for one in tokens]
    # The parser tries every way in which joins without a condition may be nested.
    loose = words.count("JOIN") - words.count("ON") - words.count("USING")
    if len(tokens) > _TOKENS or deepest > _NESTING or loose > _LOOSE_JOINS:
        raise SqlError("the statement is too complex", TOO_COMPLEX)
    _refuse_intervals(tokens)
    text = sql[tokens[0].start : tokens[-1].end + 1]
    if tokens[0].text.upper() == "TABLE":
        text = f"SELECT * FROM {text[len('TABLE') :].strip()}"  # noqa: S608 - it is parsed, not run
    try:
        trees = _DIALECT.parse(text)
    except SqlglotError:
        return None, text
    except RecursionError:
        raise SqlError("the statement is too complex", TOO_COMPLEX) from None
    tree = trees[0] if len(trees) == 1 else None
    return (tree if isinstance(tree, exp.Query) else None), text


def _refuse_intervals(tokens: list[Token]) -> None:
    """Refuse forms of INTERVAL '…' of which the parser would lose a part."""
    for one, following in pairwise(tokens):
        is_given = one.text.upper() == "INTERVAL" and following.token_type is TokenType.STRING
        if is_given and _INTERVAL.fullmatch(following.text) is None:
            hint = f"write CAST('{following.text}' AS interval)"
            raise SqlError("this form of INTERVAL is not understood", NOT_SUPPORTED, hint)


def _views_in(tree: exp.Expr, views: Container[str]) -> Iterator[str]:
    """Name the views in FROM; a WITH of the same name hides one, wherever it stands."""
    hidden = {_written(one.args["alias"].this) for one in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier):
            continue
        name, schema = _written(table.this), table.db.lower()
        if name in views and schema in ("", "public") and (schema or name not in hidden):
            yield name


def _written(identifier: exp.Expr) -> str:
    return identifier.name if identifier.args.get("quoted") else identifier.name.lower()


def _find(tokens: list[Token], word: str, start: int = 0) -> int:
    """Find a word outside of parentheses; the end where there is none."""
    depth = 0
    for number, one in enumerate(tokens):
        depth += (one.token_type is TokenType.L_PAREN) - (one.token_type is TokenType.R_PAREN)
        if number >= start and depth == 0 and one.text.upper() == word:
            return number
    return len(tokens)


def _declared(sql: str, tokens: list[Token], views: Container[str]) -> Statement | None:
    at = _find(tokens, "FOR", 2)
    words = [one.text.upper() for one in tokens[2:at]]
    if "CURSOR" not in words:
        return None
    held = "HOLD" in words and "WITHOUT" not in words
    scrolls = "SCROLL" in words and words[words.index("SCROLL") - 1 : words.index("SCROLL")] != [
        "NO"
    ]
    cursor = CursorOptions(_name(tokens[1]), held, scrolls, "BINARY" in words)
    return _query(sql, tokens, at + 1, views, Routed(Target.SEMANTIC, Kind.DECLARE, cursor=cursor))


def _copied(sql: str, tokens: list[Token], views: Container[str]) -> Statement | None:
    at = _find(tokens, "TO", 1)
    if at == len(tokens):
        if _written_table(tokens) in views:
            raise SqlError("COPY FROM cannot be run on a view", NOT_PERMITTED)
        return None
    target = tokens[at + 1].text.upper() if at + 1 < len(tokens) else ""
    inner = tokens[1:at]
    if inner and inner[0].token_type is TokenType.L_PAREN:
        found = _query(sql, inner[1:-1], 0, views, Routed(Target.SEMANTIC, Kind.COPY))
    else:
        found = _copied_view(sql, inner, views)
    if found is None:
        return None
    if target != "STDOUT":
        raise SqlError("COPY writes to STDOUT alone", NOT_PERMITTED, "write TO STDOUT")
    options: CopyOptions = copy_options(tokens[at + 2 :])
    return Statement(replace(found.routed, copy=options), found.tree)


def _copied_view(sql: str, tokens: list[Token], views: Container[str]) -> Statement | None:
    """Read `COPY view (a, b)`."""
    text = sql[tokens[0].start : tokens[-1].end + 1] if tokens else ""
    name, brace, columns = text.partition("(")
    shown = columns.rstrip().removesuffix(")") if brace else "*"
    select = f"SELECT {shown} FROM {name}"  # noqa: S608 - it is parsed, not run
    return _query(select, _tokens(select), 0, views, Routed(Target.SEMANTIC, Kind.COPY))


def _explained(sql: str, tokens: list[Token], views: Container[str]) -> Statement | None:
    at = 1
    options = ExplainOptions()
    if len(tokens) > 1 and tokens[1].token_type is TokenType.L_PAREN and not _is_query(tokens[2:]):
        at = next(n for n, one in enumerate(tokens) if one.token_type is TokenType.R_PAREN) + 1
        options = explain_options(tokens[2 : at - 1])
    while at < len(tokens) and tokens[at].text.upper() in ("ANALYZE", "VERBOSE"):
        options = replace(options, is_run=options.is_run or tokens[at].text.upper() == "ANALYZE")
        at += 1
    return _query(sql, tokens, at, views, Routed(Target.SEMANTIC, Kind.EXPLAIN, explain=options))


def _is_query(tokens: list[Token]) -> bool:
    return bool(tokens) and tokens[0].text.upper() in _QUERIES


def _prepared(sql: str, tokens: list[Token], views: Container[str]) -> Statement | None:
    at = _find(tokens, "AS", 2)
    inner = tokens[2:at]
    text = sql[inner[0].end + 1 : inner[-1].start] if inner else ""
    types = tuple(one.strip() for one in text.split(",") if one.strip())
    routed = Routed(Target.SEMANTIC, Kind.PREPARE, name=_name(tokens[1]), types=types)
    return _query(sql, tokens, at + 1, views, routed)


def _written_table(tokens: list[Token]) -> str:
    """Return the table that a statement writes to."""
    words = [
        one for one in tokens[1:7] if one.text.upper() not in ("INTO", "FROM", "ONLY", "TABLE")
    ]
    if len(words) > 2 and _name(words[0]) == "public" and words[1].text == ".":  # noqa: PLR2004 - public . view
        return _name(words[2])
    return _name(words[0]) if words else ""
