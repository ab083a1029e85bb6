"""Fixtures of the tests of transfers."""

from collections.abc import Iterator

import pytest

from tests.transfers.webhook_receiver import Receiver, ReceiverThread


@pytest.fixture(scope="module")
def running() -> Iterator[ReceiverThread]:
    """A partner's server."""
    thread = ReceiverThread()
    yield thread
    thread.close()


@pytest.fixture
def partner(running: ReceiverThread) -> Receiver:
    """The same, without what came before."""
    running.receiver.received.clear()
    running.receiver.statuses.clear()
    return running.receiver
