"""Components kept up to date: only what new or lost links touch is computed anew.

The result is that of `components` on the whole graph, numbers included.
"""

from __future__ import annotations

import numpy as np

from muster.identity.graph.components import Integers, Labels, components, renumbered


def extend(labels: Integers, left: Integers, right: Integers, nodes: int | None = None) -> Labels:
    """The components after links were added; `nodes` where there are new ones, each at first alone.

    The new links are a small graph of their own, whose nodes are the components that they touch.
    """
    grown = (nodes or len(labels)) - len(labels)
    fresh = np.arange(grown, dtype=np.int32) + (int(labels.max()) + 1 if len(labels) else 0)
    labels = np.concatenate([labels, fresh]).astype(np.int32)
    touched, ends = np.unique(np.concatenate([labels[left], labels[right]]), return_inverse=True)
    joined = components(len(touched), ends[: len(left)], ends[len(left) :])
    heads = np.empty(len(touched), np.int32)
    heads[joined[::-1]] = touched[::-1]  # the smallest component of each group gives it its number
    heir = np.arange(int(labels.max()) + 1 if len(labels) else 0, dtype=np.int32)
    heir[touched] = heads[joined]
    is_left = heir == np.arange(len(heir), dtype=np.int32)
    numbers = np.cumsum(is_left, dtype=np.int32) - 1
    return np.asarray(numbers[heir][labels], dtype=np.int32)


def shrink(labels: Integers, left: Integers, right: Integers, lost_left: Integers, lost_right: Integers) -> Labels:
    """The components after the links `lost_left`-`lost_right` were removed; `left`-`right` are all that remain."""
    is_touched = np.zeros(int(labels.max()) + 1 if len(labels) else 0, np.bool_)
    is_touched[labels[lost_left]] = True
    is_touched[labels[lost_right]] = True
    nodes = is_touched[labels].nonzero()[0]
    inside = is_touched[labels[left]]
    local = np.empty(len(labels), np.int32)
    local[nodes] = np.arange(len(nodes), dtype=np.int32)
    parts = components(len(nodes), local[left[inside]], local[right[inside]])
    labels = np.array(labels, dtype=np.int32)
    labels[nodes] = parts + len(is_touched)
    return renumbered(labels)
