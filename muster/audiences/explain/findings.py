"""A rule as a tree of findings for one entity: each condition true or false, with the rows that make it so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from muster.audiences.explain.model import Example, Finding, Group, Met, Row
from muster.audiences.explain.names import label, time
from muster.audiences.explain.plain import aggregates, collections, is_plain, plain
from muster.audiences.explain.scene import Given, Reached, Scene, conditions_of
from muster.pql import typed
from muster.pql.wording import Wording, for_all, shown

#: Rows that are shown of a relation.
EXAMPLES = 3


def finding(scene: Scene, given: Given, condition: typed.Condition) -> Finding:
    """What holds of a condition about the rows `given`, the last of which its bare names mean."""
    condition = plain(condition)
    here = given[-1][0]
    holds = scene.holds(given, condition)
    text = scene.words.condition(condition, here)
    match condition:
        case typed.All(conditions) if len(conditions) > 1:
            return Finding(text, holds, parts=_parts(scene, given, shown(conditions)), joined_by="and")
        case typed.Any(conditions) if len(conditions) > 1:
            return Finding(text, holds, parts=_parts(scene, given, conditions), joined_by="or")
        case typed.Not(typed.Exists(rows)) if is_plain(rows):
            return Finding(
                text, holds, _head(scene, given, condition), groups=(group(scene, given, rows, for_all(rows)),)
            )
        case typed.Not(typed.All() | typed.Any() | typed.Not() as inner):
            return Finding(text, holds, parts=_parts(scene, given, (inner,)), joined_by="not")
        case typed.Exists(rows) if is_plain(rows):
            return Finding(text, holds, _head(scene, given, condition), groups=(group(scene, given, rows),))
        case typed.Chain():
            return Finding(text, holds, _head(scene, given, condition), groups=(_chain(scene, given, condition),))
        case typed.InSegment() if (rule := scene.behind.get(condition)) and scene.holds(given, rule) == holds:
            return Finding(text, holds, parts=_parts(scene, given, (rule,)), joined_by="rule")
    return Finding(
        text,
        holds,
        _head(scene, given, condition),
        values=values_of(scene, given, condition),
        groups=tuple(group(scene, given, item.collection) for item in aggregates(condition, set(dict(given)))),
    )


def group(scene: Scene, given: Given, rows: typed.Collection, every: Sequence[typed.Condition] | None = None) -> Group:
    """The rows of a collection. `every`: what all of them have to meet; the examples then are those that do not."""
    if every is not None:
        return _for_all(scene, given, rows, every)
    reached = scene.reach(given, rows)
    conditions = conditions_of(rows)
    visible = [number for number, item in enumerate(conditions) if item in shown(conditions)]
    met = tuple(
        Met(
            scene.words.condition(conditions[number], rows.item), _items(item for item in reached if item.holds[number])
        )
        for number in visible
    )
    nearest = sorted(reached, key=lambda item: (item.missing, _newest_first(item)))
    told = [item for item in nearest if item.meets == nearest[0].meets][:EXAMPLES] if nearest else []
    texts = tuple(scene.words.condition(item, rows.item) for item in conditions)
    examples = tuple(_example(scene, item, conditions, texts, deep=number == 0) for number, item in enumerate(told))
    return Group(
        scene.words.collection(rows, given[-1][0]), _items(reached), _items(filter(_meets, reached)), met, examples
    )


def _chain(scene: Scene, given: Given, chain: typed.Chain) -> Group:
    """The rows of a chain: how many meet what each item says of them alone, in whatever order, and the newest."""
    rows, met, meeting = chain.collection, [], dict[Given, Reached]()
    for item in chain.items:
        known = {rows.item, *dict(given)}
        parts = typed.renamed(tuple(shown((item.condition,))), {item.row: rows.item})
        # what is said of the rows of earlier items is left out
        alone = typed.All(tuple(part for part in parts if typed.free_variables(part) <= known))
        found = [each for each in scene.reach(given, rows.where(alone)) if each.meets]
        meeting |= {each.given: each for each in found}
        times = f", {item.count} times" if item.count > 1 else ""
        met.append(Met(scene.words.condition(alone, rows.item) + times, _items(found)))
    newest = sorted(meeting.values(), key=_newest_first)[:EXAMPLES]
    examples = tuple(Example(row_of(scene, each), True, ()) for each in newest)
    relation = scene.words.collection(rows, given[-1][0])
    return Group(relation, _items(scene.reach(given, rows)), _items(list(meeting.values())), tuple(met), examples)


def row_of(scene: Scene, item: Reached) -> Row:
    """The item at the end of the way, with the values that its conditions read."""
    var, key = item.item
    values = {
        scene.words.value(attribute, var): value
        for attribute, value in item.values.items()
        if attribute.var == var and not _is_told(scene, attribute)
    }
    return scene.row(var, key, values)


def values_of(scene: Scene, given: Given, condition: typed.Condition) -> dict[str, Any]:
    """The attributes and aggregates that a condition compares, with their values for the rows given."""
    bound = {var for var, _ in given}
    below = {item for group in aggregates(condition, set(dict(given))) for item in typed.walk(group)}
    read: list[typed.Value] = [*aggregates(condition, set(dict(given)))]
    read += [item for item in typed.attributes(condition) if item.var in bound and item not in below]
    read = list(dict.fromkeys(read))
    texts = [scene.words.value(item, given[-1][0]) for item in read]
    return dict(zip(texts, scene.values(given, read), strict=True))


def _head(scene: Scene, given: Given, condition: typed.Condition) -> str:
    """The condition without those on rows, which stand below it."""
    return Wording(scene.schema, True, scene.written).condition(condition, given[-1][0])


def _parts(scene: Scene, given: Given, conditions: Sequence[typed.Condition]) -> tuple[Finding, ...]:
    return tuple(finding(scene, given, item) for item in conditions)


def _for_all(scene: Scene, given: Given, rows: typed.Collection, every: Sequence[typed.Condition]) -> Group:
    """The rows among which the conditions are asked, and those that fail them."""
    *steps, last = rows.steps
    among = typed.Collection(rows.root, (*steps, typed.Step(last.edge, last.item, last.filters[:-1])))
    asked = [item for item in scene.reach(given, among) if item.meets]
    flat = conditions_of(typed.Collection(rows.root, (typed.Step(last.edge, last.item, tuple(every)),)))
    holds = {item: tuple(scene.holds(item.given, condition) for condition in flat) for item in asked}
    texts = [scene.words.condition(item, rows.item) for item in flat]
    met = tuple(Met(text, sum(answer[number] for answer in holds.values())) for number, text in enumerate(texts))
    failing = [item for item in asked if not all(holds[item])]
    examples = tuple(
        Example(
            _with_values(scene, item, flat),
            False,
            tuple(text for text, ok in zip(texts, holds[item], strict=True) if not ok),
        )
        for item in sorted(failing, key=_newest_first)[:EXAMPLES]
    )
    relation = scene.words.collection(among, given[-1][0])
    return Group(relation, _items(asked), _items(item for item in asked if all(holds[item])), met, examples)


def _example(
    scene: Scene, item: Reached, conditions: Sequence[typed.Condition], texts: Sequence[str], *, deep: bool
) -> Example:
    fails = tuple(text for text, ok in zip(texts, item.holds, strict=True) if not ok)
    nested = [plain(condition) for condition in conditions] if deep else []
    parts = tuple(finding(scene, item.given, condition) for condition in nested if _has_rows(condition))
    return Example(row_of(scene, item), item.meets, fails, parts)


def _has_rows(condition: typed.Condition) -> bool:
    return bool(collections(condition))


def _with_values(scene: Scene, item: Reached, conditions: Sequence[typed.Condition]) -> Row:
    row = row_of(scene, item)
    values = {text: told for condition in conditions for text, told in values_of(scene, item.given, condition).items()}
    return replace(row, values={**row.values, **values})


def _is_told(scene: Scene, attribute: typed.Attribute) -> bool:
    """The time and the kind of an event, which stand beside the row already."""
    return attribute in (time(scene.schema, attribute.var), label(scene.schema, attribute.var))


def _meets(item: Reached) -> bool:
    return item.meets


def _items(reached: Iterator[Reached] | Sequence[Reached]) -> int:
    """Different rows: one that is reached over several ways counts once."""
    return len({item.item for item in reached})


def _newest_first(item: Reached) -> tuple[float, str]:
    return (-item.time.timestamp() if item.time else 0.0, str(item.item[1]))
