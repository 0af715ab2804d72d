"""The nearest changes that would turn an answer: few steps first, then small ones. Each by itself would do.

What is true of a row may change, and rows may be added; what has happened is never undone, so events only come. A
change of values is checked: the rule is evaluated with it, and it is left out where the answer stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from muster.audiences.explain.comparisons import MIRRORED, NEGATED, bounded, gap, proposal, shown
from muster.audiences.explain.model import Change, Row, Step
from muster.audiences.explain.plain import is_plain, plain
from muster.audiences.explain.scene import Edit, Given, Key, Reached, Scene, conditions_of
from muster.pql import typed
from muster.pql.wording import Wording
from muster.pql.wording import shown as as_written
from muster.schema import Field

#: Changes that are told, ways that are followed at each condition, and rows that are looked at.
TOLD, FOLLOWED, ROWS = 3, 3, 8
A_STEP, A_NEW_ROW = 1.0, 1.6


@dataclass(frozen=True)
class Way:
    """One way to turn a condition; `edits` is None where it cannot be tried out."""

    effort: float
    steps: tuple[Step, ...]
    edits: tuple[Edit, ...] | None

    def __add__(self, other: Way) -> Way:
        edits = None if self.edits is None or other.edits is None else self.edits + other.edits
        steps = tuple(dict.fromkeys(self.steps + other.steps))
        return Way(self.effort + other.effort, steps, edits)


NOTHING = Way(0.0, (), ())


def changes(scene: Scene, given: Given, condition: typed.Condition) -> tuple[Change, ...]:
    """The nearest changes that would make a condition that holds not hold, or the other way round."""
    want = not scene.holds(given, condition)
    ways = _Changes(scene).ways(given, condition, want)
    found: list[Change] = []
    for way in ways:
        if any(set(change.steps) <= set(way.steps) for change in found):
            continue  # part of it is enough
        is_checked = way.edits is not None and scene.with_edits(way.edits, given, condition) == want
        if way.edits is None or is_checked:
            found.append(Change(round(way.effort, 2), way.steps, is_checked))
    return tuple(found[:TOLD])


class _Changes:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def ways(self, given: Given, condition: typed.Condition, want: bool) -> list[Way]:
        """Ways to make a condition be as wanted, the nearest first; none where nobody can."""
        condition = plain(condition)
        if self._scene.holds(given, condition) == want:
            return [NOTHING]
        found = sorted(self._turned(given, condition, want), key=lambda way: (way.effort, len(way.steps)))
        return list({way.steps: way for way in reversed(found)}.values())[::-1][:FOLLOWED]

    def _turned(self, given: Given, condition: typed.Condition, want: bool) -> Iterator[Way]:
        match condition:
            case typed.Not(typed.Exists() | typed.All() | typed.Any() | typed.InSegment() as inner):
                yield from self.ways(given, inner, not want)
            case typed.All(conditions) if want:
                yield from _together([self.ways(given, item, True) for item in conditions])
            case typed.All(conditions):
                yield from (way for item in conditions for way in self.ways(given, item, False))
            case typed.Any(conditions) if want:
                yield from (way for item in conditions for way in self.ways(given, item, True))
            case typed.Any(conditions):
                yield from _together([self.ways(given, item, False) for item in conditions])
            case typed.Exists(rows) if want and is_plain(rows):
                yield from self._some_row(given, rows)
            case typed.Exists(rows) if is_plain(rows):
                yield from self._no_row(given, rows)
            case typed.Chain(rows, items) if want:
                told = self._scene.words.condition(condition, given[-1][0])
                text = f"new rows in {self._scene.words.collection(rows, given[-1][0])} that complete {told}"
                yield Way(A_NEW_ROW * len(items), (self._step(given, rows.root, text),), None)
            case typed.InSegment(row, name):
                told = "a member" if want else "no member"
                text = f"{told} of the audience {name}"
                yield Way(A_NEW_ROW, (self._step(given, row.var, text),), None)
            case _:
                yield from self._compared(given, condition, want)

    # Rows

    def _some_row(self, given: Given, rows: typed.Collection) -> Iterator[Way]:
        """One of the rows there are, changed; or a new one."""
        reached = sorted(self._scene.reach(given, rows), key=lambda item: item.missing)
        conditions = conditions_of(rows)
        changed: list[Way] = []
        for item in reached[:ROWS]:
            missing = [part for part, ok in zip(conditions, item.holds, strict=True) if not ok]
            changed += _together([self.ways(item.given, part, True) for part in missing])
        yield from sorted(changed, key=lambda way: way.effort)[: FOLLOWED - 1]  # and room for a new one
        asked = " and ".join(self._scene.words.condition(item, rows.item) for item in as_written(conditions))
        text = f"a new row in {self._scene.words.collection(rows, given[-1][0])}" + (f" with {asked}" if asked else "")
        yield Way(A_NEW_ROW + 0.1 * len(conditions), (self._step(given, rows.root, text),), None)

    def _no_row(self, given: Given, rows: typed.Collection) -> Iterator[Way]:
        """Every row that meets the conditions has to fail one of them."""
        meeting = {item.item: item for item in self._scene.reach(given, rows) if item.meets}
        if len(meeting) <= ROWS:
            each = [self._failing(item, rows) for item in meeting.values()]
            yield from _together(each)

    def _failing(self, item: Reached, rows: typed.Collection) -> list[Way]:
        found = [way for part in conditions_of(rows) for way in self.ways(item.given, part, False)]
        return sorted(found, key=lambda way: way.effort)[:FOLLOWED]

    # Comparisons

    def _compared(self, given: Given, condition: typed.Condition, want: bool) -> Iterator[Way]:
        measured = _measured(condition)
        if measured:
            yield from self._aggregated(given, *measured, want)
            return
        subject = next((item for item in typed.attributes(condition) if item.var in dict(given)), None)
        if subject is None or self._is_fixed(subject):
            return
        current = self._scene.values(given, (subject,))[0]
        found = proposal(condition, current, want, self._scene.now)
        if found is None:
            text = self._scene.words.condition(condition, given[-1][0])
            yield Way(A_STEP + 1, (self._step(given, subject.var, text if want else f"not ({text})"),), None)
            return
        text = f"{subject.field.path} {shown(current)} → {found.target}"
        step = Step(text, self._row_of(given, subject))
        yield Way(A_STEP + found.gap, (step,), self._edit(given, subject, condition, want, found.samples))

    def _is_fixed(self, subject: typed.Attribute) -> bool:
        """What has happened stays as it was."""
        return self._scene.is_event(subject.var.class_name) and not subject.hops

    def _edit(
        self, given: Given, subject: typed.Attribute, condition: typed.Condition, want: bool, samples: Sequence[Any]
    ) -> tuple[Edit, ...] | None:
        """The first of the samples with which the condition is as wanted."""
        name, key = self._place(given, subject)
        if key is None:
            return None
        edits = ((Edit(name, key, subject.field.column, sample),) for sample in samples)
        return next((edit for edit in edits if self._scene.with_edits(edit, given, condition) == want), None)

    def _aggregated(
        self, given: Given, aggregate: typed.Aggregate, operator: str, bound: float, want: bool
    ) -> Iterator[Way]:
        """More or fewer rows, or more or less of what is summed."""
        operator = operator if want else NEGATED[operator]
        current = self._scene.values(given, (aggregate,))[0]
        text = Wording(self._scene.schema, brief=True).value(aggregate, given[-1][0])
        is_fewer = current is not None and (operator in ("<", "<=") or (operator == "=" and current > bound))
        if is_fewer and self._scene.is_event(aggregate.collection.item.class_name):
            return
        effort = A_STEP + gap(current, bound)
        if aggregate.function == "count" and isinstance(current, int):
            target = bound + {">": 1, "<": -1, "!=": 1}.get(operator, 0)
            missing = abs(int(target) - current)
            effort = A_NEW_ROW * missing
            rows = aggregate.collection
            asked = " and ".join(
                self._scene.words.condition(item, rows.item) for item in as_written(conditions_of(rows))
            )
            relation = self._scene.words.collection(rows, given[-1][0])
            number = f"{missing} {'fewer' if is_fewer else 'more'} row{'' if missing == 1 else 's'} in {relation}"
            text = f"{number}{f' with {asked}' if asked else ''}, beside the {current} there are"
        else:
            text = f"{text} {shown(current)} → {bounded(operator, shown(bound))}"
        yield Way(effort, (self._step(given, aggregate.collection.root, text),), None)

    def _step(self, given: Given, var: typed.Var, text: str) -> Step:
        """A step on the row of a variable; the entity itself goes without saying."""
        root = given[0][0]
        return Step(text, None if var == root else self._row(given, var))

    def _row_of(self, given: Given, subject: typed.Attribute) -> Row | None:
        """The row that has an attribute, at the end of its relations; None for the entity's own."""
        if not subject.hops:
            return None if subject.var == given[0][0] else self._row(given, subject.var)
        name, key = self._place(given, subject)
        return Row(name, "none yet") if key is None else self._scene.row(typed.Var(-1, name), key)

    def _place(self, given: Given, subject: typed.Attribute) -> tuple[str, Key | None]:
        """The class and the key of the row that has an attribute."""
        name = subject.hops[-1].target if subject.hops else subject.var.class_name
        key = self._scene.schema.classes[name].key
        field = Field(key, key, "string")
        return name, self._scene.values(given, (typed.Attribute(subject.var, subject.hops, field),))[0]

    def _row(self, given: Given, var: typed.Var) -> Row | None:
        key = dict(given).get(var)
        return None if key is None else self._scene.row(var, key)


def _measured(condition: typed.Condition) -> tuple[typed.Aggregate, str, float] | None:
    match condition:
        case typed.Not(inner) if found := _measured(inner):
            return found[0], NEGATED[found[1]], found[2]
        case typed.Compare(operator, typed.Aggregate() as aggregate, typed.Constant(int() | float() as bound)):
            return (aggregate, operator, bound) if is_plain(aggregate.collection) else None
        case typed.Compare(operator, typed.Constant(int() | float() as bound), typed.Aggregate() as aggregate):
            return (aggregate, MIRRORED[operator], bound) if is_plain(aggregate.collection) else None
    return None


def _together(parts: Sequence[Iterable[Way]]) -> Iterator[Way]:
    """All parts at once: the nearest way of each, then with one part done in another way."""
    lists = [list(part) for part in parts]
    if not all(lists):
        return
    best = [ways[0] for ways in lists]
    yield sum(best, NOTHING)
    for number, ways in enumerate(lists):
        for other in islice(ways, 1, None):
            yield sum([*best[:number], other, *best[number + 1 :]], NOTHING)
