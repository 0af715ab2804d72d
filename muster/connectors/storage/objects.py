"""Buckets of S3 and its kin, containers of Azure Blob Storage, buckets of Google Cloud Storage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import PurePosixPath

import obstore
from obstore.exceptions import BaseError
from obstore.store import ObjectStore

from muster.connectors.storage.address import Address
from muster.connectors.storage.folder import StoredFile, StoreError
from muster.connectors.storage.verdicts import verdict

#: Objects a page of a listing, as all three give them at most (Azure up to 5000).
_PAGE = 1000
#: Bytes that are written to the disk in one go.
_PIECE = 4 << 20


class Bucket:
    """The objects below a prefix, or the one object that the prefix names."""

    def __init__(self, address: Address, connect: Callable[[], ObjectStore]) -> None:
        self.address, self._connect = address, connect
        self._opened: ObjectStore | None = None

    def listing(self) -> Iterator[StoredFile]:
        """All objects, a page of the store at a time."""
        try:
            found = False
            for page in obstore.list(self._store, self.address.path or None, chunk_size=_PAGE):
                for each in page:
                    found = True
                    yield self._told(each)
            if not found and self.address.path:
                yield from self._one()
        except (BaseError, OSError, ValueError) as error:
            raise verdict(error, self.address, "list it") from None

    def look(self, file: StoredFile) -> StoredFile:
        """The object as it is now."""
        try:
            return self._told(obstore.head(self._store, str(file.place)))
        except (BaseError, OSError, ValueError) as error:
            raise verdict(error, self.address, f"read {file.relative}") from None

    def read(self, file: StoredFile, start: int, end: int) -> Iterator[bytes]:
        """The bytes from `start` to `end` of just this version of the object."""
        try:
            options: obstore.GetOptions = {"range": (start, end)}
            if file.tag:
                options["if_match"] = f'"{file.tag}"'
            answer = obstore.get(self._store, str(file.place), options=options)
            given = self._told(answer.meta)
            if (given.size, given.tag) != (file.size, file.tag):  # not every store heeds If-Match
                raise StoreError(
                    f"{self.address}: {file.relative} changed while it was read; it is taken when it is whole"
                )
            for piece in answer.stream(min_chunk_size=_PIECE):
                yield bytes(piece)
        except (BaseError, OSError, ValueError) as error:
            raise verdict(error, self.address, f"read {file.relative}") from None

    def close(self) -> None:
        """Connections are the library's own."""
        self._opened = None

    @property
    def _store(self) -> ObjectStore:
        self._opened = self._opened or self._connect()
        return self._opened

    def _one(self) -> Iterator[StoredFile]:
        try:
            yield self._told(obstore.head(self._store, self.address.path))
        except FileNotFoundError:
            return  # a prefix without objects is an empty folder

    def _told(self, meta: obstore.ObjectMeta) -> StoredFile:
        key = meta["path"]
        below = key.removeprefix(f"{self.address.path}/") if self.address.path else key
        relative = PurePosixPath(key).name if key == self.address.path else below
        tag = (meta["e_tag"] or "").removeprefix("W/").strip('"')
        return StoredFile(PurePosixPath(key), relative, meta["size"], _nanoseconds(meta["last_modified"]), tag)


def _nanoseconds(moment: datetime) -> int:
    """Whole seconds: listings tell milliseconds where single objects do not."""
    return int(moment.timestamp()) * 1_000_000_000
