"""Anything in any order to a Sale and its money, and after each step the books are right.

300 runs of 30 steps with the profile `ci`, in two files so that two processes
share them; a few with the others. `make soak-money` plays for as long as it is told.
"""

import pytest

from tests.club import Club
from tests.scenarios.money_machine import play_money


@pytest.mark.slow
@pytest.mark.postgres
def test_sales_without_vat_in_their_prices_stay_right_whatever_happens(club: Club) -> None:
    play_money(club, price_basis="NET", dice=100)
