"""What the exports have been found to hold, asked by class and XDM path instead of by vendor and column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from muster.init.proposals import Proposal
from muster.init.survey import Table
from muster.init.vendor_words import FILLS, PLACEHOLDERS

#: A column counts as filled from this share of its rows on.
FILLED = 0.05


class Facts:
    """Where the exports hold a class's attribute: by class and XDM path, the filled columns."""

    def __init__(self, proposals: Sequence[Proposal]) -> None:
        self._columns: dict[tuple[str, str], list[tuple[Table, str]]] = {}
        for proposal in proposals:
            for class_name, path, column in _filled(proposal):
                self._columns.setdefault((class_name, path), []).append((proposal.table, column))

    def has(self, class_name: str, *paths: str) -> bool:
        return all((class_name, path) in self._columns for path in paths)

    def any(self, class_name: str) -> bool:
        """Whether there are records of a class at all."""
        return any(known == class_name for known, _ in self._columns)

    def fullest(self, class_name: str, path: str) -> tuple[Table, str] | None:
        """The table with the most rows that fills an attribute, and its column."""
        return max(self._columns.get((class_name, path), []), key=lambda item: item[0].rows, default=None)

    def frequent(self, class_name: str, path: str, limit: int = 25) -> list[str]:
        """The most frequent values that can stand in a rule as they are."""
        found = self.fullest(class_name, path)
        values = found[0].frequent(found[1], limit) if found else []
        return [value for value, _ in values if _quotable(value) and value.strip().lower() not in PLACEHOLDERS]


def _filled(proposal: Proposal) -> Iterator[tuple[str, str, str]]:
    """Class, XDM path and column of what an object fills."""
    if proposal.class_:
        pairs = [(proposal.class_, path, column) for column, path in proposal.columns.items()]
    else:
        class_name, fields = FILLS.get(proposal.kind, ("", {}))
        pairs = [
            (class_name, path, next(filter(None, map(proposal.source_column, names.split("|"))), ""))
            for path, names in fields.items()
            if names not in proposal.dangling
        ]
    for class_name, path, column in pairs:
        if column and proposal.table.filled(column) >= FILLED:
            yield class_name, path, column


def _quotable(value: str) -> bool:
    return value.isprintable() and not set('"\\') & set(value)
