"""Packs: the bitmaps of one evaluation in one file, so that all of them are brought to the disk by one flush.

A pack is written whole under a name of its own and never rewritten. Where a bitmap lies in it is told as
`<file>:<first byte>:<length>`; a name alone means the whole file.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from pathlib import Path

from pyroaring import BitMap

from muster.durable import write_whole


@dataclass(frozen=True)
class Place:
    """`length` bytes of a file from `start` on; -1 for all of them."""

    file: Path
    start: int = 0
    length: int = -1

    @classmethod
    def of(cls, folder: Path, told: str) -> Place:
        name, *span = told.split(":")
        return cls(folder / name, *map(int, span))

    def bitmap(self) -> BitMap:
        with self.file.open("rb") as file:
            file.seek(self.start)
            return BitMap.deserialize(file.read(self.length))


def write_pack(folder: Path, now: datetime, bitmaps: Sequence[BitMap]) -> list[str]:
    """Write a pack into `folder`; returns where each bitmap is."""
    name = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}.roaring"
    contents = [bitmap.serialize() for bitmap in bitmaps]
    write_whole(folder / name, b"".join(contents))
    starts = accumulate(map(len, contents), initial=0)
    return [f"{name}:{start}:{len(content)}" for start, content in zip(starts, contents, strict=False)]
