"""Column names as they are taken from a file: trimmed, never blank, and unique whatever their case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

#: Columns that the lake adds to every row; a file's own column of such a name gets a number.
RESERVED = frozenset(
    {
        "_source", "_instance", "_type", "_object", "_file", "_line", "_load", "_loaded_at",
        "_row_id", "_alias", "_deleted",
    }
)  # fmt: skip


def unique_headings(headings: Sequence[str], reserved: Iterable[str] = RESERVED) -> tuple[tuple[str, ...], list[str]]:
    """The headings made usable, in order, and a sentence about each that had to change.

    A blank one is named by its position (`column_3`), a repeated one gets a number (`Email_2`).
    """
    taken = {name.casefold() for name in reserved}
    named: list[str] = []
    told: list[str] = []
    for position, heading in enumerate(headings, start=1):
        wanted = heading.strip() or f"column_{position}"
        name, number = wanted, 1
        while name.casefold() in taken:
            number += 1
            name = f"{wanted}_{number}"
        if not heading.strip():
            told.append(f"column {position} has no heading and is called '{name}'")
        elif name != wanted:
            told.append(f"the heading '{wanted}' is taken already; column {position} is called '{name}'")
        taken.add(name.casefold())
        named.append(name)
    return tuple(named), told
