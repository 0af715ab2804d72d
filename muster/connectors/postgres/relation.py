"""What there is to a table or a query: its columns and their types, its key, and what its rows tell of themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from muster.config.models import SourceObject
from muster.connectors.exports.headings import unique_headings
from muster.connectors.postgres.session import Connection
from muster.errors import SourceError
from muster.sql import identifier

_TIMES = ("timestamp with time zone", "timestamp without time zone", "date")
#: Parts of a table's name, in quotes or not; without them exactly so, else in lower case, as SQL takes them.
_PART = re.compile(r'"(?:[^"]|"")+"|[^."]+')
_TYPES = """
    select type.oid, format_type(type.oid, null), type.typcategory::text
    from pg_type as type where type.oid = any(%s)
"""
_TABLE = """
    select
        format('%%I.%%I', space.nspname, class.relname),
        coalesce(
            (
                select bool_and(leaf.relkind = 'r' and access.amname = 'heap')
                from pg_partition_tree(class.oid) as part
                join pg_class as leaf on leaf.oid = part.relid
                left join pg_am as access on access.oid = leaf.relam
                where part.isleaf
            ),
            class.relkind = 'r' and (select access.amname = 'heap' from pg_am as access where access.oid = class.relam)
        )
    from pg_class as class
    join pg_namespace as space on space.oid = class.relnamespace
    where class.oid = coalesce(to_regclass(%s), to_regclass(%s))
"""
_KEY = """
    select attribute.attname
    from pg_index as index
    cross join unnest(index.indkey) with ordinality as part (number, place)
    join pg_attribute as attribute on attribute.attrelid = index.indrelid and attribute.attnum = part.number
    where index.indrelid = to_regclass(%s) and index.indisprimary
    order by part.place
"""


@dataclass(frozen=True)
class Column:
    """`name` as the lake has it, `alias` as our statements have it, `type` in PostgreSQL's own words."""

    name: str
    alias: str
    type: str
    category: str

    @property
    def is_time(self) -> bool:
        return self.type in _TIMES

    @property
    def as_text(self) -> str:
        """The expression that COPY writes as the lake's text: booleans `true` and `false`, bytes in hex, lists and
        composites JSON, no infinite times."""
        if self.type == "boolean":
            return f"{self.alias}::text"
        if self.type == "bytea":
            return f"upper(encode({self.alias}, 'hex'))"
        if self.category in "AC":
            return f"to_json({self.alias})::text"
        if self.is_time:
            return f"case when isfinite({self.alias}) then {self.alias} end"
        return self.alias


@dataclass(frozen=True)
class Relation:
    """A table or a query as something to select from.

    `xmin` says that its rows tell which transaction wrote them; `key` are the columns of the table's primary key.
    """

    scan: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    xmin: bool = False

    def column(self, name: str) -> Column | None:
        """The column that the user calls so: exactly, else whatever its case."""
        exact = (column for column in self.columns if column.name == name)
        near = (column for column in self.columns if column.name.casefold() == name.casefold())
        return next(exact, None) or next(near, None)


def relation_of(item: SourceObject, connection: Connection) -> Relation:
    """The relation that an object of `sources.yml` names; SourceError where there is none."""
    if item.table is None:
        query = (item.query or "").strip().rstrip(";")
        return _described(f"(\n{query}\n)", connection)
    parts = _PART.findall(item.table)
    names = [".".join(_quoted(part, fold=fold) for part in parts) for fold in (False, True)]
    found = connection.execute(_TABLE, names).fetchone()
    if found is None:
        told = f"the table {item.table} is not there, or hidden from the user of 'url'"
        raise SourceError(f"{told}; correct 'table' in sources.yml, or grant usage of its schema")
    name, xmin = str(found[0]), bool(found[1])
    key = tuple(str(row[0]) for row in connection.execute(_KEY, [name]))
    return _described(name, connection, key, xmin)


def _quoted(part: str, *, fold: bool) -> str:
    return part if part.startswith('"') else identifier(part.lower() if fold else part)


def cursor_of(item: SourceObject, relation: Relation) -> Column | None:
    """The column that tells what is new; SourceError where it is not there, or no order can be told by it."""
    if item.cursor is None:
        return None
    if (column := relation.column(item.cursor)) is None:
        there = ", ".join(each.name for each in relation.columns)
        raise SourceError(f"there is no column '{item.cursor}'; correct 'cursor' in sources.yml, to one of {there}")
    if column.type in ("boolean", "bytea", "json", "jsonb", "xml") or column.category in "ACG":
        mend = "name a time of change, or a number that only grows"
        raise SourceError(f"nothing can be read on from '{column.name}', which is of type {column.type}; {mend}")
    return column


def _described(scan: str, connection: Connection, key: Sequence[str] = (), xmin: bool = False) -> Relation:
    cursor = connection.execute(f"select * from {scan} as relation limit 0".encode())
    told = cursor.description or []
    types = {row[0]: row[1:] for row in connection.execute(_TYPES, [[each.type_code for each in told]])}
    names = unique_headings([each.name for each in told])[0]
    columns = tuple(
        Column(name, f"c{number}", *types[each.type_code])
        for number, (name, each) in enumerate(zip(names, told, strict=True), start=1)
    )
    aliases = ", ".join(column.alias for column in columns)
    return Relation(f"{scan} as relation ({aliases})", columns, tuple(key), xmin)
