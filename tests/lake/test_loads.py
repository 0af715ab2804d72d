"""Layout of the lake, and what its footers tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pyarrow as pa
import pytest

from muster.config.models import Source
from muster.errors import SourceError
from muster.lake import Load, loads
from muster.lake.layout import load_name, mapping_hash
from muster.lake.loads import newest_readings
from muster.lake.writer import LoadWriter, sweep
from muster.settings import Settings

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOURCE = Source(name="crm", type="salesforce", path="exports")
LOAD = Load(
    "Account", "Account.csv", "f" * 64, "0" * 8, 10, 1, NOON.isoformat(), 3, 2, 1, {"too few cells": 1}, ("odd",)
)  # fmt: skip
ROWS = pa.table({"_row_id": ["1", "2"]})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.at(tmp_path / "config", tmp_path / "data")


def writer(settings: Settings, name: str = "20261124T120000000000Z-ffffffffffff-00000000") -> LoadWriter:
    return LoadWriter(settings, "salesforce", "account", "crm", "Account.csv", name, NOON)


def test_a_load_is_named_by_its_time_in_utc_its_content_and_its_mapping() -> None:
    moment = datetime(2026, 11, 24, 13, 0, 0, 7, tzinfo=timezone(timedelta(hours=1)))
    assert load_name(moment, "ab" * 32, "cd" * 32) == "20261124T120000000007Z-abababababab-cdcdcdcd"


def test_a_mapping_is_told_apart_by_each_of_its_parts_and_the_order_of_renames() -> None:
    columns = {"a": "x", "b": "x"}
    others = [
        mapping_hash("account", ["k"], [], columns),
        mapping_hash("contact", ["k"], [], columns),
        mapping_hash("account", [], ["k"], columns),
        mapping_hash("account", ["k"], [], {"b": "x", "a": "x"}),
    ]
    assert len(set(others)) == 4


def test_a_committed_load_can_be_listed_with_its_figures(settings: Settings) -> None:
    with writer(settings) as load:
        load.write(ROWS)
        load.set_aside([3], ["too few cells"], ["3"])
        load.commit(LOAD)
    (found,) = loads(settings, SOURCE)
    assert (found.read, found.loaded, found.set_aside, found.reasons) == (3, 2, 1, {"too few cells": 1})
    assert found.warnings == ("odd",)
    assert loads(settings, SOURCE, "contact") == []


def test_a_load_that_fails_leaves_no_trace(settings: Settings) -> None:
    with pytest.raises(RuntimeError), writer(settings) as load:
        load.write(ROWS)
        load.set_aside([3], ["too few cells"], ["3"])
        raise RuntimeError
    assert not [path for path in settings.data.rglob("*") if path.is_file()]


def test_a_quarantine_file_without_its_load_is_swept_away(settings: Settings) -> None:
    orphan = settings.quarantine / "salesforce" / "account" / "source=crm" / "20261124T110000000000Z-a-b.parquet"
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"left by a killed load")
    sweep(settings, "salesforce", "account", "crm")
    assert not orphan.exists()


def test_of_two_readings_of_one_content_the_newest_counts() -> None:
    def at(name: str, file: str, sha256: str) -> Load:
        return Load("A", file, sha256, "0", 1, 1, "", 1, 1, 0, {}, (), Path(f"{name}.parquet"))

    old, new, other = at("1", "a.csv", "x"), at("2", "a.csv", "x"), at("1", "a.csv", "y")
    assert set(map(id, newest_readings([new, old, other]))) == {id(new), id(other)}


def test_a_foreign_file_in_the_lake_is_named(settings: Settings) -> None:
    foreign = settings.lake / "salesforce" / "account" / "source=crm" / "notes.parquet"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("?")
    with pytest.raises(SourceError, match=r"notes\.parquet is no load of this lake"):
        loads(settings, SOURCE)
