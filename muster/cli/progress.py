"""Progress of a Dagster run in the terminal, read from its event log while it runs."""

from __future__ import annotations

import threading
import time
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from muster.progress import listening

POLL_SECONDS = 0.2


def show_progress(instance: Any, run_id: str, title: str, thread: threading.Thread, console: Console) -> list[str]:
    """Follow a run until its thread ends; returns one line per failed step or check that blocked."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    failed: list[str] = []
    cursor: str | None = None
    with Progress(*columns, console=console) as progress, listening(_Bars(progress)):
        task = progress.add_task(title, total=None)
        done, ended = 0, False
        while not ended:
            ended = not thread.is_alive()
            records = instance.get_records_for_run(run_id, cursor=cursor)
            cursor = records.cursor
            for record in records.records:
                event = record.event_log_entry.dagster_event
                if event is None:
                    continue
                kind = event.event_type_value
                if kind == "ASSET_MATERIALIZATION_PLANNED":
                    progress.update(task, total=(progress.tasks[task].total or 0) + 1)
                elif kind == "ASSET_MATERIALIZATION":
                    done += 1
                    progress.update(task, completed=done, description=f"{title}: {event.asset_key.to_user_string()}")
                elif kind == "ASSET_CHECK_EVALUATION" and _is_failure(event.asset_check_evaluation_data):
                    failed.append(_told(event.asset_check_evaluation_data))
                elif kind == "STEP_FAILURE":
                    failed.append(f"{event.step_key}: {_reason(event)}")
            if not records.records:
                time.sleep(POLL_SECONDS)
        progress.update(task, description=f"{title}: {'failed' if failed else 'done'}")
    return failed


class _Bars:
    """A bar for each thing that tells how far it has come, gone once the next one begins."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._what = progress, ""
        self._task: TaskID | None = None

    def __call__(self, what: str, done: int, total: int | None) -> None:
        if what != self._what or self._task is None:
            if self._task is not None:
                self._progress.remove_task(self._task)
            self._what, self._task = what, self._progress.add_task(f"  {what}: rows", total=total)
        self._progress.update(self._task, completed=done, total=total)


def _is_failure(check: Any) -> bool:
    return not check.passed and check.severity.value == "ERROR"


def _told(check: Any) -> str:
    name = f"{check.asset_key.to_user_string()}: {check.check_name}"
    return f"{name}: {check.description}" if check.description else f"{name} failed"


def _reason(event: Any) -> str:
    """The failure's own sentence where a step gave one, else the innermost error's first line."""
    data = event.step_failure_data
    if data.user_failure_data and data.user_failure_data.description:
        return str(data.user_failure_data.description)
    error = data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.strip().splitlines()[0] if error else "failed"
