"""Clusters that hold at most one value of each unique namespace: components, and a replay where that is broken.

The rule is that of the identity optimisation algorithm of Identity Service: the links of a graph that breaks it are
replayed from nothing in their order of standing, and a link that would bring a second value into a cluster is dropped.
Components in which nothing is broken, nearly all, are never replayed: there every link holds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from muster.identity.graph.components import Integers, Labels, components, renumbered
from muster.identity.graph.constraints import Constraints


def standing(
    tier: Integers, layer: Integers, age: Integers, rank: Integers, left: Integers, right: Integers
) -> Integers:
    """The positions of links in the order in which a replay takes them.

    By `tier` (decisions, facts, matches), `layer` (the lower-ranked namespace of the two ends), `age` (the newest
    first), and on a tie by `rank` (the higher-ranked namespace) and the ends themselves; the smallest first in each.
    The order of the arrays plays no part.
    """
    return np.lexsort((np.maximum(left, right), np.minimum(left, right), rank, age, layer, tier))


def clusters(
    nodes: int, left: Integers, right: Integers, order: Sequence[Integers], constraints: Constraints
) -> Labels:
    """The cluster of each node, shape (nodes,), numbered from 0 in the order of their smallest node.

    `order` are the columns of `standing` before the ends, each in step with `left` and `right`.
    """
    labels = components(nodes, left, right)
    broken = constraints.broken(labels)
    if not len(broken):
        return labels
    is_broken = np.zeros(int(labels.max()) + 1, np.bool_)
    is_broken[broken] = True
    touched = is_broken[labels]
    inside = touched[left]
    columns = [column[inside] for column in order]
    parts = replayed(touched.nonzero()[0], left[inside], right[inside], columns, constraints.within(touched))
    labels = labels.copy()
    labels[touched] = parts + labels.max() + 1
    return renumbered(labels)


def replayed(
    nodes: Integers, left: Integers, right: Integers, order: Sequence[Integers], constraints: Constraints
) -> Labels:
    """The clusters of a replay of all these links, one label for each of `nodes` (ascending, all ends among them)."""
    left, right = np.searchsorted(nodes, left), np.searchsorted(nodes, right)
    sequence = standing(order[0], order[1], order[2], order[3], left, right)
    left, right = _first_of_each_pair(len(nodes), left[sequence], right[sequence])
    held: list[dict[int, int]] = [{} for _ in range(len(nodes))]
    holders = np.searchsorted(nodes, constraints.node)
    for node, key, value in zip(holders.tolist(), constraints.key.tolist(), constraints.value.tolist(), strict=True):
        held[node][key] = value
    return _joined_in_turn(left.tolist(), right.tolist(), held)


def _first_of_each_pair(nodes: int, left: Integers, right: Integers) -> tuple[Integers, Integers]:
    """What a later link of the same two nodes says, the first has settled."""
    pairs = np.minimum(left, right).astype(np.int64) * nodes + np.maximum(left, right)
    _, first = np.unique(pairs, return_index=True)
    first.sort()
    return left[first], right[first]


def _joined_in_turn(left: list[int], right: list[int], held: list[dict[int, int]]) -> Labels:
    """A union-find whose unions are refused where the two sides hold different values of one key.

    One link after the other, for each verdict hangs on those before: the one loop over rows, over broken parts only.
    """
    parent = list(range(len(held)))
    for one, other in zip(left, right, strict=True):
        while parent[one] != one:
            parent[one] = one = parent[parent[one]]
        while parent[other] != other:
            parent[other] = other = parent[parent[other]]
        if one == other:
            continue
        ours, theirs = held[one], held[other]
        if len(ours) < len(theirs):
            one, other, ours, theirs = other, one, theirs, ours
        if theirs and any(ours.get(key, value) != value for key, value in theirs.items()):
            continue
        ours.update(theirs)
        parent[other] = one
    roots = np.array(parent, dtype=np.int64)
    while not np.array_equal(roots, roots[roots]):
        roots = roots[roots]
    return renumbered(roots)
