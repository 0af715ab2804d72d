"""Folders of this machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from muster.connectors.exports import open_export
from muster.connectors.exports.batch import Reading
from muster.connectors.storage.folder import StoredFile, hidden, in_order
from muster.errors import SourceError, missing_folder
from muster.lake.layout import sha256_of


class LocalFolder:
    """A folder, or one file; `what` is how an error names it."""

    def __init__(self, root: Path, what: str) -> None:
        self._root, self._what = root, what

    def files(self) -> list[StoredFile]:
        if not self._root.exists():
            raise missing_folder(self._what, self._root)
        try:
            return sorted(self._listed(), key=in_order)
        except OSError as error:
            mend = "give the user of Muster the right to"
            raise SourceError(f"{self._root} cannot be listed: {error.strerror}; {mend}") from error

    @contextmanager
    def on_disk(self, file: StoredFile) -> Iterator[tuple[Path, StoredFile]]:
        path = Path(file.place)
        try:
            told = self._told(path)
        except OSError as error:
            raise unreadable(file, error) from error
        yield path, told

    def still(self, file: StoredFile) -> bool:
        try:
            return self._told(Path(file.place)) == file
        except OSError:
            return False

    def columns(self, file: StoredFile, reading: Reading) -> Sequence[str]:
        return open_export(Path(file.place), reading, whole=False).columns

    def sha256_of(self, file: StoredFile) -> str | None:
        try:
            return sha256_of(Path(file.place))
        except OSError:
            return None  # told when it is read

    def remember(self, file: StoredFile, sha256: str) -> None:
        """Nothing: it can be hashed again."""

    def _listed(self) -> Iterator[StoredFile]:
        for path in self._below():
            with suppress(FileNotFoundError):  # gone since the folder was looked through
                yield self._told(path)

    def _below(self) -> list[Path]:
        if self._root.is_file():
            return [self._root]
        there = (path for path in self._root.rglob("*") if path.is_file())
        return [path for path in there if not hidden(path.relative_to(self._root))]

    def _told(self, path: Path) -> StoredFile:
        told = path.stat()
        relative = path.name if path == self._root else path.relative_to(self._root).as_posix()
        return StoredFile(path, relative, told.st_size, told.st_mtime_ns)


def unreadable(file: StoredFile, error: OSError) -> SourceError:
    return SourceError(f"{file.relative} cannot be read: {error.strerror}; check the file and its rights")
