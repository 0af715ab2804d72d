"""`muster audience`, on the sample rows of the language's tests."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from pyroaring import BitMap

from muster.activation import deliver, want
from muster.audiences import MembershipStore
from muster.config.load import load
from muster.settings import Settings
from muster.snapshot import Snapshot
from tests.audiences.sample_world import INSTANT, keep, open_store, publish_sample
from tests.cli.conftest import Muster

DAY = timedelta(days=1)
SCORED = "b2b.personScore > 50"


@pytest.fixture
def snapshot(settings: Settings) -> Snapshot:
    (settings.config / "destinations.yml").write_text(
        "destinations:\n  - {name: drop, type: files, path: out, format: jsonl, mode: incremental}\n"
    )
    (settings.config / "governance.yml").write_text("consent:\n  bars: {}\n")  # the sample knows of no consent
    (settings.config / "audiences" / "scored.yml").write_text(
        f"name: scored\nof: people\nrule: {SCORED}\n"
        "activate:\n  - destination: drop\n    fields: {email: workEmail.address}\n"
    )
    return publish_sample(settings, at=INSTANT - 3 * DAY)


@pytest.fixture
def store(settings: Settings, snapshot: Snapshot) -> MembershipStore:
    """`scored` had person 2, then 1 and 2, then 1."""
    store = open_store(settings)
    for days, members in ((2, [2]), (1, [1, 2]), (0, [1])):
        keep(store, "scored", members, INSTANT - days * DAY, rule=SCORED, cause=f"day {days}")
    return store


def told(muster: Muster, *arguments: str) -> dict[str, Any]:
    result = muster("audience", *arguments, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.output)
    return found


@pytest.mark.usefixtures("snapshot")
class TestPreview:
    """A rule before it is saved."""

    def test_size_share_method_and_ids_alone(self, muster: Muster) -> None:
        found = told(muster, "preview", SCORED)
        assert (found["size"], found["method"]) == (len(found["examples"]), "streaming")
        assert found["share"] == pytest.approx(found["size"] / found["population"], abs=1e-6)
        assert all(set(example) == {"id"} for example in found["examples"])

    def test_attributes_only_where_asked_for_also_along_relations(self, muster: Muster) -> None:
        found = told(muster, "preview", SCORED, "--show", "b2b.personScore,accounts.accountName")
        assert found["examples"][0]["b2b.personScore"] > 50
        assert isinstance(found["examples"][0]["accounts.accountName"], list)

    def test_a_breakdown_has_everybody_with_a_value_beside_the_members(self, muster: Muster) -> None:
        found = told(muster, "preview", "true", "--by", "workAddress.country")
        by = {item["value"]: (item["members"], item["population"]) for item in found["breakdown"]}
        assert sum(members for members, _ in by.values()) == found["population"]
        assert all(members == everybody for members, everybody in by.values())

    def test_conditions_alone_and_left_out_say_where_people_go_missing(self, muster: Muster) -> None:
        found = told(muster, "preview", f'{SCORED} and workAddress.country = "nowhere"')
        assert [part["alone"] > 0 for part in found["parts"]] == [True, False]
        assert found["parts"][1]["without"] == found["parts"][0]["alone"]
        assert found["warnings"] == ['nobody is in; nobody meets workAddress.country = "nowhere"']

    def test_destinations_that_could_take_it(self, muster: Muster) -> None:
        (taker,) = told(muster, "preview", "--audience", "scored")["destinations"]
        assert (taker["destination"], taker["takes"], taker["is_activated"]) == ("drop", True, True)

    def test_accounts_and_a_kept_snapshot(self, muster: Muster) -> None:
        found = told(muster, "preview", "accountName.isNotNull()", "--of", "accounts", "--at", "sample")
        assert found["snapshot"] == "sample"
        assert found["size"] > 0

    def test_a_mistake_is_one_line_with_its_place(self, muster: Muster) -> None:
        result = muster("audience", "preview", "b2b.personScor > 50")
        assert (result.exit_code, result.output.count("\n")) == (1, 1)
        assert "b2b.personScore" in result.output

    def test_a_mistake_in_another_file_keeps_nobody_from_looking(self, muster: Muster, settings: Settings) -> None:
        (settings.config / "audiences" / "broken.yml").write_text("name: broken\nof: nobody\n")
        assert told(muster, "preview", SCORED)["size"] > 0

    def test_a_rule_that_no_sql_may_come_of_is_text_and_nothing_else(self, muster: Muster) -> None:
        hostile = 'workAddress.country = "\'); drop table person; --"'
        assert told(muster, "preview", hostile)["size"] == 0
        assert told(muster, "preview", "true")["size"] > 0


class TestPast:
    """Versions, stays, and who was in."""

    def test_versions_newest_first(self, muster: Muster, store: MembershipStore) -> None:
        found = told(muster, "history", "scored")["versions"]
        assert [(item["version"], item["size"], item["entered"], item["left"]) for item in found] == [
            (3, 1, 0, 1), (2, 2, 1, 0), (1, 1, 1, 0),
        ]  # fmt: skip
        assert not any(item["rule_changed"] for item in found)

    def test_a_new_rule_is_marked(self, muster: Muster, store: MembershipStore) -> None:
        keep(store, "scored", [1], INSTANT + DAY, rule="b2b.personScore > 60")
        assert [item["rule_changed"] for item in told(muster, "history", "scored", "--limit", "2")["versions"]] == [
            True, False,
        ]  # fmt: skip

    def test_when_somebody_was_in(self, muster: Muster, store: MembershipStore) -> None:
        (stay,) = told(muster, "history", "scored", "--who", "bo@acme.test")["stays"]
        assert (stay["entered_version"], stay["left_version"]) == (1, 3)
        (stay,) = told(muster, "history", "scored", "--who", "ana@acme.test")["stays"]
        assert (stay["entered_version"], stay["left"]) == (2, None)

    def test_who_was_in_on_a_day(self, muster: Muster, store: MembershipStore, tmp_path: Path) -> None:
        assert told(muster, "who", "scored")["ids"] == ["p1"]
        day = f"{INSTANT - DAY:%Y-%m-%d}"
        assert told(muster, "who", "scored", "--on", day)["ids"] == ["p1", "p2"]
        path = tmp_path / "who.parquet"
        assert muster("audience", "who", "scored", "--on", day, "--out", str(path)).exit_code == 0
        assert pq.read_table(path).column("id").to_pylist() == ["p1", "p2"]

    def test_a_day_before_any_is_told(self, muster: Muster, store: MembershipStore) -> None:
        result = muster("audience", "who", "scored", "--on", "2020-01-01")
        assert result.exit_code == 1
        assert "oldest" in result.output

    def test_a_name_that_nobody_has_is_answered_with_the_nearest(self, muster: Muster, store: MembershipStore) -> None:
        result = muster("audience", "history", "scord")
        assert result.exit_code == 1
        assert "did you mean scored?" in result.output

    def test_the_list_has_size_method_and_destinations(self, muster: Muster, store: MembershipStore) -> None:
        (item,) = told(muster, "list")["audiences"]
        assert (item["name"], item["size"], item["method"]) == ("scored", 1, "streaming")
        assert item["destinations"] == ["drop"]


class TestCompare:
    """Overlap and difference."""

    def test_overlap_of_every_pair(self, muster: Muster, store: MembershipStore) -> None:
        found = told(muster, "overlap", "scored", "visitors")
        (pair,) = found["pairs"]
        assert (pair["both"], pair["only_one"] + pair["only_other"], pair["jaccard"]) == (1, 1, 0.5)
        assert found["in_all"] == 1

    def test_people_and_accounts_are_not_compared(self, muster: Muster, store: MembershipStore) -> None:
        result = muster("audience", "overlap", "scored", "large")
        assert result.exit_code == 1
        assert "nothing in common" in result.output

    def test_who_would_enter_and_leave(self, muster: Muster, store: MembershipStore) -> None:
        found = told(muster, "diff", "scored", "b2b.personScore <= 50")
        assert found["staying"] == 0
        assert found["entering"]["size"] == found["after"]["size"] == len(found["entering"]["ids"])
        assert found["leaving"]["size"] == found["before"]["size"]

    def test_two_rules_without_an_audience(self, muster: Muster, store: MembershipStore) -> None:
        found = told(muster, "diff", "--rules", "true", SCORED)
        assert found["entering"]["size"] == 0
        assert found["destinations"] == []

    def test_what_a_destination_would_be_sent(
        self, muster: Muster, settings: Settings, snapshot: Snapshot, store: MembershipStore
    ) -> None:
        _deliver(settings, snapshot, store)
        (effect,) = told(muster, "diff", "scored", "true")["destinations"]
        assert effect["holds"] == 1
        assert effect["remove"] == 0
        assert effect["add"] == told(muster, "preview", "true")["population"] - 1


class TestExplain:
    """Why, and did the destination get her?"""

    def test_a_destination_that_acknowledged(
        self, muster: Muster, settings: Settings, snapshot: Snapshot, store: MembershipStore
    ) -> None:
        assert told(muster, "explain", "scored", "Ana")["destinations"] == []
        _want(settings, snapshot, store)
        assert told(muster, "explain", "scored", "Ana")["destinations"][0]["status"] == "adding"
        _deliver(settings, snapshot, store)
        found = told(muster, "explain", "scored", "ana@acme.test")
        assert (found["holds"], found["stored"]["is_member"], found["stored"]["agrees"]) == (True, True, True)
        assert found["destinations"][0]["status"] == "has"
        assert told(muster, "explain", "scored", "Bo")["destinations"][0]["status"] == "absent"

    def test_a_past_day_has_its_own_rule_snapshot_and_version(self, muster: Muster, store: MembershipStore) -> None:
        found = told(muster, "explain", "scored", "Bo", "--on", f"{INSTANT - DAY:%Y-%m-%d}")
        assert found["stored"]["is_member"]
        assert not found["holds"]
        assert not found["stored"]["agrees"]

    def test_on_the_terminal_the_answer_comes_first(self, muster: Muster, store: MembershipStore) -> None:
        lines = muster("audience", "explain", "scored", "Ana").output.splitlines()
        assert lines[0].split() == ["Ana", "p1"]
        assert lines[1].startswith("✓ in scored")
        assert any("b2b.personScore" in line and "85" in line for line in lines)

    def test_nobody_of_that_name(self, muster: Muster, store: MembershipStore) -> None:
        result = muster("audience", "explain", "scored", "nobody@nowhere.test")
        assert result.exit_code == 1
        assert "no person is known by" in result.output


def _want(settings: Settings, snapshot: Snapshot, store: MembershipStore) -> None:
    latest = store.latest("scored")
    assert latest is not None
    members = BitMap(latest.members)
    want(settings, store.state, load(settings.config), snapshot, "scored", members, latest.version, INSTANT)


def _deliver(settings: Settings, snapshot: Snapshot, store: MembershipStore) -> None:
    _want(settings, snapshot, store)
    deliver(settings, store.state, load(settings.config), "drop", "scored", INSTANT)
