"""Addresses of folders that are not on this machine: `s3://bucket/prefix`, `sftp://user@host:port/folder`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from muster.errors import SourceError

#: What each kind of store is called, and the keys of `storage` that count for it.
KEYS: Mapping[str, tuple[str, ...]] = {
    "s3": ("endpoint", "region", "access_key_id", "secret_access_key"),
    "az": ("endpoint", "account", "access_key", "sas_token"),
    "gs": ("endpoint", "service_account"),
    "sftp": ("password", "private_key", "host_key"),
}
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_SERVER = re.compile(r"(?:(?P<user>[^@/]*)@)?(?P<host>\[[^\]/]+\]|[^:/@\[\]]+)(?::(?P<port>\d+))?(?P<path>/.*)?")


@dataclass(frozen=True)
class Address:
    """`host` is a bucket, a container or a server; `path` lies in it, without slashes around it for buckets."""

    scheme: str
    host: str
    path: str
    user: str = ""
    port: int = 22

    def __str__(self) -> str:
        if self.scheme != "sftp":
            return f"{self.scheme}://{self.host}" + (f"/{self.path}" if self.path else "")
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = f":{self.port}" if self.port != 22 else ""
        return f"sftp://{self.user}{'@' if self.user else ''}{host}{port}{self.path}"


def is_remote(path: str) -> bool:
    """Whether the path of a source is an address."""
    return bool(_SCHEME.fullmatch(path))


def address_of(path: str) -> Address:
    """The parts of an address; SourceError where it is none that can be read, never showing a password in it."""
    found = _SCHEME.fullmatch(path)
    scheme, rest = (found[1].lower(), found[2]) if found else ("", path)
    if scheme not in KEYS:
        raise SourceError(f"{scheme}:// is no place that can be read; a path begins with s3, az, gs or sftp, or /")
    return _server(rest) if scheme == "sftp" else _bucket(scheme, rest)


def _bucket(scheme: str, rest: str) -> Address:
    host, _, path = rest.partition("/")
    if not host or "@" in host:
        raise SourceError(f"an address is {scheme}://<{'container' if scheme == 'az' else 'bucket'}>/<folder>")
    return Address(scheme, host, path.strip("/"))


def _server(rest: str) -> Address:
    found = _SERVER.fullmatch(rest)
    if found and ":" in (found["user"] or ""):
        raise SourceError("an address holds no password; write sftp://user@host/folder and 'password' under storage")
    if not found:
        raise SourceError("an address is sftp://<user>@<host>:<port>/<folder>")
    path = "/" + (found["path"] or "").strip("/")
    return Address("sftp", found["host"].strip("[]"), path, found["user"] or "", int(found["port"] or 22))
