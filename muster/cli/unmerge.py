"""`muster unmerge`: take a person or account apart that was made of two, and say what was wrong because of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

import click
from rich.console import Console
from rich.table import Table

from muster.audiences import MembershipStore
from muster.errors import SnapshotError
from muster.identity.decisions.consequences import Delivered, Membership, wrong_deliveries, wrong_memberships
from muster.identity.decisions.file import DECISIONS_FILE, add_decisions
from muster.identity.decisions.records import ordinal_of
from muster.identity.decisions.unmerge import Parting, plan
from muster.settings import Settings
from muster.snapshot import current
from muster.state import StateStore


@click.command()
@click.argument("identity")
@click.option("--apart", required=True, help="Keys of the records that belong to somebody else, separated by commas.")
@click.option("--by", required=True, help="Who decides it.")
@click.option("--note", default="", help="Why.")
@click.option("--kind", type=click.Choice(["person", "account"]), default="person", show_default=True)
@click.option("--yes", is_flag=True, help="Write the decisions; without it they are only shown.")
def unmerge(identity: str, apart: str, by: str, note: str, kind: Literal["person", "account"], yes: bool) -> None:
    """Take the records named out of the person or account known as IDENTITY: an id, a record's key, an e-mail address.

    Shows what will come apart, and which memberships and deliveries were wrong while it was one. The decisions go to
    identity_decisions.csv; the next `muster run` gives both parts their ids and profiles, evaluates the audiences anew,
    and brings every destination to what is right.
    """
    settings = Settings.from_environment()
    snapshot = current(settings)
    if snapshot is None:
        raise SnapshotError("no snapshot is published yet; `muster run` makes one")
    keys = [key.strip() for key in apart.split(",") if key.strip()]
    parting = plan(settings, snapshot, kind, identity, keys)
    state = StateStore(settings.state_url)
    ordinal = ordinal_of(snapshot, kind, parting.id)
    memberships = wrong_memberships(MembershipStore(settings, state), kind, ordinal, parting.since)
    deliveries = wrong_deliveries(settings, state, parting.id, memberships)
    _show(parting, memberships, deliveries)
    decisions = parting.decisions(by, note, datetime.now(UTC))
    lines = f"{len(decisions):,} " + ("line" if len(decisions) == 1 else "lines")
    if not yes:
        click.echo(f"{lines} to be written to {DECISIONS_FILE}; nothing is written without --yes")
        return
    add_decisions(settings.config / DECISIONS_FILE, decisions)
    click.echo(f"{lines} written to {DECISIONS_FILE}; `muster run` takes them apart and puts right what was delivered")


def _show(parting: Parting, memberships: list[Membership], deliveries: list[Delivered]) -> None:
    console = Console()
    records = Table(title=f"{parting.id} comes apart", title_justify="left", title_style="bold", header_style="dim")
    for name in ("record", "goes", "one since"):
        records.add_column(name, overflow="fold")
    since = _time(parting.since) if parting.since else "the first snapshot"
    for key in parting.apart:
        records.add_row(key, "apart", since)
    for key in parting.rest:
        records.add_row(key, "stays", "")
    console.print(records)
    if memberships:
        table = Table(title="It was in these audiences", title_justify="left", title_style="bold", header_style="dim")
        for name in ("audience", "from", "until"):
            table.add_column(name, overflow="fold")
        for item in memberships:
            table.add_row(item.audience, _time(item.since), _time(item.until) if item.until else "now")
        console.print(table)
    if deliveries:
        table = Table(title="It was delivered", title_justify="left", title_style="bold", header_style="dim")
        for name in ("destination", "audience", "delivery", "when", "its row", "there now"):
            table.add_column(name, overflow="fold")
        for sent in deliveries:
            row = "sent" if sent.certain else "may have changed"
            there = "yes" if sent.held else "no"
            table.add_row(sent.destination, sent.audience, str(sent.number), _time(sent.at), row, there)
        console.print(table)
    if not memberships:
        console.print("It was in no audience, and nothing of it was delivered.")


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M")
