"""A table kept equal to an audience: one row a member, each batch one transaction.

The table is ours: it is made by us and says so in its comment, and one that does not say so is never touched.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from psycopg import sql as postgres
from pyarrow import csv

from muster import sql
from muster.config.destinations import PostgresDestination
from muster.connectors.destination import (
    ID,
    MERGED_IDS,
    OP,
    RESERVED,
    ROW,
    Acknowledgement,
    Batch,
    Delivery,
    Destination,
)
from muster.connectors.http.errors import TryAgain
from muster.connectors.postgres.session import Connection, Database
from muster.errors import PermanentDelivery, SourceError, TransientDelivery

#: The key of the table: the id of the person or account.
KEY = "muster_id"
_TYPES = {
    "VARCHAR": "text",
    "BOOLEAN": "boolean",
    "BIGINT": "bigint",
    "INTEGER": "bigint",
    "DOUBLE": "double precision",
    "DATE": "date",
    "TIMESTAMP": "timestamptz",
}


@dataclass(frozen=True)
class PostgresWriter(Destination):
    """One schema of a database, a table an audience."""

    configured: PostgresDestination

    @property
    def kind(self) -> str:
        return "postgresql"

    @property
    def nested(self) -> bool:
        return True

    @property
    def whole(self) -> bool:
        return False

    @property
    def batch_rows(self) -> int | None:
        return 100_000

    @property
    def address(self) -> str:
        return f"{self._database}:{self.configured.database_schema}"

    def plan(self, delivery: Delivery) -> Mapping[str, Any]:
        table = f"{self.configured.prefix}{delivery.audience}".replace("-", "_")
        return {"schema": self.configured.database_schema, "table": table}

    def send(self, delivery: Delivery, plan: Mapping[str, Any], batch: Batch) -> Acknowledgement:
        columns, content = _rows(batch)
        table = postgres.Identifier(plan["schema"], plan["table"])
        with self._changes(delivery) as connection:
            _make(connection, delivery, plan, columns)
            _apply(connection, table, columns, content)
        return Acknowledgement()

    @cached_property
    def _database(self) -> Database:
        return Database(self.configured.url)

    @contextmanager
    def _changes(self, delivery: Delivery) -> Iterator[Connection]:
        try:
            with self._database.changes() as connection:
                yield connection
        except TryAgain as error:
            raise TransientDelivery(f"{delivery.name}: {self._database}: {error.reason}") from None
        except SourceError as error:
            raise TransientDelivery(f"{delivery.name}: {error}") from None


def _rows(batch: Batch) -> tuple[dict[str, str], bytes]:
    """The outputs with their types in PostgreSQL, and the batch as CSV for COPY."""
    with sql.connect() as connection:
        types = sql.columns(connection, f"({batch.query()})")
        outputs = {name: kind for name, kind in types.items() if name not in {*RESERVED, ROW}}
        cells = ", ".join(f"{_cell(name, kind)} as {sql.identifier(name)}" for name, kind in outputs.items())
        found = connection.sql(
            f"select {OP}, {ID}, to_json({MERGED_IDS})::varchar as {MERGED_IDS}, {cells} from ({batch.query()})"
        ).to_arrow_table()
    content = io.BytesIO()
    csv.write_csv(found, content, csv.WriteOptions(include_header=False, quoting_style="needed"))
    return {name: _TYPES.get(kind, "jsonb") for name, kind in outputs.items()}, content.getvalue()


def _cell(name: str, kind: str) -> str:
    column = sql.identifier(name)
    if kind in _TYPES:
        return f"{column}::varchar || '+00'" if kind == "TIMESTAMP" else f"{column}::varchar"
    return f"to_json({column})::varchar"


def _make(connection: Connection, delivery: Delivery, plan: Mapping[str, Any], columns: Mapping[str, str]) -> None:
    """Make the table, or bring its columns to those of the mapping; every row of a changed mapping is sent anew."""
    schema, table = plan["schema"], postgres.Identifier(plan["schema"], plan["table"])
    mark = f"kept by Muster: audience {delivery.audience} of destination {delivery.destination}"
    query = "select obj_description(to_regclass(%s), 'pg_class'), to_regclass(%s) is not null"
    name = table.as_string(connection)
    said, there = connection.execute(query.encode(), [name, name]).fetchone() or (None, False)
    if there and said != mark:
        raise PermanentDelivery(f"{delivery.name}: the table {schema}.{plan['table']} is there and not ours; rename it")
    if not there:
        connection.execute(postgres.SQL("create schema if not exists {}").format(postgres.Identifier(schema)))
        connection.execute(
            postgres.SQL("create table {} ({} text primary key)").format(table, postgres.Identifier(KEY))
        )
        connection.execute(postgres.SQL("comment on table {} is {}").format(table, postgres.Literal(mark)))
    listed = "select attname, format_type(atttypid, null) from pg_attribute where attrelid = to_regclass(%s)"
    found = connection.execute(f"{listed} and attnum > 0 and not attisdropped".encode(), [name]).fetchall()
    known = {str(column): {"timestamp with time zone": "timestamptz"}.get(kind, kind) for column, kind in found}
    for column in set(known) - {KEY} - set(columns):
        connection.execute(postgres.SQL("alter table {} drop column {}").format(table, postgres.Identifier(column)))
    for column, kind in columns.items():
        if known.get(column) != kind:
            pieces = {"table": table, "column": postgres.Identifier(column), "kind": postgres.SQL(kind)}
            connection.execute(postgres.SQL("alter table {table} drop column if exists {column}").format(**pieces))
            connection.execute(postgres.SQL("alter table {table} add column {column} {kind}").format(**pieces))


def _apply(connection: Connection, table: postgres.Identifier, columns: Mapping[str, str], content: bytes) -> None:
    """Take the leavers and those who live on in others away, put everyone else in."""
    staged = [(OP, "text"), (KEY, "text"), (MERGED_IDS, "jsonb"), *columns.items()]
    made = postgres.SQL(", ").join(
        postgres.SQL("{} {}").format(postgres.Identifier(name), postgres.SQL(kind)) for name, kind in staged
    )
    connection.execute(postgres.SQL("create temp table changes ({}) on commit drop").format(made))
    with connection.cursor().copy(b"copy changes from stdin (format csv)") as copy:
        copy.write(content)
    key, names = postgres.Identifier(KEY), _listed([KEY, *columns])
    gone = "select {key} from changes union select jsonb_array_elements_text({merged}) from changes"
    drop = "delete from {table} where {key} in (" + gone + ")"
    put = "insert into {table} ({names}) select {names} from changes where {op} <> 'REMOVE'"
    pieces = {
        "table": table, "key": key, "names": names, "op": postgres.Identifier(OP),
        "merged": postgres.Identifier(MERGED_IDS),
    }  # fmt: skip
    connection.execute(postgres.SQL(drop).format(**pieces))
    connection.execute(postgres.SQL(put).format(**pieces))


def _listed(names: Sequence[str]) -> postgres.Composed:
    return postgres.SQL(", ").join(map(postgres.Identifier, names))
