"""Loading code, which makes much that stays and hardly any garbage."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def loading() -> Iterator[None]:
    """Look for no garbage during a block of imports, and never again in what they made.

    Python would look through all of it many times while it grows, a sixth of an API's start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
