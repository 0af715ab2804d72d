"""Connected components in SQL against a plain union-find, on graphs of every shape."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from itertools import pairwise

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.identity.compiled import Compiled

Link = tuple[int, int]
graphs = st.integers(1, 40).flatmap(
    lambda size: st.tuples(
        st.just(size),
        st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=60),
    )
)


def union_find(size: int, links: Iterable[Link]) -> set[frozenset[int]]:
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


def components(project: Compiled, size: int, links: Sequence[Link]) -> set[frozenset[int]]:
    """What the compiled `int_person_cores` makes of a graph."""
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as warehouse; use warehouse; create schema intermediate")
    connection.execute(f"""
        create table intermediate.int_person_nodes as
        select range as number, range::varchar as node, false as is_device from range({size})
    """)
    connection.execute("""
        create table intermediate.int_person_link_candidates
        (left_node varchar, right_node varchar, refused_because varchar)
    """)
    pairs = [[str(left) for left, _ in links], [str(right) for _, right in links]]
    connection.execute("insert into intermediate.int_person_link_candidates select unnest(?), unnest(?), null", pairs)
    found = connection.execute(
        f"select list(number) from ({project.models['int_person_cores']}) group by core"
    ).fetchall()
    return {frozenset(numbers) for (numbers,) in found}


@settings(max_examples=60, deadline=None)
@given(graph=graphs)
def test_components_are_those_of_a_union_find(compiled_once: Compiled, graph: tuple[int, list[Link]]) -> None:
    size, links = graph
    assert components(compiled_once, size, links) == union_find(size, links)


def test_a_long_chain_in_any_order_is_one_component(compiled_once: Compiled) -> None:
    order = list(range(20_000))
    random.Random(5).shuffle(order)
    assert len(components(compiled_once, len(order), list(pairwise(order)))) == 1


def test_circles_stars_and_loops_hold_together(compiled_once: Compiled) -> None:
    circle = [(node, (node + 1) % 50) for node in range(50)]
    star = [(50, 50 + node) for node in range(1, 50)]
    loop = [(100, 100)]
    assert sorted(map(len, components(compiled_once, 101, circle + star + loop))) == [1, 50, 50]
