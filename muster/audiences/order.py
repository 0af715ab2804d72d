"""The order in which audiences are evaluated: those that others ask for with `inSegment` come first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from muster.audiences.shaping import needs
from muster.config.audience_groups import AudienceGroups
from muster.config.models import Audience
from muster.errors import RuleError
from muster.pql import referenced_audiences


def in_dependency_order(references: Mapping[str, Sequence[str]]) -> tuple[list[str], dict[str, RuleError]]:
    """Names in an order in which every audience follows those it refers to, and those that no order can hold.

    `references` maps each audience to the audiences its rule names; names outside the mapping are left out of the
    order. Audiences that refer to one another in a circle are told apart, each with the path; the others go on.
    """
    graph = {name: [other for other in others if other in references] for name, others in references.items()}
    circular: dict[str, RuleError] = {}
    while True:
        try:
            return list(TopologicalSorter(graph).static_order()), circular
        except CycleError as error:
            circle = list(reversed(error.args[1]))
            told = f"audiences refer to one another in a circle: {' → '.join(circle)}"
            circular |= {name: RuleError(told, expected="break one reference") for name in circle}
            graph = {
                name: [other for other in others if other not in circle]
                for name, others in graph.items()
                if name not in circle
            }


def references(audiences: Sequence[Audience], groups: AudienceGroups | None = None) -> dict[str, list[str]]:
    """For each audience, those that come before it: named in its rule, excluded, split, or first on a priority list.

    A rule that does not parse names none, nor does one in a circle: both are told when they are evaluated.
    """
    by_name = {item.name: item for item in audiences}
    named = {
        item.name: list(dict.fromkeys([*_named(item.condition), *needs(item, by_name, groups or AudienceGroups())]))
        for item in audiences
    }
    order, _ = in_dependency_order(named)
    return {name: [other for other in others if name in order and other in order] for name, others in named.items()}


def with_needed(names: Sequence[str], audiences: Sequence[Audience], groups: AudienceGroups) -> list[str]:
    """The named audiences, with all they need, and those after them on a priority list, whom they may take away from.

    In an order in which every audience follows those it needs.
    """
    before = references(audiences, groups)
    published = {item.name for item in audiences if item.status == "published"}
    found, waiting = set[str](), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += before.get(name, [])
            waiting += _after(name, groups) & published
    order, circular = in_dependency_order({name: before.get(name, []) for name in found})
    return [*order, *circular]


def _after(name: str, groups: AudienceGroups) -> set[str]:
    lists = [item.audiences for item in groups.exclusive if name in item.audiences]
    return {other for listed in lists for other in listed[listed.index(name) + 1 :]}


def _named(rule: str) -> list[str]:
    try:
        return list(referenced_audiences(rule))
    except RuleError:
        return []
