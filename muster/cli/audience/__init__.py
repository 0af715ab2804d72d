"""`muster audience`: audiences tried, explained, compared, looked back on and checked."""

from __future__ import annotations

import click

from muster.cli.audience.check import check
from muster.cli.audience.compare import diff, overlap
from muster.cli.audience.explain import explain
from muster.cli.audience.listing import listing
from muster.cli.audience.past import history, who
from muster.cli.audience.preview import preview


@click.group()
def audience() -> None:
    """Try rules, explain memberships, compare audiences and look back.

    Nothing here changes a membership or a destination.
    """


for command in (listing, preview, explain, history, who, overlap, diff, check):
    audience.add_command(command)
