"""Bringing files here over a network that breaks anywhere: what comes is the file, whole, or one clear line."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.connectors.exports.batch import PLAIN
from muster.connectors.http.errors import TryAgain
from muster.connectors.http.patience import Patience
from muster.connectors.storage import StoredFile, StoreError, Unreachable
from muster.connectors.storage.address import Address, address_of
from muster.connectors.storage.notes import Notes
from muster.connectors.storage.remote import RemoteFolder
from muster.errors import SourceError

ADDRESS = address_of("s3://bucket/drop")
AN_HOUR_AGO = 1_700_000_000 * 10**9


@dataclass
class Memory:
    """A store with one file, whose connections break after as many bytes as `breaks` says, one after the other."""

    content: bytes
    tag: str = "v1"
    modified: int = AN_HOUR_AGO
    breaks: list[int] = field(default_factory=list)
    reads: list[tuple[int, int]] = field(default_factory=list)
    address: Address = ADDRESS
    closed: int = 0

    @property
    def file(self) -> StoredFile:
        return StoredFile(PurePosixPath("drop/Account.csv"), "Account.csv", len(self.content), self.modified, self.tag)

    def listing(self) -> Iterator[StoredFile]:
        yield self.file

    def look(self, file: StoredFile) -> StoredFile:
        return self.file

    def read(self, file: StoredFile, start: int, end: int) -> Iterator[bytes]:
        self.reads.append((start, end))
        left = self.breaks.pop(0) if self.breaks else None
        for at in range(start, end, 1000):
            piece = self.content[at : min(at + 1000, end)]
            if left is not None and left < len(piece):
                yield piece[:left]
                raise TryAgain("the connection broke")
            left = None if left is None else left - len(piece)
            yield piece

    def close(self) -> None:
        self.closed += 1


def opened(store: Memory, folder: Path, patience: Patience | None = None) -> RemoteFolder:
    patience = patience or Patience(attempts=4, sleep=lambda _: None)
    return RemoteFolder(store, Notes(folder / "notes.json"), folder / "downloads", patience)


@given(st.integers(0, 400_000), st.lists(st.integers(0, 150_000), max_size=3))
def test_a_connection_may_break_anywhere(size: int, breaks: list[int]) -> None:
    content = bytes(number % 251 for number in range(1000)) * 400
    store = Memory(content[:size], breaks=breaks)
    with tempfile.TemporaryDirectory() as name:
        folder = opened(store, Path(name))
        with folder.on_disk(store.file) as (path, told):
            assert path.name == "Account.csv"
            assert path.read_bytes() == content[:size]
            assert told == store.file
        assert not path.exists()
    assert all(end == size for _, end in store.reads)
    assert [start for start, _ in store.reads] == sorted(start for start, _ in store.reads)  # never from the beginning


def test_one_that_breaks_for_ever_is_given_up(tmp_path: Path) -> None:
    store = Memory(b"x" * 5000, breaks=[100] * 50)
    with (
        pytest.raises(Unreachable, match=r"^s3://bucket/drop cannot be reached: the connection broke; check"),
        opened(store, tmp_path).on_disk(store.file),
    ):
        pass
    assert len(store.reads) == 4
    assert store.closed == 4  # a broken connection is not asked again


def test_one_that_breaks_after_much_is_not_given_up(tmp_path: Path) -> None:
    store = Memory(b"x" * 3_000_000, breaks=[100_000] * 29)
    with opened(store, tmp_path).on_disk(store.file) as (path, _):
        assert path.stat().st_size == 3_000_000


def test_an_answer_that_ends_early_is_no_file(tmp_path: Path) -> None:
    store = Memory(b"x" * 5000)
    longer = replace(store.file, size=6000)
    store.look = lambda file: longer  # type: ignore[method-assign]
    with pytest.raises(Unreachable, match="the answer ended early"), opened(store, tmp_path).on_disk(longer):
        pass


class TestWithoutTags:
    """A store that tells but size and time, as SFTP does."""

    def test_a_file_that_changed_while_it_came_is_not_taken(self, tmp_path: Path) -> None:
        store = Memory(b"x" * 5000, tag="")
        read = store.read

        def changing(file: StoredFile, start: int, end: int) -> Iterator[bytes]:
            yield from read(file, start, end)
            store.modified += 10**9

        store.read = changing  # type: ignore[method-assign]
        told = r"^s3://bucket/drop: Account\.csv changed while it was read; it is taken when it is whole"
        with pytest.raises(StoreError, match=told), opened(store, tmp_path).on_disk(store.file):
            pass

    def test_one_that_was_just_written_is_looked_at_again(self, tmp_path: Path) -> None:
        store = Memory(b"x" * 5000, tag="", modified=2**62)
        waits: list[float] = []
        with opened(store, tmp_path, Patience(sleep=waits.append)).on_disk(store.file):
            assert waits == [2.0]


def test_headings_are_looked_for_once(tmp_path: Path) -> None:
    store = Memory(b"Id,Name\n" + b"1,x\n" * 10)
    folder = opened(store, tmp_path)
    assert list(folder.columns(store.file, PLAIN)) == ["Id", "Name"]
    assert list(folder.columns(store.file, PLAIN)) == ["Id", "Name"]
    folder.close()
    assert list(opened(store, tmp_path).columns(store.file, PLAIN)) == ["Id", "Name"]
    assert len(store.reads) == 1
    store.content, store.tag = b"Id,Mail\n", "v2"
    assert list(opened(store, tmp_path).columns(store.file, PLAIN)) == ["Id", "Mail"]


def test_a_file_that_is_broken_is_looked_at_once(tmp_path: Path) -> None:
    store = Memory(b"\x1f\x8b\x08 broken")
    for _ in range(3):
        folder = opened(store, tmp_path)
        with pytest.raises(SourceError, match=r"Account\.csv: the compressed data is damaged or cut off"):
            folder.columns(store.file, PLAIN)
        folder.close()
    assert len(store.reads) == 1


def test_notes_on_files_that_are_gone_are_dropped(tmp_path: Path) -> None:
    notes, store = Notes(tmp_path / "notes.json"), Memory(b"")
    notes.keep(store.file, sha256="1")
    notes.keep(replace(store.file, relative="Contact.csv"), sha256="2")
    notes.save()
    later = Notes(tmp_path / "notes.json")
    later.listed([store.file])
    later.save()
    last = Notes(tmp_path / "notes.json")
    assert (last.sha256(store.file), last.sha256(replace(store.file, relative="Contact.csv"))) == ("1", None)
    assert last.sha256(replace(store.file, tag="v2")) is None
    (tmp_path / "notes.json").write_text("no notes")
    assert Notes(tmp_path / "notes.json").sha256(store.file) is None
