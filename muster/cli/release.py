"""`muster release`: let an audience go out that its size bound holds back."""

from __future__ import annotations

import click

from muster.activation import Ledger
from muster.audiences import MembershipStore
from muster.config.load import load
from muster.config.names import hint
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
        names = [item.name for item in load(settings.config).audiences]
        if audience not in names:
            mend = hint(audience, names, "their names are those of the files in audiences/")
            raise MusterError(f"there is no audience {audience}; {mend}")
        raise MusterError(f"{audience} is not held; nothing to release")
    Ledger(state).release(audience)
    click.echo(f"{audience}: version {membership.version} with {membership.size:,} members may go out")
