"""Audiences beside one another: what they share, and what a new rule would change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from pyroaring import BitMap

from muster.audiences.trial import Trial, Trials
from muster.errors import RuleError


@dataclass(frozen=True)
class Pair:
    """Two audiences: who is in both; `jaccard` is that as a share of who is in either."""

    one: str
    other: str
    both: int
    only_one: int
    only_other: int
    jaccard: float


def overlap(members: Mapping[str, BitMap]) -> list[Pair]:
    """Every pair, the most alike first."""
    return sorted(
        (_pair(one, other, members) for one, other in combinations(members, 2)), key=lambda pair: -pair.jaccard
    )


def _pair(one: str, other: str, members: Mapping[str, BitMap]) -> Pair:
    a, b = members[one], members[other]
    either = a.union_cardinality(b)
    both = a.intersection_cardinality(b)
    return Pair(one, other, both, len(a) - both, len(b) - both, round(both / either, 4) if either else 0.0)


@dataclass(frozen=True)
class RuleDifference:
    """Two rules on the same data: who would enter and who would leave."""

    of: str
    before: Trial
    after: Trial

    @property
    def entering(self) -> BitMap:
        return self.after.members - self.before.members

    @property
    def leaving(self) -> BitMap:
        return self.before.members - self.after.members

    @property
    def staying(self) -> int:
        return int(self.before.members.intersection_cardinality(self.after.members))

    def to_json(self, trials: Trials, limit: int) -> dict[str, Any]:
        """Counts, and the ids of the first few on each side."""
        entity = self.before.entity
        return {
            "of": self.of,
            "before": {"rule": self.before.text.strip(), "size": len(self.before.members)},
            "after": {"rule": self.after.text.strip(), "size": len(self.after.members)},
            "staying": self.staying,
            "entering": {"size": len(self.entering), "ids": trials.snapshot.ids(entity, self.entering[:limit])},
            "leaving": {"size": len(self.leaving), "ids": trials.snapshot.ids(entity, self.leaving[:limit])},
            "method": {"before": self.before.rule.method, "after": self.after.rule.method},
        }


def difference(trials: Trials, of: str, before: str, after: str) -> RuleDifference:
    """Try both rules. Raises RuleError naming the rule that cannot be used."""
    return RuleDifference(of, _named(trials, of, before, "the first rule"), _named(trials, of, after, "the new rule"))


def _named(trials: Trials, of: str, rule: str, name: str) -> Trial:
    try:
        return trials.rule(rule, of)
    except RuleError as error:
        raise RuleError(f"{name}: {error.message}", error.line, error.column, error.expected) from None
