"""`muster run`: the whole flow once, through Dagster, in this process.

Knows Dagster, as only `muster dev` does beside it, and imports it when the command runs. It executes
`daily`, then the activations that the same decider names which the sensor asks.
"""

from __future__ import annotations

import sys
import threading
import uuid
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from muster.cli.progress import show_progress
from muster.cli.terminal import others_to_file
from muster.config.load import load
from muster.dagster_home import prepare_home
from muster.locks import exclusive
from muster.settings import Settings
from muster.state import StateStore
from muster.status.report import report
from muster.status.tables import tables

if TYPE_CHECKING:
    import dagster as dg


@click.command()
@click.option("--quiet", is_flag=True, help="No progress and no tables, only errors.")
def run(quiet: bool) -> None:
    """Take what is new, build, publish, evaluate, deliver. Exits 1 where anything failed."""
    settings = Settings.from_environment()
    configuration = load(settings.config)
    prepare_home(settings)
    log = settings.data / "logs" / "run.log"
    with others_to_file(log, quiet) as console:
        failed = _run_flow(settings, console)
    console = Console(quiet=quiet)
    state = StateStore(settings.state_url)
    for table in tables(report(settings, configuration, state)):
        console.print(table)
    for line in failed:
        click.echo(line, err=True)
    if failed:
        click.echo(f"the whole story: {log}, or the run in `muster dev`", err=True)
    sys.exit(1 if failed else 0)


def _run_flow(settings: Settings, console: Console) -> list[str]:
    import dagster as dg

    from assets.keys import activation_key, release_check_key
    from definitions import build
    from muster.activation import due
    from resources.instance import fail_dead_runs

    with console.status("reading the dbt project and the configuration"):
        definitions = build(settings)
        instance = dg.DagsterInstance.get()
        fail_dead_runs(settings, instance)
    failed = _execute(definitions.resolve_job_def("daily"), settings, instance, console)
    waiting = due(StateStore(settings.state_url), load(settings.config))
    if not waiting:
        return failed
    activate = definitions.resolve_job_def("activate").get_subset(
        asset_selection={activation_key(item.destination, item.audience) for item in waiting},
        asset_check_selection={release_check_key(item.audience) for item in waiting},
    )
    return failed + _execute(activate, settings, instance, console)


def _execute(job: dg.JobDefinition, settings: Settings, instance: dg.DagsterInstance, console: Console) -> list[str]:
    """Run one job in a thread while its events are shown; returns one line per failed step."""
    from resources.instance import MUSTER_RUN, STARTED_BY, run_lock

    run_id = str(uuid.uuid4())
    outcome: list[Any] = []

    def work() -> None:
        try:
            outcome.append(
                job.execute_in_process(
                    instance=instance, run_id=run_id, raise_on_error=False, tags={STARTED_BY: MUSTER_RUN}
                )
            )  # fmt: skip
        except Exception as error:
            outcome.append(error)

    thread = threading.Thread(target=work)
    with exclusive(settings, run_lock(run_id)):
        thread.start()
        failed = show_progress(instance, run_id, job.name, thread, console)
        thread.join()
    if isinstance(outcome[0], Exception):
        return [*failed, f"{job.name}: {outcome[0]}"]
    return failed or ([] if outcome[0].success else [f"{job.name} failed; see run {run_id} in `muster dev`"])
