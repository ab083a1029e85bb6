"""Triggers note whose rows of a report follow, once for each statement, in the same transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from runpy import run_path

import pytest
from sqlalchemy import Connection, text

from app.storage import migrations
from app.storage.change_triggers import NOTED
from app.storage.engine import Engine
from tests.api.furnished import furnish
from tests.api.sold import Sold, sell_everything
from tests.club import Club

pytestmark = pytest.mark.postgres
