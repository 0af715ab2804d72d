"""`muster world`: the demo world's exports, made anew or moved a day on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click

from muster.settings import Settings

#: The world ends a day before today, so that its next day is in the past as well and its events count.
A_DAY = timedelta(days=1)


@click.command()
@click.option("--people", default=2000, show_default=True, help="How many people live in it.")
@click.option("--days", default=90, show_default=True, help="How many days of activity it has.")
@click.option("--seed", default=7, show_default=True, help="The same seed gives the same files.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The exports are taken at the start of this day.  [default: yesterday, UTC]",
)
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Where.  [default: <data>/world]")
@click.option("--next-day", is_flag=True, help="Move the world that is there a day on.")
@click.option("--if-missing", is_flag=True, help="Do nothing where a world is there already.")
def world(
    people: int, days: int, seed: int, until: datetime | None, folder: Path | None, next_day: bool, if_missing: bool
) -> None:
    """Write a demo world: exports of one Salesforce org, two Marketo instances and a web event log."""
    from muster.world import generate
    from muster.world import next_day as move_on

    place = folder or Settings.from_environment().data / "world"
    if next_day:
        click.echo(move_on(place))
    elif if_missing and (place / "world.json").exists():
        click.echo(f"{place}: a world is there already")
    else:
        last: date = until.date() if until else datetime.now(UTC).date() - A_DAY
        click.echo(generate(place, people=people, days=days, seed=seed, until=last))
