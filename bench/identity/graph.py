"""`python -m bench.identity.graph`: clusters of 10 million links, beside scipy and Splink on the same pairs.

The graph is one of people: each identity linked to a record, some records linked to a second one. Ours starts from the
links as the warehouse hands them over (Arrow), finds the components, checks that none holds two values of a unique
namespace, and replays those that do; scipy starts from encoded integers and gives components alone. A day is 1 % new
links on top of the known components, against all components from nothing.

Memory is what a process of its own adds at its peak to what it held before.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection

import click
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from rich.console import Console

from bench.machine import machine
from bench.table import table
from bench.timing import Comparison, Side, Timed, turn_about
from muster.identity.graph.components import Labels, components
from muster.identity.graph.incremental import extend
from muster.identity.graph.people import cores

Ends = NDArray[np.int64]


@dataclass(frozen=True)
class Graph:
    """Records are the nodes below `records`; `age` orders links, the newest first."""

    nodes: int
    records: int
    left: Ends
    right: Ends
    age: Ends

    @property
    def links(self) -> int:
        return len(self.left)


def made(links: int, duplicates: float) -> Graph:
    """Identities of three in ten as many records; `duplicates` is the share of links that join two records."""
    rng = np.random.default_rng(7)
    records = max(2, 3 * links // 10)
    between = int(links * duplicates)
    identities = links - between
    left = np.concatenate([rng.integers(0, records, identities), rng.integers(0, records, between)])
    right = np.concatenate([records + np.arange(identities), rng.integers(0, records, between)])
    mixed = rng.permutation(links)
    return Graph(records + identities, records, left[mixed], right[mixed], rng.integers(0, 10**9, links))


def tables(graph: Graph, unique: bool) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Nodes, links and decisions as the dbt models have them; where `unique`, a record's key is one per person."""
    is_record = np.arange(graph.nodes) < graph.records
    nothing = np.zeros(graph.nodes, np.bool_)
    nodes = pa.table(
        {
            "number": pa.array(np.arange(graph.nodes)),
            "is_device": pa.array(nothing),
            "is_unique": pa.array(is_record if unique else nothing),
            "namespace": pa.DictionaryArray.from_arrays(pa.array(is_record.astype(np.int8)), ["Email", "CRMID"]).cast(
                pa.string()
            ),
        }
    )
    same = pa.array(np.ones(graph.links, np.int32))
    links = {"left_number": graph.left, "right_number": graph.right, "age": graph.age}
    apart = pa.table({"left_number": pa.array([], pa.int64()), "right_number": pa.array([], pa.int64())})
    return nodes, pa.table({**links, "tier": same, "layer": same, "rank": same}), apart


def compare(links: int, rounds: int, splink: bool) -> list[Comparison]:
    """Clusters in full beside scipy (with and without a unique namespace) and Splink, and of a day."""
    graph = made(links, duplicates=0.01)
    told = {"links": f"{links:,}", "nodes": f"{graph.nodes:,}"}
    plain = partial(_scipy, graph)
    free, bound = (partial(_ours, *tables(graph, unique)) for unique in (False, True))
    compared = [
        Comparison(
            "identity graph, in full",
            *_sides("cores", free, "scipy connected_components", plain, rounds),
            aim=1.5,
            told=told | {"memory": f"{_memory(free)} and {_memory(plain)}"},
        )
    ]
    ours, others = zip(*((bound(number), plain(number)) for number in range(rounds)), strict=True)
    parted = ours[0].answer["clusters"] - others[0].answer["clusters"]
    compared.append(
        Comparison(
            "with a unique namespace that 1 % of the links break",
            Side("cores, replayed where broken", ours),
            Side("scipy, which refuses nothing", others),
            told={"links refused": f"{parted:,}", "memory": _memory(bound)},
        )
    )
    compared.append(_day(graph, rounds))
    if splink:
        peer = partial(_splink, graph)
        told = told | {"memory": f"{_memory(free)} and {_memory(peer)}"}
        sides = _sides("cores", free, "Splink, cluster_pairwise_predictions_at_threshold in DuckDB", peer, 1)
        compared.append(Comparison("the same pairs", *sides, aim=1 / 3, told=told))
    return compared


