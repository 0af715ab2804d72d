"""Which records of a table are one: pairs are scored, then clustered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pyarrow as pa
from duckdb import DuckDBPyConnection

from muster.identity.matching.clusters import clusters
from muster.identity.matching.columns import Column
from muster.identity.matching.pairs import linked_pairs
from muster.identity.organisations.grouping import grouped

#: Probability from which a pair merges, unless told otherwise.
MERGE = 0.9
#: Pairs below this are not carried along; a pair that is not there counts against a merge.
_KEPT = 0.02


def resolve(
    connection: DuckDBPyConnection,
    table: str,
    columns: Sequence[Column],
    kind: Literal["person", "account"],
    merge: float = MERGE,
) -> pa.Table:
    """`_row`, `cluster_id` (from 1, in the order of the first row) and `confidence` (0 to 1) of every row of `table`.

    `table` has `_row`, dense from 0, and `columns` as text.
    """
    rows = int(connection.execute(f"select count(*) from {table}").fetchall()[0][0])
    if kind == "person":
        labels, confidence = clusters(rows, linked_pairs(connection, table, columns, _KEPT), merge)
    else:
        labels, confidence = grouped(connection, table, columns, merge)
    return pa.table({"_row": np.arange(rows), "cluster_id": labels + 1, "confidence": np.round(confidence, 4)})
