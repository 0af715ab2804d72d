"""Clusters of scored pairs, however they were scored."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from muster.identity.matching.clusters import clusters

ROWS = 8
PAIRS = st.dictionaries(
    st.tuples(st.integers(0, ROWS - 1), st.integers(0, ROWS - 1)).filter(lambda ends: ends[0] < ends[1]),
    st.floats(0, 1),
    max_size=20,
)


def table(pairs: dict[tuple[int, int], float]) -> pa.Table:
    ends = sorted(pairs)
    return pa.table(
        {
            "left": pa.array([a for a, _ in ends], pa.int64()),
            "right": pa.array([b for _, b in ends], pa.int64()),
            "probability": pa.array([pairs[each] for each in ends], pa.float64()),
        }
    )


def test_a_chain_of_two_who_contradict_each_other_is_cut() -> None:
    labels, _ = clusters(3, table({(0, 1): 0.99, (1, 2): 0.95, (0, 2): 0.001}), 0.9)
    assert labels.tolist() == [0, 0, 1]


def test_a_row_alone_is_as_sure_as_its_refused_links_are_not() -> None:
    labels, confidence = clusters(3, table({(0, 1): 0.95, (1, 2): 0.4}), 0.9)
    assert labels.tolist() == [0, 0, 1]
    assert np.allclose(confidence, [0.95, 0.95, 0.6])


@given(PAIRS)
def test_whoever_is_joined_is_joined_by_strong_pairs(pairs: dict[tuple[int, int], float]) -> None:
    labels, confidence = clusters(ROWS, table(pairs), 0.9)
    assert labels[0] == 0
    assert set(labels.tolist()) == set(range(labels.max() + 1))
    assert ((confidence >= 0) & (confidence <= 1)).all()
    for row in range(ROWS):
        mates = [other for other in range(ROWS) if other != row and labels[other] == labels[row]]
        strong = [pairs.get((min(row, other), max(row, other)), 0) >= 0.9 for other in mates]
        assert not mates or any(strong)


@given(PAIRS, st.permutations(range(ROWS)))
def test_the_names_of_rows_do_not_matter(pairs: dict[tuple[int, int], float], order: list[int]) -> None:
    distinct = {ends: 0.9 + 0.099 * number / 21 for number, ends in enumerate(sorted(pairs))}
    labels, _ = clusters(ROWS, table(distinct), 0.9)
    moved = {(min(order[a], order[b]), max(order[a], order[b])): p for (a, b), p in distinct.items()}
    renamed, _ = clusters(ROWS, table(moved), 0.9)
    same = labels[:, None] == labels[None, :]
    places = np.array(order)
    assert (same == (renamed[places][:, None] == renamed[places][None, :])).all()
