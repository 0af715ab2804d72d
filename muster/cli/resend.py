"""`muster resend`: take nothing for granted about a destination any more and send everyone anew."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from muster.activation import again
from muster.config.load import load
from muster.settings import Settings
from muster.state import StateStore


@click.command()
@click.argument("destination")
@click.argument("audience")
def resend(destination: str, audience: str) -> None:
    """Send all of AUDIENCE to DESTINATION with the next run or sensor tick.

    The way out when a destination lost what it was given, or when a file of the delivery folder is gone.
    """
    settings = Settings.from_environment()
    store = StateStore(settings.state_url)
    again.resend(settings, store, load(settings.config), destination, audience, datetime.now(UTC))
    click.echo(f"{destination}/{audience}: everyone is sent with the next run")
