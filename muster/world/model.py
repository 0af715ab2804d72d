"""The world in a DuckDB in memory: word lists and dice first, then table upon table of `sql/model/`.

Every value is a function of the seed and of the row's own number, and every state of the moment asked for. So a later
day is worked out afresh instead of being remembered, and an export of a day is whatever changed in it.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import duckdb

from muster.sql import literal
from muster.world.state import State

HERE = Path(__file__).parent
MODEL = ("companies", "people", "jobs", "addresses", "crm", "deals", "web", "marketing", "activity")

#: Days of visits kept in sight on a later day, for the truth of rules that look back a month.
LOOK_BACK = 31


def open_world(state: State, spill: Path) -> duckdb.DuckDBPyConnection:
    """A connection in which all tables of the world stand as of `state.as_of`, 00:00 UTC. The caller closes it.

    What a very large world cannot keep in memory goes to the folder `spill` for the while.
    """
    connection = duckdb.connect(config={"temp_directory": str(spill)})
    connection.execute("set TimeZone = 'UTC'")
    _declare(connection, "seed", str(state.seed), "bigint")
    _declare(connection, "words", str(HERE / "words"), "varchar")
    _run(connection, "macros.sql")
    _run(connection, "words.sql")
    _set_clock(connection, state)
    for name in MODEL:
        _run(connection, f"model/{name}.sql")
    return connection


def _set_clock(connection: duckdb.DuckDBPyConnection, state: State) -> None:
    first = state.day == 0
    last_day = state.day - 1
    numbers = {
        "people": state.people,
        "days": state.days,
        "day": state.day,
        "last_day": last_day,
        "first_day": -state.days if first else max(-state.days, last_day - LOOK_BACK),
        "first_mail_day": -state.days if first else last_day - 2,
        **state.sizes,
    }
    for name, value in numbers.items():
        _declare(connection, name, str(value), "bigint")
    _declare(connection, "until", state.until.isoformat(), "timestamp")
    _declare(connection, "now", state.as_of.isoformat(), "timestamp")
    since = "1900-01-01" if first else (state.as_of - timedelta(days=1)).isoformat()
    _declare(connection, "since", since, "timestamp")
    for name, table in (("country_slots", "country_slot"), ("title_slots", "title_slot")):
        connection.execute(f"set variable {name} = (select count(*) from {table})")


def _declare(connection: duckdb.DuckDBPyConnection, name: str, value: str, kind: str) -> None:
    connection.execute(f"set variable {name} = {literal(value)}::{kind}")


def _run(connection: duckdb.DuckDBPyConnection, script: str) -> None:
    connection.execute((HERE / "sql" / script).read_text(encoding="utf-8"))
