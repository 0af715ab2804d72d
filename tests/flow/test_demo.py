"""The demo, as a stranger meets it: once, again, and a day later."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.conftest import Installation

MARTS = {
    "person", "account", "account_person", "opportunity", "opportunity_person", "campaign", "campaign_member",
    "marketing_list", "marketing_list_member", "activity",
}  # fmt: skip


def sent(told: dict) -> int:
    return sum(item["sent"] for item in told["activations"])


def delivered_rows(data: Path) -> int:
    manifests = [json.loads(path.read_text()) for path in data.rglob("*.manifest.json")]
    return sum(item["rows"] for item in manifests)


def test_the_first_run_takes_unifies_evaluates_and_delivers(built_world: Installation) -> None:
    told = built_world.status()

    assert {item["name"] for item in told["sources"]} == {"crm", "marketo-na", "marketo-emea", "web"}
    for source in told["sources"]:
        for item in source["objects"]:
            assert item["read"] == item["loaded"] + item["set_aside"], item
    assert told["marts"].keys() >= MARTS
    assert all(told["marts"][name] > 0 for name in MARTS)
    assert len(told["audiences"]) >= 10
    assert {item["of"] for item in told["audiences"]} == {"people", "accounts"}
    assert all(item["size"] > 0 for item in told["audiences"]), told["audiences"]
    assert sent(told) > 0
    assert all(item["sent"] == item["acknowledged"] and item["refused"] == 0 for item in told["activations"])
    assert delivered_rows(built_world.data) == sent(told)


def test_dirty_rows_are_in_the_quarantine_with_file_line_and_reason(built_world: Installation) -> None:
    import duckdb

    told = built_world.status()
    set_aside = sum(item["set_aside"] for source in told["sources"] for item in source["objects"])
    rows = duckdb.execute(
        f"select _file, _line, _reason from read_parquet('{built_world.data}/quarantine/**/*.parquet')"
    ).fetchall()

    assert set_aside == len(rows) > 0
    assert all(file and line > 0 and reason for file, line, reason in rows)


def test_a_second_run_changes_nothing_and_sends_nothing(world_copy: Installation) -> None:
    before = world_copy.status()
    files = sorted(path.name for path in (world_copy.data / "outbox").rglob("*"))

    world_copy.muster("run")
    after = world_copy.status()

    assert after["run_id"] != before["run_id"]
    assert all(item["read"] == 0 for source in after["sources"] for item in source["objects"])
    assert after["marts"] == before["marts"]
    assert [(a["size"], a["entered"], a["left"]) for a in after["audiences"]] == [
        (b["size"], 0, 0) for b in before["audiences"]
    ]
    assert sent(after) == 0
    assert files == sorted(path.name for path in (world_copy.data / "outbox").rglob("*"))


@pytest.fixture(scope="module")
def day_later(built_world: Installation, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    installation = built_world.copy(tmp_path_factory.mktemp("day-later"))
    installation.muster("world", "--next-day")
    installation.muster("run")
    return installation


def test_a_day_later_only_the_difference_is_sent(built_world: Installation, day_later: Installation) -> None:
    before, after = built_world.status(), day_later.status()

    assert any(item["entered"] for item in after["audiences"])
    assert any(item["left"] for item in after["audiences"])
    sizes = {item["name"]: item["size"] for item in before["audiences"]}
    for item in after["audiences"]:
        assert item["size"] == sizes[item["name"]] + item["entered"] - item["left"], item
    assert 0 < sent(after) < sent(before) / 5


def test_people_in_delivered_files_are_the_members(day_later: Installation) -> None:
    told = day_later.status()
    sizes = {item["name"]: item["size"] for item in told["audiences"]}
    withheld = {item["audience"]: item["withheld"] for item in told["activations"]}
    held: dict[str, set[str]] = {}
    for path in sorted((day_later.data / "outbox").rglob("*.manifest.json"), key=lambda item: item.stat().st_mtime_ns):
        manifest = json.loads(path.read_text())
        members = held.setdefault(manifest["audience"], set())
        with (path.parent / manifest["file"]).open(newline="", encoding="utf-8") as handle:
            for row in csv.DictReader(handle):
                members -= set(json.loads(row.get("_merged_ids") or "[]"))
                (members.discard if row.get("_op") == "REMOVE" else members.add)(row["_id"])

    assert held
    assert {name: len(members) for name, members in held.items()} == {
        name: sizes[name] - withheld[name] for name in held
    }
    assert any(withheld.values()), "somebody in the demo has said no"
