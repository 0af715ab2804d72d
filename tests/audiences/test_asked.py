"""A rule that would be answered as it was the last time is not asked again; any other is."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from muster.audiences import Evaluation, MembershipStore, evaluate
from muster.audiences.conditions import Conditions
from muster.config.models import Audience
from muster.settings import Settings
from muster.snapshot import Snapshot
from muster.snapshot.digests import column_digests
from muster.state import StateStore
from tests.activation.small_world import NOW, person, write_snapshot

RULES = {
    "scored": "b2b.personScore > 50",
    "recent": "extSourceSystemAudit.lastUpdatedDate occurs <= 30 days before now",
    "named": 'person.name.firstName = "Ada"',
    "among": 'inSegment("scored")',
}


class World:
    """Evaluates on snapshots that differ in some columns; `asked` are the audiences that were really evaluated."""

    def __init__(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        self.settings, self.day = settings, 0
        self.store = MembershipStore(settings, StateStore(settings.state_url))
        self.asked: set[str] = set()
        members = Conditions.members

        def noted(conditions: Conditions, name: str) -> Any:
            self.asked.add(name)
            return members(conditions, name)

        monkeypatch.setattr(Conditions, "members", noted)

    def evaluate(self, rules: dict[str, str] = RULES, digests: bool = True, **values: Any) -> dict[str, Evaluation]:
        self.day += 1
        self.asked.clear()
        people = [person(0, **{"person_score": 60.0, "first_name": "Ada", **values}), person(1, person_score=10.0)]
        snapshot = write_snapshot(self.settings, f"v{self.day}", people)
        if digests:
            add_digests(snapshot)
        audiences = [Audience(name=name, of="people", rule=rule) for name, rule in rules.items()]
        outcome = evaluate(audiences, Snapshot(snapshot.folder), self.store, NOW + timedelta(days=self.day))
        assert not outcome.failed
        return {item.audience.name: item for item in outcome.evaluated}


def add_digests(snapshot: Snapshot) -> None:
    """As publishing does it."""
    path = snapshot.folder / "snapshot.json"
    with duckdb.connect() as connection:
        tables = {
            item.table: column_digests(connection, snapshot.parquet(item.table), item.key)
            for item in snapshot.schema.classes.values()
        }
    path.write_text(json.dumps({**json.loads(path.read_text()), "digests": tables}))


@pytest.fixture
def world(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(settings, monkeypatch)


def test_on_the_same_data_only_rules_that_depend_on_time_or_on_others_are_asked_again(world: World) -> None:
    world.evaluate()
    assert world.asked == set(RULES)
    again = world.evaluate()
    assert world.asked == {"recent", "among"}
    assert {name: (item.size, item.changed) for name, item in again.items()} == {
        "scored": (1, False), "recent": (0, False), "named": (1, False), "among": (1, False),
    }  # fmt: skip


def test_a_rule_is_asked_again_where_a_column_it_reads_changed(world: World) -> None:
    world.evaluate()
    world.evaluate(work_email="new@example.com")
    assert world.asked == {"recent", "among"}
    moved = world.evaluate(work_email="new@example.com", person_score=20.0)
    assert world.asked == {"recent", "among", "scored"}
    assert {name for name, item in moved.items() if item.changed} == {"among", "scored"}


def test_a_rule_is_asked_again_where_it_was_reworded(world: World) -> None:
    world.evaluate()
    found = world.evaluate({**RULES, "scored": "b2b.personScore > 5"})
    assert "scored" in world.asked
    assert found["scored"].size == 2


def test_without_digests_every_rule_is_asked(world: World) -> None:
    world.evaluate(digests=False)
    world.evaluate(digests=False)
    assert world.asked == set(RULES)
    world.evaluate()
    assert world.asked == set(RULES)


def test_a_digest_tells_values_and_rows_but_not_their_order(tmp_path: Path) -> None:
    def digests(rows: str) -> dict[str, str]:
        with duckdb.connect() as connection:
            connection.execute(f"copy (select * from (values {rows}) as t (key, value)) to '{tmp_path}/t.parquet'")
            return column_digests(connection, tmp_path / "t.parquet", "key")

    one = digests("('a', 1), ('b', 2)")
    assert digests("('b', 2), ('a', 1)") == one
    assert digests("('a', 2), ('b', 1)")["value"] != one["value"]
    assert digests("('a', null), ('b', 2)")["value"] != one["value"]
    assert digests("('a', 2), ('b', 1)")["key"] == one["key"]
    assert digests("('a', 1), ('b', 2), ('b', 2)")["key"] != one["key"]
