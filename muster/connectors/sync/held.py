"""The rows that the lake holds of a stream, as SQL."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from muster import sql

#: The lake's own columns, which say nothing about a record's content.
OWN = frozenset({
    "_source", "_instance", "_type", "_object", "_file", "_load", "_line", "_loaded_at", "_row_id", "_alias",
    "_deleted",
})  # fmt: skip


def scan(paths: Iterable[Path | str], *options: str) -> str:
    """The table expression that reads Parquet files as one, columns matched by name."""
    listed = ", ".join(map(sql.literal, paths))
    told = ", ".join(["union_by_name = true", "hive_partitioning = false", *options])
    return f"read_parquet([{listed}], {told})"
