"""What an export folder is to those who read from it, wherever it lies."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath
from typing import Protocol

from muster.connectors.exports.batch import Reading
from muster.errors import SourceError


class StoreError(SourceError):
    """The store does not give what it was asked for; says nothing about the content of a file."""


class Unreachable(StoreError):
    """Nobody answers, after all patience: there is no use in asking for the next file."""


@dataclass(frozen=True)
class StoredFile:
    """A file as its folder tells of it.

    `place` is where it lies: a path of this machine, a key of a bucket, a path of a server. `relative` is its name
    below the folder, with slashes: what the lake calls it. `size` is in bytes, `modified` in nanoseconds since 1970
    (UTC) and no finer than the store tells. `tag` is the store's own mark of one content, blank where it has none.
    """

    place: PurePath
    relative: str
    size: int
    modified: int
    tag: str = ""

    @property
    def name(self) -> str:
        return self.place.name

    @property
    def parent(self) -> PurePath:
        return self.place.parent


class Folder(Protocol):
    """An export folder, opened."""

    def files(self) -> list[StoredFile]:
        """All files below it in the order of their names, without hidden ones; SourceError where it is not there."""
        ...

    def on_disk(self, file: StoredFile) -> AbstractContextManager[tuple[Path, StoredFile]]:
        """The file on this machine, under its own name, and what it is as it is read now."""
        ...

    def still(self, file: StoredFile) -> bool:
        """Whether what `on_disk` gave has not changed while it was read."""
        ...

    def columns(self, file: StoredFile, reading: Reading) -> Sequence[str]:
        """The file's headings, read no further than needed; SourceError where it is no export, StoreError where it
        could not be looked into."""
        ...

    def sha256_of(self, file: StoredFile) -> str | None:
        """The hash of its content, where that can be told without bringing the file here."""
        ...

    def remember(self, file: StoredFile, sha256: str) -> None:
        """The content of a file that was brought here and found to be known."""
        ...


def in_order(file: StoredFile) -> tuple[str, ...]:
    """The order of files: by folders, then names."""
    return PurePosixPath(file.relative).parts


def hidden(relative: PurePath) -> bool:
    """Files and folders that are nobody's export: `.name` and `_name`."""
    return any(part[:1] in "._" for part in relative.parts)
