"""The guard before publishing: a mart that lost most of its rows is a failed extract until someone says otherwise.

A failed read must never look like an empty world: everything downstream would take its people for leavers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Shrunk:
    """A mart whose rows fell by more than the bound."""

    mart: str
    before: int
    after: int

    def __str__(self) -> str:
        return f"{self.mart} fell from {self.before:,} to {self.after:,} rows"


def shrunk_marts(
    before: Mapping[str, int], after: Mapping[str, int], max_shrink: float, min_rows: int = 50
) -> list[Shrunk]:
    """Marts that lost more than the share `max_shrink` of their rows; those below `min_rows` before are exempt."""
    return [
        Shrunk(name, rows, after.get(name, 0))
        for name, rows in sorted(before.items())
        if rows >= min_rows and after.get(name, 0) < rows * (1 - max_shrink)
    ]
