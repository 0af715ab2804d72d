"""Two people taken for one, delivered, taken apart: what was wrong is told, and the next run puts it right."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.identity.decisions import DECISIONS_FILE, read_decisions
from muster.identity.decisions.records import find
from tests.identity.compiled import Compiled
from tests.identity.decisions.flow import Flow, emails, flow
from tests.identity.people import at, person

RULES = {"everyone": 'workEmail.address != ""', "chiefs": 'extendedWorkDetails.jobTitle = "CFO"'}
ANN = person("a", "ann@x.example", first_name="Ann", job_title="Clerk")
BOB = person("b", "bob@x.example", first_name="Bob", job_title="CFO", created_at=at(2), updated_at=at(2))
#: The reception enters its own mailbox for both.
DESK = "desk@x.example"
SHARED = [{**ANN, "email": DESK}, {**BOB, "email": DESK, "updated_at": at(3)}]


@pytest.fixture
def world(project: Compiled, tmp_path: Path) -> Flow:
    return flow(project, tmp_path, RULES)


def ids_of(world: Flow, *keys: str) -> list[str]:
    assert world.snapshot
    return [find(world.snapshot, "person", key) for key in keys]


def test_a_merge_is_an_exit_nowhere(world: Flow) -> None:
    world.day([ANN, BOB])
    ann, bob = ids_of(world, "a", "b")
    world.day(SHARED)
    assert ids_of(world, "a", "b") == [ann, ann]
    for name in RULES:
        item = world.evaluated[name]
        assert (item.entered, item.exited) == (0, 0), name
        assert not world.memberships.exited(name, world.days.now), name
        for destination in ("whole", "changes"):
            assert world.received(destination, name) == {ann: {"email": DESK, "first_name": "Bob"}}
    assert world.evaluated["everyone"].merged == 1
    changes = sorted((world.days.settings.data / "out" / "changes" / "chiefs").glob("*.jsonl"))
    assert '"_op":"UPDATE"' in changes[-1].read_text() and bob in changes[-1].read_text()


def test_an_unmerge_tells_what_was_wrong_and_the_next_run_reverses_it(world: Flow) -> None:
    world.day([ANN, BOB])
    ann, bob = ids_of(world, "a", "b")
    world.day(SHARED)
    shown = world.muster("unmerge", DESK, "--apart", "b", "--by", "Eve", "--note", "a shared mailbox")
    assert "nothing is written without --yes" in shown
    assert not (world.days.settings.config / DECISIONS_FILE).exists()
    wrong = [line for line in shown.splitlines() if "chiefs" in line]
    assert len(wrong) == 3, "one membership, two deliveries"
    assert all("2026-03-03 05:00" in line for line in wrong)
    assert sum("sent" in line and "yes" in line for line in wrong) == 2

    world.muster("unmerge", ann, "--apart", "b", "--by", "Eve", "--yes")
    (line,) = read_decisions(world.days.settings.config / DECISIONS_FILE)
    assert (line.left, line.right, line.decision, line.cause, line.decided_by) == (
        "b",
        "a",
        "different",
        "unmerge",
        "Eve",
    )

    world.day(SHARED)
    assert ids_of(world, "a", "b") == [ann, bob], "each has the id again that it had before"
    for destination in ("whole", "changes"):
        assert world.received(destination, "chiefs") == {bob: {"email": DESK, "first_name": "Bob"}}
        everyone = world.received(destination, "everyone")
        assert {id_: row["first_name"] for id_, row in everyone.items()} == {ann: "Ann", bob: "Bob"}
    before = world.received("changes", "everyone")
    world.day(SHARED)
    assert world.received("changes", "everyone") == before
    assert (world.evaluated["everyone"].entered, world.evaluated["everyone"].exited) == (0, 0)


def test_a_decision_that_joined_them_is_overruled(world: Flow) -> None:
    lines = "kind,left,right,decision,cause,decided_by,decided_at,note\nperson,a,b,same,review,Tom,2026-01-01,\n"
    (world.days.settings.config / DECISIONS_FILE).write_text(lines)
    world.day([ANN, BOB])
    assert len(set(ids_of(world, "a", "b"))) == 1
    world.muster("unmerge", "a", "--apart", "b", "--by", "Eve", "--yes")
    world.day([ANN, BOB])
    assert len(set(ids_of(world, "a", "b"))) == 2
    assert emails(world.received("whole", "everyone")) == ["ann@x.example", "bob@x.example"]


@pytest.mark.parametrize(
    ("identity", "apart", "told"),
    [
        ("nobody@x.example", "a", "no person is known as nobody@x.example"),
        ("a", "z", "z is no record of p_"),
        ("a", "a,b", "has no record but these"),
    ],
)
def test_what_cannot_be_taken_apart_is_told_in_one_line(world: Flow, identity: str, apart: str, told: str) -> None:
    world.day(SHARED)
    output = world.muster("unmerge", identity, "--apart", apart, "--by", "Eve", exit_code=1)
    assert told in output and output.count("\n") == 1


def test_accounts_come_apart_in_the_same_way(project: Compiled, tmp_path: Path) -> None:
    world = flow(project, tmp_path, {"firms": 'accountName != ""'}, of="accounts", fields={"name": "accountName"})
    acme = {"source_key": "x", "account_name": "Acme Rockets", "website": "acme.example", "created_at": at(1)}
    copy = {"source_key": "y", "account_name": "Acme Cars", "external_key": "x", "created_at": at(2)}
    world.day(accounts=[acme, {**copy, "external_key": None}])
    both = set(world.received("changes", "firms"))
    world.day(accounts=[acme, copy])
    assert len(world.received("changes", "firms")) == 1
    shown = world.muster("unmerge", "x", "--kind", "account", "--apart", "y", "--by", "Eve", "--yes")
    assert "firms" in shown and "1 line written" in shown
    world.day(accounts=[acme, copy])
    assert set(world.received("changes", "firms")) == both
    assert sorted(row["name"] for row in world.received("whole", "firms").values()) == ["Acme Cars", "Acme Rockets"]
