"""How alike two records are: one comparison for each kind of evidence, with levels from "the same" to "different".

Levels are SQL conditions over the records l and r; the first that holds is the level, and 0 is the best. `m` is what we
expect of two records of one person before we have seen the data; what the data say replaces it. `n` is the column that
counts how many records share the value of that level: what is rare tells more. `shared` is how often two *different*
people who belong together have this in common; see `model`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

#: Two people who are related: of one household, twins, colleagues, namesakes; and two records that agree on all but an
#: exclusive identifier. The order is that of `Comparison.shared`.
RELATIONS = ("household", "twins", "colleagues", "namesakes", "doubles")


@dataclass(frozen=True)
class Level:
    """One degree of likeness: its name in evidence, the condition, and how often it holds for one person's records.

    `most` bounds what the data may teach of that: where all else of a pair agrees, as with twins, this level alone
    tells that they are two, and a model that learns from what agrees would learn that people change it.
    """

    name: str
    condition: str
    m: float
    n: str | None = None
    most: float = 1.0


@dataclass(frozen=True)
class Comparison:
    """One kind of evidence.

    `present` says when both records have something to compare. `coincidence` is the least number of other records that
    a value is thought to be shared with by chance: a name that is found once in a file is not unique in the world, an
    e-mail address nearly is. `trust` is the number of pairs that our expectation `m` weighs as much as. `near` is
    `shared` of all but the first level, where it differs: brothers are not called the same, but may well be called
    alike. `personal` is what one person has one of.
    """

    name: str
    present: str
    levels: tuple[Level, ...]
    shared: tuple[float, float, float, float, float]
    coincidence: float = 0.5
    trust: float = 20
    near: tuple[float, float, float, float, float] | None = None
    personal: bool = False
    path: str = field(default="", compare=False)

    @property
    def level_sql(self) -> str:
        cases = " ".join(f"when {level.condition} then {number}" for number, level in enumerate(self.levels[:-1]))
        last = len(self.levels) - 1
        return f"(case when not coalesce({self.present}, false) then -1 {cases} else {last} end)::tinyint"

    @property
    def count_sql(self) -> str:
        """How many records share the value, where `<name>_level` is one of a value; else null."""
        valued = [(number, level.n) for number, level in enumerate(self.levels) if level.n]
        cases = " ".join(f"when {number} then greatest(l.{n}, r.{n})" for number, n in valued)
        return f"(case {self.name}_level {cases} end)::float" if cases else "null::float"


def close(left: str, right: str, likeness: float = 0.92) -> str:
    """Alike from the start on, or one edit apart, wherever it is."""
    return (
        f"case when jaro_winkler_similarity({left}, {right}) >= {likeness} then true else {edits(left, right, 1)} end"
    )


def edits(left: str, right: str, most: int, shortest: int = 4) -> str:
    """Not more than so many letters wrong, missing, added or changed about; texts too unlike for it are passed by."""
    lengths = f"length({left}), length({right})"
    near = f"abs(length({left}) - length({right})) <= {most} and least({lengths}) >= {shortest}"
    ends = f" and (left({left}, 1) = left({right}, 1) or right({left}, 1) = right({right}, 1))" if most == 1 else ""
    return f"case when {near}{ends} then damerau_levenshtein({left}, {right}) <= {most} else false end"
