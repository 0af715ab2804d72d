"""Files of records as anyone has them: CSV of any delimiter and encoding, JSON lines, Parquet; packed or not.

All columns are read as text, and the rows keep their order: `_row` counts them from 0.
"""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import duckdb
from duckdb import DuckDBPyConnection

from muster.errors import MusterError
from muster.identity.matching.columns import Column
from muster.identity.matching.told import column as told_column
from muster.sql import identifier, literal

_BOMS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


class FileError(MusterError):
    """A file of records cannot be read, or has not what was asked of it."""


@dataclass(frozen=True)
class Records:
    """A file as a table: `names` are its columns as the file writes them, in its order."""

    table: str
    path: Path
    names: Sequence[str]
    rows: int

    def column(self, wanted: str) -> str:
        """The file's own name of a column; blanks around it and capitals do not matter. Raises FileError."""
        for same in (str, str.strip, lambda name: name.strip().casefold()):
            found = [name for name in self.names if same(name) == same(wanted)]
            if len(found) == 1:
                return found[0]
        having = ", ".join(name.strip() for name in self.names)
        raise FileError(f"{self.path} has no column {wanted.strip()}; it has {having}")


def read(connection: DuckDBPyConnection, path: Path, table: str) -> Records:
    """Load a file as a temporary table of text columns and `_row`. Raises FileError."""
    if not path.exists():
        raise FileError(f"{path} is not there; check the path")
    if path.is_dir():
        raise FileError(f"{path} is a folder; name a CSV, JSON lines or Parquet file")
    try:
        with _scan(path) as scan:
            described = connection.execute(f"describe select * from {scan}").fetchall()
            names = [str(row[0]) for row in described]
            texts = ", ".join(f"{identifier(name)}::varchar as {identifier(name)}" for name in names)
            connection.execute(
                f"create or replace temp table {table} as select {texts}, row_number() over () - 1 as _row from {scan}"
            )
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror or error}; check the file and its rights") from None
    except duckdb.Error as error:
        said = str(error).strip().splitlines()[0]
        raise FileError(f"{path} cannot be read as a table: {said}") from None
    rows = int(connection.execute(f"select count(*) from {table}").fetchall()[0][0])
    if not rows:
        raise FileError(f"{path} has no rows")
    return Records(table, path, names, rows)


def mapped(connection: DuckDBPyConnection, records: Records, maps: Sequence[str]) -> list[Column]:
    """The columns of `--map COLUMN=PATH …` that can tell records apart. Raises FileError."""
    found: list[Column] = []
    for each in maps:
        name, equals, path = each.partition("=")
        if not equals or not name.strip() or not path.strip():
            raise FileError(f"--map {each}: write COLUMN=PATH, as in --map surname=person.name.lastName")
        column = told_column(connection, records.table, records.column(name), path.strip())
        if column and column not in found:
            found.append(column)
    if not found:
        raise FileError(f"no column of {records.path} can be compared; name some with --map COLUMN=PATH")
    return found


@contextmanager
def _scan(path: Path) -> Iterator[str]:
    """The table expression that reads a file as it is packed and encoded."""
    with path.open("rb") as file:
        head = file.read(4)
    if not head:
        raise FileError(f"{path} is empty")
    kinds = [suffix.lower() for suffix in path.suffixes]
    if head == b"PAR1":
        yield f"read_parquet({literal(path)})"
        return
    if kinds[-1:] == [".zst"]:
        raise FileError(f"{path} is packed with zstd; unpack it, or pack it with gzip")
    packed = head[:2] == b"\x1f\x8b"
    with _in_utf8(path, packed) as readable:
        compression = "gzip" if packed and readable == path else "none"
        if any(kind in {".json", ".jsonl", ".ndjson"} for kind in kinds):
            yield f"read_json({literal(readable)}, compression = '{compression}')"
        else:
            yield (
                f"read_csv({literal(readable)}, header = true, all_varchar = true, null_padding = true, "
                f"strict_mode = false, sample_size = 20000, quote = '\"', escape = '\"', parallel = false, "
                f"delim = {literal(_delimiter(readable, compression == 'gzip'))}, compression = '{compression}')"
            )


def _delimiter(path: Path, packed: bool) -> str:
    """What parts the names of the columns: texts below may be full of other marks."""
    with gzip.open(path, "rb") if packed else path.open("rb") as file:
        unquoted = "".join(file.readline().decode("utf-8", errors="replace").split('"')[::2])
    return max(",;\t|", key=unquoted.count)


@contextmanager
def _in_utf8(path: Path, packed: bool) -> Iterator[Path]:
    """The file itself where it is UTF-8, else a copy in UTF-8: UTF-16 by its mark, all others read as Windows-1252."""
    encoding = _encoding(path, packed)
    if encoding == "utf-8":
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "records"
        with _opened(path, packed) as source, copy.open("w", encoding="utf-8", newline="") as target:
            target.write(source.read().decode(encoding, errors="replace"))
        yield copy


def _opened(path: Path, packed: bool) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path, "rb")) if packed else path.open("rb")


def _encoding(path: Path, packed: bool) -> str:
    with _opened(path, packed) as file:
        head = file.read(4)
        for mark, name in _BOMS:
            if head.startswith(mark):
                return name
        rest = head
        while rest:
            try:
                rest.decode("utf-8")
            except UnicodeDecodeError as error:
                if len(rest) - error.start > 3:
                    return "cp1252"
                rest = rest[error.start :]
                more = file.read(1 << 22)
                if not more:
                    return "cp1252"
                rest += more
            else:
                rest = file.read(1 << 22)
    return "utf-8"
