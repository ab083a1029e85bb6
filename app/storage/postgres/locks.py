"""Locks between processes that the kernel releases when their holder dies, however it dies."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl

FIRST_PAUSE_SECONDS = 0.01
LONGEST_PAUSE_SECONDS = 0.2


class FileLock:
    """An advisory lock on a file, shared or exclusive, which does not hold against non-users of it.

    A child that inherits the descriptor keeps the lock alive after its parent has closed it; that
    is how a running server proves that it is alive.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """Tell whether this object holds the lock, shared or exclusive."""
        return self._descriptor is not None

    def fileno(self) -> int:
        """Return the descriptor that holds the lock, for handing it to a child."""
        if self._descriptor is None:
            raise ValueError(f"the lock {self._path} is not held")
        return self._descriptor

    def try_acquire(self, *, shared: bool = False) -> bool:
        """Take the lock, or change the one that is held, if nobody else stands in the way."""
        mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        descriptor = self._descriptor
        if descriptor is None:
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            descriptor = os.open(self._path, flags, 0o600)
        try:
            fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
        except BlockingIOError:
            # A failed change may already have given up the old lock, so the honest state is none.
            os.close(descriptor)
            self._descriptor = None
            return False
        except BaseException:
            os.close(descriptor)
            self._descriptor = None
            raise
        self._descriptor = descriptor
        return True

    def acquire(self, *, shared: bool = False, waiting: Callable[[], None] | None = None) -> None:
        """Take the lock however long that needs; `waiting` is called once if it needs any time.

        There is no limit: the holder is alive, or the kernel would have released the lock.
        """
        pause_seconds = FIRST_PAUSE_SECONDS
        while not self.try_acquire(shared=shared):
            if waiting is not None:
                waiting()
                waiting = None
            time.sleep(pause_seconds)
            pause_seconds = min(2 * pause_seconds, LONGEST_PAUSE_SECONDS)

    def release(self) -> None:
        """Close this process's hold on the lock; does nothing when there is none."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


@contextmanager
def locked(path: Path, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the exclusive lock on the file while the block runs."""
    lock = FileLock(path)
    lock.acquire(waiting=waiting)
    try:
        yield
    finally:
        lock.release()


def is_held(path: Path) -> bool:
    """Tell whether some process holds the lock exclusively; a file that is not there is free."""
    if not path.exists():
        return False
    lock = FileLock(path)
    free = lock.try_acquire(shared=True)
    lock.release()
    return not free
