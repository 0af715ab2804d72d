"""On data of others, at least as right as the naive rule of each set."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bench.identity.people import naive
from bench.identity.sets import PEOPLE, TruthSet
from muster.identity.files import mapped, read
from muster.identity.resolve import resolve
from muster.identity.truth import quality
from muster.sql import connect


@pytest.mark.parametrize(
    "each",
    [each for each in PEOPLE if each.name in {"febrl 1", "fake 1000", "senzing people"}],
    ids=lambda each: each.name,
)
def test_better_than_the_naive_rule(each: TruthSet, shared_data: Callable[[str], Path], tmp_path: Path) -> None:
    shared_data(each.folder)
    with connect() as connection:
        records = read(connection, each.write(connection, tmp_path), "truth_set")
        found = resolve(connection, records.table, mapped(connection, records, each.maps), "person")
        connection.register("found", found)
        joined = f"{records.table} inner join found using (_row)"
        ours = quality(connection, joined, "truth", "cluster_id")
        rule = naive(connection, records.table, each)
        connection.unregister("found")
    assert ours.precision >= min(rule.precision, 0.95)
    assert ours.recall > rule.recall
