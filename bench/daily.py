"""The daily flow on the demo world: the time of `muster run`, and how much of it is the work itself.

Work is the time of Dagster's steps, with dbt's own elapsed time in the place of the step that calls dbt. The rest is
start-up: of the process, of Dagster, of dbt. One first run and one a day later, each once; the ratio is told.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from bench.timing import Comparison, Side, Timed
from muster.errors import MusterError
from muster.settings import CHECKOUT, Settings
from muster.world import generate, next_day

#: How many times as fast as ours the twins' clock runs, as in the Makefile.
SPEED = "240"
DBT_STEP = "profiles"
STAGES = {"evaluate": "evaluate", "snapshot": "publish", DBT_STEP: "dbt"}


def compare(place: Path, people: int) -> list[Comparison]:
    """A demo world of `people` below `place`, taken through the flow twice."""
    settings = Settings.at(place / "config", place / "data")
    shutil.copytree(CHECKOUT / "config", settings.config)
    generate(settings.data / "world", people=people, until=datetime.now(UTC).date())
    first = run("the demo world, first run", settings, people)
    next_day(settings.data / "world")
    return [first, run("the demo world, a day later", settings, people)]


def run(job: str, settings: Settings, people: int) -> Comparison:
    """`muster run` behind the demo's twins, as `make demo` does it; raises MusterError where it fails."""
    began = time.time()
    muster = str(Path(sys.executable).parent / "muster")
    done = subprocess.run(
        [muster, "twins", "--speed", SPEED, "--", muster, "run", "--quiet"],
        env=_environment(settings), capture_output=True, text=True, check=False,
    )  # fmt: skip
    wall = time.time() - began
    if done.returncode:
        raise MusterError(f"{job}: muster run failed: {done.stderr.strip()[-500:]}")
    steps = stages(settings, began)
    starting = steps.pop("start-up of dbt")
    work = sum(steps.values())
    return Comparison(
        job,
        Side("muster run", (Timed(wall, {"runs": 1}, {"start-up of dbt": starting, "other": wall - work - starting}),)),
        Side("the work itself", (Timed(work, {"runs": 1}, steps),)),
        None,
        {"people": people, "share that is work": f"{work / wall:.0%}"},
    )


def stages(settings: Settings, since: float) -> dict[str, float]:
    """Seconds by stage of the runs begun after `since` (seconds since 1970), and `start-up of dbt`."""
    told = dict.fromkeys(("intake", "dbt", "publish", "evaluate", "deliver"), 0.0)
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        for record in instance.get_run_records():
            if record.create_timestamp.timestamp() < since:
                continue
            for step in instance.get_run_step_stats(record.dagster_run.run_id):
                if step.start_time and step.end_time:
                    told[stage(step.step_key)] += step.end_time - step.start_time
    dbt = min(dbt_seconds(settings), told["dbt"])
    return {**told, "dbt": dbt, "start-up of dbt": told["dbt"] - dbt}


def stage(step_key: str) -> str:
    if step_key.startswith("deliver_"):
        return "deliver"
    return STAGES.get(step_key, "intake")


def dbt_seconds(settings: Settings) -> float:
    """What dbt says it took to run its nodes, without its start and without parsing."""
    return float(json.loads((settings.dbt_target / "run_results.json").read_text())["elapsed_time"])


def _environment(settings: Settings) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MUSTER_", "DAGSTER_"))}
    return {**kept, "MUSTER_CONFIG": str(settings.config), "MUSTER_DATA": str(settings.data)}
