"""What is loaded is not looked through for garbage, and everything after it is."""

import gc

import pytest

from app.processes.loading import loading


def test_garbage_is_looked_for_again_after_loading() -> None:
    assert gc.isenabled()
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_garbage_is_looked_for_again_when_loading_fails() -> None:
    with pytest.raises(ImportError), loading():
        raise ImportError
    assert gc.isenabled()
