"""The demo through its twins' APIs, as `make demo` does it: the same people and accounts as from export files."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest

from muster.snapshot import current
from tests.conftest import CHECKOUT, MUSTER, Installation

VENDORS = ("crm", "marketo-na", "marketo-emea")


def run_behind_twins(installation: Installation, *arguments: str) -> None:
    command = [MUSTER, "twins", "--speed", "240", *arguments, "--", "muster", "run"]
    done = subprocess.run(command, env=installation.environment(), capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="module")
def live(built_world: Installation, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The world of the built installation, read live instead of from its files."""
    place = tmp_path_factory.mktemp("live")
    shutil.copytree(CHECKOUT / "config", place / "config")
    shutil.copytree(built_world.data / "world", place / "data" / "world")
    installation = Installation(place / "config", place / "data")
    run_behind_twins(installation)
    return installation


def rows(installation: Installation, mart: str, columns: str) -> set[tuple[object, ...]]:
    snapshot = current(installation.settings)
    assert snapshot
    path = snapshot.folder / f"{mart}.parquet"
    return set(duckdb.execute(f"select {columns} from read_parquet('{path}')").fetchall())


def differences(one: Installation, other: Installation) -> dict[str, tuple[int, int]]:
    """Marts of different sizes, but for provenance: an API fills fields for which an export has no column."""
    told = (one.status()["marts"], other.status()["marts"])
    return {
        name: (told[0][name], told[1][name])
        for name in told[0]
        if told[0][name] != told[1][name] and not name.endswith("_provenance")
    }


def test_apis_and_files_yield_the_same_marts(built_world: Installation, live: Installation) -> None:
    assert differences(built_world, live) == {}
    sizes = [{item["name"]: item["size"] for item in each.status()["audiences"]} for each in (built_world, live)]
    assert sizes[0] == sizes[1]


def test_a_value_that_an_api_spells_out_hides_none(built_world: Installation, live: Installation) -> None:
    """An API says `false` where an export says nothing; who was converted stays so, at the same time."""
    told = "person_id, converted_at, coalesce(is_converted, false), coalesce(is_blocked, false)"
    assert rows(built_world, "person", told) == rows(live, "person", told)


def test_calls_used_and_left_are_told(live: Installation) -> None:
    told = {source["name"]: source["usage"] for source in live.status()["sources"]}
    assert all(told[name] for name in VENDORS)
    assert told["web"] == {}
    assert 0 < told["marketo-na"]["calls today"] < 2000


@pytest.mark.slow
def test_again_and_a_day_later(live: Installation, tmp_path: Path) -> None:
    later = live.copy(tmp_path)
    run_behind_twins(later)
    told = later.status()
    assert [item for source in told["sources"] for item in source["objects"] if item["loaded"]] == []
    assert sum(item["sent"] for item in told["activations"]) == 0

    later.muster("world", "--next-day")
    run_behind_twins(later, "--fault", "cut:0.02", "--fault", "503:0.02")
    told = later.status()
    assert any(item["entered"] for item in told["audiences"])
    assert any(item["left"] for item in told["audiences"])
    assert sum(item["loaded"] for source in told["sources"] for item in source["objects"]) > 100
