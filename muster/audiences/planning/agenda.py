"""All that the rules of one evaluation ask of the database, before it is asked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlglot import exp

from muster.audiences.planning.family import Family, families
from muster.audiences.planning.plan import Plan, leaves, plan
from muster.audiences.segments import is_segment
from muster.pql import CompiledRule
from muster.snapshot.publish import ORDINAL


@dataclass(frozen=True)
class Agenda:
    """`plans` by the name of the rule, and in `everyone` the table of those a rule is about."""

    plans: Mapping[str, Plan]
    everyone: Mapping[str, str]

    @classmethod
    def of(cls, rules: Mapping[str, CompiledRule]) -> Agenda:
        """What rules ask. Raises RuleError where one of them is nested too deeply."""
        plans = {name: plan(rule) for name, rule in rules.items()}
        return cls(plans, {name: rule.table for name, rule in rules.items()})

    @cached_property
    def families(self) -> list[Family]:
        return families(leaf for item in self.plans.values() for leaf in leaves(item))

    @cached_property
    def uses(self) -> Counter[object]:
        """How many times each leaf is asked, by its key."""
        return Counter(leaf.key for item in self.plans.values() for leaf in leaves(item))

    @cached_property
    def read(self) -> dict[str, dict[str, set[str]]]:
        """By the shape of leaves, each table they read with all column names that occur beside it."""
        told = {}
        for family in self.families:
            leaf = family.leaves[0]
            used = {column.name for part in leaf.parts for column in part.find_all(exp.Column)}
            told[leaf.shape] = dict.fromkeys(leaf.reads, used)
        return told

    @cached_property
    def columns(self) -> dict[str, set[str]]:
        """What to load: every table that is read, with column names; the loader takes those that a table has."""
        columns: dict[str, set[str]] = defaultdict(set)
        for table in self.everyone.values():
            columns[table].add(ORDINAL)
        for read in self.read.values():
            for table, used in read.items():
                if not is_segment(table):
                    columns[table] |= used
        return columns

    def without(self, names: Collection[str]) -> Agenda:
        """What the other rules ask."""
        kept = {name: item for name, item in self.plans.items() if name not in names}
        return Agenda(kept, {name: self.everyone[name] for name in kept})
