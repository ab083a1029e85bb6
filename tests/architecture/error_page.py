"""Writes docs/errors.md: `make docs` prints this module's page into it."""

import sys

from app.domain.errors import ErrorCode

HEAD = """\
# Error codes

Every refusal carries one of these codes in `userErrors`, with a message for people and the path of
the input field it is about. Codes never change their meaning; new ones may be added. This page is
written by `make docs` from `ErrorCode` in `app/domain/errors.py`.

| code | when |
|---|---|
"""


def render_page() -> str:
    """The page, complete, codes in the order in which the enum groups them."""
    rows = (f"| `{code.value}` | {code.description} |\n" for code in ErrorCode)
    return HEAD + "".join(rows)


if __name__ == "__main__":
    sys.stdout.write(render_page())
