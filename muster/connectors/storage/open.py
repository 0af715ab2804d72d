"""Opens the folder of a source, wherever its `path` leads."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from muster.config.models import Source, Storage
from muster.connectors.http.patience import Patience
from muster.connectors.storage.address import Address, address_of, is_remote
from muster.connectors.storage.folder import Folder
from muster.connectors.storage.local import LocalFolder
from muster.connectors.storage.notes import Notes
from muster.connectors.storage.remote import RemoteFolder, Store
from muster.settings import Settings

#: For taking files: a store that is away for some minutes stops nobody.
_PATIENT = Patience(seconds=300, attempts=10, longest=30)
#: For looking: somebody waits for the answer.
_HASTY = Patience(seconds=10, attempts=2, pause=0.2, longest=1)


@contextmanager
def opened_folder(source: Source, settings: Settings, *, patient: bool = False) -> Iterator[Folder]:
    """The folder of a source that reads files; a remote one is connected when it is first asked.

    `patient` waits minutes for a store that does not answer, else seconds.
    """
    if not is_remote(source.path):
        yield LocalFolder(settings.resolve(source.path), f"the path of source '{source.name}'")
        return
    address = address_of(source.path)
    store = _store(address, source.storage or Storage(), hasty=not patient)
    notes = Notes(settings.data / "storage" / f"{source.type}-{source.name}.json")
    folder = RemoteFolder(store, notes, _downloads(source, settings), _PATIENT if patient else _HASTY)
    try:
        yield folder
    finally:
        folder.close()


def sweep_downloads(source: Source, settings: Settings) -> None:
    """Removes what killed loads brought here; for those who hold the source's lock."""
    shutil.rmtree(_downloads(source, settings), ignore_errors=True)


def _store(address: Address, storage: Storage, *, hasty: bool) -> Store:
    if address.scheme == "sftp":
        from muster.connectors.storage.sftp import Server

        return Server(address, storage, hasty=hasty)
    from muster.connectors.storage.stores import bucket

    return bucket(address, storage, hasty=hasty)


def _downloads(source: Source, settings: Settings) -> Path:
    return settings.data / "downloads" / source.name
