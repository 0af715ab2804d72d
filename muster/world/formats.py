"""How each vendor writes its exports: rows of a query as a file in that dress.

Salesforce: CSV with a byte order mark, nulls empty. Marketo: bulk extracts as CSV with the word `null`, assets and
companies as REST answers. Web events: one JSON document a line. Lists: plain CSV. Every writer returns the number of
records, and leaves no file where there are none; `dirt` is a deliberately bad record, put last and not counted.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from muster.sql import literal

BYTE_ORDER_MARK = "\ufeff"


def write_salesforce(connection: duckdb.DuckDBPyConnection, query: str, path: Path, dirt: str) -> int:
    """CSV with a byte order mark and empty nulls."""
    return _copy(connection, query, path, before=BYTE_ORDER_MARK + _header(connection, query), after=dirt)


def write_bulk(connection: duckdb.DuckDBPyConnection, query: str, path: Path, dirt: str) -> int:
    """CSV of a bulk extract; a null is the word `null`."""
    return _copy(connection, query, path, before=_header(connection, query), after=dirt, null="null")


def write_rest(connection: duckdb.DuckDBPyConnection, query: str, path: Path, dirt: str) -> int:
    """A REST answer: the envelope around one record a line."""
    numbered = f"select case when row_number() over () > 1 then ',' else '' end || record from ({query}) as t (record)"
    opening = '{"requestId":"d0a1#18f2c3b4a5d","success":true,"errors":[],"warnings":[],"result":[\n'
    return _copy(connection, numbered, path, before=opening, after="]}", quoted=False)


def write_lines(connection: duckdb.DuckDBPyConnection, query: str, path: Path, dirt: str) -> int:
    """One JSON document a line."""
    lines = f"from ({query}) union all select {literal(dirt)}" if dirt else query
    return _copy(connection, lines, path, quoted=False) - bool(dirt)


def write_list(connection: duckdb.DuckDBPyConnection, query: str, path: Path, dirt: str) -> int:
    """Plain CSV with empty nulls."""
    return _copy(connection, query, path, before=_header(connection, query))


def _header(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    return ",".join(connection.sql(query).columns) + "\n"


def _copy(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    path: Path,
    *,
    before: str = "",
    after: str = "",
    null: str = "",
    quoted: bool = True,
) -> int:
    """Write the query's rows between two texts; returns their number, or writes nothing where there are none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    marks = "" if quoted else ", quote '', escape '', delimiter '\x01'"
    options = f"format csv, header false, nullstr {literal(null)}{marks}"
    if before:
        ending = f"\n{after}\n" if after else "\n"
        options += f", prefix {literal(before)}, suffix {literal(ending)}"
    row = connection.execute(f"copy ({query}) to {literal(path)} ({options})").fetchone()
    rows = int(row[0]) if row else 0
    if not rows:
        path.unlink()
    return rows
