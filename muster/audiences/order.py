"""The order in which audiences are evaluated: those that others ask for with `inSegment` come first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from muster.config.models import Audience
from muster.errors import RuleError
from muster.pql import referenced_audiences


def in_dependency_order(references: Mapping[str, Sequence[str]]) -> list[str]:
    """Names in an order in which every audience follows those it refers to.

    `references` maps each audience to the audiences its rule names; names outside the mapping are left out of the
    result. Raises RuleError with the path where audiences refer to one another in a circle.
    """
    graph = {name: [other for other in others if other in references] for name, others in references.items()}
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        path = " → ".join(reversed(error.args[1]))
        raise RuleError(f"audiences refer to one another in a circle: {path}", expected="break one reference") from None


def references(audiences: Sequence[Audience]) -> dict[str, list[str]]:
    """For each audience, the other audiences that its rule names; a rule that does not parse names none."""
    return {item.name: [name for name in _named(item.rule) if name != item.name] for item in audiences}


def _named(rule: str) -> list[str]:
    try:
        return list(referenced_audiences(rule))
    except RuleError:
        return []
