"""`muster resend`: take nothing for granted about a destination any more and send everyone anew."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from muster.activation import Ledger
from muster.errors import MusterError
from muster.settings import Settings
from muster.state import StateStore


@click.command()
@click.argument("destination")
@click.argument("audience")
def resend(destination: str, audience: str) -> None:
    """Send all of AUDIENCE to DESTINATION with the next run or sensor tick.

    The way out when a destination lost what it was given, or when a file of the delivery folder is gone.
    """
    ledger = Ledger(StateStore(Settings.from_environment().state_url))
    if ledger.activation(destination, audience) is None:
        known = ", ".join(item.name for item in ledger.activations()) or "none yet"
        raise MusterError(f"nothing was ever wanted at {destination}/{audience}; known are: {known}")
    ledger.failed(destination, audience, "everyone is to be sent anew", datetime.now(UTC), give_up=True)
    ledger.resend(destination, audience)
    click.echo(f"{destination}/{audience}: everyone is sent with the next run")
