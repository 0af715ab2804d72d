"""`muster evaluate`: audiences on the snapshot in force, now, without waiting for the daily run."""

from __future__ import annotations

import sys
import uuid
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table

from muster.activation.evaluation import Evaluating, evaluate_now
from muster.audiences import Evaluation
from muster.audiences.order import with_needed
from muster.config.load import load
from muster.config.models import Configuration
from muster.config.names import hint
from muster.errors import MusterError
from muster.settings import Settings
from muster.state import StateStore


class _Instant(click.ParamType):  # type: ignore[type-arg]
    name = "instant"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            found = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no instant; write it as 2026-11-24T05:00:00", param, ctx)
        return found if found.tzinfo else found.replace(tzinfo=UTC)


@click.command()
@click.argument("names", nargs=-1, metavar="[AUDIENCE]...")
@click.option("--at", type=_Instant(), help="As of this instant, UTC unless it says otherwise.  [default: now]")
@click.option("--alone", is_flag=True, help="Only the named ones; others enter with their latest membership.")
def evaluate(names: tuple[str, ...], at: datetime | None, alone: bool) -> None:
    """Evaluate AUDIENCEs on the snapshot in force; without names, all but drafts.

    Named ones bring with them the audiences that they need, and those after them on a priority list. The same snapshot
    and instant give the same members. What changed is delivered by the next `muster run`, or by the sensor at once.
    Exits 1 where an audience could not be evaluated.
    """
    settings = Settings.from_environment()
    configuration = load(settings.config)
    now = datetime.now(UTC)
    if at and at > now:
        raise MusterError(f"{at:%Y-%m-%d %H:%M:%S} UTC is yet to come; name an instant up to now")
    told = evaluate_now(
        settings, StateStore(settings.state_url), configuration, at or now, names=_wanted(configuration, names, alone),
        run_id=str(uuid.uuid4()), cause=": ".join(filter(None, ["on demand", ", ".join(names)]))[:200],
        waiting=lambda line: click.echo(line, err=True),
    )  # fmt: skip
    _show(told)
    for line in told.failed:
        click.echo(line, err=True)
    sys.exit(1 if told.failed else 0)


def _wanted(configuration: Configuration, names: tuple[str, ...], alone: bool) -> list[str] | None:
    known = [item.name for item in configuration.audiences]
    for name in names:
        if name not in known:
            mend = hint(name, known, "their names are those of the files in audiences/")
            raise MusterError(f"there is no audience {name}; {mend}")
    if not names:
        return None
    return list(names) if alone else with_needed(names, configuration.audiences, configuration.groups)


def _show(told: Evaluating) -> None:
    table = Table(title=f"Audiences on {told.snapshot.version}", title_justify="left", title_style="bold")
    for name in ("audience", "of"):
        table.add_column(name, overflow="fold")
    for name in ("size", "entered", "left"):
        table.add_column(name, justify="right")
    table.add_column("told", overflow="fold")
    for result in told.evaluated:
        counts = (f"{count:,}" for count in (result.size, result.entered, result.exited))
        table.add_row(result.audience.name, result.audience.of, *counts, "; ".join(_notes(told, result)))
    Console().print(table)


def _notes(told: Evaluating, result: Evaluation) -> list[str]:
    notes: list[str] = [] if result.audience.status == "published" else [result.audience.status]
    if result.membership.held:
        notes.append(f"held until `muster release {result.audience.name}`")
    if result.merged:
        notes.append(f"{result.merged:,} merged")
    notes += [f"{count:,} {why}" for why, count in result.shaped.left_out.items()]
    if listed := result.shaped.listed:
        notes += [f"{count:,} rows set aside: {why}" for why, count in listed.set_aside.items()]
        notes.append(f"list {'expired' if listed.is_expired else 'expires'} {listed.expires_at:%Y-%m-%d}")
    return notes + [
        str(item).removeprefix(f"{result.audience.name}: ") for item in told.findings_of(result.audience.name)
    ]
