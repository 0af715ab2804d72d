"""`muster account`: one account, whole."""

from __future__ import annotations

import click

from muster.cli.look_up import look_up
from muster.identity.profile.account import account as read_account
from muster.identity.profile.find import find_accounts


@click.command()
@click.argument("account")
@click.argument("keys", nargs=-1, metavar="[KEY [KEY]]")
@click.option("--why", is_flag=True, help="The links that hold the account together, and those that were refused.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def account(account: str, keys: tuple[str, ...], why: bool, as_json: bool) -> None:
    """Show an account: golden record and where it is from, records, family, people, opportunities, audiences.

    ACCOUNT is a domain or website, a name, a source key or record id, or an account id. With `--why` and one KEY or
    two it tells why these two are one account, or why they are not.
    """
    if len(keys) > 2:
        raise click.UsageError("name two KEYs at most: why are these two one?")
    look_up("account", account, keys, why, as_json, read=read_account, find=find_accounts)
