"""What may not lie in one cluster, in one form: a cluster holds at most one value of each key.

A unique namespace is a key, and each of its identities a value of it. Two records that were decided to be different
are a key of their own, with two values.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muster.identity.graph.components import Integers


@dataclass(frozen=True)
class Constraints:
    """Three arrays of one length: node `node[i]` holds `value[i]` of `key[i]`."""

    node: Integers
    key: Integers
    value: Integers

    @classmethod
    def none(cls) -> Constraints:
        return cls(*(np.empty(0, np.int64) for _ in range(3)))

    @classmethod
    def of(cls, unique: Integers, namespace: Integers, left: Integers, right: Integers) -> Constraints:
        """Nodes `unique` of unique namespaces, `namespace` (codes from 0) in step; pairs that are to stay apart."""
        first = int(namespace.max()) + 1 if len(namespace) else 0
        pairs = np.arange(first, first + len(left), dtype=np.int64)
        return cls(
            np.concatenate([unique, left, right]).astype(np.int64),
            np.concatenate([namespace, pairs, pairs]).astype(np.int64),
            np.concatenate([unique, np.zeros(len(left)), np.ones(len(right))]).astype(np.int64),
        )

    def within(self, nodes: NDArray[np.bool_]) -> Constraints:
        """Those of the nodes for which the mask, shape (nodes,), is true."""
        kept = nodes[self.node]
        return Constraints(self.node[kept], self.key[kept], self.value[kept])

    def broken(self, labels: Integers) -> NDArray[np.integer]:
        """The labels of clusters that hold two values of one key, ascending."""
        clusters = labels[self.node].astype(np.int64)
        several = np.bincount(clusters)[clusters] > 1
        clusters, key, value = clusters[several], self.key[several], self.value[several]
        group = clusters * (int(key.max()) + 1 if len(key) else 1) + key
        order = np.argsort(group)
        clusters, group, value = clusters[order], group[order], value[order]
        return np.unique(clusters[1:][(group[1:] == group[:-1]) & (value[1:] != value[:-1])])
