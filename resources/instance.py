"""Runs whose process is gone: Dagster would show them as running for ever, and a sensor would wait for them.

Every run that `muster run` executes holds a lock of its own, and `muster dev` holds one for all that its daemon
launches. The system frees the locks of a process that dies, so a run without one is dead.
"""

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter

from muster.locks import is_free
from muster.settings import Settings

STARTED_BY = "started by"
MUSTER_RUN = "muster run"
#: Held by `muster dev` as long as it lives.
DEV_LOCK = "dev"
NOT_ENDED = (
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
)


def run_lock(run_id: str) -> str:
    return f"run-{run_id}"


def fail_dead_runs(settings: Settings, instance: DagsterInstance) -> list[str]:
    """Report runs as failed whose process is gone; returns their ids. Safe while others are at work."""
    dead = [run for run in instance.get_runs(RunsFilter(statuses=[*NOT_ENDED])) if _is_dead(settings, run)]
    for run in dead:
        instance.report_run_failed(run, "its process ended without a word: killed, or the machine stopped")
    return [run.run_id for run in dead]


def _is_dead(settings: Settings, run: DagsterRun) -> bool:
    return is_free(settings, run_lock(run.run_id) if run.tags.get(STARTED_BY) == MUSTER_RUN else DEV_LOCK)
