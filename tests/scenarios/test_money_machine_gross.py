"""The same as `test_money_machine.py` for prices with VAT, in a file, so a process, of its own."""

import pytest

from tests.club import Club
from tests.scenarios.money_machine import play_money


@pytest.mark.slow
@pytest.mark.postgres
def test_sales_with_vat_in_their_prices_stay_right_whatever_happens(club: Club) -> None:
    play_money(club, price_basis="GROSS", dice=200)
