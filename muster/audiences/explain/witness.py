"""The smallest witness: a smallest set of source rows on which a condition that holds still holds.

Exact for `and`, `or`, `exists` and counts over rows that share nothing; where rows are shared between conditions the
set is minimal in each of them and may not be the smallest of all. What is not there (`not exists`, null) has no row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from muster.audiences.explain.model import Row
from muster.audiences.explain.plain import aggregates, is_plain, plain
from muster.audiences.explain.scene import Given, Key, Reached, Scene, conditions_of
from muster.pql import typed
from muster.schema import Field

#: Ways through a collection that are compared, shortest first.
TRIED = 25
Witness = dict[tuple[str, str | int], Row]


def witness(scene: Scene, given: Given, condition: typed.Condition) -> Witness:
    """The rows by class and key; of a condition that does not hold, those of its negation."""
    condition = plain(condition)
    if not scene.holds(given, condition):
        return _witness(scene, given, plain(typed.Not(condition)))
    return _witness(scene, given, condition)


def _witness(scene: Scene, given: Given, condition: typed.Condition) -> Witness:
    match condition:
        case typed.All(conditions):
            return _union(witness(scene, given, item) for item in conditions)
        case typed.Any(conditions):
            return _smallest(witness(scene, given, item) for item in conditions if scene.holds(given, item))
        case typed.Not(typed.All(conditions)):
            return _smallest(witness(scene, given, item) for item in conditions if not scene.holds(given, item))
        case typed.Not(typed.Any(conditions)):
            return _union(witness(scene, given, item) for item in conditions)
        case typed.Exists(rows) if is_plain(rows):
            meeting = [item for item in scene.reach(given, rows) if item.meets]
            return _smallest(_way(scene, item, rows) for item in meeting[:TRIED])
        case typed.Not(typed.Exists()):
            return {}
    if isinstance(condition, typed.Chain) and scene.holds(given, condition):
        return _spared(scene, given, condition)
    found = _own_row(scene, given, condition)
    for aggregate in aggregates(condition, set(dict(given))):
        found |= _union(
            _way(scene, item, aggregate.collection) for item in _counted(scene, given, condition, aggregate)
        )
    return found


def _spared(scene: Scene, given: Given, chain: typed.Chain) -> Witness:
    """Rows of a chain, each of which it needs: the others were taken away one by one, the newest first."""
    rows = {item.item: item for item in scene.reach(given, chain.collection)}
    gone: list[tuple[str, Key]] = []
    for item in sorted(rows.values(), key=lambda each: str(each.time), reverse=True):
        var, key = item.item
        if scene.holds_without([*gone, (var.class_name, key)], given, chain):
            gone.append((var.class_name, key))
    found: Witness = {}
    for item in rows.values():
        if (item.item[0].class_name, item.item[1]) not in gone:
            found |= {(var.class_name, key): scene.row(var, key) for var, key in item.given[len(given) :]}
    return found


def _way(scene: Scene, item: Reached, rows: typed.Collection) -> Witness:
    """The rows of a way, and what makes its conditions true."""
    found: Witness = {}
    for var, key in item.given[-len(rows.steps) :]:
        found[var.class_name, key] = scene.row(var, key)
    return _union(iter((found, *(witness(scene, item.given, condition) for condition in conditions_of(rows)))))


def _counted(scene: Scene, given: Given, condition: typed.Condition, aggregate: typed.Aggregate) -> list[Reached]:
    """The rows that an aggregate needs: as few as reach `count() >= 3` or `sum(…) > 100`, else all of them."""
    meeting = list({item.item: item for item in scene.reach(given, aggregate.collection) if item.meets}.values())
    bound = _lower_bound(condition, aggregate)
    if bound is None or aggregate.function not in ("count", "sum"):
        return meeting
    operator, limit = bound
    sizes = {item: 1.0 if aggregate.value is None else _measure(scene, item, aggregate.value) for item in meeting}
    total, needed = 0.0, list[Reached]()
    for item in sorted(meeting, key=lambda item: -sizes[item]):
        if total > limit or (operator == ">=" and total >= limit):
            break
        total += sizes[item]
        needed.append(item)
    return needed


def _lower_bound(condition: typed.Condition, aggregate: typed.Aggregate) -> tuple[str, float] | None:
    match condition:
        case typed.Compare((">" | ">=") as operator, left, typed.Constant(limit)) if left == aggregate:
            return (operator, float(limit)) if not isinstance(limit, str) else None
    return None


def _measure(scene: Scene, item: Reached, value: typed.Value) -> float:
    found = scene.values(item.given, (value,))[0]
    return float(found) if isinstance(found, int | float) else 0.0


def _own_row(scene: Scene, given: Given, condition: typed.Condition) -> Witness:
    """The rows given whose attributes the condition reads, and those that relations to one lead to from there."""
    bound = dict(given)
    within = {item for aggregate in aggregates(condition, set(dict(given))) for item in typed.walk(aggregate)}
    found: Witness = {}
    for item in typed.walk(condition):
        if not isinstance(item, typed.Attribute | typed.Related) or item.var not in bound or item in within:
            continue
        var: typed.Var = item.var
        for length in range(len(item.hops) + 1):
            row = _end(scene, given, item, length)
            if row is None:
                break
            var, key = row
            values = {}
            if isinstance(item, typed.Attribute) and length == len(item.hops):
                values = {item.field.path: scene.values(given, (item,))[0]}
            found = _union(iter((found, {(var.class_name, key): scene.row(var, key, values)})))
    return found


def _end(
    scene: Scene, given: Given, item: typed.Attribute | typed.Related, length: int
) -> tuple[typed.Var, Key] | None:
    """The row after so many relations."""
    if length == 0:
        return item.var, dict(given)[item.var]
    target = typed.Var(-1, item.hops[length - 1].target)
    column = scene.schema.classes[target.class_name].key
    key = scene.values(given, (typed.Attribute(item.var, item.hops[:length], Field(column, column, "string")),))[0]
    return None if key is None else (target, key)


def _union(witnesses: Iterator[Witness]) -> Witness:
    found: Witness = {}
    for item in witnesses:
        for key, row in item.items():
            before = found.get(key)
            found[key] = row if before is None else _merged(before, row)
    return found


def _merged(one: Row, other: Row) -> Row:
    return replace(one, values={**one.values, **other.values})


def _smallest(witnesses: Iterator[Witness]) -> Witness:
    return min(witnesses, key=len, default={})
