"""How right clusters are, against a column that knows: pairwise precision, recall and F1, counted exactly."""

from __future__ import annotations

from dataclasses import dataclass

from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Quality:
    """Pairs of records: that are one in truth, that were put into one cluster, and both."""

    true_pairs: int
    found_pairs: int
    right_pairs: int

    @property
    def precision(self) -> float:
        """1 where nothing was merged: nothing was merged wrongly."""
        return self.right_pairs / self.found_pairs if self.found_pairs else 1.0

    @property
    def recall(self) -> float:
        return self.right_pairs / self.true_pairs if self.true_pairs else 1.0

    @property
    def f1(self) -> float:
        both = self.true_pairs + self.found_pairs
        return 2 * self.right_pairs / both if both else 1.0

    def __str__(self) -> str:
        return (
            f"precision {self.precision:.4f}  recall {self.recall:.4f}  F1 {self.f1:.4f}"
            f"  ({self.right_pairs} of {self.found_pairs} merged pairs are right, {self.true_pairs} are true)"
        )


def quality(connection: DuckDBPyConnection, relation: str, truth: str, cluster: str) -> Quality:
    """Of the rows of `relation`, by the expressions `truth` and `cluster`; a row without truth is one of its own.

    Pairs are counted through the table of how many rows each cluster shares with each true entity, never one by one.
    """
    true, found, right = connection.execute(
        f"""
        with cells as (
            select {truth} as t, {cluster} as c, count(*)::hugeint as n from {relation} group by all
        ),
        entities as (select sum(n) as n from cells where t is not null group by t),
        clusters as (select sum(n) as n from cells group by c)
        select
            (select coalesce(sum(n * (n - 1) // 2), 0) from entities),
            (select coalesce(sum(n * (n - 1) // 2), 0) from clusters),
            (select coalesce(sum(n * (n - 1) // 2), 0) from cells where t is not null)
        """
    ).fetchall()[0]
    return Quality(int(true), int(found), int(right))
