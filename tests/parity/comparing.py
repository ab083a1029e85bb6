"""When two numbers are one number."""

from decimal import Decimal

import pytest


def is_same(asked: object, written: object) -> bool:
    """Tell whether two numbers are one: decimals exactly, what was divided to nine digits.

    Nothing added up is the same as nothing at all.
    """
    if asked is None or written is None:
        return not asked and not written
    if isinstance(asked, float):
        return float(str(written)) == pytest.approx(asked, rel=1e-9)
    return Decimal(str(asked)) == Decimal(str(written))
