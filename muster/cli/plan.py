"""`muster plan`: what would be sent, to whom in numbers, and what it would take, without sending anything."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table

from muster.activation.preview import Preview, preview
from muster.config.load import load
from muster.config.names import hint
from muster.errors import MusterError
from muster.settings import Settings
from muster.state import StateStore


@click.command()
@click.option("--destination", help="This destination alone.")
@click.option("--audience", help="This audience alone.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def plan(destination: str | None, audience: str | None, as_json: bool) -> None:
    """Tell what the next activation would send; nothing is changed anywhere.

    It goes by the newest snapshot and memberships and the configuration as it is now: edit a mapping, a destination or
    a policy, and see here what that means before it happens.
    """
    settings = Settings.from_environment()
    configuration = load(settings.config)
    _known("destination", destination, [item.name for item in configuration.destinations.destinations])
    _known("audience", audience, [item.name for item in configuration.audiences])
    store, now = StateStore(settings.state_url), datetime.now(UTC)
    found = list(preview(settings, store, configuration, now, destination=destination, audience=audience))
    if as_json:
        click.echo(json.dumps([asdict(item) for item in found], indent=1))
        return
    console = Console()
    console.print(_table(found))
    for item in found:
        if item.obstacle:
            console.print(f"{item.destination}/{item.audience}: {item.obstacle}", markup=False, highlight=False)


def _known(kind: str, name: str | None, names: list[str]) -> None:
    if name is not None and name not in names:
        mend = hint(name, names, f"there are: {', '.join(names)}")
        raise MusterError(f"there is no {kind} {name}; {mend}")


def _table(found: list[Preview]) -> Table:
    table = Table(title="What would be sent", title_justify="left")
    for heading in ("destination", "audience"):
        table.add_column(heading)
    for heading in ("members", "withheld", "add", "update", "remove", "refused before", "calls", "at least"):
        table.add_column(heading, justify="right")
    for item in found:
        counts = (item.members, item.withheld, item.added, item.updated, item.removed, item.refused, item.calls)
        cells = [f"{count:,}" if count else "" for count in counts]
        if item.obstacle:
            cells = [cells[0], *("" for _ in cells[1:])]
        table.add_row(item.destination, item.audience, *cells, "nothing" if item.obstacle else _time(item.seconds))
    return table


def _time(seconds: float) -> str:
    if seconds < 1:
        return ""
    return f"{seconds:,.0f} s" if seconds < 120 else f"{seconds / 60:,.0f} min"
