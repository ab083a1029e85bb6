"""Options of COPY and EXPLAIN."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot.tokenizer_core import TokenType

from semantic.sqlapi.statements import NOT_SUPPORTED, CopyOptions, ExplainOptions, SqlError

if TYPE_CHECKING:
    from sqlglot.tokenizer_core import Token

_TRUE = ("", "TRUE", "ON", "1")
_FALSE = ("FALSE", "OFF", "0")
_NAMES = frozenset(
    """
    FORMAT CSV BINARY HEADER DELIMITER NULL QUOTE ESCAPE FORCE_QUOTE ENCODING FREEZE ANALYZE VERBOSE
    COSTS BUFFERS TIMING SUMMARY SETTINGS WAL
    """.split()
)
"""What is never the value of an option before it, unless it stands in quotes."""
_COPIED = ("text", "csv", "binary")
_EXPLAINED = ("text", "json", "xml", "yaml")


def copy_options(tokens: list[Token]) -> CopyOptions:  # noqa: C901 - one case for each option
    """Read what stands behind STDOUT, in the old form or the new one.

    Raises:
        SqlError: an option is not known here.
    """
    options = CopyOptions()
    for name, value in _pairs(tokens):
        match name:
            case "FORMAT":
                options = replace(options, format=_one_of(value.lower(), _COPIED, "COPY"))
            case "CSV" | "BINARY":
                options = replace(options, format=name.lower())
            case "HEADER":
                options = replace(options, has_header=_truth(name, value))
            case "DELIMITER":
                options = replace(options, delimiter=value)
            case "NULL":
                options = replace(options, null=value)
            case "QUOTE":
                options = replace(options, quote=value)
            case "ESCAPE":
                options = replace(options, escape=value)
            case "FORCE_QUOTE" if value == "*":
                options = replace(options, is_every_value_quoted=True)
            case "ENCODING" if value.upper().replace("-", "") == "UTF8":
                pass
            case _:
                message = f"option {name} of COPY is not understood here"
                raise SqlError(message, NOT_SUPPORTED)
    return options


def explain_options(tokens: list[Token]) -> ExplainOptions:
    """Read what stands in the parentheses of EXPLAIN; what only PostgreSQL counts is left out."""
    options = ExplainOptions()
    for name, value in _pairs(tokens):
        if name == "FORMAT":
            options = replace(options, format=_one_of(value.lower(), _EXPLAINED, "EXPLAIN"))
        if name == "ANALYZE":
            options = replace(options, is_run=_truth(name, value))
    return options


def _pairs(tokens: list[Token]) -> list[tuple[str, str]]:
    """Read names with their values; a comma or the next name ends a value."""
    found: list[tuple[str, str]] = []
    is_named = False
    for one in tokens:
        text = one.text
        if text.upper() == "AS":
            continue
        if text in ("(", ")", ",") or text.upper() == "WITH":
            is_named = False
        elif is_named and (found[-1][0] == "FORMAT" or not _is_name(one)):
            found[-1] = found[-1][0], text
            is_named = False
        else:
            found.append((text.upper(), ""))
            is_named = True
    return found


def _is_name(token: Token) -> bool:
    return token.token_type is not TokenType.STRING and token.text.upper() in _NAMES


def _one_of(value: str, known: tuple[str, ...], what: str) -> str:
    if value not in known:
        raise SqlError(f'{what} format "{value}" not recognized', "22023")
    return value


def _truth(name: str, value: str) -> bool:
    if value.upper() in (*_TRUE, *_FALSE):
        return value.upper() in _TRUE
    raise SqlError(f"option {name} is either true or false", "22023")
