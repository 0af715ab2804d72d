"""`muster audience explain`: why somebody is in an audience or is not, and whether the destinations know."""

from __future__ import annotations

from dataclasses import replace

import click
from rich.console import Console

from muster import sql
from muster.activation.whereabouts import whereabouts
from muster.audiences.days import Moment
from muster.audiences.explain import Explanation
from muster.audiences.explain import explain as why
from muster.audiences.explain.model import Finding
from muster.audiences.explain.page import answer, reasons
from muster.audiences.membership import Membership
from muster.cli.audience.context import Context, as_json, echo_json, rule_of
from muster.cli.audience.page import destinations
from muster.cli.audience.person import ask_for
from muster.cli.audience.shaped import is_listed, left_out
from muster.snapshot import Snapshot


@click.command()
@click.argument("audience")
@click.argument("identity")
@click.option("--on", metavar="DAY", help="A day whose snapshot is kept (default: now).")
@click.option("--all", "in_full", is_flag=True, help="Every condition, those that do not matter for the answer too.")
@as_json
def explain(audience: str, identity: str, on: str | None, in_full: bool, as_json: bool) -> None:
    """Why IDENTITY is in AUDIENCE or is not, what would change it, and which destinations have it.

    IDENTITY is what `muster profile` and `muster account` take: an e-mail address or domain, a source key or record
    id, an id, or a name. On a past day the rule, the snapshot and the version are those in force at its end.
    """
    context = Context.here()
    version = context.store.at(audience, context.moment(on).instant) if on else context.store.latest(audience)
    if on and version is None:
        version = context.version(audience, context.moment(on).instant)
    at, rule, of = _asked(context, audience, version, on)
    found = ask_for(at.snapshot, "person" if of == "people" else "account", identity)
    shaped = None if on else left_out(context, at, context.audience(audience))
    told = why(audience, rule, of, found.ordinal, at.snapshot, context.store, at.instant, context.currency, shaped)
    configured = context.audiences.get(audience)
    if configured and configured.external and not on:
        told = _of_list(told, is_listed(context, at, configured, found.ordinal), configured.external.file)
    reach = [] if on else whereabouts(context.settings, context.state, audience, _ids(at.snapshot, told))
    if as_json:
        echo_json({**told.to_json(), "destinations": [item.to_json() for item in reach]})
        return
    console = Console(highlight=False)
    for part in (*answer(told), *(() if on else destinations(reach, told.entity)), *reasons(told, in_full=in_full)):
        console.print(part)


def _of_list(told: Explanation, is_in: bool, file: str) -> Explanation:
    """An audience that comes from a list has that for a reason, and no rule."""
    stored = replace(told.stored, agrees=told.stored.is_member == is_in) if told.stored else None
    text = f"{'on' if is_in else 'not on'} the list {file}"
    return replace(
        told, holds=is_in, stored=stored, rule="", finding=Finding(text, is_in, text), changes=(), witness=()
    )


def _asked(context: Context, audience: str, version: Membership | None, on: str | None) -> tuple[Moment, str, str]:
    """The moment, and the rule that was or is in force. A past day is taken as its last evaluation had it."""
    at = context.moment(on)
    if on and version is not None:
        evaluated = max(version.evaluated_at, at.snapshot.created_at)
        return Moment(at.snapshot, min(at.instant, evaluated)), version.rule, _of(version.entity)
    configured = context.audience(audience)
    return at, rule_of(configured), configured.of


def _of(entity: str) -> str:
    return "people" if entity == "person" else "accounts"


def _ids(snapshot: Snapshot, told: Explanation) -> list[str]:
    """The id, and all that were merged into it: a destination may still know it by one of them."""
    register = sql.scan(snapshot.register(told.entity))
    with sql.connect() as connection:
        rows = connection.execute(f"select distinct id from {register} where merged_into = ?", [told.id]).fetchall()
    return [told.id, *(str(row[0]) for row in rows)]
