"""An evaluation as a whole, as `muster evaluate` makes it: on demand, with what is needed, told, and repeatable."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from muster.activation import Ledger
from muster.audiences import MembershipStore
from muster.audiences.order import with_needed
from muster.cli import main
from muster.config.load import load
from muster.settings import Settings
from muster.state import StateStore
from tests.activation.small_world import NOW, person, write_snapshot

SCORED = "rule: b2b.personScore > 50\n"
ACTIVATED = "activate: [{destination: out, fields: {email: workEmail.address}}]\n"
OTHERS = {
    "sources.yml": "organization: acme\n",
    "destinations.yml": "destinations: [{name: out, type: files, path: out}]\n",
    "governance.yml": "consent: {bars: {}}\n",  # this small world knows of no consent
    "audience_groups.yml": "exclusive: [{name: once, audiences: [first, second]}]\n"
    "splits: [{name: test, of: scored, parts: {a: 50, b: 50}}]\n",
}
AUDIENCES = {
    "scored": SCORED + ACTIVATED,
    "first": "rule: b2b.personScore > 80\n",
    "second": "rule: inSegment('scored')\nexclude: [blocked]\n",
    "blocked": 'rule: person.name.firstName = "Name 2"\n',
    "part": "split: {of: test, part: a}\n",
    "sketch": f"{SCORED}status: draft\n{ACTIVATED}",
    "alone": "rule: b2b.personScore < 10\n",
}


class SetUp:
    """A set-up in a folder, with a snapshot of people with these scores."""

    def __init__(self, place: Path, scores: list[float]) -> None:
        self.settings = Settings.at(place / "config", place / "data")
        for name, keys in AUDIENCES.items():
            self.write(f"audiences/{name}.yml", f"name: {name}\nof: people\n{keys}")
        for name, text in OTHERS.items():
            self.write(name, text)
        write_snapshot(self.settings, "v1", [person(at, person_score=score) for at, score in enumerate(scores)])
        (self.settings.snapshots / "CURRENT").write_text("v1")

    def write(self, name: str, text: str) -> None:
        path = self.settings.config / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def muster(self, *arguments: str) -> Result:
        told = {"MUSTER_CONFIG": str(self.settings.config), "MUSTER_DATA": str(self.settings.data), "COLUMNS": "200"}
        return CliRunner().invoke(main, ["evaluate", *arguments], env=told)

    @property
    def store(self) -> MembershipStore:
        return MembershipStore(self.settings, StateStore(self.settings.state_url))

    def members(self, name: str) -> list[int] | None:
        latest = self.store.latest(name)
        return list(latest.members) if latest else None


@pytest.fixture
def setup(tmp_path: Path) -> SetUp:
    return SetUp(tmp_path, [5, 60, 70, 90])


def evaluated(result: Result) -> set[str]:
    return {name for name in AUDIENCES if re.search(rf"│ {name} +│", result.output)}


def test_all_but_drafts_are_evaluated_and_what_is_wanted_is_noted(setup: SetUp) -> None:
    result = setup.muster()

    assert result.exit_code == 0, result.output
    assert evaluated(result) == AUDIENCES.keys() - {"sketch"}
    assert setup.members("second") == [1]
    assert [item.audience for item in Ledger(StateStore(setup.settings.state_url)).activations()] == ["scored"]
    assert (setup.settings.memberships / "_tables" / "membership.parquet").exists()


def test_on_demand_an_audience_brings_what_it_needs_and_whom_it_takes_from(setup: SetUp) -> None:
    assert evaluated(setup.muster("first")) == {"first", "second", "scored", "blocked"}
    assert evaluated(setup.muster("part")) == {"part", "scored"}
    assert evaluated(setup.muster("alone")) == {"alone"}
    configuration = load(setup.settings.config)
    order = with_needed(["second"], configuration.audiences, configuration.groups)
    assert set(order) == {"first", "second", "scored", "blocked"}
    assert order[-1] == "second"


def test_alone_is_alone_and_says_what_is_missing(setup: SetUp) -> None:
    result = setup.muster("--alone", "second")
    assert result.exit_code == 1
    assert "audience second: it asks about" in result.output
    assert "which has no membership" in result.output


def test_a_draft_is_evaluated_when_named_and_delivered_nowhere(setup: SetUp) -> None:
    result = setup.muster("sketch")
    assert "draft" in result.output
    assert setup.members("sketch") == [1, 2, 3]
    assert list(Ledger(StateStore(setup.settings.state_url)).activations()) == []


def test_the_same_instant_gives_the_same_and_an_earlier_one_is_refused(setup: SetUp) -> None:
    at = (NOW + timedelta(days=1)).isoformat()
    assert setup.muster("--at", at).exit_code == 0
    again = setup.muster("--at", at)
    assert again.exit_code == 0
    scored = setup.store.latest("scored")
    assert scored is not None
    assert (scored.version, scored.evaluated_at, scored.cause) == (1, NOW + timedelta(days=1), "on demand")

    earlier = setup.muster("--at", NOW.isoformat())
    assert earlier.exit_code == 1
    assert earlier.output == ("the last evaluation was at 2026-03-02 06:00:00 UTC; name that instant or a later one\n")
    assert "yet to come" in setup.muster("--at", "2999-01-01").output
    assert setup.muster("--at", "soon").exit_code == 2


def test_a_name_that_is_no_audience(setup: SetUp) -> None:
    result = setup.muster("scord")
    assert (result.exit_code, result.output) == (1, "there is no audience scord; did you mean scored?\n")


def test_without_a_snapshot_it_says_how_to_get_one(setup: SetUp) -> None:
    (setup.settings.snapshots / "CURRENT").unlink()
    result = setup.muster()
    assert (result.exit_code, result.output) == (1, "no snapshot is published yet; `muster run` publishes one\n")


@pytest.mark.parametrize("action", ["warn", "refuse"])
def test_a_guardrail_warns_or_keeps_an_audience_from_being_evaluated(setup: SetUp, action: str) -> None:
    setup.muster()
    setup.write("governance.yml", f"guardrails: {{rules_per_container: {{limit: 0, action: {action}}}}}\n")
    setup.write("audiences/alone.yml", "name: alone\nof: people\nrule: b2b.personScore < 1000\n")
    result = setup.muster("alone")

    assert result.exit_code == (action == "refuse")
    assert "1 conditions in one container, and the guardrail rules_per_container is 0" in " ".join(
        re.sub(r"[│\n]", " ", result.output).split()
    )
    assert setup.members("alone") == ([0] if action == "refuse" else [0, 1, 2, 3])


def test_a_guardrail_over_all_that_refuses_lets_nothing_be_evaluated(setup: SetUp) -> None:
    setup.write("governance.yml", "guardrails: {audiences: {limit: 2, action: refuse}}\n")
    result = setup.muster()
    assert result.exit_code == 1
    assert result.output.startswith("nothing was evaluated: 6 audiences, and the guardrail audiences is 2; raise it")
    assert setup.members("scored") is None


def test_one_wrong_audience_fails_alone(setup: SetUp) -> None:
    setup.write("audiences/alone.yml", "name: alone\nof: people\nrule: b2b.personScor > 1\n")
    result: Any = setup.muster()
    assert result.exit_code == 1
    assert "audience alone: person has no 'b2b.personScor'" in result.output
    assert setup.members("scored") == [1, 2, 3]
