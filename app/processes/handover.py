"""Connections that go over from a process that leaves to one that stays, unseen by the client.

HTTP has no way to close an idle connection without a race: the next request may be on its way. So
a process that is being replaced closes none. Between two requests a connection is nothing but a
socket, and the kernel hands it to another process through a channel that all of them share.
"""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_FULL = {errno.EAGAIN, errno.EWOULDBLOCK, errno.ENOBUFS, errno.ETOOMANYREFS}
_MARK = b"c"


@dataclass(frozen=True, slots=True)
class Channel:
    """Both ends of the channel; whoever leaves gives, whoever stays takes."""

    giving: socket.socket
    taking: socket.socket

    @classmethod
    def opened(cls) -> Channel:
        """Open a channel, as the supervisor does once for all its API processes."""
        return cls._ready(*socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))

    @classmethod
    def inherited(cls, giving: int, taking: int) -> Channel:
        """Take over the channel of the supervisor by its descriptors."""
        return cls._ready(socket.socket(fileno=giving), socket.socket(fileno=taking))

    @classmethod
    def _ready(cls, giving: socket.socket, taking: socket.socket) -> Channel:
        for end in (giving, taking):
            end.settimeout(0)
        return cls(giving, taking)

    @property
    def descriptors(self) -> tuple[int, int]:
        """Return what `inherited` needs."""
        return self.giving.fileno(), self.taking.fileno()

    def give(self, descriptor: int) -> bool:
        """Give a connection away; tell False when the channel is full, to try again soon."""
        try:
            socket.send_fds(self.giving, [_MARK], [descriptor])
        except OSError as error:
            if error.errno in _FULL:
                return False
            raise
        return True

    def take(self) -> Iterator[socket.socket]:
        """Take the connections that wait; another process may have been quicker."""
        while True:
            try:
                _, descriptors, _, _ = socket.recv_fds(self.taking, len(_MARK), 1)
            except BlockingIOError:
                return
            for descriptor in descriptors:
                yield socket.socket(fileno=descriptor)

    def close(self) -> None:
        """Close this process's ends."""
        self.giving.close()
        self.taking.close()
