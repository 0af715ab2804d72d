"""A condition that is asked of the database: the rows it looks through, whose they are, and what it asks of each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect

from muster.audiences.planning.constants import Constant

_WRITER = Dialect.get_or_raise("duckdb").generator()

Constants = tuple[Constant, ...]


@dataclass(frozen=True)
class Test:
    """One condition on a row. `shape` is its text without its `constants`, of which most conditions have none."""

    condition: exp.Expr
    shape: str
    constants: Constants = ()

    @property
    def subject(self) -> exp.Expr:
        """What is compared with the constants."""
        subject: exp.Expr = self.condition.this
        return subject


@dataclass(frozen=True)
class Count:
    """`operator` and a number that the count of rows is compared with."""

    operator: str
    number: Constant


@dataclass(frozen=True, eq=False)
class Leaf:
    """The rows of `tables` (a SELECT with nothing but FROM and JOIN) that meet all `tests`, each of the ordinal `who`.

    Meant are those in the table `everyone` who have such a row, or so many of them as `count` says. Leaves of one
    `shape` differ at most in their constants and in what their count is compared with.
    """

    everyone: str
    tables: exp.Select
    who: exp.Expr
    tests: tuple[Test, ...]
    count: Count | None = None

    @cached_property
    def shape(self) -> str:
        how = "exists" if self.count is None else "count"
        tests = (test.shape for test in self.tests)
        return "\n".join((how, self.everyone, written(self.who), written(self.tables), *tests))

    @cached_property
    def key(self) -> tuple[str, Count | None, tuple[Constants, ...]]:
        """Leaves with one key have the same members."""
        return self.shape, self.count, tuple(test.constants for test in self.tests)

    @property
    def parts(self) -> tuple[exp.Expr, ...]:
        """All SQL there is in it."""
        return (self.tables, self.who, *(test.condition for test in self.tests))

    @cached_property
    def reads(self) -> set[str]:
        """The names of the tables that it reads."""
        return {table.name for part in self.parts for table in part.find_all(exp.Table)}


def written(expression: exp.Expr) -> str:
    return _WRITER.generate(expression)
