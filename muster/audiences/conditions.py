"""Who meets the rules of one evaluation: a condition that several rules have in common is asked once.

Rules are taken apart at their outermost `and`. Each shared condition becomes a bitmap of ordinals that is kept for
the others, and a rule is where its bitmaps meet; a rule that shares nothing stays one query.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import duckdb
from pyroaring import BitMap

from muster.audiences.bitmaps import from_query
from muster.pql import CompiledRule


class Conditions:
    """The conditions of `rules` on the tables in `connection`, which must not change in the meantime."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, rules: Iterable[CompiledRule]) -> None:
        self._connection = connection
        self._uses = Counter(part for rule in rules for part in set(rule.conjuncts))
        self._known: dict[str, BitMap] = {}

    def members(self, rule: CompiledRule) -> BitMap:
        """Ordinals of everyone for whom the rule holds."""
        if all(self._uses[part] < 2 for part in rule.conjuncts):
            return from_query(self._connection, rule.sql)
        return BitMap.intersection(*(self._meeting(part) for part in rule.conjuncts))

    def _meeting(self, part: str) -> BitMap:
        if part in self._known:
            return self._known[part]
        found = from_query(self._connection, part)
        if self._uses[part] > 1:
            self._known[part] = found
        return found
