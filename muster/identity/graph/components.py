"""Connected components of an undirected graph whose nodes are dense integers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Integers = NDArray[np.integer]


def components(nodes: int, left: Integers, right: Integers) -> NDArray[np.int32]:
    """The component of each of the nodes 0 … `nodes` - 1; `left[i]` and `right[i]` are the ends of link i.

    Shape (nodes,). Components are numbered from 0 in the order of their smallest node.
    """
    links = coo_array((np.ones(len(left), dtype=np.bool_), (left, right)), shape=(nodes, nodes))
    _, labels = connected_components(links, directed=False)
    return np.asarray(labels, dtype=np.int32)
