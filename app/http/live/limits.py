"""How the server is to carry WebSockets; apart, because it is read before GraphQL is loaded."""

from __future__ import annotations

from typing import Any

MESSAGE_LIMIT_BYTES = 256 * 1024
"""The largest message of a client: a document of 64 KB, escaped, and its variables."""

SERVER_OPTIONS: dict[str, Any] = {
    "ws": "websockets-sansio",
    "ws_max_size": MESSAGE_LIMIT_BYTES,
    "ws_ping_interval": 20.0,
    "ws_ping_timeout": 20.0,
    # It would take more memory for each connection than all the rest of it.
    "ws_per_message_deflate": False,
}
"""How uvicorn is to serve WebSockets."""
