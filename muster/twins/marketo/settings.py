"""Numbers and switches of an instance that can be set like its limits, from the command line or the control URL."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Number:
    """A setting; a switch is one that is 0 or 1."""

    limit: int

    @property
    def used(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return bool(self.limit)
