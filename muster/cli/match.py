"""`muster match LEADS --accounts ACCOUNTS`: which account each row of any lead list belongs to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from muster.errors import MusterError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from muster.identity.files import Records


@click.command()
@click.argument("leads", type=click.Path(path_type=Path))
@click.option("--accounts", type=click.Path(path_type=Path), required=True, help="The file of accounts.")
@click.option(
    "--map", "maps", multiple=True, required=True, metavar="COLUMN=PATH",
    help="What a column of either file means, as an XDM path: company=b2b.companyName, domain=accountOrganization.domain,"  # noqa: E501
    " id=accountID. Once for each column to compare; a column that both files have is meant in both.",
)  # fmt: skip
@click.option(
    "--account-map", "account_maps", multiple=True, metavar="COLUMN=PATH",
    help="What a column of the accounts means, where the leads have another column of that name.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="Where to write: .csv, .csv.gz or .parquet."
)
@click.option(
    "--accept",
    type=click.FloatRange(0.5, 1),
    default=0.95,
    show_default=True,
    help="Score from which a lead is matched.",
)
@click.option(
    "--review", type=click.FloatRange(0, 1), default=0.2, show_default=True, help="Score from which a look is worth it."
)
@click.option("--truth", metavar="COLUMN", help="Column of the leads with the right account's id, empty for none.")
def match(
    leads: Path,
    accounts: Path,
    maps: tuple[str, ...],
    account_maps: tuple[str, ...],
    out: Path,
    accept: float,
    review: float,
    truth: str | None,
) -> None:
    """Find the account of each row of LEADS.

    Both files are CSV, JSON lines or Parquet. Writes every lead in its order with its columns, and lead_row (from 1),
    account (the accounts' id column where one is mapped, else the row, from 1), account_name, score, decision (match,
    review or none) and evidence. A review names the likeliest account. Needs no configuration.
    """
    from muster.identity.files import read
    from muster.identity.organisations.mapping import mapping
    from muster.identity.organisations.match import match as matched
    from muster.sql import connect, identifier

    with connect() as connection:
        lead_file = read(connection, leads, "muster_leads")
        account_file = read(connection, accounts, "muster_accounts")
        answer = lead_file.column(truth) if truth else None
        meant = mapping(connection, lead_file, account_file, maps, account_maps, answer)
        found = matched(
            connection,
            lead_file.table,
            account_file.table,
            meant.leads,
            meant.accounts,
            review,
            accept,
            meant.account_id,
        )
        connection.register("muster_matched", found)
        account = identifier(meant.account_id) if meant.account_id else "(_row + 1)::varchar"
        name = identifier(meant.account_name) if meant.account_name else "null::varchar"
        connection.execute(
            f"""
            create or replace temp table muster_answers as
            select lead_row, account_row, score, decision, evidence, trim({account}) as account, {name} as account_name
            from muster_matched
            left join {account_file.table} on account_row = _row
            """
        )
        connection.unregister("muster_matched")
        _write(connection, lead_file, out)
        counts = dict(connection.execute("select decision, count(*) from muster_answers group by decision").fetchall())
        decided = ", ".join(f"{counts.get(decision, 0)} {decision}" for decision in ("match", "review", "none"))
        click.echo(f"{lead_file.rows} leads: {decided}: {out}")
        if answer:
            from muster.identity.organisations.match_truth import match_quality

            click.echo(str(match_quality(connection, lead_file.table, "muster_answers", answer)))


def _write(connection: DuckDBPyConnection, leads: Records, out: Path) -> None:
    """All columns of the leads in their order; a column of ours that they have already is written as input_… ."""
    import duckdb

    from muster.sql import identifier, literal

    ours = {"lead_row", "account", "account_name", "score", "decision", "evidence"}
    kept = ", ".join(
        f"lead.{identifier(name)} as {identifier('input_' + name.strip() if name.strip().lower() in ours else name)}"
        for name in leads.names
    )
    form = "parquet" if out.suffix.lower() == ".parquet" else "csv, header"
    sql = f"""
        select
            answer.lead_row + 1 as lead_row, {kept},
            answer.account, answer.account_name, answer.score, answer.decision, answer.evidence
        from {leads.table} as lead
        inner join muster_answers as answer on lead._row = answer.lead_row
        order by answer.lead_row
    """
    try:
        connection.execute(f"copy ({sql}) to {literal(out)} (format {form})")
    except (duckdb.IOException, OSError) as error:
        raise MusterError(f"{out} cannot be written: {str(error).splitlines()[0]}") from None
