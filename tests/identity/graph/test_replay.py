"""The replay against a plain one that takes link after link, and what must hold on any graph."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.identity.graph.components import Labels, components
from muster.identity.graph.constraints import Constraints
from muster.identity.graph.replay import clusters


@dataclass(frozen=True)
class Link:
    left: int
    right: int
    tier: int = 1
    layer: int = 1
    age: int = 0
    rank: int = 1


@dataclass(frozen=True)
class Graph:
    """`unique[node]` is the unique namespace that it is a value of; pairs `apart` were decided to be different."""

    nodes: int
    links: tuple[Link, ...]
    unique: dict[int, int]
    apart: tuple[tuple[int, int], ...]

    @property
    def constraints(self) -> Constraints:
        left, right = (np.array([pair[end] for pair in self.apart], dtype=np.int64) for end in (0, 1))
        nodes, namespaces = np.array([*self.unique], np.int64), np.array([*self.unique.values()], np.int64)
        return Constraints.of(nodes, namespaces, left, right)

    @property
    def labels(self) -> Labels:
        columns = {
            name: np.array([getattr(link, name) for link in self.links], dtype=np.int64)
            for name in ("left", "right", "tier", "layer", "age", "rank")
        }
        order = [columns[name] for name in ("tier", "layer", "age", "rank")]
        return clusters(self.nodes, columns["left"], columns["right"], order, self.constraints)

    def may_be_one(self, members: set[int]) -> bool:
        namespaces = [self.unique[node] for node in members if node in self.unique]
        return len(namespaces) == len(set(namespaces)) and not any({*pair} <= members for pair in self.apart)


def in_turn(graph: Graph) -> list[set[int]]:
    """The rule word for word: each node's cluster after link upon link, in their order of standing."""
    parts = [{node} for node in range(graph.nodes)]
    ends = lambda link: (min(link.left, link.right), max(link.left, link.right))  # noqa: E731
    for link in sorted(graph.links, key=lambda one: (one.tier, one.layer, one.age, one.rank, *ends(one))):
        joined = parts[link.left] | parts[link.right]
        if graph.may_be_one(joined):
            for node in joined:
                parts[node] = joined
    return parts


def parts_of(labels: Labels) -> list[set[int]]:
    return [set(np.flatnonzero(labels == label).tolist()) for label in labels]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    nodes = draw(st.integers(1, 14))
    node = st.integers(0, nodes - 1)
    few = st.integers(0, 2)
    links = draw(st.lists(st.builds(Link, node, node, few, few, st.integers(0, 4), few), max_size=30))
    unique = draw(st.dictionaries(node, st.integers(0, 1)))
    pairs = draw(st.lists(st.tuples(node, node), max_size=3))
    return Graph(nodes, tuple(links), unique, tuple(pair for pair in pairs if pair[0] != pair[1]))


@settings(max_examples=300, deadline=None)
@given(graphs())
def test_clusters_are_those_of_the_rule_word_for_word(graph: Graph) -> None:
    assert parts_of(graph.labels) == in_turn(graph)


@settings(max_examples=200, deadline=None)
@given(graphs())
def test_no_cluster_holds_two_values_of_a_unique_namespace_nor_a_pair_decided_to_differ(graph: Graph) -> None:
    assert all(graph.may_be_one(part) for part in parts_of(graph.labels))


@settings(max_examples=200, deadline=None)
@given(graphs(), st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_of_ends_plays_a_part(graph: Graph, dice: random.Random) -> None:
    turned = [Link(one.right, one.left, one.tier, one.layer, one.age, one.rank) for one in graph.links]
    dice.shuffle(turned)
    again = Graph(graph.nodes, tuple(turned), graph.unique, graph.apart)
    assert again.labels.tolist() == graph.labels.tolist()


@settings(max_examples=200, deadline=None)
@given(graphs(), st.data())
def test_the_link_that_stands_first_is_kept_when_allowed(graph: Graph, data: st.DataObject) -> None:
    left, right = data.draw(st.tuples(*[st.integers(0, graph.nodes - 1)] * 2))
    newest = Link(left, right, tier=0, layer=0, age=-1)
    labels = Graph(graph.nodes, (*graph.links, newest), graph.unique, graph.apart).labels
    assert (labels[left] == labels[right]) == graph.may_be_one({left, right})


def test_where_nothing_is_broken_clusters_are_components() -> None:
    rng = np.random.default_rng(3)
    left, right = rng.integers(0, 900, 600), rng.integers(0, 900, 600)
    order = [np.zeros(600, np.int64)] * 4
    assert clusters(900, left, right, order, Constraints.none()).tolist() == components(900, left, right).tolist()


def test_a_kiosk_of_many_stays_with_the_last_and_splits_nobody_else() -> None:
    people = 2_000
    owned = tuple(Link(person, people + person) for person in range(people))
    used = tuple(Link(person, 2 * people, layer=2, age=-person) for person in range(people))
    graph = Graph(2 * people + 1, owned + used, dict.fromkeys(range(people), 0), ())
    labels = graph.labels
    assert len(set(labels.tolist())) == people
    assert labels[2 * people] == labels[people - 1]
