"""What can go wrong, as one small tree.

MusterError              one line: what is wrong, where, and how to mend it
├── ConfigError          the configuration is wrong; carries every problem found in one pass
├── SourceError          an export cannot be read at all (single bad rows go to the quarantine instead)
├── RuleError            an audience rule is not valid; carries line, column and the nearest right name
├── SnapshotError        no published snapshot, or one that cannot be read
├── StateError           the state store cannot be used; never tells its URL, which may hold a password
├── HeldError            a guard holds this work back until a person releases it
└── DeliveryError        a delivery did not reach its destination
    ├── PermanentDelivery    trying again without a change is useless
    ├── RejectedBatch        a whole call was refused for one of its rows; smaller ones find it
    └── TransientDelivery    worth another try
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class MusterError(Exception):
    """Base of all errors that a user is meant to read; `str()` is one line without a traceback."""


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in a configuration file.

    `file` is relative to the configuration folder, `line` counts from 1 (0 where no line applies),
    `what` says what is wrong and `mend` how to put it right. `column` counts from 1, 0 where only the line is known.
    """

    file: str
    line: int
    what: str
    mend: str = ""
    column: int = 0

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.what}" + (f" ({self.mend})" if self.mend else "")


class ConfigError(MusterError):
    """All mistakes found in a configuration, in file and line order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class SourceError(MusterError):
    """An export file or folder cannot be read; nothing of it was taken."""


class RuleError(MusterError):
    """An audience rule that cannot be used: position (both from 1), what is wrong, what was expected."""

    def __init__(self, message: str, line: int = 1, column: int = 1, expected: str = "") -> None:
        self.message, self.line, self.column, self.expected = message, line, column, expected
        hint = f"; {expected}" if expected else ""
        super().__init__(f"line {line}, column {column}: {message}{hint}")


class SnapshotError(MusterError):
    """There is no snapshot to read, or the one named is not there any more."""


class StateError(MusterError):
    """The state store is wrongly named, or does not answer."""


class HeldError(MusterError):
    """A guard, such as an audience's size bound, holds the work until it is released."""


class DeliveryError(MusterError):
    """A delivery that did not arrive."""


class PermanentDelivery(DeliveryError):
    """The destination refuses this for good; only a change of the row or the settings helps."""


class RejectedBatch(DeliveryError):
    """The destination refused all rows of a call for one of them; `str()` is its reason, without a value of the row."""


class TransientDelivery(DeliveryError):
    """The destination did not take it this time."""


def missing_folder(what: str, path: Path) -> SourceError:
    """The error for a folder that is named in the configuration but is not there."""
    return SourceError(f"{what}: {path} is not there; create it or correct the path in sources.yml")
