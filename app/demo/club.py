"""Loads the demo club through the commands that the API uses."""

from __future__ import annotations

from functools import partial
from itertools import batched
from typing import TYPE_CHECKING

from app.commands.organisations import NewOrganisation, add_organisation
from app.demo.closing import close_calendar, is_complete
from app.demo.customers import customers
from app.demo.draws import draw_sales
from app.demo.names import valid_vat_id
from app.demo.register import (
    write_accounts,
    write_calendar,
    write_prices,
    write_products,
    write_venue,
)
from app.demo.seasons import seasons_around
from app.demo.selling import carry_out, read_directory
from app.demo.stadium import VENUE
from app.domain.permissions import Actor, Role
from app.domain.venues import Venue
from app.storage.identity import new_id
from app.storage.organisations import find_organisation
