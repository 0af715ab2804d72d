"""`muster audience list`: every audience on one page."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import click
from rich.console import Console
from rich.text import Text

from muster.cli.audience.context import Context, as_json, echo_json, rule_of, table
from muster.config.models import Audience
from muster.errors import RuleError
from muster.pql import compile_rule
from muster.snapshot import Snapshot, current


@dataclass(frozen=True)
class Listed:
    """One audience; `method` is empty and `mistake` filled where the rule cannot be used."""

    name: str
    of: str
    size: int | None
    entered: int | None
    left: int | None
    version: int | None
    held: bool
    evaluated_at: datetime | None
    method: str
    mistake: str
    destinations: list[str]
    owner: str | None
    description: str


@click.command("list")
@as_json
def listing(as_json: bool) -> None:
    """All audiences: size, last change, method, destinations, and when the membership last changed."""
    context = Context.here()
    snapshot = current(context.settings)
    found = [_listed(context, snapshot, item) for item in context.audiences.values()]
    if as_json:
        echo_json({"audiences": [asdict(item) for item in found]})
        return
    rows = table("audience", "of", "size", "change", "on", "method", "destinations", numbers=("size", "change", "on"))
    for item in found:
        change = "" if item.entered is None else f"+{item.entered:,} -{item.left:,}"
        rows.add_row(
            Text.assemble(item.name, (" held" if item.held else "", "red")), item.of,
            "" if item.size is None else f"{item.size:,}", change, _day(item),
            _told(item), ", ".join(item.destinations),
        )  # fmt: skip
    for column in rows.columns[:-1]:
        column.no_wrap = True
    console = Console(highlight=False)
    console.print(rows)
    for item in found:
        if item.mistake:
            console.print(Text(f"! {item.name}: {item.mistake}", style="red"))
    for problem in context.reading.problems:
        console.print(Text(f"! {problem}", style="red"))


def _listed(context: Context, snapshot: Snapshot | None, audience: Audience) -> Listed:
    latest = context.store.latest(audience.name)
    method, mistake = _method(context, snapshot, audience)
    return Listed(
        audience.name, audience.of, latest.size if latest else None, latest.entered if latest else None,
        latest.exited if latest else None, latest.version if latest else None, latest.held if latest else False,
        latest.evaluated_at if latest else None, method, mistake, [item.destination for item in audience.activate],
        audience.owner, audience.description,
    )  # fmt: skip


def _method(context: Context, snapshot: Snapshot | None, audience: Audience) -> tuple[str, str]:
    if snapshot is None:
        return "", "no snapshot yet"
    try:
        rule = compile_rule(rule_of(audience), audience.of, snapshot.schema, context.now, segment_table=str)
    except RuleError as error:
        return "", str(error)
    return rule.method, ""


def _day(item: Listed) -> str:
    return f"{item.evaluated_at:%Y-%m-%d}" if item.evaluated_at else ""


def _told(item: Listed) -> Text:
    """The method in a word, or what is wrong with the rule."""
    return Text(item.method.removesuffix("-eligible")) if item.method else Text("! wrong rule", style="red")
