"""A column of the records that are compared."""

from __future__ import annotations

from dataclasses import dataclass

from muster.identity.matching.meanings import Meaning


@dataclass(frozen=True)
class Column:
    """`name` in the table of records, the XDM `path` it stands for, and what that means for matching.

    Columns of one path are values of one attribute; identifiers of different paths are never compared with another.
    """

    name: str
    path: str
    meaning: Meaning
