"""A tiny run of the comparisons: both sides agree, and the JSON says what a reader needs. No time is asserted."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bench import daily
from bench.__main__ import main
from bench.audiences.questions import questions
from bench.timing import Disagreement, Timed, turn_about
from muster.settings import Settings
from tests.conftest import Installation


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, built_world: Installation) -> dict[str, Any]:
    """What `python -m bench audiences files lake` writes, for a few hundred people."""
    data = tmp_path_factory.mktemp("bench")
    arguments = ["audiences", "files", "lake", "--people", "600", "--audiences", "48", "--rounds", "2"]
    environment = {"MUSTER_DATA": str(data), "MUSTER_CONFIG": str(built_world.config)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bench.marts.fresh_manifest", lambda _settings: built_world.settings.manifest)
        done = CliRunner().invoke(main, arguments, env=environment, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert [path.name for path in data.iterdir()] == ["bench.json"]
    written: dict[str, Any] = json.loads((data / "bench.json").read_text())
    return written


def test_both_sides_of_each_comparison_give_the_same_answer(told: dict[str, Any]) -> None:
    answers = [(item["ours"]["answer"], item["peer"]["answer"]) for item in told["comparisons"]]
    assert len(answers) == 4
    assert all(ours == peer > 0 for ours, peer in answers)


def test_a_comparison_is_written_with_its_rounds_ratio_and_aim(told: dict[str, Any]) -> None:
    for item in told["comparisons"]:
        assert set(item) == {"job", "ours", "peer", "ratio", "aim", "met", "told"}
        assert len(item["ours"]["rounds"]) == len(item["peer"]["rounds"]) == 2
        assert item["ratio"] > 0
        assert (item["met"] is None) == (item["aim"] is None)
    assert [item["aim"] for item in told["comparisons"]] == [0.5, 1.5, None, None]


def test_the_machine_and_the_versions_are_told(told: dict[str, Any]) -> None:
    assert told["machine"]["cores"] > 0
    assert told["machine"]["memory_gib"] > 0
    assert {"python", "duckdb", "dagster", "dbt-core"} <= set(told["machine"]["versions"])


def test_sides_that_disagree_are_refused() -> None:
    def side(rows: int) -> Timed:
        return Timed(0.1, {"rows": rows})

    with pytest.raises(Disagreement, match="rows: 1 and 2"):
        turn_about(lambda _: side(1), lambda _: side(2), rounds=1)


def test_many_audiences_are_many_different_rules() -> None:
    asked = list(questions(500))
    assert len({item.audience.name for item in asked}) == 500
    assert len({item.audience.rule for item in asked}) > 450
    assert {item.audience.of for item in asked} == {"people", "accounts"}


def test_the_steps_of_a_run_are_parted_into_work_and_start_up(world_copy: Installation) -> None:
    found = daily.stages(world_copy.settings, since=0)
    assert set(found) == {"intake", "dbt", "publish", "evaluate", "deliver", "start-up of dbt"}
    assert all(seconds > 0 for seconds in found.values())
    assert not any(daily.stages(world_copy.settings, since=time.time()).values())


@pytest.mark.slow
def test_the_daily_flow_is_run_twice(tmp_path: Path) -> None:
    first, later = daily.compare(tmp_path, people=300)
    assert first.ratio > 1
    assert later.ratio > 1
    assert Settings.at(tmp_path / "config", tmp_path / "data").snapshots.is_dir()
