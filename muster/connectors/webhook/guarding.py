"""Connections to the open internet only: an address in a configuration must not lead into the network it is read in.

The address that is checked is the one that was connected to, so that a name which changes its mind in between gains
nothing (advice on server-side request forgery in Standard Webhooks).
"""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import LocationValueError


class PrivateAddress(LocationValueError):
    """The host is in a private network, on this machine, or where machines ask about themselves."""


def _checked(connection: socket.socket) -> socket.socket:
    if not ip_address(connection.getpeername()[0].split("%")[0]).is_global:
        connection.close()
        raise PrivateAddress("the host has a private address; `private: true` allows it")
    return connection


class _Plain(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(super()._new_conn())


class _Secure(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(super()._new_conn())


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class GuardedAdapter(HTTPAdapter):
    """Refuses to connect to private addresses, unless `private`."""

    def __init__(self, private: bool) -> None:
        self._private = private
        super().__init__(pool_connections=4, pool_maxsize=32)

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        super().init_poolmanager(*arguments, **named)
        if not self._private:
            self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
