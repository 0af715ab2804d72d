"""Audiences: evaluate, difference and persist, against nothing but counting in SQL that was written by hand.

Each round every audience has changed since the version before, so every one is written anew. Both sides work on the
same tables in memory; loading those is timed apart. Aim: half the time of the loop of counts.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from pyroaring import BitMap

from bench.marts import NOW
from bench.rules import Question, questions
from bench.timing import Comparison, Side, Timed, turn_about
from muster.audiences import Evaluation, MembershipStore, evaluate
from muster.schema import ENTITIES
from muster.settings import Settings
from muster.snapshot import Snapshot
from muster.state import StateStore

AIM = 0.5
#: One in so many people or accounts is in where they were out, or out where they were in.
CHANGED = 200


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
    first = _evaluate(asked, watched, _store(place / "first"))

    def ours(number: int) -> Timed:
        store = _store(place / f"round-{number}")
        _yesterday(store, first, watched)
        began = time.perf_counter()
        found = _evaluate(asked, watched, store)
        whole = time.perf_counter() - began
        load = watched.seconds[-1]
        return Timed(whole - load, {item.audience.name: item.size for item in found}, {"besides, loading": load})

    with watched.load(watched.loaded) as connection:

        def peer(number: int) -> Timed:
            began = time.perf_counter()
            sizes = {item.audience.name: _count(connection, item.sql) for item in asked}
            return Timed(time.perf_counter() - began, sizes)

        mine, others = turn_about(ours, peer, rounds)
    rows = watched.rows
    return Comparison(
        f"{count} audiences",
        Side("evaluate, difference, persist", mine),
        Side("a loop of select count(*), nothing kept", others),
        AIM,
        {"people": rows["person"], "accounts": rows["account"], "events": rows["activity"]},
    )


def _evaluate(asked: list[Question], snapshot: Snapshot, store: MembershipStore) -> list[Evaluation]:
    outcome = evaluate([item.audience for item in asked], snapshot, store, NOW)
    if outcome.failed:
        raise next(iter(outcome.failed.values()))
    return outcome.evaluated


def _yesterday(store: MembershipStore, found: list[Evaluation], snapshot: Snapshot) -> None:
    """Give every audience a version before, of other members."""
    for item in found:
        entity = ENTITIES[item.audience.of]
        members = item.membership.members ^ BitMap(range(0, snapshot.rows[entity], CHANGED))
        store.add(
            None, members, audience=item.audience.name, entity=entity, rule=item.audience.rule,
            snapshot="the day before", now=NOW, entered=len(members), exited=0, held=False, cause="",
        )  # fmt: skip


def _store(place: Path) -> MembershipStore:
    settings = Settings.at(place / "config", place / "data")
    return MembershipStore(settings, StateStore(settings.state_url))


def _count(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(connection.execute(sql).fetchall()[0][0])
