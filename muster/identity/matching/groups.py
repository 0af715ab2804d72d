"""Groups that merge one by one; what speaks for and against a merge is kept for the pairs alone that are given."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class Groups:
    """Rows 0 … `size` - 1, each a group of its own at first.

    `odds[i]` are the log odds that rows `a[i]` and `b[i]` are one; of pairs that are not given they are `absent`, which
    is less than nothing. What is held grows with the pairs given, whatever the number of rows.
    """

    def __init__(
        self, size: int, a: NDArray[np.int64], b: NDArray[np.int64], odds: NDArray[np.float64], absent: float
    ) -> None:
        self._absent = absent
        self._group = list(range(size))
        self._rows = [1] * size
        # by how much the pairs between two groups exceed what as many absent ones would say
        self._excess: list[dict[int, float]] = [{} for _ in range(size)]
        for one, other, excess in zip(a.tolist(), b.tolist(), (odds - absent).tolist(), strict=True):
            self._excess[one][other] = self._excess[other][one] = excess

    def join(self, a: int, b: int) -> None:
        """Merge the groups of two rows where the log odds of all pairs between them sum up to more than nothing."""
        one, other = self._of(a), self._of(b)
        if one == other:
            return
        told = self._excess[one].get(other, 0.0) + self._absent * self._rows[one] * self._rows[other]
        if told > 0:
            self._merge(*((one, other) if len(self._excess[one]) >= len(self._excess[other]) else (other, one)))

    def of_each(self) -> NDArray[np.int64]:
        """The group of each row, shape (size,), numbered from 0."""
        roots = np.array([self._of(row) for row in range(len(self._group))], dtype=np.int64)
        return np.unique(roots, return_inverse=True)[1].astype(np.int64)

    def _of(self, row: int) -> int:
        while self._group[row] != row:
            self._group[row] = row = self._group[self._group[row]]
        return row

    def _merge(self, into: int, gone: int) -> None:
        self._group[gone] = into
        self._rows[into] += self._rows[gone]
        kept = self._excess[into]
        for neighbour, excess in self._excess[gone].items():
            del self._excess[neighbour][gone]
            if neighbour != into:
                kept[neighbour] = self._excess[neighbour][into] = kept.get(neighbour, 0.0) + excess
        self._excess[gone] = {}
