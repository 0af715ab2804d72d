"""How right the matches of leads are, against a column that knows."""

from __future__ import annotations

from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from muster.sql import identifier


@dataclass(frozen=True)
class MatchQuality:
    """Leads: that have an account in truth, that were matched, rightly so; and those left to review."""

    true: int
    matched: int
    right: int
    reviewed: int
    right_in_review: int

    @property
    def precision(self) -> float:
        """1 where nothing was matched: nothing was matched wrongly."""
        return self.right / self.matched if self.matched else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        both = self.true + self.matched
        return 2 * self.right / both if both else 1.0

    def __str__(self) -> str:
        return (
            f"precision {self.precision:.4f}  recall {self.recall:.4f}  F1 {self.f1:.4f}"
            f"  ({self.right} of {self.matched} matches are right, {self.true} leads have an account;"
            f" in review {self.right_in_review} of {self.reviewed} name the right one)"
        )


def match_quality(connection: DuckDBPyConnection, leads: str, answers: str, truth: str) -> MatchQuality:
    """Of `answers` (lead_row, account, decision) by the column `truth` of `leads`, an account's id or empty."""
    counts = connection.execute(
        f"""
        select
            count(lead.truth),
            count(*) filter (answer.decision = 'match'),
            count(*) filter (answer.decision = 'match' and answer.account = lead.truth),
            count(*) filter (answer.decision = 'review'),
            count(*) filter (answer.decision = 'review' and answer.account = lead.truth)
        from (select _row, nullif(trim({identifier(truth)}), '') as truth from {leads}) as lead
        inner join {answers} as answer on lead._row = answer.lead_row
        """
    ).fetchall()[0]
    return MatchQuality(*(int(count) for count in counts))
