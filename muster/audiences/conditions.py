"""Who meets the rules of one evaluation: what several rules have in common is asked once.

Rules become sets over leaves (see `planning`). The first rule that needs a leaf has its whole family answered, in one
pass; each answer is kept until the last rule that needs it has had it.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

import duckdb
from pyroaring import BitMap

from muster.audiences.bitmaps import CONTAINER, from_query, to_arrow
from muster.audiences.planning import Agenda, Ask, Both, Either, Family, Leaf, Member, Plan, Rest, leaves, sweep
from muster.audiences.segments import segment_table
from muster.errors import RuleError
from muster.snapshot.publish import ORDINAL
from muster.sql import identifier

#: Bytes for the masks of one pass: 128 combinations of a million people.
MEMORY = 128 * 2**20


class Conditions:
    """The conditions of an agenda on the tables in `connection`, which must not change in the meantime.

    `members` answers for each rule once; of an audience that a rule asks about, `know` has to be told before.
    `memory` is how many bytes one pass may take for its masks; one mask it takes in any case.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, agenda: Agenda, memory: int = MEMORY) -> None:
        self._connection, self._agenda, self._memory = connection, agenda, memory
        self._family = {leaf.key: family for family in agenda.families for leaf in family.leaves}
        self._uses = Counter(agenda.uses)
        self._found: dict[object, BitMap] = {}
        self._audiences: dict[str, BitMap] = {}
        self._loaded: set[str] = set()
        self.all_of = cache(self._all_of)

    def know(self, audience: str, members: BitMap) -> None:
        """The members of an audience, for rules that ask about it."""
        self._audiences[audience] = members

    def members(self, name: str) -> BitMap:
        """Ordinals of everyone for whom a rule holds.

        Raises RuleError where the database cannot work it out, such as where a sum overflows.
        """
        asked = self._agenda.plans[name]
        found = self._members(asked, self._agenda.everyone[name])
        for leaf in leaves(asked):
            self._uses[leaf.key] -= 1
            if not self._uses[leaf.key]:
                self._found.pop(leaf.key, None)
        return found

    @property
    def kept(self) -> int:
        """How many answers are held in memory."""
        return len(self._found)

    def _members(self, asked: Plan, everyone: str) -> BitMap:
        match asked:
            case Ask(leaf):
                return self._answered(leaf)
            case Member(audience):
                return self._audiences[audience] & self.all_of(everyone)
            case Rest(part):
                return self.all_of(everyone) - self._members(part, everyone)
            case Both(parts):
                found = [self._members(part, everyone) for part in parts]
                return BitMap.intersection(*found) if found else self.all_of(everyone)
            case Either(parts):
                return BitMap.union(*(self._members(part, everyone) for part in parts))

    def _answered(self, leaf: Leaf) -> BitMap:
        if leaf.key not in self._found:
            self._load_audiences(leaf)
            family = self._family[leaf.key]
            try:
                self._sweep(family)
            except duckdb.Error:
                self._sweep_alone(leaf)
        return self._found[leaf.key]

    def _sweep(self, family: Family) -> None:
        everyone = self.all_of(family.leaves[0].everyone)
        for leaf, found in sweep(self._connection, family, _width(everyone), self._memory):
            self._found[leaf.key] = found & everyone

    def _sweep_alone(self, leaf: Leaf) -> None:
        """Another leaf of the family may be what the database stumbled over."""
        try:
            self._sweep(Family([leaf]))
        except duckdb.Error as error:
            kind = str(error).partition(":")[0]  # what follows may quote values of people
            raise RuleError(f"the rule cannot be worked out on this data: {kind}") from None

    def _all_of(self, table: str) -> BitMap:
        """Everyone in a table."""
        return from_query(self._connection, f"select {ORDINAL} from {identifier(table)}")

    def _load_audiences(self, leaf: Leaf) -> None:
        """Make the tables of audiences that are asked about related rows; of the entity itself sets will do."""
        for name, members in self._audiences.items():
            table = segment_table(name)
            if table in leaf.reads and table not in self._loaded:
                self._loaded.add(table)
                self._connection.register("members", to_arrow(members))
                made = f"create table {identifier(table)} as select {ORDINAL}::bigint as {ORDINAL} from members"
                self._connection.execute(made)
                self._connection.unregister("members")


def _width(everyone: BitMap) -> int:
    """Room for every ordinal, in whole containers."""
    last = everyone.max() if everyone else 0
    return (last // CONTAINER + 1) * CONTAINER
