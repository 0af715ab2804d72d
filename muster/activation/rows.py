"""Row files: Parquet that is written whole or not at all, and the in-memory DuckDB that reads and writes it.

A file gets its name in one rename, after its bytes are on the disk, and is not changed after that. Links instead
of copies are safe for the same reason.
"""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path

import duckdb

from muster.errors import DeliveryError


def connect() -> duckdb.DuckDBPyConnection:
    """A connection to a DuckDB in memory, on UTC; one for each piece of work, with temporary tables of its own."""
    connection = _database().cursor()
    connection.execute("set timezone = 'UTC'")
    return connection


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """One for the process: starting one takes 20 ms, and hundreds of activations may be due at once."""
    return duckdb.connect()


def identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str | Path) -> str:
    return "'" + str(text).replace("'", "''") + "'"


def scan(path: Path) -> str:
    """The table expression that reads a row file."""
    return f"read_parquet({literal(path)})"


def columns(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    """Column types by name, of anything that can stand after `from`."""
    found = connection.execute(f"describe select * from {relation}").fetchall()
    return {str(row[0]): str(row[1]) for row in found}


def count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    return int(connection.execute(f"select count(*) from {relation}").fetchall()[0][0])


def write(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """Put the result of a query at `path`; a file that is already there is replaced."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.part")
    fresh.unlink(missing_ok=True)  # what a kill left may be a link of another file
    connection.execute(f"copy ({query}) to {literal(fresh)} (format parquet, compression snappy, use_tmp_file false)")
    put(fresh, path)


def link(source: Path, path: Path) -> None:
    """Put the row file `source` at `path` too; without a second copy where the file system can."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.part")
    fresh.unlink(missing_ok=True)
    try:
        os.link(source, fresh)
    except OSError:
        shutil.copyfile(source, fresh)
    put(fresh, path)


def put(fresh: Path, path: Path) -> None:
    """Give a finished file its name, durably: bytes, rename, folder."""
    sync(fresh)
    fresh.replace(path)
    fresh.unlink(missing_ok=True)  # renaming a link onto a link of the same file leaves both
    sync(path.parent)


def sync(path: Path) -> None:
    """Make a file's bytes, or a folder's names, outlive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def present(path: Path, what: str) -> Path:
    """`path`, where it is there; a file that is gone is never taken for an empty one."""
    if not path.exists():
        raise DeliveryError(f"{what}: {path} is not there; restore it, or have everyone sent anew")
    return path
