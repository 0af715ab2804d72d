"""`muster retry`: send again what a destination refused."""

from __future__ import annotations

import click

from muster.activation import again
from muster.settings import Settings
from muster.state import StateStore


@click.command()
@click.argument("destination")
@click.argument("audience")
def retry(destination: str, audience: str) -> None:
    """Send the rows of AUDIENCE that DESTINATION refused once more, with the next run or sensor tick.

    By itself a refused row is sent again only when it changes.
    """
    settings = Settings.from_environment()
    if again.retry(settings, StateStore(settings.state_url), destination, audience):
        click.echo(f"{destination}/{audience}: what was refused is sent again with the next run")
    else:
        click.echo(f"{destination}/{audience}: nothing is refused there")
