"""What was learned of remote files by bringing them here, so that they need not be brought again to tell it.

One small file a source, `<data>/storage/<type>-<source>.json`. It is no truth: lost, it costs some reading again. An
entry counts as long as the file has the size, the time and the tag that it had then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from muster.connectors.storage.folder import StoredFile
from muster.durable import write_whole


class Notes:
    """The notes on the files of one source; what is new is kept when they are saved."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._new: dict[str, dict[str, Any]] = {}
        self._there: set[str] | None = None

    def columns(self, file: StoredFile) -> list[str] | None:
        """Its headings, where they were looked at."""
        found: list[str] | None = self._on(file).get("columns")
        return found

    def mistake(self, file: StoredFile) -> str | None:
        """Why it has none that can be read."""
        found: str | None = self._on(file).get("mistake")
        return found

    def sha256(self, file: StoredFile) -> str | None:
        """The hash of its content, where it was known already when the file came here."""
        found: str | None = self._on(file).get("sha256")
        return found

    def keep(self, file: StoredFile, **learned: str | Sequence[str]) -> None:
        self._new[file.relative] = {"is": _mark(file), **self._on(file), **learned}

    def listed(self, files: Iterable[StoredFile]) -> None:
        """What is noted of files that are not there any more is dropped when the notes are saved."""
        self._there = {file.relative for file in files}

    def save(self) -> None:
        noted = {**self._read(), **self._new}
        kept = {name: note for name, note in noted.items() if self._there is None or name in self._there}
        if self._new or kept.keys() != noted.keys():
            write_whole(self._path, orjson.dumps(kept))
        self._new = {}

    def _on(self, file: StoredFile) -> dict[str, Any]:
        note = self._new.get(file.relative) or self._old.get(file.relative, {})
        return note if note.get("is") == _mark(file) else {}

    @cached_property
    def _old(self) -> dict[str, dict[str, Any]]:
        return self._read()

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            noted = orjson.loads(self._path.read_bytes())
        except (OSError, ValueError):
            return {}
        return noted if isinstance(noted, dict) else {}


def _mark(file: StoredFile) -> list[Any]:
    return [file.size, file.modified, file.tag]
