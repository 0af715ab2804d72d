"""Folders for tests in stores of all kinds: what a test puts there, and how a source reaches it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import urllib.parse
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import obstore
from obstore.store import AzureStore, S3Store

from muster.config.models import Source

#: The account of every Azurite, and its key, as its documentation tells them.
AZURITE = "devstoreaccount1"
AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
#: A service account for a server that asks nobody who he is.
NOBODY = json.dumps({"disable_oauth": True, "client_email": "", "private_key": "", "private_key_id": ""})


class Place:
    """A folder in a store, reached through `port` of this machine."""

    tagged = True

    def __init__(self, port: int, name: str) -> None:
        self.port, self.name = port, name

    def put(self, file: str, content: bytes | str) -> None:
        raise NotImplementedError

    def path(self, port: int) -> str:
        raise NotImplementedError

    def storage(self, port: int) -> dict[str, Any]:
        raise NotImplementedError

    def source(self, type_: str = "salesforce", port: int | None = None, **more: Any) -> Source:
        port = port or self.port
        told = {"name": "crm", "type": type_, "path": self.path(port), "storage": self.storage(port)}
        return Source.model_validate(told | more)


class S3(Place):
    @cached_property
    def _store(self) -> S3Store:
        config: Any = self.storage(self.port)
        return S3Store("exports", config=config, client_options={"allow_http": True})

    def put(self, file: str, content: bytes | str) -> None:
        obstore.put(self._store, f"{self.name}/{file}", _bytes(content))

    def path(self, port: int) -> str:
        return f"s3://exports/{self.name}"

    def storage(self, port: int) -> dict[str, Any]:
        endpoint = f"http://127.0.0.1:{port}"
        return {"endpoint": endpoint, "region": "eu-west-1", "access_key_id": "key", "secret_access_key": "secret"}


class Azure(Place):
    def put(self, file: str, content: bytes | str) -> None:
        endpoint = f"http://127.0.0.1:{self.port}/{AZURITE}"
        store = AzureStore(
            "exports",
            account_name=AZURITE,
            account_key=AZURITE_KEY,
            endpoint=endpoint,
            client_options={"allow_http": True},
        )
        obstore.put(store, f"{self.name}/{file}", _bytes(content))

    def path(self, port: int) -> str:
        return f"az://exports/{self.name}"

    def storage(self, port: int) -> dict[str, Any]:
        return {"endpoint": f"http://127.0.0.1:{port}/{AZURITE}", "account": AZURITE, "access_key": AZURITE_KEY}


class GoogleCloud(Place):
    def put(self, file: str, content: bytes | str) -> None:
        name = urllib.parse.quote(f"{self.name}/{file}", safe="")
        url = f"http://127.0.0.1:{self.port}/upload/storage/v1/b/exports/o?uploadType=media&name={name}"
        ask(url, "POST", _bytes(content), {"Content-Type": "application/octet-stream"})

    def path(self, port: int) -> str:
        return f"gs://exports/{self.name}"

    def storage(self, port: int) -> dict[str, Any]:
        return {"endpoint": f"http://127.0.0.1:{port}", "service_account": NOBODY}


class Sftp(Place):
    """A folder below `home`, which a server shows; files lie there as if they came an hour ago."""

    tagged = False

    def __init__(self, port: int, name: str, home: Path, shown: str, user: str, storage: Mapping[str, Any]) -> None:
        super().__init__(port, name)
        self.home, self._shown, self._user, self._storage = home, shown, user, storage
        self.folder.mkdir()

    @property
    def folder(self) -> Path:
        return self.home / self.name

    def put(self, file: str, content: bytes | str, age: float = 3600.0) -> None:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        written = int(path.stat().st_mtime) if path.exists() else None
        path.write_bytes(_bytes(content))
        moment = path.stat().st_mtime - age if written is None else written + 1
        os.utime(path, (moment, moment))

    def path(self, port: int) -> str:
        return f"sftp://{self._user}@127.0.0.1:{port}{self._shown}/{self.name}"

    def storage(self, port: int) -> dict[str, Any]:
        return dict(self._storage)


def ask(url: str, method: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> bytes:
    request = urllib.request.Request(url, data=body or None, method=method, headers=dict(headers or {}))
    with urllib.request.urlopen(request, timeout=30) as answer:
        content: bytes = answer.read()
    return content


def make_container(port: int, name: str) -> None:
    """A container of Azurite, made by a call that is signed by hand (Authorize with Shared Key)."""
    date = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    version = "2021-08-06"
    signed = (
        "PUT" + "\n" * 12 + f"x-ms-date:{date}\nx-ms-version:{version}\n/{AZURITE}/{AZURITE}/{name}\nrestype:container"
    )
    digest = hmac.new(base64.b64decode(AZURITE_KEY), signed.encode(), hashlib.sha256).digest()
    headers = {
        "x-ms-date": date,
        "x-ms-version": version,
        "Authorization": f"SharedKey {AZURITE}:{base64.b64encode(digest).decode()}",
        "Content-Length": "0",
    }
    ask(f"http://127.0.0.1:{port}/{AZURITE}/{name}?restype=container", "PUT", headers=headers)


def _bytes(content: bytes | str) -> bytes:
    return content.encode() if isinstance(content, str) else content
