"""`muster dev`: the Dagster UI and daemon on loopback, on the data of this set-up."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import click

from muster.dagster_home import prepare_home
from muster.errors import MusterError
from muster.locks import hold_for_life
from muster.settings import CHECKOUT, Settings


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=3000, show_default=True, help="Port of the UI.")
def dev(port: int) -> None:
    """Serve the Dagster UI on http://127.0.0.1:PORT, with schedules and sensors running."""
    settings = Settings.from_environment()
    _refuse_taken(port)
    prepare_home(settings)
    _alone(settings)
    os.environ.update({"MUSTER_CONFIG": str(settings.config), "MUSTER_DATA": str(settings.data)})
    # `dagster dev` announces a successor in a package that is not needed; and it warns of any dagster.yaml that
    # lies where it is started.
    os.environ["PYTHONWARNINGS"] = "ignore:Function `dev_command`"
    os.chdir(settings.dagster_home.parent)
    click.echo(f"Dagster UI: http://127.0.0.1:{port}  (stop with Ctrl-C)")
    dagster = Path(sys.executable).parent / "dagster"
    arguments = ["dev", "--workspace", str(CHECKOUT / "workspace.yaml"), "--host", "127.0.0.1", "--port", str(port)]
    os.execv(dagster, [str(dagster), *arguments])  # noqa: S606 (no shell: the arguments go as they are)


def _alone(settings: Settings) -> None:
    """One daemon a data folder; with none at work, runs that an earlier one left behind are dead."""
    from dagster import DagsterInstance

    from resources.instance import DEV_LOCK, fail_dead_runs

    with DagsterInstance.get() as instance:
        fail_dead_runs(settings, instance)
    if not hold_for_life(settings, DEV_LOCK):
        raise MusterError(f"another `muster dev` serves {settings.data}; stop it first, or set MUSTER_DATA")


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            told = f"port {port} of 127.0.0.1 cannot be had: {error.strerror}"
            raise MusterError(f"{told}; choose another, such as `muster dev --port {port % 65535 + 1}`") from error
