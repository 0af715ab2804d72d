"""`muster profile`: one person, whole."""

from __future__ import annotations

import click

from muster.cli.look_up import look_up
from muster.identity.profile.find import find_people
from muster.identity.profile.person import person


@click.command()
@click.argument("identity")
@click.argument("keys", nargs=-1, metavar="[KEY [KEY]]")
@click.option("--why", is_flag=True, help="The links that hold the profile together, and those that were refused.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def profile(identity: str, keys: tuple[str, ...], why: bool, as_json: bool) -> None:
    """Show a person: golden record and where it is from, records, identities, relations, audiences.

    IDENTITY is an e-mail address, a source key or record id, a person id, `namespace:value`, or a name. With `--why`
    and one KEY or two it tells why these two are one person, or why they are not.
    """
    if len(keys) > 2:
        raise click.UsageError("name two KEYs at most: why are these two one?")
    look_up("person", identity, keys, why, as_json, find_people, person)
