"""Batch or streaming: which evaluation a rule allows, and why.

The lines are those of Real-Time CDP since 20 May 2025 (Experience Platform, segmentation: methods/
streaming-segmentation and eligibility-criteria-update). A rule may stream where an arriving record of a person
alone can change the answer: attributes of the person, and events of the last 24 hours. Of the limits there we leave
out one: events beside `inSegment`, which the same page both forbids and shows as a working example.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol

from muster.errors import RuleError
from muster.pql import typed
from muster.pql.sql.times import LENGTHS
from muster.pql.typed_arrays import Instances, Mapped, Members, Top, Unnested
from muster.schema import Edge, Schema

Method = Literal["batch", "streaming"]
#: What belongs to a person's own profile, besides events.
PROFILE = {"person", "person_component", "person_identity"}
WINDOW = timedelta(hours=24)
NO_ENGINE = "audiences are evaluated in batches until there is a streaming engine"


@dataclass(frozen=True)
class Verdict:
    """An evaluation method and, in one line, its reason."""

    method: Method
    reason: str


class Derived(Protocol):
    """A compiled rule, as far as its method goes."""

    @property
    def method(self) -> Method: ...
    @property
    def reason(self) -> str: ...


def refuse_declared(declared: Method | None, derived: Derived) -> RuleError | None:
    """The error where a declared method cannot be kept; batch always can."""
    if declared != "streaming":
        return None
    if derived.method == "batch":
        return RuleError(
            f"the rule cannot stream: {derived.reason}", expected="leave the method out, or change the rule"
        )
    return RuleError(f"the rule could stream, but {NO_ENGINE}", expected="leave the method out")


def derive(
    root: typed.Var, condition: typed.Condition, walked: Collection[str], schema: Schema, external: Collection[str] = ()
) -> Verdict:
    """The method of a bound rule. `walked` are the classes that it goes to, `external` audiences from files."""
    if reason := next(_against(root, condition, walked, schema, external), ""):
        return Verdict("batch", reason)
    return Verdict("streaming", f"{_allows(condition, schema)}; {NO_ENGINE}")


def _against(
    root: typed.Var, condition: typed.Condition, walked: Collection[str], schema: Schema, external: Collection[str]
) -> Iterator[str]:
    """What speaks against streaming, the weightiest first."""
    if root.class_name != "person":
        yield f"audiences of {root.class_name} rows are evaluated in batches"
    others = sorted(name for name in walked if name not in PROFILE and not schema.classes[name].time_path)
    if others:
        yield f"it walks to {', '.join(others)}"
    for source in (item for item in typed.walk(condition) if isinstance(item, Instances)):
        yield f"it goes over all rows of {source.class_name}"
    for segment in (item for item in typed.walk(condition) if isinstance(item, typed.InSegment)):
        if segment.name in external:
            yield f"it asks about {segment.name}, an audience from outside"
    if not all(_is_recent(steps, first, schema) for steps, first in _events(condition, schema)):
        yield "it asks about events without a window, or in one of more than 24 hours"
    if _only_excludes(condition):
        yield "it only excludes, and nothing that arrives would make anybody a member"
    if _ignores_year(condition):
        yield "it takes a day or month without its year, which the calendar changes and no arriving record"


def _allows(condition: typed.Condition, schema: Schema) -> str:
    if any(True for _ in _events(condition, schema)):
        return "it uses only the person and their events of the last 24 hours"
    return "it uses only the person's own attributes"


def _events(condition: typed.Condition, schema: Schema) -> Iterator[tuple[tuple[typed.Step, ...], typed.Item | None]]:
    """Every way to events, to those that an array is made of as well; and the first item of the chain over it."""
    nodes = list(typed.walk(condition))
    chains = {item.collection: item.items[0] for item in nodes if isinstance(item, typed.Chain)}
    for rows in nodes:
        steps = rows.steps if isinstance(rows, typed.Collection | Unnested | Mapped | Top | Members) else ()
        if events := tuple(step for step in steps if _is_event(step, schema)):
            yield events, chains.get(rows) if isinstance(rows, typed.Collection) else None


def _is_event(step: typed.Step, schema: Schema) -> bool:
    return isinstance(step.edge, Edge) and schema.classes[step.edge.target].time_path is not None


def _is_recent(steps: tuple[typed.Step, ...], first: typed.Item | None, schema: Schema) -> bool:
    """Whether only events of the last 24 hours can be in it; what follows in a chain is younger than its first item."""
    if first and _bounds(first.condition, first.row, schema):
        return True
    return all(any(_bounds(condition, step.item, schema) for condition in step.filters) for step in steps)


def _bounds(condition: typed.Condition, row: typed.Var, schema: Schema) -> bool:
    """Whether a condition keeps the time of an event within the window, at whatever instant it is evaluated."""
    time = schema.classes[row.class_name].time_path

    def is_time(value: typed.Value) -> bool:
        return isinstance(value, typed.Attribute) and (value.var, value.hops, value.field.path) == (row, (), time)

    back: timedelta | None = None
    match condition:
        case typed.All(conditions):
            return any(_bounds(item, row, schema) for item in conditions)
        case typed.Any(conditions):
            return bool(conditions) and all(_bounds(item, row, schema) for item in conditions)
        case typed.Within(subject, low, _) if is_time(subject):
            back = _reach(low)
        case typed.CompareTime("=" | ">" | ">=", subject, anchor) if is_time(subject):
            back = _reach(anchor)
        case typed.Distance(subject, operator, amount, unit, direction, anchor) if is_time(subject):
            back = _reach(anchor)
            if direction == "before":
                units = {"<": amount, "<=": amount, "=": amount + 1}.get(operator)
                back = back + units * LENGTHS[unit] if back is not None and units and unit in LENGTHS else None
    return back is not None and back <= WINDOW


def _reach(time: typed.Value) -> timedelta | None:
    """How far before now the start of a time can lie at most; None where nothing keeps it near."""
    match time:
        case typed.Now():
            return timedelta(0)
        case typed.Day(offset):
            return timedelta(days=max(0, 1 - offset))
        case typed.Period(offset, unit) if unit in LENGTHS:
            return max(timedelta(0), (1 - offset) * LENGTHS[unit])
        case typed.Shifted(amount, unit, "before", anchor) if unit in LENGTHS:
            back = _reach(anchor)
            return None if back is None else back + amount * LENGTHS[unit]
        case typed.Shifted(_, _, "after", anchor):
            return _reach(anchor)
    return None


def _only_excludes(condition: typed.Condition) -> bool:
    """A rule that is one negation, or nothing but negations joined by `and`; `forall` and `isNotNull` are none."""
    match condition:
        case typed.All(conditions):
            return bool(conditions) and all(map(_only_excludes, conditions))
        case typed.Not(typed.Not(twice)):
            return _only_excludes(twice)
        case typed.Not(typed.Exists(rows)):
            return not any(isinstance(item, typed.Not) for item in rows.steps[-1].filters)
        case typed.Not(negated):
            return not isinstance(negated, typed.Missing | typed.IsNull)
    return False


def _ignores_year(condition: typed.Condition) -> bool:
    parts = [item for item in typed.walk(condition) if isinstance(item, typed.DatePart)]
    with_year = {item.operand for item in parts if item.part == "year"}
    return any(item.operand not in with_year for item in parts)
