"""What the lake holds of a source, for what Marketo tells only when it is asked by id."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from muster import sql
from muster.config.models import Source
from muster.connectors.sync.held import scan
from muster.lake.layout import folder_of
from muster.settings import Settings

#: The newest row of each record, those that are deleted left out.
_ALIVE = """
    select {columns} from {rows} qualify
        row_number() over (partition by _row_id order by _load desc, _line desc) = 1 and not coalesce(_deleted, false)
"""


@dataclass(frozen=True)
class Known:
    """The lake of one source. Objects and columns that are not there yet are empty."""

    source: Source
    settings: Settings

    def newest(self, object_: str) -> str:
        """The name of the newest load; blank where there is none."""
        return max((path.stem for path in self._paths(object_)), default="")

    def has(self, object_: str, column: str) -> bool:
        """Whether a column ever had a value."""
        with sql.connect() as connection:
            rows = self._rows(connection, object_, [column])
            query = f"select 1 from {rows} where {sql.identifier(column)} is not null limit 1"
            return bool(connection.execute(query).fetchall())

    def values(self, object_: str, column: str, after: str = "") -> list[str]:
        """All values that a column ever had, or had in loads after one, in no certain order."""
        with sql.connect() as connection:
            rows = self._rows(connection, object_, [column], after)
            name = sql.identifier(column)
            found = connection.execute(f"select distinct {name} from {rows} where {name} is not null").fetchall()
        return [str(row[0]) for row in found]

    def latest(self, object_: str, key: str, column: str) -> dict[str, str | None]:
        """A column of each record that is not deleted, by its key; for objects of which there are few."""
        with sql.connect() as connection:
            rows = self._rows(connection, object_, [key, column])
            query = _ALIVE.format(columns=f"{sql.identifier(key)}, {sql.identifier(column)}", rows=rows)
            return dict(connection.execute(query).fetchall())

    @contextmanager
    def members(self) -> Iterator[Callable[[str], set[str]]]:
        """Gives the leads that the lake has in a program."""
        with sql.connect() as connection:
            columns = ["programId", "leadId"]
            rows = self._rows(connection, "program_members", columns)
            query = _ALIVE.format(columns=", ".join(map(sql.identifier, columns)), rows=rows)
            connection.execute(f"create or replace temp table member as {query} order by programId")

            def of(program: str) -> set[str]:
                found = connection.execute("select leadId from member where programId = ?", [program])
                return {str(row[0]) for row in found.fetchall()}

            yield of

    def largest_company(self) -> int:
        """How many leads the company has that has the most."""
        with sql.connect() as connection:
            rows = self._rows(connection, "leads", ["company"])
            counted = (
                f"select approx_count_distinct(_row_id) as leads from {rows} where company is not null group by company"
            )
            return int(connection.execute(f"select coalesce(max(leads), 0) from ({counted})").fetchall()[0][0])

    def ids(self, columns: Sequence[tuple[str, str]], after: int, size: int) -> Iterator[list[str]]:
        """Whole-numbered ids above one, ascending and so many at a time, of columns of records that are not deleted."""
        with sql.connect() as connection:
            found = " union ".join(
                f"select try_cast({sql.identifier(column)} as bigint) as id from "
                f"({_ALIVE.format(columns=sql.identifier(column), rows=self._rows(connection, object_, [column]))})"
                for object_, column in columns
            )
            asked = connection.execute(f"select id from ({found}) where id > ? order by id", [after])
            while rows := asked.fetchmany(size):
                yield [str(row[0]) for row in rows]

    def count(self, object_: str) -> int:
        """Records that are or were, deleted ones among them; quick."""
        with sql.connect() as connection:
            rows = self._rows(connection, object_, [])
            return int(connection.execute(f"select approx_count_distinct(_row_id) from {rows}").fetchall()[0][0])

    def added(self, list_id: str, types: Sequence[str], after: str) -> pa.Table:
        """When people were put on a list, as far as activities tell, or what is known and those of loads after one:
        `leadId`, `addedAt`."""
        with sql.connect() as connection:
            wanted = ["leadId", "activityDate", "activityTypeId", "primaryAttributeValueId"]
            logged = self._rows(connection, "activities", wanted, after)
            noted = self._rows(connection, "static_list_members", ["listId", "leadId", "addedAt"])
            return connection.sql(
                f"""
                select leadId, max(addedAt) as addedAt from (
                    select leadId, activityDate as addedAt from {logged}
                    where list_contains(?, activityTypeId) and primaryAttributeValueId = ?
                    union all
                    select leadId, addedAt from {noted} where listId = ?
                ) group by leadId
                """,
                params=[list(types), list_id, list_id],
            ).to_arrow_table()

    def _paths(self, object_: str) -> list[Path]:
        return [*folder_of(self.settings.lake, self.source.type, object_, self.source.name).glob("*.parquet")]

    def _rows(
        self, connection: duckdb.DuckDBPyConnection, object_: str, columns: Sequence[str], after: str = ""
    ) -> str:
        """The table expression of an object's rows, of all loads or of those after one, with these columns whether or
        not the lake has them."""
        own = ["_row_id", "_load", "_line", "_deleted"]
        paths = [path for path in self._paths(object_) if path.stem > after]
        there = sql.columns(connection, scan(paths)) if paths else {}
        chosen = [_column(name, there) for name in [*own, *columns]]
        return f"(select {', '.join(chosen)} {f'from {scan(paths)}' if paths else 'where false'})"


def _column(name: str, there: dict[str, str]) -> str:
    quoted = sql.identifier(name)
    if name in there:
        return quoted
    return f"cast(null as {'boolean' if name == '_deleted' else 'varchar'}) as {quoted}"
