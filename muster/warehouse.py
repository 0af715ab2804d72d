"""Looking into the warehouse file, read-only and briefly: only dbt writes it, and one process at a time may have it."""

from __future__ import annotations

import duckdb

from muster.errors import SnapshotError
from muster.schema import Schema
from muster.settings import Settings


def mart_rows(settings: Settings, schema: Schema) -> dict[str, int]:
    """Rows per mart as the warehouse stands; a mart that was not built is an error, never zero."""
    if not settings.warehouse.exists():
        raise SnapshotError(f"{settings.warehouse} is not there; build the dbt project first (`muster run`)")
    counted: dict[str, int] = {}
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        for item in schema.classes.values():
            try:
                rows = connection.execute(f'select count(*) from marts."{item.table}"').fetchall()
            except duckdb.CatalogException:
                raise SnapshotError(f"mart {item.name} is not in the warehouse; run `dbt build`") from None
            counted[item.name] = int(rows[0][0])
    return counted


def table_rows(settings: Settings) -> dict[tuple[str, str], int]:
    """Rows of every table by (schema, table); views are left out, since counting one means computing it."""
    query = "select schema_name, table_name, estimated_size from duckdb_tables() where not internal"
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        return {(str(schema), str(table)): int(rows) for schema, table, rows in connection.execute(query).fetchall()}


def golden_values(settings: Settings, entity: str) -> dict[str, int]:
    """How many attributes of golden records of `person` or `account` are from each source, most first."""
    query = f"""
        select coalesce(source_name, 'events') as source_name, count(*) as values
        from marts.{entity}_provenance group by all order by values desc, source_name
    """
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        return {str(name): int(values) for name, values in connection.execute(query).fetchall()}
