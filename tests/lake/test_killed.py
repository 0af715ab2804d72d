"""A load that is killed at any of its steps loses nothing and doubles nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from muster.settings import CHECKOUT


def test_a_load_killed_at_any_step_loses_and_doubles_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "Account_1.csv").write_text("name,city\nx,Oslo\nx,Oslo\ny,Rome,too many\n")  # repeats: a rewritten draft
    (folder / "Account_2.csv").write_text("Id,name\n1,z\n,w\n")
    told = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("killed.py")), str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=True,
    )
    reports = [json.loads(line) for line in told.stdout.splitlines()]
    assert len(reports) > 20, told.stderr
    assert not reports[-1]["killed"]
    assert not reports[-1]["failed"]
    whole = reports[-1]["then"]
    assert (len(whole["rows"]), len(whole["aside"])) == (3, 2)
    for report in reports:
        assert report["again"] == 0
        assert report["then"]["wrong"] == [], "a load in the lake is whole, its quarantine in place"
        assert set(report["then"]["rows"]) <= set(whole["rows"])
        assert report["after"] == whole, f"after a kill at step {report['step']}"
