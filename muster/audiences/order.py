"""The order in which audiences are evaluated: those that others ask for with `inSegment` come first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

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


def references(audiences: Sequence[Audience]) -> dict[str, list[str]]:
    """For each audience, the audiences that its rule names and that come before it.

    A rule that does not parse names none, nor does one in a circle: both are told when they are evaluated.
    """
    named = {item.name: _named(item.rule) for item in audiences}
    order, _ = in_dependency_order(named)
    return {name: [other for other in others if name in order and other in order] for name, others in named.items()}


def _named(rule: str) -> list[str]:
    try:
        return list(referenced_audiences(rule))
    except RuleError:
        return []
