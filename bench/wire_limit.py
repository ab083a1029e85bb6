"""What libpq takes of an answer that is there already: the limit of every server on this machine.

`python -m bench.wire_limit PORT` prints its own port. The first connection goes through to the
server at PORT, and what it answers is kept; each one after it is sent just that, from memory.
"""

from __future__ import annotations

import socket
import sys
import threading

_BEGIN = b"R\x00\x00\x00\x08\x00\x00\x00\x00Z\x00\x00\x00\x05I"
"""Who connects may, and the server is ready."""
_ASKS_FOR_TLS = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
_CHUNK = 1 << 20


def record(client: socket.socket, port: int) -> bytes:
    """Pass everything on until the client leaves; return the answer to what it said last but one.

    The last thing that a client says is that it leaves.
    """
    answers = [bytearray()]

    def listen(server: socket.socket) -> None:
        while found := server.recv(_CHUNK):
            answers[-1] += found
            client.sendall(found)

    with socket.create_connection(("127.0.0.1", port)) as server:
        listener = threading.Thread(target=listen, args=(server,))
        listener.start()
        while said := client.recv(_CHUNK):
            answers.append(bytearray())
            server.sendall(said)
        server.shutdown(socket.SHUT_WR)
        listener.join()
    return bytes(max(answers, key=len))


def replay(client: socket.socket, answer: bytes) -> None:
    """Let a client in, and answer its one statement."""
    if client.recv(_CHUNK) == _ASKS_FOR_TLS:
        client.sendall(b"N")
        client.recv(_CHUNK)
    client.sendall(_BEGIN)
    client.recv(_CHUNK)
    client.sendall(answer)
    client.recv(_CHUNK)


def main() -> None:
    """Serve until the standard input ends."""
    threading.Thread(target=_serve, args=(int(sys.argv[1]),), daemon=True).start()
    sys.stdin.read()


def _serve(port: int) -> None:
    answer: bytes | None = None
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(listening.getsockname()[1], flush=True)
        while True:
            client, _ = listening.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with client:
                if answer is None:
                    answer = record(client, port)
                else:
                    replay(client, answer)


if __name__ == "__main__":
    main()
