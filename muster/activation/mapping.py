"""From a mapping (output name → XDM path) to the SQL that reads it from a snapshot.

A path is an attribute of the class, or goes to one over relations and shortcuts. To-one relations become joins; a
path with a to-many step gives a list, where the destination takes lists, and is a mistake where it does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from muster.connectors.destination import RESERVED
from muster.errors import RuleError
from muster.pql.paths import Segment, resolve
from muster.pql.tree import Position
from muster.schema import Edge, EntityClass, Field, Schema
from muster.snapshot import Snapshot
from muster.sql import identifier, scan

PERSON = "person"


@dataclass(frozen=True)
class Walk:
    """A path, bound to the schema: the relations to go along, and the attribute at the end."""

    edges: tuple[Edge, ...]
    field: Field

    @property
    def many(self) -> bool:
        return any(edge.many for edge in self.edges)


@dataclass(frozen=True)
class Mistake:
    """A field that cannot be mapped: which output, what is wrong, how to mend it."""

    output: str
    what: str
    mend: str


def walk(schema: Schema, of: str, path: str) -> Walk:
    """Bind a path, as rules do. Raises LookupError with (what, mend) where it leads to no single attribute."""
    segments = [Segment(name, Position(1, 1)) for name in path.split(".")]
    try:
        route = resolve(schema, schema.of(of).name, segments)
    except RuleError as error:
        mend = error.expected or "paths stand in `config.meta.xdm` of the dbt marts"
        raise LookupError(f"{path}: {error.message}", mend) from None
    if route.is_object:
        raise LookupError(f"{path} holds several attributes", f"name one, such as {route.fields[0].path}")
    if not route.fields:
        end = route.edges[-1].target if route.edges else schema.of(of).name
        raise LookupError(f"{path} names a relation and no value", f"go on to an attribute of {end}")
    return Walk(route.edges, route.fields[0])


def mistakes(schema: Schema, of: str, fields: Mapping[str, str], nested: bool) -> Iterator[Mistake]:
    """Everything that is wrong with a mapping. `nested`: whether the destination takes lists."""
    seen: dict[str, str] = {}
    for output, path in fields.items():
        if output.lower() in RESERVED:
            yield Mistake(output, f"{output} is a column that Muster writes itself", "give the output another name")
        if (other := seen.setdefault(output.lower(), output)) != output:
            yield Mistake(output, f"{output} and {other} differ in case only", "give one of them another name")
        try:
            found = walk(schema, of, path)
        except LookupError as error:
            yield Mistake(output, error.args[0], error.args[1])
        else:
            if found.many and not nested:
                step = next(edge.name for edge in found.edges if edge.many)
                mend = "use format jsonl or parquet, or a to-one relation"
                yield Mistake(output, f"{path} gives several values, by way of {step}, and a cell holds one", mend)


def query(snapshot: Snapshot, of: str, fields: Mapping[str, str], members: str, barred: str) -> str:
    """SQL for `_id` and the outputs, one row for each row of `members` (a relation with `_ord`) in the snapshot.

    Of people in `barred` (another such relation) nothing is taken along on the way to others. The mapping must be free
    of mistakes. Timestamps are cut to milliseconds, which is what files and vendors hold.
    """
    root = snapshot.schema.of(of)
    joins = _Joins(snapshot, root, members, barred)
    outputs = [
        f"{joins.value(walk(snapshot.schema, of, path))} as {identifier(output)}" for output, path in fields.items()
    ]
    return "\n".join(
        [
            f"select r.{identifier(f'{root.name}_id')} as _id, {', '.join(outputs)}",
            f"from {scan(snapshot.parquet(root.table))} as r",
            f"inner join {members} as m on m._ord = r._ord",
            *joins.clauses.values(),
        ]
    )


class _Joins:
    """The joins of one query; paths that begin alike share them."""

    def __init__(self, snapshot: Snapshot, root: EntityClass, members: str, barred: str) -> None:
        self.snapshot, self.root, self.members, self.barred = snapshot, root, members, barred
        self.clauses: dict[tuple[str, ...], str] = {}

    def value(self, found: Walk) -> str:
        if found.many:
            return f"{self._list(found)}.v"
        alias, trail = "r", tuple[str, ...]()
        for edge in found.edges:
            trail = (*trail, edge.name)
            before, alias = alias, "_".join(("j", *trail))
            self.clauses.setdefault(trail, f"left {self._step(edge, before, alias)}")
        return _read(found.field, alias)

    def _list(self, found: Walk) -> str:
        """Join, under the alias returned, the members' lists of values, sorted so that equal lists look alike."""
        trail = (*(edge.name for edge in found.edges), found.field.path)
        alias = identifier("l_" + ".".join(trail))
        steps = [self._step(edge, "r" if at == 0 else f"s{at - 1}", f"s{at}") for at, edge in enumerate(found.edges)]
        value = _read(found.field, f"s{len(steps) - 1}")
        root = scan(self.snapshot.parquet(self.root.table))
        lists = (
            f"select r._ord, list({value} order by {value}) as v from {root} as r"
            f" semi join {self.members} as m on m._ord = r._ord {' '.join(steps)}"
            f" where {value} is not null group by r._ord"
        )
        self.clauses.setdefault((*trail, "[]"), f"left join ({lists}) as {alias} on {alias}._ord = r._ord")
        return alias

    def _step(self, edge: Edge, before: str, alias: str) -> str:
        table = scan(self.snapshot.parquet(self.snapshot.schema.classes[edge.target].table))
        ours, theirs = identifier(edge.from_column), identifier(edge.to_column)
        joined = f"join {table} as {identifier(alias)} on {identifier(before)}.{ours} = {identifier(alias)}.{theirs}"
        if edge.target != PERSON:
            return joined
        return f"{joined} and {identifier(alias)}._ord not in (select _ord from {self.barred})"


def _read(field: Field, alias: str) -> str:
    column = f"{identifier(alias)}.{identifier(field.column)}"
    return f"date_trunc('milliseconds', {column})" if field.type == "timestamp" else column
