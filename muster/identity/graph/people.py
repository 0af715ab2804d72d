"""The graph of people, from the tables of the dbt project to numpy and back."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from muster.identity.graph.components import Integers, components
from muster.identity.graph.constraints import Constraints
from muster.identity.graph.replay import clusters


def cores(nodes: pa.Table, links: pa.Table, differences: pa.Table) -> pa.Table:
    """Which nodes are one person by everything but owned devices: `number, core`, a row per node that is no device.

    `nodes` (`number` dense from 0, `is_device`, `is_unique`, `namespace`), `links` between nodes that are no devices
    (`left_number, right_number`, and what `standing` orders by: `tier, layer, age, rank`), `differences` (pairs that
    may not be one person).
    """
    order = [_integers(links, name) for name in ("tier", "layer", "age", "rank")]
    left, right = _integers(links, "left_number"), _integers(links, "right_number")
    labels = clusters(len(nodes), left, right, order, _constraints(nodes, differences))
    number = _numbers(nodes, pc.invert(nodes["is_device"]))
    return pa.table({"number": number, "core": _heads(labels)[number]})


def device_groups(nodes: pa.Table, links: pa.Table) -> pa.Table:
    """Owned devices that were seen together: `number, device_group`, a row per device.

    `nodes` (`number`, `is_device`), `links` of devices with whatever they were seen with (`left_is_device`); a group
    bears the number of its smallest device, so that it is never taken for a person's core.
    """
    between = links.filter(links["left_is_device"])
    labels = components(len(nodes), _integers(between, "left_number"), _integers(between, "right_number"))
    number = _numbers(nodes, nodes["is_device"])
    return pa.table({"number": number, "device_group": _heads(labels)[number]})


def _constraints(nodes: pa.Table, differences: pa.Table) -> Constraints:
    is_unique = pc.and_(nodes["is_unique"], pc.invert(nodes["is_device"]))
    namespaces = nodes["namespace"].filter(is_unique).combine_chunks().dictionary_encode().indices
    return Constraints.of(
        _numbers(nodes, is_unique),
        namespaces.to_numpy(zero_copy_only=False),
        _integers(differences, "left_number"),
        _integers(differences, "right_number"),
    )


def _heads(labels: Integers) -> Integers:
    """Each node's smallest fellow: a name of its cluster among the numbers of nodes."""
    smallest = np.empty(int(labels.max()) + 1 if len(labels) else 0, np.int64)
    smallest[labels[::-1]] = np.arange(len(labels), dtype=np.int64)[::-1]
    return smallest[labels]


def _numbers(nodes: pa.Table, kept: pa.ChunkedArray) -> Integers:
    return np.asarray(nodes["number"].filter(kept).to_numpy(), dtype=np.int64)


def _integers(table: pa.Table, column: str) -> Integers:
    return np.asarray(table[column].to_numpy())
