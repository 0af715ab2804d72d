"""The export files of a world, each in its vendor's own dress.

Salesforce: CSV with a byte order mark, nulls empty. Marketo: bulk extracts as CSV with the word `null`, assets and
companies as REST answers. Web events: one JSON document a line, a file a month. A later day's files are new files
named by the date at whose start they were taken; a day without news in an object writes none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from muster.world.state import State

SQL = Path(__file__).parent / "sql"
BYTE_ORDER_MARK = "\ufeff"

SALESFORCE = (
    "User",
    "Account",
    "Contact",
    "Lead",
    "Opportunity",
    "OpportunityContactRole",
    "Campaign",
    "CampaignMember",
    "AccountContactRelation",
    "Task",
    "Event",
)
MARKETO_BULK = ("leads", "program_members", "static_list_members", "activities")
MARKETO_REST = ("companies", "programs", "static_lists")
MARKETO_INSTANCES = ("marketo-na", "marketo-emea")


@dataclass(frozen=True)
class Export:
    """One file: where it goes, the query that fills it, and how it is written."""

    path: Path  # below the world's folder
    query: str
    write: Callable[[duckdb.DuckDBPyConnection, str, Path, str], int]
    dirt: str = ""  # a deliberately bad record, put last


def exports(connection: duckdb.DuckDBPyConnection, state: State) -> Iterator[Export]:
    """Every file of the day, in writing order; sets the session variables that its query reads."""
    day = "" if state.day == 0 else f"_{state.as_of}"
    for name in SALESFORCE:
        path = Path("salesforce", f"{name}{day}.csv")
        yield Export(path, _query("salesforce", name), write_salesforce, _dirt(state, name))
    for instance in MARKETO_INSTANCES:
        connection.execute(f"set variable instance = '{instance}'")
        for name in MARKETO_BULK:
            dirt = _dirt(state, f"{instance}/{name}")
            yield Export(Path(instance, f"{name}{day}.csv"), _query("marketo", name), write_bulk, dirt)
        for name in MARKETO_REST:
            yield Export(Path(instance, f"{name}{day}.json"), _query("marketo", name), write_rest)
    months = connection.execute(
        "select distinct date_trunc('month', occurred_at) as month from web_event where is_news(occurred_at) order by 1"
    ).fetchall()
    for (month,) in months:
        connection.execute("set variable month = $month", {"month": month})
        name = f"events-{month:%Y-%m}" if state.day == 0 else f"events-{state.as_of}"
        dirt = _dirt(state, "events") if month == months[-1][0] else ""
        yield Export(Path("web", f"{name}.ndjson"), _query("web", "events"), write_lines, dirt)


def _query(folder: str, name: str) -> str:
    return (SQL / folder / f"{name}.sql").read_text(encoding="utf-8")


def _dirt(state: State, name: str) -> str:
    return DIRT.get(name, "") if state.day == 0 else ""


#: What real exports contain now and then: a row with too many cells, a row cut short, a lead without an id, a line of
#: JSON broken off. Only the first exports hold them.
DIRT = {
    "Contact": "003Qm0000099999IAB,,,,Stray,Cell,,Cell Stray" + "," * 70,
    "Task": "00TQm0000099999IAB,,,Call",
    "marketo-na/leads": "null,nobody@none.example,No,null,Body" + ",null" * 33 + ",false",
    "events": '{"_id":"00000000deadbeef","timestamp":"2026-',
}


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
    lines = f"from ({query}) union all select {_text(dirt)}" if dirt else query
    return _copy(connection, lines, path, quoted=False) - bool(dirt)


def _header(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    return ",".join(column[0] for column in connection.execute(f"from ({query}) limit 0").description or ()) + "\n"


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
    options = f"format csv, header false, nullstr {_text(null)}{marks}"
    if before:
        ending = f"\n{after}\n" if after else "\n"
        options += f", prefix {_text(before)}, suffix {_text(ending)}"
    row = connection.execute(f"copy ({query}) to {_text(str(path))} ({options})").fetchone()
    rows = int(row[0]) if row else 0
    if not rows:
        path.unlink()
    return rows


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
