"""Connected components, in SQL and by scipy, against a plain union-find, on graphs of every shape."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader

from muster.identity.graph.components import components
from tests.identity.compiled import PROJECT

Link = tuple[int, int]
Parts = set[frozenset[int]]
graphs = st.integers(1, 40).flatmap(
    lambda size: st.tuples(
        st.just(size),
        st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=60),
    )
)
MACROS = Environment(loader=FileSystemLoader(PROJECT / "macros" / "identity"), autoescape=False)
SQL = MACROS.get_template("connected_components.sql").module.connected_components("nodes", "links")  # type: ignore[attr-defined]


def union_find(size: int, links: Iterable[Link]) -> Parts:
    parent = list(range(size))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for left, right in links:
        parent[root(left)] = root(right)
    found: dict[int, set[int]] = {}
    for node in range(size):
        found.setdefault(root(node), set()).add(node)
    return {frozenset(nodes) for nodes in found.values()}


def in_sql(size: int, links: Sequence[Link]) -> Parts:
    connection = duckdb.connect()
    connection.execute(f"create table nodes as select range as number from range({size})")
    connection.execute("create table links (left_number bigint, right_number bigint)")
    pairs = [[left for left, _ in links], [right for _, right in links]]
    connection.execute("insert into links select unnest(?::bigint[]), unnest(?::bigint[])", pairs)
    found = connection.execute(f"select list(node) from ({SQL}) group by component").fetchall()
    return {frozenset(numbers) for (numbers,) in found}


def in_scipy(size: int, links: Sequence[Link]) -> Parts:
    left, right = (np.array([link[end] for link in links], dtype=np.int64) for end in (0, 1))
    found: dict[int, set[int]] = {}
    for node, label in enumerate(components(size, left, right).tolist()):
        found.setdefault(label, set()).add(node)
    return {frozenset(nodes) for nodes in found.values()}


either = pytest.mark.parametrize("parts", [in_sql, in_scipy])


@either
@settings(max_examples=60, deadline=None)
@given(graph=graphs)
def test_components_are_those_of_a_union_find(
    parts: Callable[[int, Sequence[Link]], Parts], graph: tuple[int, list[Link]]
) -> None:
    size, links = graph
    assert parts(size, links) == union_find(size, links)


@either
def test_a_long_chain_in_any_order_is_one_component(parts: Callable[[int, Sequence[Link]], Parts]) -> None:
    order = list(range(20_000))
    random.Random(5).shuffle(order)
    assert len(parts(len(order), list(pairwise(order)))) == 1


@either
def test_circles_stars_and_loops_hold_together(parts: Callable[[int, Sequence[Link]], Parts]) -> None:
    circle = [(node, (node + 1) % 50) for node in range(50)]
    star = [(50, 50 + node) for node in range(1, 50)]
    loop = [(100, 100)]
    assert sorted(map(len, parts(101, circle + star + loop))) == [1, 50, 50]
