"""The socket on which the API listens, opened before anything else is started."""

from __future__ import annotations

import errno
import socket

BACKLOG = 2048
"""Connections that may wait until an API process takes them, also while one is being replaced."""


class PortError(Exception):
    """The address cannot be listened on; the message names the setting to change."""


def listen_on(
    host: str, port: int, setting: str = "LOGE_HTTP_PORT", host_setting: str = "LOGE_HTTP_HOST"
) -> socket.socket:
    """Open the listening socket; port 0 lets the system choose. The settings say what to change.

    Raises:
        PortError: the port is taken, or the address is not this machine's.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise PortError(f"{host_setting}={host} is no address: {error}") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise PortError(_reason(host, port, (setting, host_setting), error)) from error
    return listener


def address_of(listener: socket.socket, host: str) -> str:
    """Return the address under which this machine reaches the API."""
    return f"http://{place_of(listener, host)}"


def place_of(listener: socket.socket, host: str) -> str:
    """Return the host and port under which this machine reaches a socket."""
    port = listener.getsockname()[1]
    anywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - recognised, not listened on
    shown = anywhere.get(host, host)
    return f"[{shown}]:{port}" if ":" in shown else f"{shown}:{port}"


def _reason(host: str, port: int, settings: tuple[str, str], error: OSError) -> str:
    """Say why a port cannot be had, and what to do."""
    setting, host_setting = settings
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} on {host} is taken by another process; stop that one, or choose a free "
            f"port with {setting}, for instance {setting}={port + 1}"
        )
    if error.errno == errno.EACCES:
        return f"this user may not listen on port {port}; set {setting} to one above 1023"
    return f"cannot listen on {host_setting}={host}, {setting}={port}: {error}"
