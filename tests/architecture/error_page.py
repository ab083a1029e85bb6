"""Writes docs/errors.md: `make docs` prints this module's page into it."""

import sys

from app.domain.errors import ErrorCode
from app.http.refusals import DoorCode

HEAD = """\
# Error codes

Every refusal carries one of these codes in `userErrors`, with a message for people and the path of
the input field it is about. Codes never change their meaning; new ones may be added. This page is
written by `make docs` from `ErrorCode` in `app/domain/errors.py`.

| code | when |
|---|---|
"""


DOOR = """
## At the door of the GraphQL API

These stand in the top-level `errors` of an answer, in `extensions.code`: the request was refused as
a whole, before anything of it was executed, or failed in a way that nobody foresaw. From `DoorCode`
in `app/http/refusals.py`.

| code | when |
|---|---|
"""


def render_page() -> str:
    """The page, complete, codes in the order in which the enums group them."""
    rows = (f"| `{code.value}` | {code.description} |\n" for code in ErrorCode)
    doors = (f"| `{code.value}` | {code.description} |\n" for code in DoorCode)
    return HEAD + "".join(rows) + DOOR + "".join(doors)


if __name__ == "__main__":
    sys.stdout.write(render_page())
