"""`muster review`: the pairs of records that only people can judge, and what they decide."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import click
from rich.console import Console
from rich.table import Table

from muster.errors import SnapshotError
from muster.identity.decisions.file import DECISIONS_FILE, add_decisions, read_decisions
from muster.identity.decisions.review import Case, find_case, in_words, open_cases, read_form, write_form
from muster.settings import Settings
from muster.snapshot import Snapshot, current


@click.group(invoke_without_command=True)
@click.option("--kind", type=click.Choice(["person", "account", "person_account"]), help="Cases of one kind only.")
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True, help="How many to show; 0 for all.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write all to a CSV, to be filled in.")
@click.pass_context
def review(context: click.Context, kind: str | None, limit: int, as_json: bool, out: Path | None) -> None:
    """List the open cases: records that may be one person or account, likeliest first, with what speaks for it.

    `muster review decide CASE same|different --by NAME` decides one; `--out FILE` writes all of them as a CSV whose
    column `decision` is to be filled in, and `muster review take FILE --by NAME` takes it back. What is decided stands
    in config/identity_decisions.csv and counts from the next `muster run` on.
    """
    if context.invoked_subcommand:
        return
    settings = Settings.from_environment()
    cases = open_cases(_snapshot(settings), read_decisions(settings.config / DECISIONS_FILE), kind)
    if out:
        write_form(out, cases)
        click.echo(
            f"{_counted(len(cases))} written to {out}; fill in `decision`, then `muster review take {out} --by …`"
        )
        return
    shown = cases[:limit] if limit else cases
    if as_json:
        click.echo(json.dumps([case.told() for case in shown], indent=1))
        return
    _show(shown, len(cases))


@review.command()
@click.argument("case")
@click.argument("verdict", type=click.Choice(["same", "different"]))
@click.option("--by", required=True, help="Who decides it.")
@click.option("--note", default="", help="Why.")
def decide(case: str, verdict: Literal["same", "different"], by: str, note: str) -> None:
    """Decide one CASE; a later decision takes the place of an earlier one."""
    settings = Settings.from_environment()
    found = find_case(_snapshot(settings), case)
    add_decisions(settings.config / DECISIONS_FILE, [found.decided(verdict, by, note, datetime.now(UTC))])
    click.echo(f"{found.left_key} and {found.right_key} are {verdict}; it counts from the next `muster run` on")


@review.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", required=True, help="Who decided.")
def take(file: Path, by: str) -> None:
    """Take the decisions of FILE, a list that `muster review --out` wrote; lines without a decision stay open."""
    settings = Settings.from_environment()
    decisions = read_form(file, by, datetime.now(UTC).replace(microsecond=0))
    add_decisions(settings.config / DECISIONS_FILE, decisions)
    click.echo(f"{len(decisions):,} decided; they count from the next `muster run` on")


def _snapshot(settings: Settings) -> Snapshot:
    snapshot = current(settings)
    if snapshot is None:
        raise SnapshotError("no snapshot is published yet; `muster run` makes one")
    return snapshot


def _counted(cases: int) -> str:
    return f"{cases:,} open " + ("case" if cases == 1 else "cases")


def _show(cases: list[Case], in_all: int) -> None:
    console = Console()
    if not cases:
        console.print("Nothing waits for a decision.")
        return
    table = Table(title=_counted(in_all), title_justify="left", title_style="bold", header_style="dim")
    for name in ("case", "kind", "these two", "likely", "what speaks", "why it waits"):
        table.add_column(name, overflow="fold")
    for case in cases:
        likely = "" if case.probability is None else f"{case.probability:.0%}"
        two = f"{case.left_name or '?'} ({case.left_key})\n{case.right_name or '?'} ({case.right_key})"
        table.add_row(case.id, case.kind, two, likely, in_words(case.evidence), case.reason)
    console.print(table)
    if len(cases) < in_all:
        console.print(f"{len(cases):,} of {in_all:,} are shown; --limit 0 shows all")
