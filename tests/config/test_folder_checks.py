"""What `muster check` says of the way to a source's folder; the folders themselves are looked into in tests/peers."""

from __future__ import annotations

import pytest

from tests.config.conftest import SOURCES, Folder


def entry(path: str, storage: str) -> dict[str, str]:
    text = f"sources:\n  - name: crm\n    type: salesforce\n    path: {path}\n    storage: {{{storage}}}\n"
    return {"sources.yml": SOURCES + text}


def test_storage_is_for_what_is_elsewhere(folder: Folder) -> None:
    folder.export("crm/Account.csv", "Id\n1\n")
    assert folder.checking(entry("crm", "region: eu-west-1")) == [
        "sources.yml:6: 'storage' of 'crm' says how to reach what is on this machine"
        " (remove it, or give an address as path, such as s3://bucket)"
    ]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("ftp://host/x", "ftp:// is no place that can be read; a path begins with s3, az, gs or sftp, or /"),
        ("sftp://me:S3CRET@host/x", "an address holds no password; write sftp://user@host/folder and 'password' under"),
        ("sftp://host:port/x", "an address is sftp://<user>@<host>:<port>/<folder>"),
        ("az://", "an address is az://<container>/<folder>"),
    ],
)
def test_addresses_that_are_none(folder: Folder, path: str, line: str) -> None:
    (told,) = folder.checking(entry(path, ""))
    assert told.startswith(f"sources.yml:5: {line}")
    assert "S3CRET" not in told


def test_a_store_that_does_not_answer_and_keys_of_another(folder: Folder) -> None:
    keys = "endpoint: http://127.0.0.1:1, access_key_id: AK, secret_access_key: S3CRET, host_key: x"
    told = folder.checking(entry("s3://bucket/crm", keys))
    assert told == [
        "sources.yml:5: s3://bucket/crm cannot be reached: the connection failed; check the address, or whether the"
        " network lets it through",
        "sources.yml:6: 'host_key' does not count for s3:// (give endpoint, region, access_key_id, secret_access_key)",
    ]
