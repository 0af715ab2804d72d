"""A network that fails on demand: passes connections on to a server of this machine, and cuts them when told to."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Proxy:
    """`port` leads to a server. `sent` counts the bytes that came from it."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.sent = 0
        self.connections = 0
        self._cut_after: int | None = None
        self._cuts = 0
        self._refusing = False
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, after: int, times: int) -> None:
        """Break each of the next connections after so many bytes from the server, until it was done so many times."""
        self._cut_after, self._cuts = after, times

    def refuse(self) -> None:
        """From now on nobody gets through, and those who are through are cut."""
        self._refusing = True
        for each in list(self._open):
            _break(each)

    def close(self) -> None:
        self.refuse()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.connections += 1
                if self._refusing:
                    _break(client)
                    continue
                server = socket.create_connection(("127.0.0.1", self._target))
                self._open |= {client, server}
                threading.Thread(target=self._pass, args=(client, server), daemon=True).start()
                threading.Thread(target=self._watched, args=(server, client), daemon=True).start()

    def _pass(self, reader: socket.socket, writer: socket.socket) -> None:
        with suppress(OSError):
            while piece := reader.recv(64 << 10):
                writer.sendall(piece)
            writer.shutdown(socket.SHUT_WR)

    def _watched(self, server: socket.socket, client: socket.socket) -> None:
        passed = 0
        with suppress(OSError):
            while piece := server.recv(64 << 10):
                if self._cuts > 0 and self._cut_after is not None and passed + len(piece) > self._cut_after:
                    self._cuts -= 1
                    client.sendall(piece[: max(0, self._cut_after - passed)])
                    break
                client.sendall(piece)
                passed += len(piece)
                self.sent += len(piece)
        _break(client)
        _break(server)
        self._open -= {client, server}


@contextmanager
def proxied(port: int) -> Iterator[Proxy]:
    proxy = Proxy(port)
    try:
        yield proxy
    finally:
        proxy.close()


def _break(connection: socket.socket) -> None:
    """Closes at once, with a reset where something was on its way."""
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        connection.close()
