"""DuckDB as the domain uses it: connections in memory, on UTC, and names and texts made safe for SQL."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path

import duckdb


def connect() -> duckdb.DuckDBPyConnection:
    """A connection to a DuckDB in memory, on UTC; one for each piece of work, with temporary tables of its own."""
    connection = _database().cursor()
    connection.execute("set timezone = 'UTC'")
    return connection


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """One for the process: starting one takes 20 ms, and hundreds of activations may be due at once.

    What does not fit into memory goes to the system's folder for temporary files; DuckDB's default for a database in
    memory is `.tmp` in the current folder, which may be anyone's.
    """
    spill = Path(tempfile.gettempdir()) / f"muster-duckdb-{os.getpid()}"
    return duckdb.connect(config={"temp_directory": str(spill)})


def identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str | Path) -> str:
    return "'" + str(text).replace("'", "''") + "'"


def scan(path: Path) -> str:
    """The table expression that reads a Parquet file."""
    return f"read_parquet({literal(path)})"


def columns(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    """Column types by name, of anything that can stand after `from`."""
    found = connection.execute(f"describe select * from {relation}").fetchall()
    return {str(row[0]): str(row[1]) for row in found}


def count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    return int(connection.execute(f"select count(*) from {relation}").fetchall()[0][0])
