"""`muster dev`: the Dagster UI and daemon on loopback, on the data of this set-up."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from muster.dagster_home import prepare_home
from muster.settings import CHECKOUT, Settings


@click.command()
@click.option("--port", default=3000, show_default=True, help="Port of the UI.")
def dev(port: int) -> None:
    """Serve the Dagster UI on http://127.0.0.1:PORT, with schedules and sensors running."""
    settings = Settings.from_environment()
    prepare_home(settings)
    os.environ.update({"MUSTER_CONFIG": str(settings.config), "MUSTER_DATA": str(settings.data)})
    # `dagster dev` announces a successor in a package that is not needed; and it warns of any dagster.yaml that
    # lies where it is started.
    os.environ["PYTHONWARNINGS"] = "ignore:Function `dev_command`"
    os.chdir(settings.dagster_home.parent)
    click.echo(f"Dagster UI: http://127.0.0.1:{port}  (stop with Ctrl-C)")
    dagster = Path(sys.executable).parent / "dagster"
    arguments = ["dev", "--workspace", str(CHECKOUT / "workspace.yaml"), "--host", "127.0.0.1", "--port", str(port)]
    os.execv(dagster, [str(dagster), *arguments])  # noqa: S606 (no shell: the arguments go as they are)
