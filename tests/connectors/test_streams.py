"""Compressed exports, and files that are none."""

from __future__ import annotations

import bz2
import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePath

import pyarrow as pa
import pytest

from muster.connectors.exports import sniff
from muster.connectors.exports.formats import is_export
from muster.errors import SourceError

TEXT = b"id,name\n1,x\n2,y\n"


def _zstd(data: bytes) -> bytes:
    return bytes(pa.compress(data, codec="zstd", asbytes=True))


def _zip(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("README.txt", "about")
        archive.writestr("inner.csv", data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "squeeze"),
    [
        ("a.csv.gz", gzip.compress),
        ("a.csv.bz2", bz2.compress),
        ("a.csv.zst", _zstd),
        ("a.csv.zip", _zip),
        ("a.zip", _zip),
        ("a.csv", gzip.compress),
        ("a.csv.gz", bytes),
        ("a.csv.gz", lambda data: gzip.compress(data[:10]) + gzip.compress(data[10:])),
    ],
)
def test_compression_is_told_by_the_content(tmp_path: Path, name: str, squeeze: Callable[[bytes], bytes]) -> None:
    (tmp_path / name).write_bytes(squeeze(TEXT))
    assert sniff(tmp_path / name).rows == [{"id": "1", "name": "x"}, {"id": "2", "name": "y"}]


@pytest.mark.parametrize("squeeze", [gzip.compress, bz2.compress, _zstd, _zip])
def test_a_compressed_file_that_is_cut_off_is_a_source_error(tmp_path: Path, squeeze: Callable[[bytes], bytes]) -> None:
    data = squeeze(b"id,name\n" + bytes(range(32, 127)) * 2000)
    (tmp_path / "a.csv.gz").write_bytes(data[: len(data) // 2])
    with pytest.raises(SourceError, match=r"^a\.csv\.gz"):
        sniff(tmp_path / "a.csv.gz", rows=10**6)


def test_an_archive_of_several_files_is_not_guessed_at(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("Account.csv", TEXT)
        archive.writestr("Contact.csv", TEXT)
    with pytest.raises(SourceError, match="holds 2 export files where one is read; unpack it"):
        sniff(tmp_path / "export.zip")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Account.csv", True), ("Account.CSV.GZ", True), ("leads.json", True), ("e.ndjson.zst", True),
        ("t.parquet", True), ("x.zip", True), ("Account.csv.part", False), ("Account.csv.tmp", False),
        (".Account.csv", False), ("_SUCCESS", False), ("ORIGIN.md", False), ("LICENSE.origin", False),
        ("README.txt", False), ("a.xlsx", False), ("manifest.json", False),
    ],
)  # fmt: skip
def test_only_exports_that_are_whole_are_taken(name: str, wanted: bool) -> None:
    assert is_export(PurePath(name)) is wanted
