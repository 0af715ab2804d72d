"""`muster status`: what the last run did."""

from __future__ import annotations

import json

import click
from rich.console import Console

from muster.config.load import load
from muster.settings import Settings
from muster.state import StateStore
from muster.status.report import report
from muster.status.tables import tables


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def status(as_json: bool) -> None:
    """Show what the last run took, unified, evaluated and delivered."""
    settings = Settings.from_environment()
    told = report(settings, load(settings.config), StateStore(settings.state_url))
    if as_json:
        click.echo(json.dumps(told.to_json(), indent=1))
        return
    console = Console()
    for table in tables(told):
        console.print(table)
