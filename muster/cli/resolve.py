"""`muster resolve FILE`: which rows of any file are one person, or one account."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from muster.errors import MusterError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from muster.identity.files import Records


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice(["person", "account"]), required=True, help="What a row is about.")
@click.option(
    "--map", "maps", multiple=True, required=True, metavar="COLUMN=PATH",
    help="What a column means, as an XDM path: surname=person.name.lastName. Once for each column to compare.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="Where to write: .csv, .csv.gz or .parquet."
)
@click.option(
    "--merge", type=click.FloatRange(0.5, 1), default=0.9, show_default=True, help="Probability from which rows merge."
)
@click.option("--truth", metavar="COLUMN", help="Column of the true entity; prints precision and recall, else unused.")
def resolve(
    file: Path, kind: Literal["person", "account"], maps: tuple[str, ...], out: Path, merge: float, truth: str | None
) -> None:
    """Find the rows of FILE that are one person or one account.

    FILE is CSV, JSON lines or Parquet. Writes every row in its order with its columns, and `cluster_id` and
    `confidence`. Needs no configuration. A path that the schema does not know is compared by its type and rarity.
    """
    from muster.identity.files import mapped, read
    from muster.identity.resolve import resolve as resolved
    from muster.identity.truth import quality
    from muster.sql import connect, identifier

    with connect() as connection:
        records = read(connection, file, "muster_file")
        answer = records.column(truth) if truth else None
        if answer and any(each.partition("=")[0].strip() == answer.strip() for each in maps):
            raise MusterError(f"--truth {answer.strip()} is also named by --map; the answer may not be compared")
        columns = mapped(connection, records, maps)
        connection.register("muster_resolved", resolved(connection, records.table, columns, kind, merge))
        _write(connection, records, out)
        found = connection.execute("select count(distinct cluster_id) from muster_resolved").fetchall()[0][0]
        click.echo(f"{records.rows} rows, {found} {'people' if kind == 'person' else 'accounts'}: {out}")
        if answer:
            joined = f"{records.table} inner join muster_resolved using (_row)"
            click.echo(str(quality(connection, joined, f"nullif(trim({identifier(answer)}), '')", "cluster_id")))
        connection.unregister("muster_resolved")


def _write(connection: DuckDBPyConnection, records: Records, out: Path) -> None:
    """All columns of the file in its order; a column of ours that it has already is written as input_… ."""
    import duckdb

    from muster.sql import identifier, literal

    ours = {"cluster_id", "confidence"}
    kept = ", ".join(
        f"{identifier(name)} as {identifier('input_' + name.strip() if name.strip().lower() in ours else name)}"
        for name in records.names
    )
    form = "parquet" if out.suffix.lower() == ".parquet" else "csv, header"
    joined = f"{records.table} inner join muster_resolved using (_row)"
    sql = f"select {kept}, cluster_id, confidence from {joined} order by _row"
    try:
        connection.execute(f"copy ({sql}) to {literal(out)} (format {form})")
    except (duckdb.IOException, OSError) as error:
        raise MusterError(f"{out} cannot be written: {str(error).splitlines()[0]}") from None
