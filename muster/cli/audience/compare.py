"""`muster audience overlap` and `muster audience diff`."""

from __future__ import annotations

from typing import Any

import click
from rich.console import Console
from rich.text import Text

from muster.activation.effects import Effect, effects
from muster.audiences.compare import Pair, RuleDifference, difference
from muster.audiences.compare import overlap as compare
from muster.audiences.evaluate import exceeds_bound
from muster.audiences.trial import Trials
from muster.cli.audience.context import Context, as_json, echo_json, rule_of, share, table
from muster.errors import MusterError


@click.command()
@click.argument("audiences", nargs=-1, required=True)
@click.option("--on", metavar="DAY", help="As the audiences were on a day (default: now).")
@as_json
def overlap(audiences: tuple[str, ...], on: str | None, as_json: bool) -> None:
    """Sizes of AUDIENCES, who is in both of every pair, and how alike the two are (Jaccard).

    Of the versions in force; people and accounts are not compared with one another.
    """
    context = Context.here()
    if len(set(audiences)) < 2:
        raise click.UsageError("name two audiences at least")
    instant = context.moment(on).instant if on else None
    found = {name: context.version(name, instant) for name in dict.fromkeys(audiences)}
    if len({item.entity for item in found.values()}) > 1:
        told = ", ".join(f"{name} of {item.entity} rows" for name, item in found.items())
        raise MusterError(f"people and accounts have nothing in common: {told}")
    members = {name: item.members for name, item in found.items()}
    pairs = compare(members)
    everywhere = len(type(next(iter(members.values()))).intersection(*members.values()))
    sizes = {name: len(item) for name, item in members.items()}
    if as_json:
        echo_json({"sizes": sizes, "pairs": [vars(pair) for pair in pairs], "in_all": everywhere})
        return
    _tell_overlap(sizes, pairs, everywhere)


def _tell_overlap(sizes: dict[str, int], pairs: list[Pair], everywhere: int) -> None:
    console = Console(highlight=False)
    names = ("both", "only first", "only second", "alike")
    rows = table("first", "second", *names, numbers=names)
    for pair in pairs:
        rows.add_row(
            Text(f"{pair.one} ({sizes[pair.one]:,})"), Text(f"{pair.other} ({sizes[pair.other]:,})"), f"{pair.both:,}",
            f"{pair.only_one:,}", f"{pair.only_other:,}", f"{pair.jaccard:.3f}",
        )  # fmt: skip
    console.print(rows)
    if len(sizes) > 2:
        console.print(f"In all {len(sizes)}: {everywhere:,}")


@click.command()
@click.argument("audience", required=False)
@click.argument("rule", required=False)
@click.option("--rules", nargs=2, metavar="RULE RULE", help="Two rules instead of an audience and a new rule.")
@click.option("--of", type=click.Choice(["people", "accounts"]), default="people", help="Whom --rules are about.")
@click.option("--at", metavar="WHEN", help="A day, an instant or a kept snapshot (default: now).")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 1000), help="Example ids a side.")
@as_json
def diff(
    audience: str | None, rule: str | None, rules: tuple[str, str] | None, of: str, at: str | None, limit: int,
    as_json: bool,
) -> None:  # fmt: skip
    """Who would enter and who would leave if AUDIENCE had RULE: both rules on the same data, at the same instant.

    For an audience it also tells, destination by destination, how many rows a delivery would add and remove.
    """
    if bool(audience and rule) == bool(rules) or (audience and not rule):
        raise click.UsageError("give an AUDIENCE and a RULE, or --rules and two")
    context = Context.here()
    if audience and rule:
        configured = context.audience(audience)
        of, before, after = configured.of, rule_of(configured), rule
    else:
        before, after = rules or ("", "")
    with context.trials(context.moment(at)) as trials:
        found = difference(trials, of, before, after)
        told = found.to_json(trials, limit)
        reach = effects(context.settings, context.state, trials.snapshot, audience, found.after) if audience else []
        told["destinations"] = [vars(item) for item in reach]
        told |= {"snapshot": trials.snapshot.version, "instant": trials.now}
        told["would_be_held"] = bool(audience and _is_held(context, audience, len(found.after.members)))
        if as_json:
            echo_json(told)
            return
        _tell_diff(found, trials, told, reach)


def _is_held(context: Context, audience: str, size: int) -> bool:
    """Whether such a jump would be held back by the audience's size bound."""
    return exceeds_bound(context.audience(audience), context.store.last_sent_size(audience), size)


def _tell_diff(found: RuleDifference, trials: Trials, told: dict[str, Any], reach: list[Effect]) -> None:
    console = Console(highlight=False)
    before, after = len(found.before.members), len(found.after.members)
    console.print(
        Text.assemble(
            f"{before:,} → ", (f"{after:,}", "bold"), f" {found.of}   ", (f"+{len(found.entering):,}", "green"),
            " enter, ", (f"-{len(found.leaving):,}", "red"), f" leave, {found.staying:,} stay",
            (f"   snapshot {trials.snapshot.version}", "dim"),
        )
    )  # fmt: skip
    console.print(Text(f"change of size: {share(abs(after - before), before)}", style="dim"))
    if told["would_be_held"]:
        console.print(
            Text("! beyond its size_bound: the next evaluation would be held back until `muster release`", "yellow")
        )
    if found.before.rule.method != found.after.rule.method:
        console.print(Text(f"! now {found.after.rule.method}: {found.after.rule.reason}", style="yellow"))
    for side, style in (("entering", "green"), ("leaving", "red")):
        if told[side]["ids"]:
            more = told[side]["size"] - len(told[side]["ids"])
            listed = ", ".join(told[side]["ids"]) + (f" … and {more:,} more" if more > 0 else "")
            console.print(Text.assemble((f"{side}: ", style), listed))
    for item in reach:
        console.print(
            f"{item.destination}: {item.add:,} rows to add, {item.remove:,} to remove; it holds {item.holds:,}"
        )
