"""Merges and splits are told with time and cause, and nothing of them is ever lost."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from muster.identity.decisions.history import history_of
from muster.snapshot import Snapshot
from tests.identity.compiled import Compiled
from tests.identity.decisions.published import Published, published
from tests.identity.people import Row, at, person


@pytest.fixture
def world(project: Compiled, tmp_path: Path) -> Published:
    return published(project, tmp_path)


def id_of(snapshot: Snapshot, key: str) -> str:
    query = f"select id from '{snapshot.register('person')}' where node = ? and merged_into is null"
    return str(duckdb.execute(query, [f"b2b_person:{key}"]).fetchall()[0][0])


def told(snapshot: Snapshot, key: str) -> list[tuple[str, str, str, str]]:
    return [(item.event, item.id, item.other_id, item.cause) for item in history_of(snapshot, id_of(snapshot, key))]


def test_a_merge_and_its_undoing_are_told_with_their_causes(world: Published) -> None:
    a, b = person("a", "a@x.example", first_name="Ann"), person("b", "b@x.example", created_at=at(2))
    first = world.day([a, b])
    older, younger = id_of(first, "a"), id_of(first, "b")
    assert told(first, "a") == []
    assert first.changes["person"] == {"new": 2, "back": 0, "gone": 0, "merged": 0, "split": 0}

    together = world.day([a, {**b, "email": "a@x.example", "updated_at": at(3)}])
    assert told(together, "a") == [("merge", younger, older, "e-mail")]
    assert together.changes["person"]["merged"] == 1

    quiet = world.day([a, {**b, "email": "a@x.example", "updated_at": at(3)}])
    assert told(quiet, "a") == told(together, "a")

    apart = world.day([a, b])
    assert (id_of(apart, "a"), id_of(apart, "b")) == (older, younger)
    assert [item[:3] for item in told(apart, "b")] == [("merge", younger, older), ("split", older, younger)]
    (merge, split) = history_of(apart, older)
    assert (merge.version, split.version) == (together.version, apart.version)
    assert merge.happened_at < split.happened_at == world.now


def test_a_mailbox_that_turns_out_to_be_shared_is_the_cause_of_the_split(world: Published) -> None:
    first = person("a", "desk@x.example", first_name="Ann", last_name="Lee")
    others = [person("b", "desk@x.example"), person("c", "desk@x.example")]
    joined = world.day([first, *others])
    shared: list[Row] = [first, {**others[0], "first_name": "Bob", "last_name": "Ray"}, others[1]]
    split = world.day(shared)
    assert id_of(joined, "a") == id_of(joined, "b")
    causes = {cause for event, _, _, cause in told(split, "a") if event == "split"}
    assert causes == {"e-mail refused: shared by different people"}


def test_accounts_have_a_history_too(world: Published) -> None:
    crm = {"source_key": "crm", "account_name": "Acme", "created_at": at(1)}
    copy = {"source_key": "copy", "account_name": "Acme Inc", "created_at": at(2)}
    world.day([], accounts=[crm, copy])
    merged = world.day([], accounts=[crm, {**copy, "external_key": "crm"}])
    rows = duckdb.execute(f"select kind, event, cause from '{merged.parquet('identity_history')}'").fetchall()
    assert rows == [("account", "merge", "external key")]
