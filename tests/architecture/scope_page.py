"""Writes docs/scopes.md: `make docs` prints this module's page into it."""

import sys

from app.domain.permissions import PERMITTED, Role, useful_scopes
from app.domain.scopes import IMPLIED, MEANINGS, READABLE, Scope

HEAD = """\
# Scopes

What a token is for. A token with scopes opens these parts of what its role may and no other; a
token without opens everything that its role may. A partner's token always names its scopes. What
lacks a scope is refused with PERMISSION_DENIED and the name of the scope; a single object that it
would show is null. The caller's own club, `viewer` and the catalogue of events need none. In
GraphQL a scope is written `WRITE_SALES` for `write:sales`. This page is written by `make docs` from
`app/domain/scopes.py` and `permissions.py`.

| scope | opens | and so too | for partners | for portals |
|---|---|---|---|---|
"""

MIDDLE = """
## What exactly

| scope | reads | permissions |
|---|---|---|
"""


def render_page() -> str:
    """The page, complete, scopes in the order of the enum."""
    return HEAD + "".join(map(_row, Scope)) + MIDDLE + "".join(map(_contents, Scope))


def _row(scope: Scope) -> str:
    implied = ", ".join(f"`{one}`" for one in IMPLIED.get(scope, ()))
    marks = ["yes" if scope in useful_scopes(role) else "" for role in (Role.PARTNER, Role.PORTAL)]
    return _line(f"`{scope}`", MEANINGS[scope], implied, *marks)


def _contents(scope: Scope) -> str:
    tables = ", ".join(one.replace("_", " ") for one in READABLE.get(scope, ()))
    permissions = ", ".join(f"`{one}`" for one in PERMITTED.get(scope, ()))
    return _line(f"`{scope}`", tables, permissions)


def _line(*cells: str) -> str:
    """One row of a table; what is empty stays empty."""
    return "|" + "|".join(f" {one} " if one else " " for one in cells) + "|\n"


if __name__ == "__main__":
    sys.stdout.write(render_page())
