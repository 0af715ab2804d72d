"""A state store made by an older version gets the columns that it lacks.

Columns are only ever added, and each new one may be null or has a default, so that what is there stays readable.
"""

from __future__ import annotations

from sqlalchemy import Column, Connection, Engine, MetaData, Table, inspect
from sqlalchemy.sql.schema import ScalarElementColumnDefault


def add_missing_columns(engine: Engine, metadata: MetaData) -> None:
    """Add every column of `metadata` that a table in the database does not have."""
    with engine.connect() as connection:
        if not _missing(connection, metadata):
            return
    with engine.begin() as connection:
        for table, column in _missing(connection, metadata):  # somebody else may have been here meanwhile
            _add(connection, table, column)


def _missing(connection: Connection, metadata: MetaData) -> list[tuple[Table, Column[object]]]:
    known = inspect(connection).get_multi_columns()
    there = {name: {told["name"] for told in columns} for (_, name), columns in known.items()}
    return [
        (table, column)
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name not in there.get(table.name, {column.name})
    ]


def _add(connection: Connection, table: Table, column: Column[object]) -> None:
    quote = connection.dialect.identifier_preparer.quote
    kind = column.type.compile(connection.dialect)
    connection.exec_driver_sql(f"alter table {quote(table.name)} add column {quote(column.name)} {kind}")
    if isinstance(column.default, ScalarElementColumnDefault):
        connection.execute(table.update().values({column: column.default.arg}))
