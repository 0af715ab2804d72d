"""What would be sent is what is sent, and telling it changes nothing."""

from __future__ import annotations

from pathlib import Path

from pyroaring import BitMap

from muster.activation.preview import Preview, preview
from muster.audiences import MembershipStore
from tests.activation.small_world import AUDIENCE, World, moved, person

PEOPLE = [person(number) for number in range(6)]
NO = {"saidNo": "b2b.isConverted = true"}


def evaluated(world: World, people: list[dict[str, object]], members: list[int]) -> None:
    """As an evaluation leaves it: a snapshot in force, a membership, and what is wanted."""
    world.evaluate(people, members)
    (world.settings.snapshots / "CURRENT").write_text(f"v{world.evaluations}")
    store = MembershipStore(world.settings, world.store)
    store.add(
        store.latest(AUDIENCE), BitMap(members), audience=AUDIENCE, entity="person", rule="true",
        snapshot=f"v{world.evaluations}", now=world.now, entered=0, exited=0, cause="", held=False,
    )  # fmt: skip


def told(world: World) -> Preview:
    (found,) = preview(world.settings, world.store, world.configuration, world.now)
    return found


def everything(world: World) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in world.settings.data.rglob("*") if path.suffix == ".parquet"}


def test_the_plan_is_what_is_then_sent(world: World) -> None:
    world.use(bars=NO, mode="incremental")
    evaluated(world, PEOPLE, [0, 1, 2, 3])
    assert told(world) == Preview("drop", AUDIENCE, members=4, added=4, calls=1, first=True)
    world.deliver()
    changed = [moved(PEOPLE[0], first_name="Renamed"), moved(PEOPLE[1], is_converted=True), *PEOPLE[2:]]
    evaluated(world, changed, [0, 1, 2, 4])
    before = everything(world)
    found = told(world)
    assert (found.added, found.updated, found.removed, found.withheld, found.first) == (1, 1, 2, 1, False)
    assert everything(world) == before
    report = world.deliver()
    assert (report.added, report.updated, report.removed) == (1, 1, 2)
    assert told(world).rows == 0


def test_an_edited_mapping_shows_before_it_is_used(world: World) -> None:
    evaluated(world, PEOPLE, [0, 1, 2])
    world.deliver()
    world.use(fields={"email": "workEmail.address"})
    assert told(world).updated == 3
    world.use(fields={"email": "workEmail.adress"})
    assert "workEmail.adress" in told(world).obstacle


def test_what_was_never_evaluated_says_so(world: World) -> None:
    assert told(world).obstacle == "it was never evaluated"
