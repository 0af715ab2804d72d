"""Components kept up to date through random histories are those computed from nothing."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.identity.graph.components import components
from muster.identity.graph.incremental import extend, shrink

Links = list[tuple[int, int]]
NODES = 25
links = st.lists(st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)), max_size=15)


def ends(of: Links) -> tuple[np.ndarray, np.ndarray]:
    return tuple(np.array([link[end] for link in of], dtype=np.int64) for end in (0, 1))  # type: ignore[return-value]


@settings(max_examples=200, deadline=None)
@given(history=st.lists(st.tuples(links, st.sets(st.integers(0, 40))), max_size=6))
def test_after_any_history_incremental_equals_full(history: list[tuple[Links, set[int]]]) -> None:
    present: Links = []
    labels = components(NODES, *ends(present))
    for added, removed in history:
        labels = extend(labels, *ends(added))
        present += added
        lost = [link for number, link in enumerate(present) if number in removed]
        present = [link for number, link in enumerate(present) if number not in removed]
        labels = shrink(labels, *ends(present), *ends(lost))
        assert labels.tolist() == components(NODES, *ends(present)).tolist()


@settings(max_examples=100, deadline=None)
@given(before=links, after=links, fresh=st.integers(0, 5))
def test_new_nodes_come_with_new_links(before: Links, after: Links, fresh: int) -> None:
    nodes = NODES + fresh
    linked = [*after, *((node, node - 1) for node in range(NODES, nodes))]
    labels = extend(components(NODES, *ends(before)), *ends(linked), nodes=nodes)
    assert labels.tolist() == components(nodes, *ends([*before, *linked])).tolist()


def test_nothing_at_all() -> None:
    nothing = ends([])
    assert extend(components(0, *nothing), *nothing).tolist() == []
    assert shrink(components(0, *nothing), *nothing, *nothing).tolist() == []
