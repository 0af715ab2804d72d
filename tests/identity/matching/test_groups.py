"""What speaks for a merge of two groups is the sum over all pairs between them, told or not."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from muster.identity.matching.groups import Groups

ROWS, ABSENT = 9, -3.5
ENDS = st.tuples(st.integers(0, ROWS - 1), st.integers(0, ROWS - 1)).filter(lambda ends: ends[0] < ends[1])


def merged(odds: dict[tuple[int, int], float], turns: list[tuple[int, int]]) -> list[int]:
    """The same by a table of all pairs."""
    group = list(range(ROWS))
    for a, b in turns:
        ours, theirs = ([row for row in range(ROWS) if group[row] == group[end]] for end in (a, b))
        between = [(min(one, other), max(one, other)) for one in ours for other in theirs]
        if group[a] != group[b] and sum(odds.get(pair, ABSENT) for pair in between) > 0:
            group = [group[a] if group[row] == group[b] else group[row] for row in range(ROWS)]
    return group


@given(st.dictionaries(ENDS, st.integers(-6, 6).map(float), max_size=25), st.lists(ENDS, max_size=25))
def test_groups_merge_as_by_a_table_of_all_pairs(
    odds: dict[tuple[int, int], float], turns: list[tuple[int, int]]
) -> None:
    ends = np.array([*odds], dtype=np.int64).reshape(-1, 2)
    groups = Groups(ROWS, ends[:, 0], ends[:, 1], np.array([*odds.values()], dtype=np.float64), ABSENT)
    for a, b in turns:
        groups.join(a, b)
    expected, found = np.array(merged(odds, turns)), groups.of_each()
    assert ((expected[:, None] == expected) == (found[:, None] == found)).all()
