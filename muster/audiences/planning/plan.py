"""A rule as sets: where leaves meet, where they are united, and who is in none of them.

Conditions are true or not by the time they are members of a set: SQL's null has become "not in it", so that `not` is
the rest of everyone. Whatever the planner does not know is a leaf, and a leaf may be anything that has SQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from muster.audiences.planning.leaf import Leaf
from muster.audiences.planning.reading import leaf
from muster.errors import RuleError
from muster.pql import CompiledRule, typed
from muster.pql.sql.reach import no_rows


@dataclass(frozen=True)
class Ask:
    """Everyone for whom a leaf holds."""

    leaf: Leaf


@dataclass(frozen=True)
class Member:
    """Everyone in another audience of the same entity."""

    audience: str


@dataclass(frozen=True)
class Both:
    """Everyone who is in all parts; everyone where there are none."""

    parts: tuple[Plan, ...]


@dataclass(frozen=True)
class Either:
    """Everyone who is in one of the parts."""

    parts: tuple[Plan, ...]


@dataclass(frozen=True)
class Rest:
    """Everyone who is not in `part`."""

    part: Plan


Plan = Ask | Member | Both | Either | Rest


def plan(rule: CompiledRule) -> Plan:
    """The sets that a rule asks for. Raises RuleError where it is nested too deeply."""
    try:
        return _planned(rule, rule.condition)
    except RecursionError:
        raise RuleError("the rule is nested too deeply", expected="split it into several audiences") from None


def leaves(item: Plan) -> Iterator[Leaf]:
    """Every leaf of a plan, as often as it stands in it."""
    match item:
        case Ask(asked):
            yield asked
        case Both(parts) | Either(parts):
            for part in parts:
                yield from leaves(part)
        case Rest(part):
            yield from leaves(part)


def _planned(rule: CompiledRule, condition: typed.Condition) -> Plan:
    match condition:
        case typed.All(conditions):
            return Both(tuple(_planned(rule, part) for part in conditions))
        case typed.Any(conditions):
            return Either(tuple(_planned(rule, part) for part in conditions))
        case typed.Not(negated):
            return Rest(_planned(rule, negated))
        case typed.InSegment(typed.Related(var, ()), name) if var == rule.root:
            return Member(name)
        case typed.Compare() if (rows := no_rows(condition)) is not None:
            return _planned(rule, rows)
        case typed.Exists(collection):
            outside, inside = _hoisted(rule.root, collection)
            if outside:
                return Both((*(_planned(rule, part) for part in outside), Ask(leaf(rule.select(inside)))))
    return Ask(leaf(rule.select(condition)))


def _hoisted(root: typed.Var, collection: typed.Collection) -> tuple[list[typed.Condition], typed.Exists]:
    """What a quantifier asks of `root` alone, and the quantifier without it.

    `exists R from … where R.role = "User" and personScore > 50` reaches as far as it can, and so takes in conditions
    that have nothing to do with R.
    """
    outside: list[typed.Condition] = []
    steps: list[typed.Step] = []
    for step in collection.steps:
        inside: list[typed.Condition] = []
        for condition in _conjuncts(step.filters):
            (outside if typed.free_variables(condition) <= {root} else inside).append(condition)
        steps.append(typed.Step(step.edge, step.item, tuple(inside)))
    return outside, typed.Exists(typed.Collection(collection.root, tuple(steps)))


def _conjuncts(conditions: tuple[typed.Condition, ...]) -> Iterator[typed.Condition]:
    for condition in conditions:
        if isinstance(condition, typed.All):
            yield from _conjuncts(condition.conditions)
        else:
            yield condition
