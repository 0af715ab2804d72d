"""Scored pairs: the records of a table that may be one person or one account, with probability and evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from muster.identity.graph.components import components
from muster.identity.matching.blocking import candidates
from muster.identity.matching.columns import Column
from muster.identity.matching.compare import chance, compared
from muster.identity.matching.comparison import Comparison
from muster.identity.matching.comparisons import comparisons
from muster.identity.matching.features import prepare
from muster.identity.matching.model import Counts, Levels, Model

#: Pairs the model is learnt from; the probability that holds a component together while its pairs are completed, and
#: the greatest component that is.
_SAMPLE, _HELD, _COMPLETED = 500_000, 0.5, 100

SCHEMA = pa.schema(
    [
        ("left", pa.int64()),
        ("right", pa.int64()),
        ("probability", pa.float64()),
        ("evidence", pa.string()),
        ("against", pa.float64()),
        ("personal", pa.float64()),
    ]
)
_RECORDS, _PAIRS, _INSIDE = "muster_records", "muster_pairs", "muster_inside"


def scored_pairs(
    connection: DuckDBPyConnection,
    table: str,
    columns: Sequence[Column],
    kind: Literal["person", "account"],
    threshold: float,
) -> pa.Table:
    """Pairs of rows of `table` that are one person (one account) with a probability of at least `threshold`.

    `table` has `_row`, dense from 0, and the columns as text. Returns `left` < `right` (row numbers), `probability` and
    `evidence`: a JSON list of [comparison, level, weight in bits]. Sorted by left and right.
    """
    if kind == "account":
        from muster.identity.organisations import similarity

        scored: pa.Table = similarity.scored_pairs(connection, table, columns, kind, threshold)
        return scored
    found = linked_pairs(connection, table, columns, threshold)
    return found.filter(pc.greater_equal(found["probability"], threshold)).drop_columns(["against", "personal"])


def linked_pairs(connection: DuckDBPyConnection, table: str, columns: Sequence[Column], threshold: float) -> pa.Table:
    """Scored pairs of people, for clustering: besides those of at least `threshold` all pairs of rows that likely pairs
    join, however unlikely, and how much speaks `against` each, and what is `personal` of that (log odds).
    """
    paths = prepare(connection, table, columns, _RECORDS)
    features = [str(row[0]) for row in connection.execute(f"describe {_RECORDS}").fetchall()]
    rows = int(connection.execute(f"select count(*) from {_RECORDS}").fetchall()[0][0])
    weighed = comparisons(features, paths)
    found = candidates(connection, _RECORDS, features, _PAIRS) if weighed and rows > 1 else 0
    if not found:
        return SCHEMA.empty_table()
    model, likely = _learnt(connection, weighed, rows, found, threshold)
    labels, inside = _inside(rows, likely)
    if inside.num_rows:
        connection.register(_INSIDE, inside)
        outside = likely.filter(pa.array(labels[likely["left"]] != labels[likely["right"]]))
        likely = pa.concat_tables([outside, _scored(connection, model, _INSIDE, 0)])
        connection.unregister(_INSIDE)
    connection.execute(f"drop table {_PAIRS}; drop table {_RECORDS}")
    return likely.sort_by([("left", "ascending"), ("right", "ascending")])


def _learnt(
    connection: DuckDBPyConnection, weighed: Sequence[Comparison], rows: int, found: int, threshold: float
) -> tuple[Model, pa.Table]:
    """The model, and the candidates of at least `threshold` by it; where they are few, they are compared once."""
    by_chance = chance(connection, weighed, _RECORDS, rows)
    model = Model.expected(weighed, rows, by_chance)
    share = min(_SAMPLE / found, 1.0)
    sample = _PAIRS if share == 1 else f"(select * from {_PAIRS} where hash(a, b) % 1000000 < {share * 1000000:.0f})"
    chunks = list(compared(connection, weighed, _RECORDS, sample))
    levels, counts = (np.concatenate([chunk[place] for chunk in chunks]) for place in (1, 2))
    model.fit(levels, counts, share, by_chance)
    if share < 1:
        return model, _scored(connection, model, _PAIRS, threshold)
    return model, _table(model, pa.concat_tables([chunk[0] for chunk in chunks]), levels, counts, threshold)


def _scored(connection: DuckDBPyConnection, model: Model, pairs: str, threshold: float) -> pa.Table:
    parts = [
        _table(model, rows, levels, counts, threshold)
        for rows, levels, counts in compared(connection, model.comparisons, _RECORDS, pairs)
    ]
    return pa.concat_tables([SCHEMA.empty_table(), *parts])


def _inside(rows: int, likely: pa.Table) -> tuple[NDArray[np.int64], pa.Table]:
    """The component of each row (of its own where it is too large), and all pairs within components."""
    held = likely.filter(pc.greater_equal(likely["probability"], _HELD))
    labels = components(rows, held["left"].to_numpy(), held["right"].to_numpy()).astype(np.int64)
    sizes = np.bincount(labels)
    large = sizes[labels] > _COMPLETED
    members = np.argsort(labels, kind="stable")
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    ends = [np.empty((2, 0), np.int32)]
    for size in np.unique(sizes[(sizes > 1) & (sizes <= _COMPLETED)]):
        whole = members[starts[sizes == size][:, None] + np.arange(size)]
        one, other = np.triu_indices(int(size), 1)
        ends.append(np.stack([whole[:, one].ravel(), whole[:, other].ravel()]).astype(np.int32))
    a, b = np.concatenate(ends, axis=1)
    return np.where(large, rows + np.arange(rows), labels), pa.table({"a": np.minimum(a, b), "b": np.maximum(a, b)})


def _table(model: Model, pairs: pa.Table, levels: Levels, counts: Counts, threshold: float) -> pa.Table:
    probability = model.probability(levels, counts)
    kept = np.flatnonzero(probability >= threshold)
    chosen = pairs.take(pa.array(kept))
    return pa.table(
        [
            chosen["a"].cast(pa.int64()),
            chosen["b"].cast(pa.int64()),
            pa.array(probability[kept]),
            _evidence(model, levels[kept], counts[kept]),
            *(pa.array(told) for told in model.against(levels[kept], counts[kept])),
        ],
        schema=SCHEMA,
    )


def _evidence(model: Model, levels: Levels, counts: Counts) -> pa.Array:
    """Text by text for all pairs at once: comparisons are few, pairs are many."""
    texts = []
    for k, each in enumerate(model.comparisons):
        names = pa.array([f'["{each.path or each.name}","{level.name}",' for level in each.levels])
        chosen = levels[:, k].astype(np.int64)
        head = names.take(pa.array(chosen, mask=chosen < 0))
        weight = pa.array(np.round(model.weights(k, levels, counts), 1)).cast(pa.string())
        texts.append(pc.binary_join_element_wise(head, weight, pa.scalar("],"), ""))
    joined = pc.binary_join_element_wise(*texts, "", null_handling="replace", null_replacement="")
    return pc.binary_join_element_wise("[", pc.utf8_rtrim(joined, ","), "]", "").cast(pa.string())
