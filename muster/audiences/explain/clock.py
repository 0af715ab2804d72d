"""When an answer turns by time alone, if nothing that is known changes.

A rule with windows (`occurs <= 30 days before today`) can only turn at instants that follow from the times in the rows
and the spans in the rule. These are worked out roughly, each with its neighbours, and the rule is evaluated at them in
order: the evaluation decides, not the arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from muster.audiences.explain.findings import row_of
from muster.audiences.explain.model import Row, Turn
from muster.audiences.explain.plain import aggregates, is_plain, plain
from muster.audiences.explain.scene import Given, Scene
from muster.pql import typed
from muster.pql.sql.times import MONTHS, floor, shift
from muster.pql.wording import Wording
from muster.schema import Schema
from muster.sql import identifier

#: How far ahead it is looked, and at how many instants.
HORIZON = timedelta(days=400)
TRIED = 80
DAY = timedelta(days=1)
Timed = typed.CompareTime | typed.Within | typed.Distance


def turn(scene: Scene, given: Given, condition: typed.Condition) -> Turn | None:
    """The first instant at which the condition is no longer what it is now, and what turns it; None within a year."""
    now = scene.now.replace(tzinfo=None)
    is_so = scene.holds(given, condition)
    for moment in sorted({item for item in _instants(scene, condition) if now < item <= now + HORIZON})[:TRIED]:
        later = scene.at(moment)
        if later.holds(given, condition) != is_so:
            told = list(_turned(scene, later, given, condition))
            rows = tuple(row for _, found in told for row in found)
            return Turn(moment, tuple(dict.fromkeys(text for text, _ in told)), rows)
    return None


def _instants(scene: Scene, condition: typed.Condition) -> Iterator[datetime]:
    for node in typed.walk(condition):
        match node:
            case typed.Distance(subject, operator, amount, unit, direction, anchor):
                far = typed.Shifted(amount, unit, direction, anchor, "timestamp")
                for moment in _times(scene, subject):
                    yield from _crossings(anchor, moment)
                    for found in _crossings(far, moment):
                        yield found
                        if operator in ("=", "!="):
                            yield from (floor(found, unit), shift(floor(found, unit), 1, unit))
            case typed.CompareTime(_, left, right):
                yield from (at for moment in _times(scene, left) for at in _crossings(right, moment))
                yield from (at for moment in _times(scene, right) for at in _crossings(left, moment))
            case typed.Within(subject, low, high):
                for moment in _times(scene, subject):
                    yield from (at for bound in (low, high) for at in _crossings(bound, moment))
            case typed.CurrentPart(part):
                start = floor(scene.now.replace(tzinfo=None), part)
                yield from (shift(start, number, part) for number in range(1, 32 if part == "day" else 13))


def _times(scene: Scene, value: typed.Value) -> list[datetime]:
    """All values of the attributes of a time, in the rows at hand."""
    found: list[datetime] = []
    for item in typed.attributes(value):
        name = _table(scene.schema, item)
        if name and item.type in ("date", "timestamp"):  # the items of an array lie in no table
            table, column = identifier(name), identifier(item.field.column)
            query = f"select distinct {column}::timestamp from {table} where {column} is not null"
            found += [row[0] for row in scene.connection.execute(query).fetchall()]
    return found


def _table(schema: Schema, item: typed.Attribute) -> str:
    return schema.classes[item.hops[-1].target if item.hops else item.var.class_name].table


def _crossings(time: typed.Value, moment: datetime) -> Iterator[datetime]:
    """The nows at which a time that follows from now may pass a moment."""
    match time:
        case typed.Now():
            yield from (moment, moment + timedelta(seconds=1))
        case typed.Day(offset):
            day = floor(moment, "day") - offset * DAY
            yield from (day, day + DAY)
        case typed.Period(offset, unit):
            start = floor(moment, unit)
            yield from (shift(start, number - offset, unit) for number in (0, 1))
        case typed.Shifted(amount, unit, direction, anchor):
            back = shift(moment, amount if direction == "before" else -amount, unit)
            slack = range(-1, 4) if unit in MONTHS else range(-1, 2)  # months differ in length
            for days in slack:
                yield from _crossings(anchor, back + days * DAY)


def _turned(scene: Scene, later: Scene, given: Given, condition: typed.Condition) -> Iterator[tuple[str, list[Row]]]:
    """The innermost conditions that are otherwise later, each with the rows that meet it at one instant only."""
    condition = plain(condition)
    if scene.holds(given, condition) == later.holds(given, condition):
        return
    match condition:
        case typed.All(conditions) | typed.Any(conditions):
            for item in conditions:
                yield from _turned(scene, later, given, item)
        case typed.Not(inner):
            yield from _turned(scene, later, given, inner)
        case _:
            told = Wording(scene.schema, brief=True).condition(condition, given[-1][0])
            groups = [item.collection for item in aggregates(condition, set(dict(given)))]
            groups += (
                [condition.collection] if isinstance(condition, typed.Exists) and is_plain(condition.collection) else []
            )
            yield told, [row for rows in groups for row in _rows(scene, later, given, rows)]


def _rows(scene: Scene, later: Scene, given: Given, rows: typed.Collection) -> Iterator[Row]:
    then = {item.given: item for item in later.reach(given, rows)}
    seen = set()
    for item in scene.reach(given, rows):
        if item.given in then and item.meets != then[item.given].meets and item.item not in seen:
            seen.add(item.item)
            yield row_of(scene, item)
