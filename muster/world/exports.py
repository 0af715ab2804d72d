"""Which export files a world has on a day.

A first export has a file for each object, and one for each month of web events. A later day's files are new ones,
named by the date at whose start they were taken; an object without news gets none. A trade fair's list of visitors
comes once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from muster.world.formats import write_bulk, write_lines, write_list, write_rest, write_salesforce
from muster.world.state import State

SQL = Path(__file__).parent / "sql"

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


#: What real exports contain now and then: a row with too many cells, a row cut short, a lead without an id, a line of
#: JSON broken off. Only the first exports hold them.
DIRT = {
    "Contact": "003Qm0000099999IAB,,,,Stray,Cell,,Cell Stray" + "," * 70,
    "Task": "00TQm0000099999IAB,,,Call",
    "marketo-na/leads": "null,nobody@none.example,No,null,Body" + ",null" * 33 + ",false",
    "events": '{"_id":"00000000deadbeef","timestamp":"2026-',
}


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
        yield Export(path, query("salesforce", name), write_salesforce, _dirt(state, name))
    for instance in MARKETO_INSTANCES:
        connection.execute(f"set variable instance = '{instance}'")
        for name in MARKETO_BULK:
            dirt = _dirt(state, f"{instance}/{name}")
            yield Export(Path(instance, f"{name}{day}.csv"), query("marketo", name), write_bulk, dirt)
        for name in MARKETO_REST:
            yield Export(Path(instance, f"{name}{day}.json"), query("marketo", name), write_rest)
    months = connection.execute(
        "select distinct date_trunc('month', occurred_at) as month from web_event where is_news(occurred_at) order by 1"
    ).fetchall()
    for (month,) in months:
        connection.execute("set variable month = $month", {"month": month})
        name = f"events-{month:%Y-%m}" if state.day == 0 else f"events-{state.as_of}"
        dirt = _dirt(state, "events") if month == months[-1][0] else ""
        yield Export(Path("web", f"{name}.ndjson"), query("web", "events"), write_lines, dirt)
    if state.day == 0:
        yield Export(Path("lists", "trade_fair.csv"), query("lists", "trade_fair"), write_list)


def query(folder: str, name: str) -> str:
    """The SQL of one object's records, of a vendor's folder below `sql`."""
    return (SQL / folder / f"{name}.sql").read_text(encoding="utf-8")


def _dirt(state: State, name: str) -> str:
    return DIRT.get(name, "") if state.day == 0 else ""
