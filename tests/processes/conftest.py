"""The `loge` command on data directories of its own."""

from collections.abc import Iterator

import pytest

from tests.processes.command import CLUB, Loge, fresh_loge


@pytest.fixture
def fresh() -> Iterator[Loge]:
    """Nothing was ever started here."""
    with fresh_loge() as loge:
        yield loge


@pytest.fixture(scope="session")
def loge() -> Iterator[Loge]:
    """A migrated database with the club `one`; it is stopped between the tests."""
    with fresh_loge() as made:
        made.run("migrate")
        made.run("organisation", "add", "one", *CLUB)
        yield made
