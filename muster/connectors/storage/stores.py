"""Connects to an object store with what `storage` says; what it does not say, the environment does.

The library reads the environment as the vendors' own tools do: variables (`AWS_…`, `AZURE_…`, `GOOGLE_…`) and the
identity of the machine it runs on.
"""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from obstore.exceptions import BaseError
from obstore.store import AzureStore, GCSStore, ObjectStore, S3Store
from pydantic import SecretStr

from muster.config.connections import is_here
from muster.config.models import Storage
from muster.connectors.storage.address import Address
from muster.connectors.storage.folder import StoreError
from muster.connectors.storage.objects import Bucket

if TYPE_CHECKING:
    from obstore.store import AzureConfig, ClientConfig, GCSConfig, RetryConfig, S3Config

#: The library tries each call again so often by itself, for up to so many seconds; hasty callers wait for less.
_TRIES, _SECONDS = 3, 20
_HASTY_TRIES, _HASTY_SECONDS = 1, 5


def bucket(address: Address, storage: Storage, *, hasty: bool = False) -> Bucket:
    """A bucket that connects when it is first asked; wrong settings are a StoreError then."""
    return Bucket(address, partial(_connect, address, storage, hasty))


def _connect(address: Address, storage: Storage, hasty: bool) -> ObjectStore:
    client, retries = _client(address, storage, hasty), _retries(hasty)
    try:
        if address.scheme == "s3":
            return S3Store(address.host, config=_s3(storage), client_options=client, retry_config=retries)
        if address.scheme == "az":
            return AzureStore(address.host, config=_azure(storage), client_options=client, retry_config=retries)
        return GCSStore(address.host, config=_gcs(address, storage), client_options=client, retry_config=retries)
    except (BaseError, ValueError):
        raise StoreError(f"{address}: {_UNUSABLE[address.scheme]}") from None


_UNUSABLE = {
    "s3": "the settings under storage cannot be used; check 'endpoint', 'region' and the keys",
    "az": "the settings under storage cannot be used; give 'account', and 'access_key' (in base64) or 'sas_token'",
    "gs": "'service_account' is no key of a service account; give the JSON that Google Cloud lets you download",
}


def _s3(storage: Storage) -> S3Config:
    return cast("S3Config", _filled({
        "endpoint": storage.endpoint,
        "region": storage.region,
        "access_key_id": _shown(storage.access_key_id),
        "secret_access_key": _shown(storage.secret_access_key),
    }))  # fmt: skip


def _azure(storage: Storage) -> AzureConfig:
    return cast("AzureConfig", _filled({
        "endpoint": storage.endpoint,
        "account_name": storage.account,
        "account_key": _shown(storage.access_key),
        "sas_key": (_shown(storage.sas_token) or "").removeprefix("?") or None,
    }))  # fmt: skip


def _gcs(address: Address, storage: Storage) -> GCSConfig:
    key = _shown(storage.service_account)
    if key is not None:
        try:
            json.loads(key)
        except ValueError:
            raise StoreError(f"{address}: {_UNUSABLE['gs']}") from None
    return cast("GCSConfig", _filled({"base_url": storage.endpoint, "service_account_key": key}))


def _client(address: Address, storage: Storage, hasty: bool) -> ClientConfig:
    """Patient with large files, not with silence. Plain http only to this machine, as for all that takes secrets."""
    parts = urlsplit(storage.endpoint or "")
    plain = parts.scheme == "http"
    if storage.endpoint and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise StoreError(f"{address}: 'endpoint' under storage begins with https:// and a host")
    if plain and not is_here(parts.hostname or ""):
        raise StoreError(f"{address}: 'endpoint' under storage must be https; http is for this machine")
    client: ClientConfig = {
        "allow_http": plain,
        "connect_timeout": timedelta(seconds=3 if hasty else 10),
        "read_timeout": timedelta(seconds=10 if hasty else 60),
        "timeout": timedelta(hours=12),
    }
    if address.scheme == "gs":  # else Google Cloud unpacks what is stored as gzip, and ranges and sizes do not fit
        client["default_headers"] = {"accept-encoding": "gzip"}
    return client


def _retries(hasty: bool) -> RetryConfig:
    tries, seconds = (_HASTY_TRIES, _HASTY_SECONDS) if hasty else (_TRIES, _SECONDS)
    return {"max_retries": tries, "retry_timeout": timedelta(seconds=seconds)}


def _shown(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def _filled(settings: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in settings.items() if value}
