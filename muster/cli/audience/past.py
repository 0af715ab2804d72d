"""`muster audience history` and `muster audience who`."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from muster import sql
from muster.audiences.bitmaps import to_arrow
from muster.audiences.chronicle import Version, versions
from muster.audiences.explain import Stay, ordinals_of, stays
from muster.audiences.membership import Membership
from muster.cli.audience.context import Context, as_json, echo_json, printable, table, when
from muster.cli.audience.person import ask_for
from muster.errors import MusterError
from muster.snapshot import Snapshot, current


@click.command()
@click.argument("audience")
@click.option("--who", "identity", metavar="IDENTITY", help="When this person or account was in.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1), help="Versions to show, newest first.")
@as_json
def history(audience: str, identity: str | None, limit: int, as_json: bool) -> None:
    """The versions of AUDIENCE: when, how many, who entered and left by count, and what made it so."""
    context = Context.here()
    latest = context.version(audience)
    if identity:
        _stays(context, latest, identity, as_json)
        return
    found = versions(context.store, audience, limit)
    if as_json:
        echo_json({"audience": audience, "of": latest.entity, "versions": [vars(item) for item in found]})
        return
    _tell(audience, found)


def _tell(audience: str, found: list[Version]) -> None:
    console = Console(highlight=False)
    numbers = ("version", "size", "entered", "left")
    rows = table("version", "evaluated", "size", "entered", "left", "rule", "snapshot", "cause", numbers=numbers)
    for item in found:
        changed = Text("changed" if item.rule_changed else "", style="yellow")
        size = Text.assemble(f"{item.size:,}", (" held" if item.held else "", "red"))
        rows.add_row(
            str(item.version), when(item.evaluated_at), size, f"+{item.entered:,}", f"-{item.left:,}", changed,
            Text(item.snapshot, style="dim"), Text(item.cause, style="dim"),
        )  # fmt: skip
    console.print(Text(audience, style="bold"))
    console.print(rows)


def _stays(context: Context, latest: Membership, identity: str, as_json: bool) -> None:
    snapshot = _current(context)
    found = ask_for(snapshot, latest.entity, identity)
    told = list(stays(context.store, latest.audience, ordinals_of(snapshot, latest.entity, found.ordinal)))
    if as_json:
        echo_json({"audience": latest.audience, "id": found.id, "stays": [_stay(item) for item in told]})
        return
    console = Console(highlight=False)
    console.print(
        Text.assemble(
            (printable(found.name), "bold"), f"  {found.id}", ("" if told else f" was never in {latest.audience}", "")
        )
    )
    rows = table("entered", "by version", "left", "by version", "cause", numbers=("by version",))
    for item in told:
        left = item.left
        rows.add_row(
            when(item.entered.evaluated_at), str(item.entered.version), when(left.evaluated_at) if left else "still in",
            str(left.version) if left else "", Text((left or item.entered).cause, style="dim"),
        )  # fmt: skip
    if told:
        console.print(rows)


def _stay(item: Stay) -> dict[str, object]:
    left = item.left
    return {
        "entered": item.entered.evaluated_at, "entered_version": item.entered.version,
        "left": left.evaluated_at if left else None, "left_version": left.version if left else None,
    }  # fmt: skip


@click.command()
@click.argument("audience")
@click.option("--on", metavar="DAY", help="The day, taken at its end (default: now).")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to a .csv or .parquet file.")
@as_json
def who(audience: str, on: str | None, out: Path | None, as_json: bool) -> None:
    """Who was in AUDIENCE on a day: one id a line, or a file with them."""
    context = Context.here()
    instant = context.moment(on).instant if on else context.now
    version = context.version(audience, instant)
    if out is not None and out.suffix not in (".csv", ".parquet"):
        raise click.UsageError("--out takes a file that ends in .csv or .parquet")
    with sql.connect() as connection:
        connection.register("members", to_arrow(version.members))
        register = sql.scan(_register(context, version))
        query = f"select distinct id from {register} as r semi join members on members._ord = r.ord order by id"
        if out is not None:
            kind = "format csv, header true" if out.suffix == ".csv" else "format parquet"
            connection.execute(f"copy ({query}) to {sql.literal(out.resolve())} ({kind})")
            click.echo(f"{version.size:,} ids in {out}")
            return
        ids = [str(row[0]) for row in connection.execute(query).fetchall()]
    if as_json:
        told = {"audience": audience, "on": instant, "version": version.version, "evaluated_at": version.evaluated_at}
        echo_json({**told, "size": version.size, "ids": ids})
        return
    for name in ids:
        click.echo(name)


def _register(context: Context, version: Membership) -> Path:
    """The newest register: ordinals are for life, and it has all that there ever were."""
    return _current(context).register(version.entity)


def _current(context: Context) -> Snapshot:
    snapshot = current(context.settings)
    if snapshot is None:
        raise MusterError(f"there is no snapshot in {context.settings.snapshots}; publish one with `muster run`")
    return snapshot
