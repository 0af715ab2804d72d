"""The in-memory tables that hold members of audiences for `inSegment`, by name."""

from __future__ import annotations

PREFIX = "segment:"


def segment_table(audience: str) -> str:
    """The table of an audience's members; no mart has a colon in its name."""
    return PREFIX + audience


def is_segment(table: str) -> bool:
    return table.startswith(PREFIX)
