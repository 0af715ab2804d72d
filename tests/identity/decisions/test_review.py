"""Cases are listed, decided one by one or in a list that is filled in, and never listed again."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from muster.cli.main import main
from muster.identity.decisions import DECISIONS_FILE, read_decisions
from muster.settings import Settings

EVIDENCE = '[["given","same",4.0],["phone","different",-9.0],["family","same",6.0]]'
ROWS = [
    ("rc_1", "person", "a", "b", "Ann Lee", "Anne Lee", 0.8, EVIDENCE, "not sure enough", True),
    ("rc_2", "account", "x", "y", "Acme", "ACME Inc", 0.9, "same domain", "names differ", True),
    ("rc_3", "person", "c", "d", "Bob", "Rob", None, None, None, False),
]
NAMES = (
    "review_case_id", "kind", "left_key", "right_key", "left_name", "right_name", "probability", "evidence", "reason",
    "is_open",
)  # fmt: skip


@pytest.fixture
def set_up(tmp_path: Path) -> Settings:
    """A snapshot that has three cases, one of them decided."""
    settings = Settings.at(tmp_path / "config", tmp_path / "data")
    settings.config.mkdir()
    folder = settings.snapshots / "v1"
    folder.mkdir(parents=True)
    (settings.snapshots / "CURRENT").write_text("v1")
    (folder / "snapshot.json").write_text('{"version": "v1", "created_at": "2026-03-01T05:00:00+00:00", "rows": {}}')
    pq.write_table(
        pa.Table.from_pylist([dict(zip(NAMES, row, strict=True)) for row in ROWS]), folder / "review_case.parquet"
    )
    return settings


def muster(settings: Settings, *arguments: str, exit_code: int = 0) -> str:
    environment = {"MUSTER_CONFIG": str(settings.config), "MUSTER_DATA": str(settings.data), "COLUMNS": "200"}
    done = CliRunner().invoke(main, ["review", *arguments], env=environment, catch_exceptions=False)
    assert done.exit_code == exit_code, done.output
    return done.output


def listed(settings: Settings, *options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(muster(settings, "--json", *options))
    return found


def test_open_cases_are_listed_likeliest_first(set_up: Settings) -> None:
    assert [case["case"] for case in listed(set_up)] == ["rc_2", "rc_1"]
    assert [case["case"] for case in listed(set_up, "--kind", "person")] == ["rc_1"]
    shown = muster(set_up, "--limit", "1")
    assert "2 open cases" in shown and "rc_2" in shown and "rc_1" not in shown
    assert "phone different, family same, given same" in muster(set_up)


def test_a_decision_goes_to_the_file_and_off_the_list(set_up: Settings) -> None:
    muster(set_up, "decide", "rc_1", "different", "--by", "Eve", "--note", "twins")
    (line,) = read_decisions(set_up.config / DECISIONS_FILE)
    assert (line.left, line.right, line.decision, line.cause, line.note) == ("a", "b", "different", "review", "twins")
    assert line.decided_at is not None
    assert [case["case"] for case in listed(set_up)] == ["rc_2"]
    muster(set_up, "decide", "rc_1", "same", "--by", "Eve")
    assert [item.decision for item in read_decisions(set_up.config / DECISIONS_FILE)] == ["same"]


def test_a_list_is_filled_in_and_taken_back(set_up: Settings, tmp_path: Path) -> None:
    form = tmp_path / "cases.csv"
    assert "2 open cases written" in muster(set_up, "--out", str(form))
    with form.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    rows[0] |= {"decision": "Same", "note": "same logo"}
    with form.open("w", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    assert "1 decided" in muster(set_up, "take", str(form), "--by", "Eve")
    (line,) = read_decisions(set_up.config / DECISIONS_FILE)
    assert (line.kind, line.left, line.decision, line.decided_by, line.note) == (
        "account",
        "x",
        "same",
        "Eve",
        "same logo",
    )


def test_what_is_wrong_is_told_in_one_line(set_up: Settings, tmp_path: Path) -> None:
    assert "there is no open case rc_9" in muster(set_up, "decide", "rc_9", "same", "--by", "Eve", exit_code=1)
    form = tmp_path / "cases.csv"
    form.write_text("case,kind,left,right,decision\nrc_1,person,a,b,maybe\n")
    assert "cases.csv:2: unknown decision 'maybe'" in muster(set_up, "take", str(form), "--by", "Eve", exit_code=1)
    (set_up.snapshots / "CURRENT").unlink()
    assert "no snapshot is published yet" in muster(set_up, exit_code=1)
