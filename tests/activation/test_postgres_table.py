"""A table in PostgreSQL is the audience, after any history; tables of others are left alone."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import psycopg
import pytest

from muster.config.destinations import PostgresDestination
from muster.connectors.postgres.destination import PostgresWriter
from muster.errors import PermanentDelivery, TransientDelivery
from tests.activation.conftest import _fresh_database
from tests.activation.small_world import World, moved, person

pytestmark = pytest.mark.peer
PEOPLE = [person(number, person_score=number / 2, is_converted=number == 1) for number in range(5)]
FIELDS = {
    "email": "workEmail.address",
    "score": "b2b.personScore",
    "converted": "b2b.isConverted",
    "teams": "extendedWorkDetails.departments",
}


@pytest.fixture
def database(postgresql: str, world: World, monkeypatch: pytest.MonkeyPatch) -> str:
    url = _fresh_database(postgresql)
    item = writer(url)
    for module in ("deliver", "wanted"):
        monkeypatch.setattr(import_module(f"muster.activation.{module}"), "open_destination", lambda *_: item)
    world.use(fields=FIELDS)
    return url


def writer(url: str) -> PostgresWriter:
    return PostgresWriter(PostgresDestination.model_validate({"name": "drop", "type": "postgresql", "url": url}))


def rows(url: str, columns: str = "*") -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(f"select {columns} from muster.expansion order by muster_id".encode()).fetchall()


def test_the_table_is_the_audience(world: World, database: str) -> None:
    world.evaluate([moved(PEOPLE[0], departments=["HR", 'The "A", team']), *PEOPLE[1:]])
    assert world.deliver().acknowledged == 5
    assert rows(database)[:2] == [
        ("p_0", "p0@example.com", 0.0, False, ["HR", 'The "A", team']),
        ("p_1", "p1@example.com", 0.5, True, None),
    ]
    world.evaluate([PEOPLE[0], moved(PEOPLE[1], work_email="new, mail\n@example.com"), *PEOPLE[2:]], members=[0, 1, 2])
    report = world.deliver()
    assert (report.updated, report.removed) == (2, 2)
    assert rows(database, "muster_id, email") == [
        ("p_0", "p0@example.com"), ("p_1", "new, mail\n@example.com"), ("p_2", "p2@example.com"),
    ]  # fmt: skip


def test_a_merge_leaves_one_row(world: World, database: str) -> None:
    world.evaluate(PEOPLE[:3])
    world.deliver()
    world.evaluate(PEOPLE[:2], merges={"p_2": "p_1"})
    world.deliver()
    assert rows(database, "muster_id") == [("p_0",), ("p_1",)]


def test_a_changed_mapping_changes_the_columns(world: World, database: str) -> None:
    world.evaluate(PEOPLE[:2])
    world.deliver()
    world.use(fields={"email": "b2b.personScore", "name": "person.name.firstName"})
    world.evaluate(PEOPLE[:2])
    world.deliver()
    assert rows(database) == [("p_0", 0.0, "Name 0"), ("p_1", 0.5, "Name 1")]


def test_a_table_of_others_is_never_touched(world: World, database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("create schema muster")
        connection.execute("create table muster.expansion (muster_id text primary key)")
        connection.execute("insert into muster.expansion values ('theirs')")
    world.evaluate(PEOPLE)
    with pytest.raises(PermanentDelivery, match="is there and not ours"):
        world.deliver()
    assert rows(database) == [("theirs",)]


def test_a_database_that_is_away_is_tried_again(world: World, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    away = writer("postgresql://muster:s3cret@127.0.0.1:1/nowhere?connect_timeout=2")
    monkeypatch.setattr(import_module("muster.activation.deliver"), "open_destination", lambda *_: away)
    world.evaluate(PEOPLE)
    with pytest.raises(TransientDelivery) as caught:
        world.deliver()
    assert "s3cret" not in str(caught.value)
