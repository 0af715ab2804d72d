"""Folders that are not on this machine: what they hold is listed there and read here.

A file is brought here whole before it is read, into `<data>/downloads/<source>`, and checked: it has the size that
was told, and it is one version of the file. A connection that is cut is taken up again where it broke.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Protocol, TypeVar

from tenacity import RetryCallState

from muster.connectors.exports import open_export
from muster.connectors.exports.batch import Reading
from muster.connectors.exports.streams import CHUNK
from muster.connectors.http.errors import TryAgain
from muster.connectors.http.patience import Patience, failure
from muster.connectors.storage.address import Address
from muster.connectors.storage.folder import StoredFile, StoreError, Unreachable, hidden, in_order
from muster.connectors.storage.notes import Notes
from muster.errors import SourceError

#: Of a large file so many bytes of its beginning tell the headings, and of its end those of Parquet and of archives.
HEAD, TAIL = CHUNK + (1 << 20), 2 << 20
#: Seconds for which a file must have been left alone where its store has no tags: half-sent ones grow meanwhile.
REST = 2.0
#: Bytes that count as progress: a connection that is cut after as many is taken up again at once.
_PROGRESS = 64 << 10

T = TypeVar("T")


class Store(Protocol):
    """A store of files, asked over a network: every method may raise TryAgain, or a StoreError for good."""

    address: Address

    def listing(self) -> Iterator[StoredFile]: ...

    def look(self, file: StoredFile) -> StoredFile: ...

    def read(self, file: StoredFile, start: int, end: int) -> Iterator[bytes]: ...

    def close(self) -> None: ...


class RemoteFolder:
    """A folder in a store. `downloads` is where its files come to."""

    def __init__(self, store: Store, notes: Notes, downloads: Path, patience: Patience) -> None:
        self._store, self._notes, self._downloads, self._patience = store, notes, downloads, patience

    def files(self) -> list[StoredFile]:
        found = self._asked(lambda: list(self._store.listing()))
        files = sorted((file for file in found if not hidden(PurePosixPath(file.relative))), key=in_order)
        self._notes.listed(files)
        return files

    @contextmanager
    def on_disk(self, file: StoredFile) -> Iterator[tuple[Path, StoredFile]]:
        told = self._at_rest(file)
        with self._place(file, self._downloads) as path:
            with _kept(path, file) as out:
                self._bring(told, out, 0, told.size)
            if not told.tag and self._looked(file) != told:
                raise _changed(self._store.address, file)
            yield path, told

    def still(self, file: StoredFile) -> bool:
        return True  # what is here is one version of it, whatever becomes of it there

    def columns(self, file: StoredFile, reading: Reading) -> Sequence[str]:
        if (mistake := self._notes.mistake(file)) is not None:
            raise SourceError(mistake)
        if (noted := self._notes.columns(file)) is not None:
            return noted
        with self._ends_of(file) as path:
            try:
                columns = list(open_export(path, reading, whole=False).columns)
            except SourceError as error:
                self._notes.keep(file, mistake=str(error))
                raise
        self._notes.keep(file, columns=columns)
        return columns

    def sha256_of(self, file: StoredFile) -> str | None:
        return self._notes.sha256(file)

    def remember(self, file: StoredFile, sha256: str) -> None:
        self._notes.keep(file, sha256=sha256)

    def close(self) -> None:
        self._notes.save()
        self._store.close()

    @contextmanager
    def _ends_of(self, file: StoredFile) -> Iterator[Path]:
        """A file of the same size here, with a hole where nobody looks for headings."""
        with self._place(file, None) as path:
            with _kept(path, file) as out:
                self._bring(file, out, 0, min(HEAD, file.size))
                if file.size > HEAD:
                    self._bring(file, out, max(HEAD, file.size - TAIL), file.size)
            yield path

    def _at_rest(self, file: StoredFile) -> StoredFile:
        """The file as it is now; SourceError where it is just being written."""
        told = self._looked(file)
        rest = min(REST, REST - (time.time() - told.modified / 1e9))
        if told.tag or rest <= 0:
            return told
        self._patience.sleep(rest)
        if self._looked(file) != told:
            raise _changed(self._store.address, file)
        return told

    def _looked(self, file: StoredFile) -> StoredFile:
        return self._asked(lambda: self._store.look(file))

    def _bring(self, file: StoredFile, out: IO[bytes], start: int, end: int) -> None:
        """The bytes from `start` to `end` into their place, taken up again where a connection is cut."""
        out.seek(start)

        def go_on() -> None:
            begun = out.tell()
            try:
                for piece in self._store.read(file, begun, end):
                    out.write(piece)
            except TryAgain:
                if out.tell() - begun < _PROGRESS:
                    raise
                self._store.close()
            if out.tell() == begun:
                raise TryAgain("the answer ended early")

        while out.tell() < end:
            self._asked(go_on)
        if out.tell() > end:
            told = f"{out.tell():,} bytes where {end:,} were told"
            raise StoreError(f"{self._store.address}: {file.relative} came with {told}; look at the server")

    def _asked(self, call: Callable[[], T]) -> T:
        def attempt() -> T:
            try:
                return call()
            except TryAgain:
                self._store.close()  # a broken connection is not asked again
                raise

        def give_up(state: RetryCallState) -> T:
            reason = failure(state).reason
            mend = "check the address, or whether the network lets it through"
            raise Unreachable(f"{self._store.address} cannot be reached: {reason}; {mend}") from None

        answer: T = self._patience.tries(strange=False, give_up=give_up)(attempt)
        return answer

    @contextmanager
    def _place(self, file: StoredFile, folder: Path | None) -> Iterator[Path]:
        """A path under the file's own name, for that tells its format."""
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="muster-", dir=folder) as own:
            yield Path(own) / file.name.encode()[-200:].decode(errors="ignore")


@contextmanager
def _kept(path: Path, file: StoredFile) -> Iterator[IO[bytes]]:
    """A file of this machine to write to; a full disk is a StoreError."""
    try:
        with path.open("wb") as out:
            yield out
    except OSError as error:
        mend = f"make room for {file.size:,} bytes"
        raise StoreError(f"{file.relative} cannot be kept on this machine: {error.strerror}; {mend}") from error


def _changed(address: Address, file: StoredFile) -> StoreError:
    return StoreError(f"{address}: {file.relative} changed while it was read; it is taken when it is whole")
