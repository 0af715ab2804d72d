"""Attributes of the members of an audience, by XDM path: for breakdowns and for a look at a few of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyroaring import BitMap

from muster.audiences.trial import Trials
from muster.errors import RuleError
from muster.pql.paths import Segment, did_you_mean, resolve
from muster.pql.tree import Position
from muster.schema import Edge, Field, Schema
from muster.snapshot.publish import ORDINAL
from muster.sql import identifier

#: Numbers with more values than this are told in ranges, times by month.
PLAIN_VALUES = 12


@dataclass(frozen=True)
class Path:
    """An attribute and the relations that lead to it."""

    text: str
    edges: tuple[Edge, ...]
    field: Field


@dataclass(frozen=True)
class Slice:
    """The members with one value of an attribute, beside everybody with it; `value` is None for those without one."""

    value: str | None
    members: int
    population: int


def path_of(schema: Schema, of: str, text: str) -> Path:
    """Bind an XDM path, along relations as in rules. Raises RuleError with the nearest right names."""
    segments = [Segment(name, Position(1, 1)) for name in text.split(".")]
    try:
        route = resolve(schema, schema.of(of).name, segments)
    except RuleError as error:
        raise RuleError(f"{text}: {error.message}", expected=error.expected) from None
    if len(route.fields) != 1:
        paths = [field.path for field in route.fields]
        raise RuleError(f"{text} is no single attribute", expected=did_you_mean(paths) or "go on to an attribute")
    return Path(text, route.edges, route.fields[0])


def breakdown(trials: Trials, of: str, path: Path, members: BitMap, limit: int) -> list[Slice]:
    """The members by the values of an attribute, most members first; who has several values counts with each."""
    values = _values(trials, of, path)
    if path.field.type == "number":
        shown = _ranges(trials, values, members)
    elif path.field.type in ("date", "timestamp"):
        shown = "strftime(value, '%Y-%m')"
    else:
        shown = "value::varchar"
    query = f"""
        select {shown} as shown, count(distinct told.{ORDINAL}) filter (where members.{ORDINAL} is not null) as inside,
            count(distinct told.{ORDINAL}) as everybody
        from ({values}) as told left join members using ({ORDINAL})
        group by shown having inside > 0 order by inside desc, shown limit {int(limit)}
    """
    return [
        Slice(None if value is None else str(value), int(str(inside)), int(str(everybody)))
        for value, inside, everybody in trials.rows(query, members)
    ]


def attributes_of(trials: Trials, of: str, paths: Sequence[Path], members: BitMap) -> list[dict[str, object]]:
    """For each member, in the order of their ordinals, the id and the values by path; several values are a list."""
    entity = trials.snapshot.schema.of(of)
    trials.table(entity.table)
    key, table = identifier(f"{entity.name}_id"), identifier(entity.table)
    names = f"select {ORDINAL}, {key} from {table} semi join members using ({ORDINAL})"
    rows = {int(str(ordinal)): {"id": name} for ordinal, name in trials.rows(f"{names} order by 1", members)}
    for path in paths:
        query = f"""
            select {ORDINAL}, list(distinct value order by value) filter (where value is not null)
            from ({_values(trials, of, path)}) semi join members using ({ORDINAL}) group by {ORDINAL}
        """
        found = {int(str(ordinal)): told or [] for ordinal, told in trials.rows(query, members)}
        many = path.field.type.startswith("array") or any(edge.many for edge in path.edges)
        for ordinal, row in rows.items():
            listed = list(found.get(ordinal, []))  # type: ignore[call-overload]
            row[path.text] = listed if many else next(iter(listed), None)
    return list(rows.values())


def _values(trials: Trials, of: str, path: Path) -> str:
    """SQL for `_ord, value`: a row for each value, and one with null for who has none."""
    schema = trials.snapshot.schema
    root = schema.of(of)
    trials.table(root.table)
    joins, alias = [], "r"
    for number, edge in enumerate(path.edges):
        table = schema.classes[edge.target].table
        trials.table(table)
        before, alias = alias, f"s{number}"
        on = f"{before}.{identifier(edge.from_column)} = {alias}.{identifier(edge.to_column)}"
        joins.append(f"left join {identifier(table)} as {alias} on {on}")
    value = f"{alias}.{identifier(path.field.column)}"
    if path.field.type.startswith("array"):
        value = f"unnest(case when len(coalesce({value}, [])) = 0 then [null] else {value} end)"
    return f"select r.{ORDINAL}, {value} as value from {identifier(root.table)} as r {' '.join(joins)}"


def _ranges(trials: Trials, values: str, members: BitMap) -> str:
    """How a number is shown: by itself, or as the range of a round width that it is in."""
    query = f"select count(distinct value), min(value), max(value) from ({values}) semi join members using ({ORDINAL})"
    count, low, high = trials.rows(query, members)[0]
    if int(str(count)) <= PLAIN_VALUES or low is None:
        return "value::varchar"
    width = _width(float(str(low)), float(str(high)))
    start = f"floor(value / {width}) * {width}"
    return f"printf('%,.0f to below %,.0f', {start}, {start} + {width})" if width >= 1 else "round(value, 1)::varchar"


def _width(low: float, high: float) -> float:
    """1, 2 or 5 times a power of ten, so that about eight ranges come out."""
    wanted, width = (high - low) / 8, 1.0
    while width < wanted:
        for factor in (2, 2.5, 2):
            width *= factor
            if width >= wanted:
                return width
    return width
