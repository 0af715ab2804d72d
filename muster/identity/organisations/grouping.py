"""Rows of accounts in clusters. Rows that are alike in every column are clustered once, as one profile."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from muster.identity.matching.clusters import clusters
from muster.identity.matching.columns import Column
from muster.identity.organisations.similarity import create_account_pairs

#: Of a pair that was not compared: of many spellings of one firm not every two need be alike (ours).
_UNKNOWN = 0.2

#: An unlikely pair speaks against a cluster by what differs in it; names that merely share little do not.
_PAIRS = """
    select
        l as "left", r as "right",
        case when probability >= 0.5 then probability else 1 / (1 + exp(least(2 * against, 30))) end as probability
    from org_pair
"""


def grouped(
    connection: DuckDBPyConnection, table: str, columns: Sequence[Column], merge: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Cluster (from 0, in the order of the first row) and confidence of every row of `table`, shape (rows,) each.

    `table` has `_row`, dense from 0, and the columns as text. Rows without any value stay alone, and so do rows that
    are alike but say too little to be one account for sure ("First National Bank", and nothing else).
    """
    create_account_pairs(connection, table, columns)
    rows = int(connection.execute(f"select count(*) from {table}").fetchall()[0][0])
    of_row = np.arange(rows)
    profiles = connection.execute("select entity, profile from org_profile").fetchnumpy()
    of_row[profiles["entity"]] = profiles["profile"]
    pairs = connection.sql(_PAIRS).to_arrow_table()
    labels, confidence = clusters(rows, pairs, merge, _UNKNOWN)
    alike = connection.execute("select entity, probability from org_self").fetchnumpy()
    certain = np.zeros(rows)
    certain[alike["entity"]] = alike["probability"]
    repeats = np.flatnonzero(of_row != np.arange(rows))
    joined = repeats[certain[of_row[repeats]] >= merge]
    labels[joined] = labels[of_row[joined]]
    confidence[repeats] = 1 - certain[of_row[repeats]]
    confidence[joined] = certain[of_row[joined]]
    np.maximum.at(confidence, of_row[joined], certain[of_row[joined]])
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse], confidence
