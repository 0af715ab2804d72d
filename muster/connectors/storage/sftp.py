"""Folders of SFTP servers. They have no tags: a file is known by its size and the second it was changed in."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath

import paramiko
from paramiko.ssh_exception import SSHException

from muster.config.models import Storage
from muster.connectors.http.errors import TryAgain
from muster.connectors.storage.address import Address
from muster.connectors.storage.folder import StoredFile, StoreError, hidden
from muster.connectors.storage.ssh import connected

#: Bytes of a packet, and of those that are asked for before the first has come; more would only wait in memory.
_PACKET, _WINDOW = 32 << 10, 4 << 20
#: Folders in folders, for a server whose links go round in a circle.
_DEEPEST = 40


class _Asked(paramiko.SFTPFile):
    """Asks for all packets of a window before it takes the first answer.

    The library asks from a thread of its own, and where that is slower than the answers it takes the window for done
    and reads the rest again, packet by packet (paramiko issue 2418).
    """

    def _start_prefetch(self, chunks: list[tuple[int, int]], max_concurrent_requests: int | None = None) -> None:
        self._prefetching, self._prefetch_done = True, False
        self._prefetch_thread(chunks, max_concurrent_requests)  # type: ignore[attr-defined]


class Server:
    """The files below a folder of a server, or the one file that the path names.

    `sftp://host/folder` is the folder `/folder`; `sftp://host/~/folder` is below the one that a login ends in.
    """

    def __init__(self, address: Address, storage: Storage, *, hasty: bool = False) -> None:
        self.address, self._storage = address, storage
        self._seconds = 5.0 if hasty else 20.0
        self._client: paramiko.SSHClient | None = None
        self._channel: paramiko.SFTPClient | None = None
        below_home = address.path.removeprefix("/~")
        at_home = address.path[:3] in ("/~", "/~/")
        self._root = PurePosixPath(below_home.lstrip("/") or ".") if at_home else PurePosixPath(address.path)

    def listing(self) -> Iterator[StoredFile]:
        """All files, a packet of names of the server at a time."""
        with self._told("list it"):
            told = self._sftp.stat(str(self._root))
            if stat.S_ISDIR(told.st_mode or 0):
                yield from self._below(self._root, 0)
            else:
                yield self._file(self._root, told)

    def look(self, file: StoredFile) -> StoredFile:
        """The file as it is now."""
        with self._told(f"read {file.relative}"):
            return self._file(PurePosixPath(file.place), self._sftp.stat(str(file.place)))

    def read(self, file: StoredFile, start: int, end: int) -> Iterator[bytes]:
        """The bytes from `start` to `end`."""
        with self._told(f"read {file.relative}"), self._sftp.open(str(file.place), "rb") as opened:
            opened.__class__ = _Asked
            for at in range(start, end, _WINDOW):
                asked = range(at, min(at + _WINDOW, end), _PACKET)
                yield from opened.readv([(packet, min(_PACKET, end - packet)) for packet in asked])

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = self._channel = None

    @property
    def _sftp(self) -> paramiko.SFTPClient:
        if self._channel is None:
            self._client = connected(self.address, self._storage, self._seconds)
            self._channel = self._client.open_sftp()
            self._channel.get_channel().settimeout(3 * self._seconds)  # type: ignore[union-attr]
        return self._channel

    def _below(self, folder: PurePosixPath, depth: int) -> Iterator[StoredFile]:
        """Links to files are followed, links to folders are not."""
        folders: list[PurePosixPath] = []
        for told in self._sftp.listdir_iter(str(folder)):
            place, attributes = folder / told.filename, told
            if hidden(PurePosixPath(told.filename)):
                continue
            if is_link := stat.S_ISLNK(told.st_mode or 0):
                try:
                    attributes = self._sftp.stat(str(place))
                except FileNotFoundError:
                    continue  # a link to nowhere
            if not stat.S_ISDIR(attributes.st_mode or 0):
                yield self._file(place, attributes)
            elif not is_link and depth < _DEEPEST:
                folders.append(place)
        for each in folders:
            yield from self._below(each, depth + 1)

    def _file(self, place: PurePosixPath, told: paramiko.SFTPAttributes) -> StoredFile:
        relative = place.name if place == self._root else place.relative_to(self._root).as_posix()
        return StoredFile(place, relative, told.st_size or 0, (told.st_mtime or 0) * 1_000_000_000)

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Errors as ours: `what` was to be done."""
        try:
            yield
        except PermissionError:
            mend = "give the user the right to"
            raise StoreError(f"{self.address}: '{self.address.user}' may not {what}; {mend}") from None
        except FileNotFoundError:
            if what == "list it":
                raise StoreError(f"{self.address} is not there; correct 'path' in sources.yml") from None
            raise StoreError(f"{self.address}: cannot {what}, for it is not there any more") from None
        except UnicodeDecodeError:
            raise StoreError(f"{self.address} holds a file whose name is no UTF-8; rename it") from None
        except TimeoutError:
            raise TryAgain("no answer in time") from None
        except (SSHException, EOFError, OSError) as error:
            transport = self._client.get_transport() if self._client else None
            if isinstance(error, OSError) and transport and transport.is_active():
                raise StoreError(f"{self.address}: the server refuses to {what}; ask its owner") from None
            raise TryAgain("the connection broke") from None
