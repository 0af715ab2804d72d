"""A digest of every column of a mart, by which a reader knows what is the same in two snapshots.

It adds up a hash of key and value over all rows, so that their order does not matter and equal rows do not cancel out.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from muster.sql import columns, identifier, scan


def column_digests(connection: duckdb.DuckDBPyConnection, path: Path, key: str) -> dict[str, str]:
    """By the names of the columns of a Parquet file whose rows are told apart by `key`."""
    names = list(columns(connection, scan(path)))
    hashed = ", ".join(f"coalesce(sum(hash({identifier(key)}, {identifier(name)})), 0)::hugeint" for name in names)
    rows, *found = connection.execute(f"select count(*), {hashed} from {scan(path)}").fetchall()[0]
    return {name: f"{rows}-{digest:x}" for name, digest in zip(names, found, strict=True)}
