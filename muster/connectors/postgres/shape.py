"""How the rows of a relation become those of a stream: times in ISO 8601, and the primary key as the class's own id."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from muster.config.models import SourceObject
from muster.connectors.postgres.relation import Relation
from muster.connectors.vendor import VendorObject

#: `2026-11-24 06:00:00.5+00` as COPY writes it in UTC; without an offset where the column has none.
_TIME = r"^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(?:\+00)?$"


@dataclass(frozen=True)
class Shape:
    """`id` is the column that a primary key becomes, joined with `|`: the class's own, such as
    `b2b.personKey.sourceID`. None where `sources.yml` says what the key is, or there is none."""

    relation: Relation
    id: str | None

    @classmethod
    def of(cls, relation: Relation, item: SourceObject, known: VendorObject | None) -> Shape:
        taken = {name.casefold() for name in (*item.columns.values(), *(each.name for each in relation.columns))}
        own = known.keys[0][0] if known and relation.key and not item.key else None
        return cls(relation, own if own and own.casefold() not in taken else None)

    @property
    def fields(self) -> dict[str, str]:
        """Columns and their types as PostgreSQL calls them."""
        own = {self.id: f"primary key ({', '.join(self.relation.key)})"} if self.id else {}
        return {column.name: column.type for column in self.relation.columns} | own

    @property
    def nothing(self) -> pa.Table:
        """No rows."""
        return pa.table({name: pa.array([], pa.string()) for name in self.fields})

    def give(self, table: pa.Table) -> pa.Table:
        """A stream's table from one with the relation's columns, in their order, and perhaps others behind them."""
        columns = {each.name: _iso(table[at], each.type) for at, each in enumerate(self.relation.columns)}
        if self.id:
            parts = [columns[each.name] for name in self.relation.key if (each := self.relation.column(name))]
            columns[self.id] = parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, "|")
        return pa.table(columns)


def _iso(column: pa.ChunkedArray, type_: str) -> pa.ChunkedArray:
    if not type_.startswith("timestamp"):
        return column
    return pc.replace_substring_regex(column, _TIME, r"\1T\2Z" if type_ == "timestamp with time zone" else r"\1T\2")
