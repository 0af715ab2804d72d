"""Connected components of an undirected graph whose nodes are dense integers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Integers = NDArray[np.integer]
Labels = NDArray[np.int32]


def components(nodes: int, left: Integers, right: Integers) -> Labels:
    """The component of each of the nodes 0 … `nodes` - 1; `left[i]` and `right[i]` are the ends of link i.

    Shape (nodes,). Components are numbered from 0 in the order of their smallest node.
    """
    links = coo_array((np.ones(len(left), dtype=np.bool_), (left, right)), shape=(nodes, nodes))
    _, labels = connected_components(links, directed=False)
    return np.asarray(labels, dtype=np.int32)


def renumbered(labels: Integers) -> Labels:
    """The same partition, numbered from 0 in the order of each part's smallest node; `labels` are below 2 × nodes."""
    if not len(labels):
        return np.empty(0, np.int32)
    nodes = np.arange(len(labels), dtype=np.int32)
    smallest = np.empty(int(labels.max()) + 1, np.int32)
    smallest[labels[::-1]] = nodes[::-1]  # the last one written is the smallest
    heads = smallest[labels]
    position = np.cumsum(heads == nodes, dtype=np.int32) - 1
    return np.asarray(position[heads], dtype=np.int32)
