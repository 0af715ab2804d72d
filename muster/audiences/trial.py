"""Rules tried on one snapshot at one instant: who would be in, before anything is saved.

The tables are views on the snapshot's files, so that a single rule reads the columns it needs and nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType

import duckdb
from pyroaring import BitMap
from sqlglot import exp

from muster.audiences.bitmaps import from_query, to_arrow
from muster.audiences.membership import MembershipStore
from muster.audiences.segments import segment_table
from muster.errors import RuleError, SnapshotError
from muster.pql import BoundRule, CompiledRule, bind_rule, compile_rule, typed
from muster.pql.sql import Renderer
from muster.schema import ENTITIES
from muster.snapshot import Snapshot
from muster.snapshot.publish import ORDINAL
from muster.sql import columns, identifier, scan

__all__ = ["Trial", "Trials", "columns_read", "segment_table"]


@dataclass(frozen=True)
class Trial:
    """A rule and who meets it, by ordinal."""

    of: str
    text: str
    rule: CompiledRule
    bound: BoundRule
    members: BitMap

    @property
    def entity(self) -> str:
        return ENTITIES[self.of]


class Trials:
    """A place to try rules at; use it as a context."""

    def __init__(self, snapshot: Snapshot, store: MembershipStore, now: datetime, currency: str = "USD") -> None:
        self.snapshot, self.now = snapshot, now
        self._store, self._currency = store, currency
        self._connection = duckdb.connect()
        self._connection.execute("set timezone = 'UTC'")
        self._there: set[str] = set()

    def __enter__(self) -> Trials:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()

    def rule(self, text: str, of: str) -> Trial:
        """Who meets a rule. Audiences that it asks about are taken as their versions in force had them.

        Raises RuleError where the rule cannot be used, or asks about an audience that has no membership.
        """
        compiled = compile_rule(
            text, of, self.snapshot.schema, self.now, segment_table=segment_table, currency=self._currency
        )
        for name, asked in compiled.segment_uses:
            self._segment(name, asked)
        bound = bind_rule(text, of, self.snapshot.schema)
        return Trial(of, text, compiled, bound, self.meeting(bound, bound.condition))

    def meeting(self, bound: BoundRule, condition: typed.Condition) -> BitMap:
        """Ordinals of those who meet a condition of a rule."""
        moment = self.now.astimezone(UTC).replace(tzinfo=None) if self.now.tzinfo else self.now
        query = Renderer(bound.schema, moment, self._currency, segment_table).members(bound.root, condition)
        for table in query.find_all(exp.Table):
            self.table(table.name)
        return from_query(self._connection, query.sql(dialect="duckdb"))

    def table(self, name: str) -> None:
        """Make a table of the snapshot known by its name."""
        if name in self._there or name.startswith("segment:"):
            return
        path = self.snapshot.parquet(name)
        if not path.exists():
            raise SnapshotError(
                f"snapshot {self.snapshot.version} has no table {name}; run `muster run` to publish anew"
            )
        self._connection.execute(f"create view {identifier(name)} as select * from {scan(path)}")
        self._there.add(name)

    def population(self, of: str) -> int:
        """How many people or accounts there are."""
        path = self.snapshot.parquet(self.snapshot.schema.of(of).table)
        return int(self._connection.execute(f"select count(*) from {scan(path)}").fetchall()[0][0])

    def rows(self, query: str, members: BitMap) -> list[tuple[object, ...]]:
        """The rows of a query, which may read `members` (`_ord`)."""
        self._connection.register("members", to_arrow(members))
        try:
            return self._connection.execute(query).fetchall()
        finally:
            self._connection.unregister("members")

    def columns(self, table: str) -> dict[str, str]:
        """Column types by name of a table of the snapshot."""
        return columns(self._connection, scan(self.snapshot.parquet(table)))

    def _segment(self, name: str, asked: str) -> None:
        table = segment_table(name)
        if table in self._there:
            return
        version = self._store.at(name, self.now)
        if version is None:
            raise RuleError(
                f"it asks about the audience {name!r}, which has no membership yet", expected=f"evaluate {name}"
            )
        if version.entity != asked:
            raise RuleError(f"inSegment asks whether a {asked} is in {name!r}, of {version.entity}s")
        self._connection.register("members", to_arrow(version.members))
        self._connection.execute(
            f"create table {identifier(table)} as select {ORDINAL}::bigint as {ORDINAL} from members"
        )
        self._connection.unregister("members")
        self._there.add(table)


def columns_read(query: exp.Expr) -> dict[str, set[str]]:
    """Every table that a query reads, with all column names that occur in it."""
    read: dict[str, set[str]] = defaultdict(set)
    used = {column.name for column in query.find_all(exp.Column)}
    for table in query.find_all(exp.Table):
        if not table.name.startswith("segment:"):
            read[table.name] |= used
    return read
