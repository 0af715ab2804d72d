"""The world's records as a vendor's API knows them: columns of text under the vendor's names, one table an object.

The same queries as the exports', without their dirt: an API gives no broken rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa

from muster.sql import identifier, literal
from muster.world.exports import MARKETO_BULK, MARKETO_INSTANCES, MARKETO_REST, SALESFORCE, query
from muster.world.model import open_world
from muster.world.state import State

SOURCES = ("salesforce", *MARKETO_INSTANCES)


def records(folder: Path, source: str, day: int | None = None) -> Iterator[tuple[str, pa.Table]]:
    """Object and records of one source: all there were on day 0, or what changed on a later day (by default today's).

    `source` is one of `SOURCES`. Every value is a string, or null; lists and objects are JSON. Raises SourceError where
    the folder holds no world.
    """
    state = State.load(folder)
    state = replace(state, day=state.day if day is None else day)
    with open_world(state, folder / ".spill") as connection:
        connection.execute("set variable instance = $source", {"source": source})
        if source == "salesforce":
            for name in SALESFORCE:
                yield name, _texts(connection, query("salesforce", name))
            return
        for name in MARKETO_REST:
            yield name, _texts(connection, _columns_of_json(connection, query("marketo", name)))
        for name in MARKETO_BULK:
            yield name, _texts(connection, query("marketo", name))


def _columns_of_json(connection: duckdb.DuckDBPyConnection, documents: str) -> str:
    """A query whose rows are JSON documents of one shape, as one with a column for each of their keys."""
    rows = connection.execute(f"select json_keys(record) from ({documents}) as t (record) limit 1").fetchall()
    keys = rows[0][0] if rows else []
    columns = [f"json_extract_string(record, {literal('$.' + identifier(key))}) as {identifier(key)}" for key in keys]
    return (
        f"select {', '.join(columns) or 'null as id'} from ({documents}) as t (record){'' if keys else ' where false'}"
    )


def _texts(connection: duckdb.DuckDBPyConnection, rows: str) -> pa.Table:
    return connection.sql(f"select columns(*)::varchar from ({rows})").to_arrow_table()
