"""What the embedded PostgreSQL answers about itself."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True)
class StartedServer:
    """A server that accepts connections, and whether this call started it or found it running.

    `port` is the TCP port on the loopback address, None where only the socket is open.
    """

    started_here: bool
    pid: int
    data_folder: Path
    socket_folder: Path
    port: int | None


@dataclass(frozen=True)
class ServerStatus:
    """What is known about the embedded server, running or not.

    `data_folder` and what follows from it are None before the first start. `relocated_from` is the
    data directory where the data lies elsewhere because the server's account could not reach it.
    """

    running: bool
    pid: int | None
    version: str
    data_folder: Path | None
    socket_folder: Path | None
    log_file: Path | None
    port: int | None
    started_at: datetime | None
    size_bytes: int
    durable: bool | None
    relocated_from: Path | None
