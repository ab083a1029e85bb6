"""Fixtures of the tests of the engine."""

from collections.abc import Iterator

import pytest

from tests.club import Club
from tests.transfers.engine.books import Books, BooksThread
from tests.transfers.engine.connected import Connection


@pytest.fixture(scope="module")
def running_books() -> Iterator[BooksThread]:
    """A bookkeeping system."""
    thread = BooksThread()
    yield thread
    thread.close()


@pytest.fixture
def books(running_books: BooksThread) -> Books:
    """The same, with nothing in it."""
    running_books.books = Books(running_books.port)
    return running_books.books


@pytest.fixture
def connection(club: Club, books: Books) -> Connection:
    """A club that is connected to it."""
    return Connection(club, books)
