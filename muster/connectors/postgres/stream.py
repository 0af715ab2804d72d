"""One table or query, read on from its cursor column, or whole.

Each read sees one moment of the database. Rows come in the order of the cursor, so that a read that is interrupted
goes on where it was; without a cursor all rows come each time, and those that do not come any more are gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from tenacity import RetryCallState

from muster.config.connections import PostgresConnection
from muster.config.models import SourceObject
from muster.connectors.http.errors import TryAgain
from muster.connectors.http.patience import Patience, failure
from muster.connectors.postgres.copying import copied
from muster.connectors.postgres.place import Place, beginning
from muster.connectors.postgres.relation import Column, cursor_of, relation_of
from muster.connectors.postgres.session import Connection, Database, value_of
from muster.connectors.postgres.shape import Shape
from muster.connectors.sync.stream import Chunk, Estimate, Position
from muster.connectors.vendor import VendorObject
from muster.errors import SourceError

#: Up to so many rows are counted; of more the planner's estimate is told. Rows a second, for how long it takes.
_COUNTED, _PACE = 100_000, 100_000

T = TypeVar("T")
Opened = tuple[Connection, Shape, Column | None]


@dataclass(frozen=True)
class TableStream:
    """An object of a database; `known` is what it is in the lake."""

    database: Database
    item: SourceObject
    settings: PostgresConnection
    known: VendorObject | None
    patience: Patience = field(default_factory=lambda: Patience(attempts=10))

    @property
    def name(self) -> str:
        return self.item.object

    @property
    def version(self) -> str | None:
        """None: a row is read as it is now, whatever its cursor says, so that its content tells what is news."""
        return None

    def fields(self) -> Mapping[str, str]:
        """Columns and their types as PostgreSQL calls them."""
        return self._patiently(lambda opened: opened[1].fields)

    def estimate(self, position: Position | None) -> Estimate:
        """Counted, or as the planner sees it; one statement reads all of it."""
        return self._patiently(lambda opened: self._estimate(opened, position))

    def read(self, position: Position | None) -> Iterator[Chunk]:
        """All rows from here on. After a broken connection it goes on from the last position; what comes twice then
        is no news to the lake."""
        failed = 0
        while True:
            try:
                for chunk in self._read(position):
                    position, failed = chunk.position or position, 0
                    yield chunk
                return
            except TryAgain as error:
                failed += 1
                if failed >= self.patience.attempts:
                    raise self._out_of_reach(error) from None
                self.patience.sleep(min(self.patience.longest, self.patience.pause * 2**failed))

    def _read(self, position: Position | None) -> Iterator[Chunk]:
        with self._opened() as (connection, shape, cursor):
            if cursor is None:
                yield from _chunks(connection, shape, "")
                yield Chunk(shape.nothing, whole={})
                return
            yield from _chunks(connection, shape, f"where {cursor.alias} is null")
            place = Place(connection, shape.relation, cursor, position)
            yield from _chunks(connection, shape, f"{self._since(cursor, position)} order by {cursor.alias}", place)

    def _since(self, cursor: Column | None, position: Position | None) -> str:
        if cursor is None:
            return ""
        since = self.settings.since.isoformat() if self.settings.since else None
        return f"where {beginning(cursor, position, self.settings.overlap.total_seconds(), since)}"

    def _estimate(self, opened: Opened, position: Position | None) -> Estimate:
        connection, shape, cursor = opened
        scan = f"from {shape.relation.scan} {self._since(cursor, position)}"
        rows, how = value_of(connection, f"select count(*) from (select {scan} limit {_COUNTED + 1}) as few"), "counted"
        if rows > _COUNTED:
            plan = value_of(connection, f"explain (format json) select {scan}")
            rows, how = max(rows, int(plan[0]["Plan"]["Plan Rows"])), "as the planner sees it"
        return Estimate(rows, 1, 1 + rows / _PACE, how)

    @contextmanager
    def _opened(self) -> Iterator[Opened]:
        with self.database.snapshot() as connection:
            relation = relation_of(self.item, connection)
            yield connection, Shape.of(relation, self.item, self.known), cursor_of(self.item, relation)

    def _patiently(self, call: Callable[[Opened], T]) -> T:
        def attempt() -> T:
            with self._opened() as opened:
                return call(opened)

        def give_up(state: RetryCallState) -> T:
            raise self._out_of_reach(failure(state)) from None

        answer: T = self.patience.tries(strange=False, give_up=give_up)(attempt)
        return answer

    def _out_of_reach(self, error: TryAgain) -> SourceError:
        mend = "check 'url', or whether the network lets it through"
        return SourceError(f"{self.database} cannot be reached: {error.reason}; {mend}")


def _chunks(connection: Connection, shape: Shape, clause: str, place: Place | None = None) -> Iterator[Chunk]:
    columns = ", ".join(column.as_text for column in shape.relation.columns)
    unsettled = f"({place.unsettled})::text" if place else "null"
    statement = f"select {columns}, {unsettled} from {shape.relation.scan} {clause}"
    for rows in copied(connection, statement, len(shape.relation.columns) + 1):
        table = shape.give(rows.table)
        yield Chunk(table, place.after(table, rows.table.column(-1)) if place else None, set_aside=rows.aside)
