"""`muster release`: let an audience go out that its size bound holds back."""

from __future__ import annotations

import click

from muster.activation import Ledger
from muster.audiences import MembershipStore
from muster.errors import MusterError
from muster.settings import Settings
from muster.state import StateStore


@click.command()
@click.argument("audience")
def release(audience: str) -> None:
    """Release the held membership of AUDIENCE; the next run or sensor tick delivers it."""
    settings = Settings.from_environment()
    state = StateStore(settings.state_url)
    membership = MembershipStore(settings, state).release(audience)
    if membership is None:
        raise MusterError(f"{audience} is not held; nothing to release")
    Ledger(state).release(audience)
    click.echo(f"{audience}: version {membership.version} with {membership.size:,} members may go out")
