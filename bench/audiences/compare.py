"""Evaluate, difference and persist, against nothing but counting in SQL that was written by hand.

Each round every audience has changed since the version before, so every one is written anew. Both sides work on the
same tables in memory; loading those is timed apart. Aim: half the time of the loop of counts.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa
from pyroaring import BitMap

from bench.audiences.questions import Question, questions
from bench.marts import NOW
from bench.timing import Comparison, Disagreement, Side, Timed, turn_about
from muster.audiences import Evaluation, MembershipStore, evaluate
from muster.schema import ENTITIES
from muster.settings import Settings
from muster.snapshot import Snapshot
from muster.state import StateStore

AIM = 0.5
#: One in so many people or accounts is in where they were out, or out where they were in.
CHANGED = 200
#: Audiences whose members are compared one by one, besides their number.
SAMPLE = 40


@dataclass(frozen=True)
class WatchedSnapshot(Snapshot):
    """A snapshot that remembers what was loaded of it, and in how many seconds."""

    loaded: dict[str, set[str]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    def load(self, columns: Mapping[str, Iterable[str]]) -> duckdb.DuckDBPyConnection:
        began = time.perf_counter()
        connection = super().load(columns)
        self.seconds.append(time.perf_counter() - began)
        self.loaded.update({table: set(names) for table, names in columns.items()})
        return connection


def compare(snapshot: Snapshot, place: Path, count: int, rounds: int) -> Comparison:
    """`count` audiences on `snapshot`; memberships and state go below `place`."""
    asked = list(questions(count))
    watched = WatchedSnapshot(snapshot.folder)
    first = run(asked, watched, store_at(place / "first"))

    def ours(number: int) -> Timed:
        store = store_at(place / f"round-{number}")
        _yesterday(store, first, watched)
        began = time.perf_counter()
        found = run(asked, watched, store)
        whole = time.perf_counter() - began
        load = watched.seconds[-1]
        finding = sum(item.seconds for item in found)
        parts = {"finding members": finding, "compiling, keeping": whole - load - finding, "besides, loading": load}
        return Timed(whole - load, {item.audience.name: item.size for item in found}, parts)

    with watched.load(_named_too(watched.loaded, asked)) as connection:
        compared = _same_members(connection, asked, first)

        def peer(number: int) -> Timed:
            began = time.perf_counter()
            sizes = {item.audience.name: _count(connection, item.sql) for item in asked}
            return Timed(time.perf_counter() - began, sizes)

        mine, others = turn_about(ours, peer, rounds)
    rows = watched.rows
    one, other = Side("evaluate, difference, persist", mine), Side("a loop of select count(*), nothing kept", others)
    told = {
        "people": rows["person"],
        "accounts": rows["account"],
        "opportunities": rows["opportunity"],
        "events": rows["activity"],
        "an audience": f"{one.seconds / count * 1000:.1f} ms and {other.seconds / count * 1000:.1f} ms",
        "compared member by member": compared,
    }
    return Comparison(f"{count} audiences", one, other, AIM, told)


def run(asked: list[Question], snapshot: Snapshot, store: MembershipStore) -> list[Evaluation]:
    """Evaluate all; raises the first mistake there is."""
    outcome = evaluate([item.audience for item in asked], snapshot, store, NOW)
    if outcome.failed:
        raise next(iter(outcome.failed.values()))
    return outcome.evaluated


def store_at(place: Path) -> MembershipStore:
    """A store of its own."""
    settings = Settings.at(place / "config", place / "data")
    return MembershipStore(settings, StateStore(settings.state_url))


def _named_too(loaded: Mapping[str, set[str]], asked: list[Question]) -> dict[str, set[str]]:
    """Besides the columns that our side reads those whose names stand in the other's SQL."""
    words = set(re.findall(r"\w+", " ".join(item.sql for item in asked)))
    return {table: names | words for table, names in loaded.items()}


def _same_members(connection: duckdb.DuckDBPyConnection, asked: list[Question], found: list[Evaluation]) -> int:
    """How many audiences have, one by one, the members that SQL names; Disagreement where one has not."""
    members = {item.audience.name: item.membership for item in found}
    sample = [item for item in asked if item.members][:SAMPLE]
    for item in sample:
        named: pa.Table = connection.sql(str(item.members)).to_arrow_table()
        if BitMap(named.column(0).to_pylist()) != members[item.audience.name].members:
            raise Disagreement(f"{item.audience.name} has other members in SQL")
    return len(sample)


def _yesterday(store: MembershipStore, found: list[Evaluation], snapshot: Snapshot) -> None:
    """Give every audience a version before, of other members."""
    for item in found:
        entity = ENTITIES[item.audience.of]
        members = item.membership.members ^ BitMap(range(0, snapshot.rows[entity], CHANGED))
        store.add(
            None, members, audience=item.audience.name, entity=entity, rule=item.audience.rule,
            snapshot="the day before", now=NOW, entered=len(members), exited=0, held=False, cause="",
        )  # fmt: skip


def _count(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(connection.execute(sql).fetchall()[0][0])
