"""What a rule says of one person or account, condition by condition and row by row, at one instant.

Every answer is one small query of the rule's own compiler on the entity's neighbourhood.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import duckdb
from sqlglot import exp

from muster.audiences.explain.model import Row
from muster.audiences.explain.names import identifier, label, source_key, time
from muster.pql import tree, typed
from muster.pql.sql.rows import RowRenderer
from muster.pql.wording import Wording
from muster.schema import Schema
from muster.snapshot.publish import NUMBERED
from muster.sql import columns
from muster.sql import identifier as quoted

T = TypeVar("T")
Key = str | int
#: Rows that are given, in the order in which they were reached: hashable.
Given = tuple[tuple[typed.Var, Key], ...]


@dataclass(frozen=True)
class Reached:
    """A way to an item of a collection: the rows at each step, which conditions they meet, and what these read."""

    given: Given
    holds: tuple[bool, ...]
    values: Mapping[typed.Attribute, Any] = field(hash=False, compare=False)
    time: datetime | None = None

    @property
    def item(self) -> tuple[typed.Var, Key]:
        return self.given[-1]

    @property
    def meets(self) -> bool:
        return all(self.holds)

    @property
    def missing(self) -> int:
        """How many conditions it does not meet."""
        return self.holds.count(False)


@dataclass(frozen=True)
class Edit:
    """A value that a row might have instead."""

    class_name: str
    key: Key
    column: str
    value: Any


@dataclass(frozen=True)
class Scene:
    """One entity's neighbourhood at the instant `now`."""

    connection: duckdb.DuckDBPyConnection
    schema: Schema
    now: datetime
    currency: str
    segment_table: Callable[[str], str]
    written: Mapping[typed.Condition, tree.Node] = field(default_factory=dict, repr=False)
    behind: Mapping[typed.InSegment, typed.Condition] = field(default_factory=dict, repr=False)
    _known: dict[object, Any] = field(default_factory=dict, repr=False)

    @property
    def words(self) -> Wording:
        return Wording(self.schema, written=self.written)

    def at(self, now: datetime) -> Scene:
        """The same rows at another instant."""
        return replace(self, now=now, _known={})

    def holds(self, given: Given, condition: typed.Condition) -> bool:
        return self._once(("holds", given, condition), lambda: bool(self._row(given, (condition,), ())[0]))

    def values(self, given: Given, values: Sequence[typed.Value]) -> tuple[Any, ...]:
        wanted = tuple(values)
        return self._once(("values", given, wanted), lambda: self._row(given, (), wanted)) if wanted else ()

    def reach(self, given: Given, rows: typed.Collection) -> tuple[Reached, ...]:
        """The rows of a collection, those that do not meet its conditions as well; `conditions_of` names these."""
        return self._once(("reach", given, rows), lambda: tuple(self._reach(given, rows)))

    def row(self, var: typed.Var, key: Key, values: Mapping[str, Any] | None = None) -> Row:
        """A row as it is told to a reader, with values that were read of it."""
        told = {
            "label": label(self.schema, var),
            "time": time(self.schema, var),
            "source": source_key(self.schema, var),
        }
        own = identifier(self.schema, var)
        if var.class_name in NUMBERED and own.field.column in self._columns(var.class_name):
            told["id"] = own
        asked = {name: item for name, item in told.items() if item}
        found = dict(zip(asked, self.values(((var, key),), tuple(asked.values())), strict=True))
        name = found.get("label")
        return Row(
            var.class_name, found.get("id") or key, None if name is None else str(name), found.get("time"),
            found.get("source"), dict(values or {}),
        )  # fmt: skip

    def is_event(self, class_name: str) -> bool:
        """Whether rows of a class are what has happened, which nobody changes."""
        return self.schema.classes[class_name].time_path is not None

    def with_edits(self, edits: Sequence[Edit], given: Given, condition: typed.Condition) -> bool | None:
        """Whether a condition holds once rows are changed; nothing stays changed. None where a value cannot stand."""
        self.connection.begin()
        try:
            for edit in edits:
                entity = self.schema.classes[edit.class_name]
                self.connection.execute(
                    f"update {quoted(entity.table)} set {quoted(edit.column)} = ? where {quoted(entity.key)} = ?",
                    [edit.value, edit.key],
                )
            return self.at(self.now).holds(given, condition)
        except duckdb.Error:
            return None
        finally:
            self.connection.rollback()

    def _columns(self, class_name: str) -> dict[str, str]:
        table = quoted(self.schema.classes[class_name].table)
        return self._once(("columns", class_name), lambda: columns(self.connection, table))

    def holds_without(self, rows: Iterable[tuple[str, Key]], given: Given, condition: typed.Condition) -> bool:
        """Whether a condition holds where some rows are not there, by class and key; nothing stays away."""
        self.connection.begin()
        try:
            for name, key in rows:
                entity = self.schema.classes[name]
                self.connection.execute(f"delete from {quoted(entity.table)} where {quoted(entity.key)} = ?", [key])
            return self.at(self.now).holds(given, condition)
        finally:
            self.connection.rollback()

    def _reach(self, given: Given, rows: typed.Collection) -> Iterator[Reached]:
        conditions = conditions_of(rows)
        bound = {var for var, _ in given} | {step.item for step in rows.steps}
        read = tuple(dict.fromkeys(item for item in typed.attributes(conditions) if item.var in bound))
        when = time(self.schema, rows.item)
        query = self._renderer().of_collection(dict(given), rows, conditions, (*read, *([when] if when else [])))
        steps, asked = len(rows.steps), len(conditions)
        for row in self._fetch(query):
            keys, holds, values = row[:steps], row[steps : steps + asked], row[steps + asked :]
            items = tuple((step.item, key) for step, key in zip(rows.steps, keys, strict=True))
            told = dict(zip(read, values, strict=False))
            yield Reached((*given, *items), tuple(map(bool, holds)), told, values[-1] if when else None)

    def _row(
        self, given: Given, conditions: Sequence[typed.Condition], values: Sequence[typed.Value]
    ) -> tuple[Any, ...]:
        found = self._fetch(self._renderer().of_row(dict(given), conditions, values))
        return found[0] if found else (*(False for _ in conditions), *(None for _ in values))

    def _fetch(self, query: exp.Select) -> list[tuple[Any, ...]]:
        return self.connection.execute(query.sql(dialect="duckdb")).fetchall()

    def _renderer(self) -> RowRenderer:
        moment = self.now.astimezone(UTC).replace(tzinfo=None) if self.now.tzinfo else self.now
        return RowRenderer(self.schema, moment, self.currency, self.segment_table)

    def _once(self, key: object, answer: Callable[[], T]) -> T:
        if key not in self._known:
            self._known[key] = answer()
        return self._known[key]  # type: ignore[no-any-return]


def conditions_of(rows: typed.Collection) -> tuple[typed.Condition, ...]:
    """All conditions on the way to an item, in order, each `and` taken apart."""
    return tuple(part for step in rows.steps for item in step.filters for part in _parts(item))


def _parts(condition: typed.Condition) -> Iterator[typed.Condition]:
    if isinstance(condition, typed.All):
        for item in condition.conditions:
            yield from _parts(item)
    else:
        yield condition
