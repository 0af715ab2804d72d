"""`muster audience preview`: a rule looked at before it is saved."""

from __future__ import annotations

import sys

import click
from rich.console import Console
from rich.text import Text

from muster.activation.takers import Taker, takers
from muster.audiences.preview import Preview
from muster.audiences.preview import preview as try_rule
from muster.cli.audience.context import Context, as_json, echo_json, printable, rule_of, share, table, when
from muster.cli.audience.shaped import guardrails


@click.command()
@click.argument("rule", required=False)
@click.option("--audience", "name", help="Look at the rule of a configured audience instead.")
@click.option("--of", type=click.Choice(["people", "accounts"]), help="Whom RULE is about (default: people).")
@click.option("--by", metavar="PATH", help="Break the members down by an XDM path, such as workAddress.country.")
@click.option("--show", metavar="PATHS", default="", help="XDM paths to show of the examples, separated by commas.")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 1000), help="Examples and slices.")
@click.option("--at", metavar="WHEN", help="A day, an instant or a kept snapshot (default: now).")
@as_json
def preview(
    rule: str | None, name: str | None, of: str | None, by: str | None, show: str, limit: int, at: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Size, breakdown and examples of RULE on the current snapshot; nothing is saved.

    Examples are ids only, unless `--show` asks for attributes. RULE `-` is read from standard input.
    """
    if (rule is None) == (name is None):
        raise click.UsageError("give a RULE in quotes, or --audience and a name")
    context = Context.here()
    if name:
        configured = context.audience(name)
        rule, of = rule_of(configured), configured.of
    elif rule == "-":
        rule = sys.stdin.read()
    of = of or "people"
    paths = [path.strip() for path in show.split(",") if path.strip()]
    warnings = guardrails(context, rule or "", of, name)
    with context.trials(context.moment(at)) as trials:
        told = try_rule(trials, rule or "", of, by=by, limit=limit, show=paths, warnings=warnings)
    destinations = takers(context.settings, context.reading, of, told.size, name)
    if as_json:
        echo_json({**told.to_json(), "destinations": [item.to_json() for item in destinations]})
        return
    _tell(told, destinations, paths)


def _tell(told: Preview, destinations: list[Taker], paths: list[str]) -> None:
    console = Console(highlight=False)
    share_ = share(told.size, told.population)
    console.print(
        Text.assemble(
            (f"{told.size:,} ", "bold"), f"of {told.population:,} {told.of}", ("  ", ""), (share_, "bold"),
            (f"   snapshot {told.snapshot} · as of {when(told.instant)}", "dim"),
        )
    )  # fmt: skip
    console.print(Text.assemble((f"{told.method}", ""), (f": {told.reason}", "dim")))
    for warning in told.warnings:
        console.print(Text(f"! {warning}", style="yellow"))
    if told.parts:
        rows = table("condition", "alone", "without it", numbers=("alone", "without it"))
        for part in told.parts:
            rows.add_row(Text(part.text), f"{part.alone:,}", f"{part.without:,}")
        console.print("")
        console.print(rows)
    if told.by:
        rows = table(told.by, "members", "share", "of all with it", numbers=("members", "share", "of all with it"))
        for item in told.breakdown:
            name = Text("not known", style="dim") if item.value is None else Text(printable(item.value))
            rows.add_row(
                name, f"{item.members:,}", share(item.members, told.size), share(item.members, item.population)
            )
        console.print("")
        console.print(rows)
    if told.examples:
        rows = table("examples" if not paths else "id", *paths)
        for example in told.examples:
            rows.add_row(Text(str(example["id"]), style="cyan"), *(Text(_cell(example.get(path))) for path in paths))
        console.print("")
        console.print(rows)
    console.print("")
    for taker in destinations:
        mark = ("✓", "green") if taker.takes else ("✗", "red")
        console.print(Text.assemble(mark, f" {taker.destination} ", (f"{taker.kind} · {taker.note}", "dim")))
    if not destinations:
        console.print(Text("No destination is configured.", style="dim"))


def _cell(value: object) -> str:
    if value is None:
        return ""
    return printable(", ".join(map(str, value)) if isinstance(value, list) else str(value))
