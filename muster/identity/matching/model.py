"""How probable it is that two records are of one person, after Fellegi and Sunter (1969), with a third possibility.

Two records are of one person, of two strangers, or of two people who belong together: a household, twins, colleagues,
namesakes. Plain Fellegi–Sunter knows the first two only, and takes a son for his father because name, address and phone
agree. Here each comparison k of level g weighs in all of them:

    one person   m_k(g)      learnt from the pairs by expectation and maximisation, starting from our expectation
    strangers    u_k(g)      how often it holds by chance: counted; for a value v, from how often v occurs
    related R    s_kR m_k(g) + (1 - s_kR) u_k(g)      with s how often such people share it (`Comparison.shared`)

and P(one person) follows from Bayes. The prior of strangers' pairs is all pairs of the records; that of one person's
pairs is learnt with m; related pairs are taken to be about as frequent as those (our decision).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muster.identity.matching.comparison import Comparison

Floats = NDArray[np.float64]
Levels = NDArray[np.int8]
Counts = NDArray[np.float32]

#: How many pairs of related people there are for each pair of records of one person, in the order of RELATIONS.
_RELATED = np.array([0.5, 0.2, 0.5, 0.2, 0.002])
#: The relations of which the data may tell the frequency, and the number of pairs that our expectation weighs.
_LEARNT = np.array([True, True, True, False, False])
_FAITH = 15
_ROUNDS = 60
#: After so many rounds, pairs that are strangers with all but this probability are left out: they add nothing.
_SETTLED, _NOTHING = 1, 1e-5
#: The number of matched pairs is learnt once a round changes it by less than this share.
_STILL = 1e-5


def patterns(levels: Levels, counts: Counts) -> tuple[Levels, Counts, Floats]:
    """Each different row of the two arrays once, and how many pairs it stands for; most pairs differ alike."""
    width = levels.shape[1]
    factors = np.random.default_rng(1).integers(1, 2**63, 2 * width, dtype=np.uint64) * 2 + 1
    marks = np.zeros(len(levels), np.uint64)
    for k in range(width):
        marks += (levels[:, k].astype(np.uint64) + 1) * factors[k]
        marks ^= marks >> np.uint64(29)
        marks += counts[:, k].view(np.uint32).astype(np.uint64) * factors[width + k]
        marks ^= marks >> np.uint64(31)
    _, first, times = np.unique(marks, return_index=True, return_counts=True)
    return levels[first], counts[first], times.astype(np.float64)


@dataclass(frozen=True)
class Chance:
    """What strangers have in common: of pairs at random, how many are at each level of each comparison."""

    levels: Sequence[Floats]


@dataclass
class Model:
    """Weights for `comparisons` over `rows` records; `fit` learns them, `probability` uses them.

    Pairs come as two arrays of shape (pairs, comparisons): levels (-1: nothing to compare) and how many records share
    the value (nan: not a level of a value).
    """

    comparisons: Sequence[Comparison]
    rows: int
    u: list[Floats]
    m: list[Floats]
    matched: float
    related: Floats

    @classmethod
    def expected(cls, comparisons: Sequence[Comparison], rows: int, chance: Chance) -> Model:
        """Before any pair was seen: one record in four has a second."""
        m = [np.array([level.m for level in each.levels]) for each in comparisons]
        return cls(
            comparisons, rows, [u.copy() for u in chance.levels], [each / each.sum() for each in m], rows / 4, _RELATED
        )

    @property
    def all_pairs(self) -> float:
        return max(self.rows * (self.rows - 1) / 2, 1.0)

    def fit(self, levels: Levels, counts: Counts, share: float, chance: Chance) -> None:
        """Learn m and the number of matched pairs from candidate pairs, of which `share` of all are given."""
        levels, counts, pairs = patterns(levels, counts)
        for number in range(_ROUNDS):
            same, strangers, related = self._likelihoods(levels, counts)
            everything = np.logaddexp(np.logaddexp.reduce(related, axis=0), np.logaddexp(same, strangers))
            chances = np.exp(same - everything)
            others = np.exp(related - everything)
            p, together = chances * pairs, others @ pairs
            before = self.matched
            learnt = (together / share + _FAITH * _RELATED) / (p.sum() / share + _FAITH)
            self.related = np.where(_LEARNT, np.minimum(learnt, 2 * _RELATED), _RELATED)
            self.matched = float(min(max(p.sum() / share, 0.5), self.all_pairs / 4)) + 0.25
            for k, each in enumerate(self.comparisons):
                seen = levels[:, k] >= 0
                found = np.bincount(levels[seen, k], weights=p[seen], minlength=len(each.levels))
                expected = np.array([level.m for level in each.levels])
                self.m[k] = (found + each.trust * expected / expected.sum()) / (found.sum() + each.trust)
                self.u[k] = self._strangers(k, chance.levels[k])
            if number > _SETTLED and abs(self.matched - before) < _STILL * before:
                break
            if number == _SETTLED:
                open_ = chances + others.sum(axis=0) > _NOTHING
                levels, counts, pairs = levels[open_], counts[open_], pairs[open_]
        for k, each in enumerate(self.comparisons):
            self.m[k] = np.minimum(self.m[k], [level.most for level in each.levels])

    def _strangers(self, k: int, random: Floats) -> Floats:
        """Pairs at random hold matched ones too; they are taken out, which matters where records are few."""
        rate = min(self.matched / self.all_pairs, 0.5)
        return np.asarray(np.maximum((random - rate * self.m[k]) / (1 - rate), 0.02 * random + 1e-9))

    def probability(self, levels: Levels, counts: Counts) -> Floats:
        """P(one person) of each pair."""
        same, strangers, related = self._likelihoods(levels, counts)
        others = np.logaddexp(np.logaddexp.reduce(related, axis=0), strangers)
        return np.asarray(1 / (1 + np.exp(np.clip(others - same, -60, 60))))

    def weights(self, k: int, levels: Levels, counts: Counts) -> Floats:
        """The weight of comparison k for each pair: log2 of how much more often one person has it than strangers."""
        m, u = self._rates(k, levels[:, k], counts[:, k])
        return np.asarray(np.log2(m / u))

    def against(self, levels: Levels, counts: Counts) -> tuple[Floats, Floats]:
        """The log odds of all that disagrees in each pair, and of what is personal in that; 0 where nothing does."""
        everything, personal = np.zeros(len(levels)), np.zeros(len(levels))
        for k, each in enumerate(self.comparisons):
            m, u = self._rates(k, levels[:, k], counts[:, k])
            found = np.maximum(np.log(u / m), 0)
            everything += found
            personal += found * each.personal
        return everything, personal

    def _rates(self, k: int, level: NDArray[np.int8], count: NDArray[np.float32]) -> tuple[Floats, Floats]:
        """m and u of each pair; 1 and 1 where there is nothing to compare."""
        each = self.comparisons[k]
        m = np.append(self.m[k], 1.0)[level]
        u = np.append(self.u[k], 1.0)[level]
        valued = ~np.isnan(count)
        if valued.any():
            partners = max(2 * self.matched / self.rows, 1.0)  # the pair itself is no coincidence
            others = np.maximum(count[valued] - 1 - partners, each.coincidence)
            u[valued] = np.minimum(others / self.rows, 1.0)
        return m, u

    def _likelihoods(self, levels: Levels, counts: Counts) -> tuple[Floats, Floats, Floats]:
        """Logarithms for one person, for strangers, and for each relation: (pairs,), (pairs,), (relations, pairs).

        They are looked up by level, and only where the level is one of a value told for the pair itself.
        """
        first = [self.matched, self.all_pairs, *(self.matched * self.related)]
        told = np.tile(np.log(first)[:, None], (1, len(levels)))
        for k, each in enumerate(self.comparisons):
            level = levels[:, k]
            numbers = np.arange(len(each.levels))
            of_level = np.append(self._logs(each, numbers, self.m[k], self.u[k]), np.zeros((len(told), 1)), axis=1)
            told += of_level[:, level]
            valued = np.flatnonzero(~np.isnan(counts[:, k]))
            if len(valued):
                m, u = self._rates(k, level[valued], counts[valued, k])
                told[:, valued] += self._logs(each, level[valued], m, u) - of_level[:, level[valued]]
        return told[0], told[1], told[2:]

    @staticmethod
    def _logs(each: Comparison, level: NDArray[np.integer], m: Floats, u: Floats) -> Floats:
        """Logarithms of m, of u, and of what each relation makes of them: shape (2 + relations, levels)."""
        shares = np.where(level == 0, np.array(each.shared)[:, None], np.array(each.near or each.shared)[:, None])
        return np.asarray(np.log(np.concatenate([m[None], u[None], shares * m + (1 - shares) * u])))
