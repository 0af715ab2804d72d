"""Killed at every write there is, a delivery is simply run again and ends as if nothing had happened."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from muster.activation import due
from muster.activation.tables import delivery, delivery_batch
from muster.settings import Settings
from muster.state import StateStore
from tests.activation.killing import killed_at, together
from tests.activation.small_world import World, configuration, manifests, person, receive

FIRST = [person(0), person(1), person(2), person(3)]
SECOND = [person(0), person(1, first_name="Renamed"), person(4), person(5)]
MERGES = {"p_3": "p_5"}
WANTED = {f"p_{row['_ord']}": {"email": row["work_email"], "first_name": row["first_name"]} for row in SECOND}
SHAPES = {
    "full": {"mode": "full"},
    "incremental": {"mode": "incremental", "format": "jsonl", "compression": "gzip"},
}


def prepare(world: World, shape: str, evaluate_twice: bool = True) -> None:
    """One delivery is done; the second is wanted: one added, one changed, one gone, one merged into a new id."""
    world.use(**SHAPES[shape])
    world.evaluate(FIRST)
    world.deliver()
    if evaluate_twice:
        world.evaluate(SECOND, merges=MERGES)


def open_world(data: Path, shape: str, evaluations: int) -> World:
    settings = Settings.at(data.parent / "config", data)
    world = World(settings, StateStore(settings.state_url), configuration(**SHAPES[shape]), evaluations)
    world.now = world.now.replace(hour=10)
    return world


def deliver_second(data: Path, shape: str) -> None:
    open_world(data, shape, 2).deliver()


def evaluate_second(data: Path, shape: str) -> None:
    open_world(data, shape, 1).evaluate(SECOND, merges=MERGES)


@pytest.fixture(params=SHAPES)
def shape(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def copies(world: World, tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """Endless copies of the data folder as `world` left it, numbered from 1."""

    def copy() -> Iterator[tuple[int, Path]]:
        world.store.close()
        number = 0
        while True:
            number += 1
            data = tmp_path / str(number) / "data"
            shutil.copytree(world.settings.data, data)
            yield number, data

    return copy()


def test_a_delivery_killed_at_any_write_ends_exactly_right(
    world: World, copies: Iterator[tuple[int, Path]], shape: str
) -> None:
    prepare(world, shape)
    for nth, data in copies:
        was_killed = killed_at(nth, deliver_second, data, shape)
        again = open_world(data, shape, 2)
        left = visible(again.folder())
        again.deliver()
        assert receive(again.folder()) == WANTED, f"killed at write {nth}"
        assert left.items() <= visible(again.folder()).items(), f"a file changed under its final name, write {nth}"
        assert [item["delivery"] for item in manifests(again.folder())] == [1, 2]
        assert acknowledged(again) == (2, 2)
        assert again.deliver().nothing_to_do
        assert due(again.store) == []
        again.store.close()
        shutil.rmtree(data.parent)
        if not was_killed:
            assert nth > 40, "the hooks no longer see the writes"
            return


def test_an_evaluation_killed_at_any_write_loses_no_change(world: World, copies: Iterator[tuple[int, Path]]) -> None:
    prepare(world, "incremental", evaluate_twice=False)
    for nth, data in copies:
        was_killed = killed_at(nth, evaluate_second, data, "incremental")
        again = open_world(data, "incremental", 1)
        again.evaluate(SECOND, merges=MERGES)
        again.deliver()
        assert receive(again.folder()) == WANTED, f"killed at write {nth}"
        assert [item["delivery"] for item in manifests(again.folder())] == [1, 2]
        assert again.deliver().nothing_to_do
        again.store.close()
        shutil.rmtree(data.parent)
        if not was_killed:
            return


def test_two_runs_at_once_deliver_once(world: World, copies: Iterator[tuple[int, Path]]) -> None:
    prepare(world, "incremental")
    _, data = next(copies)
    together(2, deliver_second, data, "incremental")
    again = open_world(data, "incremental", 2)
    assert receive(again.folder()) == WANTED
    assert acknowledged(again) == (2, 2)
    again.store.close()


def visible(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(".")}


def acknowledged(world: World) -> tuple[int, int]:
    """Acknowledged deliveries and batches in the ledger."""
    done = select(func.count()).select_from(delivery).where(delivery.c.status == "acknowledged")
    batches = select(func.count()).select_from(delivery_batch)
    with world.store.begin() as connection:
        return connection.execute(done).scalar_one(), connection.execute(batches).scalar_one()
