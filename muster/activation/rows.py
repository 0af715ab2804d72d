"""Row files: Parquet with everyone wanted, everyone believed, or the changes, one row a person or account.

Written whole or not at all and never changed, so one file may stand under several names.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from muster.durable import draft_of, put
from muster.errors import DeliveryError
from muster.sql import literal


def write(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """Put the result of a query at `path`; a file that is already there is replaced."""
    fresh = draft_of(path)
    connection.execute(f"copy ({query}) to {literal(fresh)} (format parquet, compression snappy, use_tmp_file false)")
    put(fresh, path)


def present(path: Path, what: str) -> Path:
    """`path`, where it is there; a file that is gone is never taken for an empty one."""
    if not path.exists():
        raise DeliveryError(f"{what}: {path} is not there; restore it, or `muster resend <destination> <audience>`")
    return path