def _sides(
    ours: str, mine: Callable[[int], Timed], peer: str, others: Callable[[int], Timed], rounds: int
) -> tuple[Side, Side]:
    one, other = turn_about(mine, others, rounds)
    return Side(ours, one), Side(peer, other)


def _ours(nodes: pa.Table, links: pa.Table, apart: pa.Table, _: int = 0) -> Timed:
    began = time.perf_counter()
    made = cores(nodes, links, apart)
    seconds = time.perf_counter() - began
    return Timed(seconds, {"clusters": int((made["core"].to_numpy() == made["number"].to_numpy()).sum())})


def _scipy(graph: Graph, _: int = 0) -> Timed:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    began = time.perf_counter()
    ones = np.ones(graph.links, np.bool_)
    found = connected_components(
        coo_array((ones, (graph.left, graph.right)), shape=(graph.nodes, graph.nodes)), directed=False
    )
    return Timed(time.perf_counter() - began, {"clusters": int(found[0])})


def _splink(graph: Graph, _: int = 0) -> Timed:
    import duckdb
    from splink import DuckDBAPI
    from splink.clustering import cluster_pairwise_predictions_at_threshold

    nodes = pa.table({"id": np.arange(graph.nodes)})  # noqa: F841 - DuckDB reads it by its name
    pairs = pa.table({"id_l": graph.left, "id_r": graph.right})  # noqa: F841
    connection = duckdb.connect()
    connection.execute("create table node as from nodes; create table pair as from pairs")
    began = time.perf_counter()
    api = DuckDBAPI(connection=connection)
    node, pair = (api.register(name, dataset_display_name=name) for name in ("node", "pair"))
    found = cluster_pairwise_predictions_at_threshold(node, pair, db_api=api, node_id_column_name="id")
    seconds = time.perf_counter() - began
    counted = connection.execute(f"select count(distinct cluster_id) from {found.physical_name}").fetchall()
    return Timed(seconds, {"clusters": int(counted[0][0])})


def _day(graph: Graph, rounds: int) -> Comparison:
    known = graph.links - graph.links // 100
    before = components(graph.nodes, graph.left[:known], graph.right[:known])

    def grown(_: int) -> Timed:
        began = time.perf_counter()
        labels = extend(before, graph.left[known:], graph.right[known:])
        return Timed(time.perf_counter() - began, _summary(labels))

    def whole(_: int) -> Timed:
        began = time.perf_counter()
        labels = components(graph.nodes, graph.left, graph.right)
        return Timed(time.perf_counter() - began, _summary(labels))

    sides = _sides("extend", grown, "components from nothing", whole, rounds)
    return Comparison("1 % new links on a known graph", *sides, told={"new links": f"{graph.links - known:,}"})


def _summary(labels: Labels) -> dict[str, int]:
    """Equal for equal labellings, and hardly for others."""
    weights = np.arange(1, len(labels) + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return {"clusters": int(labels.max()) + 1, "sum": int((labels.astype(np.uint64) * weights).sum())}


def _memory(run: Callable[[int], Timed]) -> str:
    """The peak that one run adds, in a process forked from this one."""
    context = get_context("fork")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_peak, args=(run, there))
    child.start()
    there.close()  # so that a child that dies is noticed
    added = here.recv()
    child.join()
    return f"{added / 2**30:.2f} GiB"


def _peak(run: Callable[[int], Timed], told: Connection) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run(0)
    told.send(1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before))


@click.command()
@click.option("--links", default=10_000_000, show_default=True, help="Links of the graph.")
@click.option("--rounds", default=3, show_default=True, help="Rounds of each side; medians are told.")
@click.option("--splink/--no-splink", default=True, show_default=True, help="Beside Splink as well.")
def main(links: int, rounds: int, splink: bool) -> None:
    """Time the identity graph beside scipy and Splink."""
    facts = machine()
    title = f"{facts['cores']} cores, {facts['memory_gib']} GiB, load {facts['load']}"
    Console().print(table(compare(links, rounds, splink), title))


if __name__ == "__main__":
    main()
