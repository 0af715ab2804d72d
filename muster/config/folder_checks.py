"""The folder of a source, here or far away, and what `sources.yml` says of the files in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from muster.config.document import Document
from muster.config.models import Source, SourceObject
from muster.config.names import hint, listing
from muster.errors import MusterError, Problem
from muster.settings import Settings

if TYPE_CHECKING:
    from muster.connectors.storage import Folder, StoredFile

#: Stands for the whole row in `key`.
WHOLE_ROW = "*"
#: So many files of an object are opened to see their columns; a folder of daily files has the same ones in all.
OPENED = 25

Place = tuple[str | int, ...]


def check_folder(document: Document, source: Source, settings: Settings, at: Place) -> Iterator[Problem]:
    """Problems of a source that reads files: the way to its folder, then the files and columns that it names.

    A remote folder is listed once, without patience, and of each object two files are looked into, once.
    """
    yield from _storage(document, source, at)
    yield from _folder(document, source, settings, at)


def _storage(document: Document, source: Source, at: Place) -> Iterator[Problem]:
    """Keys of `storage` that do not count for the address of the source's path."""
    from muster.connectors.storage.address import KEYS, address_of, is_remote

    if source.storage is None:
        return
    if not is_remote(source.path):
        what = f"'storage' of '{source.name}' says how to reach what is on this machine"
        yield document.problem((*at, "storage"), what, "remove it, or give an address as path, such as s3://bucket")
        return
    try:
        scheme = address_of(source.path).scheme
    except MusterError:
        return  # told by the path
    for key in sorted(source.storage.model_fields_set - set(KEYS[scheme])):
        what = f"'{key}' does not count for {scheme}://"
        yield document.problem((*at, "storage", key), what, hint(key, KEYS[scheme], f"give {listing(KEYS[scheme])}"))


def _folder(document: Document, source: Source, settings: Settings, at: Place) -> Iterator[Problem]:
    from muster.connectors.storage import opened_folder
    from muster.connectors.storage.address import is_remote

    remote, root = is_remote(source.path), settings.resolve(source.path)
    if not remote and not root.exists():
        what = f"the folder {source.path} of source '{source.name}' is not there"
        mend = f"a path is absolute or below the data folder; this one leads to {root}"
        yield document.problem((*at, "path"), what, mend)
        return
    try:
        with opened_folder(source, settings) as folder:
            files = folder.files()
            if remote and not files:
                what = f"there are no files below {source.path}"
                yield document.problem((*at, "path"), what, "correct it, or put the first export there")
            for number, item in enumerate(source.objects if files or not remote else ()):
                yield from _files(document, source, folder, files, item, (*at, "objects", number))
    except MusterError as error:
        yield document.problem((*at, "path"), str(error))


def _files(
    document: Document,
    source: Source,
    folder: Folder,
    there: Sequence[StoredFile],
    item: SourceObject,
    here: Place,
) -> Iterator[Problem]:
    """Globs that match nothing, and columns that no matched file has."""
    files: list[StoredFile] = []
    for number, glob in enumerate(item.files):
        matched = matching(there, glob)
        files += matched
        if not matched:
            names = [file.relative for file in there[:500]]
            yield document.problem((*here, "files", number), f"no file matches '{glob}'", hint(glob, names))
    headings: dict[str, set[str]] = {}
    spelled: dict[str, str] = {}
    for file in _some(files):
        try:
            columns = columns_of(file, folder, source.type)
        except MusterError as error:
            yield document.problem((*here, "files"), str(error))
            continue
        headings[file.name] = {column.lower() for column in columns}
        spelled |= {column.lower(): column for column in columns}
    if not headings:
        return
    for column in item.columns:
        if column.lower() not in spelled:
            what = f"no file of '{item.object}' has a column '{column}'"
            yield document.problem((*here, "columns", column), what, hint(column, spelled.values()))
    for setting, columns in (("key", item.key), ("alias", item.alias)):
        for number, column in enumerate(columns):
            lacking = [name for name, has in headings.items() if column.lower() not in has]
            if lacking and column != WHOLE_ROW:
                what = f"{lacking[0]} has no column '{column}' for '{setting}'"
                yield document.problem((*here, setting, number), what, hint(column, spelled.values()))


def matching(files: Iterable[StoredFile], glob: str) -> list[StoredFile]:
    """The exports that a glob of `files:` names; case does not matter."""
    from muster.connectors.exports.formats import is_export

    return [file for file in files if fnmatch(file.relative.casefold(), glob.casefold()) and is_export(file.place)]


def columns_of(file: StoredFile, folder: Folder, type_: str) -> Sequence[str]:
    """The column names of an export file of a source type, as its reader finds them."""
    from muster.connectors.exports import sniff
    from muster.connectors.vendors import VENDORS

    reading = VENDORS[type_].reading
    return sniff(file.place, reading=reading).columns if isinstance(file.place, Path) else folder.columns(file, reading)


def _some(files: Sequence[StoredFile]) -> Sequence[StoredFile]:
    """The first files; of those that would have to be fetched, the first and the last."""
    if len(files) <= 2 or isinstance(files[0].place, Path):
        return files[:OPENED]
    return [files[0], files[-1]]
