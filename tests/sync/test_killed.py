"""A read that is killed at any of its steps loses nothing, doubles nothing and goes on where it was."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from muster.settings import CHECKOUT

IDS = [f"{day}{name}" for day in range(4) for name in "ab" if (day, name) != (2, "b")]


def test_a_read_killed_at_any_step_loses_and_doubles_nothing(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("killed.py")), str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=True,
    )
    reports = [json.loads(line) for line in told.stdout.splitlines()]
    assert len(reports) > 25, told.stderr
    assert not reports[-1]["killed"]
    assert not reports[-1]["failed"], told.stderr
    for report in reports:
        then, after = report["then"], report["after"]
        assert report["again"] == 0, told.stderr
        assert then["wrong"] == [], "a load in the lake is whole, its quarantine in place"
        assert len(then["rows"]) == len(set(then["rows"]))
        before = [id_ for id_ in IDS if int(id_[0]) < then["position"]]
        assert set(before) <= set(then["there"]), "the position never runs before the rows"
        assert (after["rows"], after["there"]) == (IDS, IDS), f"after a kill at step {report['step']}"
        assert len(after["aside"]) == 2
        assert (after["position"], after["synced"], after["drafts"]) == (4, True, [])
    assert {report["then"]["position"] for report in reports} == {0, 2, 4}, "some of it is there after a kill"
