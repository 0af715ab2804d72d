"""What `sources.yml` says, held against the files on disk and the schema."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import islice
from pathlib import Path

from muster.config.document import Document
from muster.config.load import Entry
from muster.config.models import Source, SourceObject, SourcesFile
from muster.config.names import hint, listing, nearest
from muster.errors import MusterError, Problem
from muster.schema import Schema
from muster.settings import Settings

#: Stands for the whole row in `key`.
WHOLE_ROW = "*"
#: Targets of a table source that any class takes: an identity in a namespace of the user's own.
ANY_IDENTITY = "identityMap."
#: Paths that staging reads for any class, though not every mart keeps them.
ALSO_READ = (
    "workEmail.address",
    "personalEmail.address",
    "extSourceSystemAudit.createdDate",
    "extSourceSystemAudit.lastUpdatedDate",
    "extSourceSystemAudit.lastActivityDate",
    "extSourceSystemAudit.externalKey.sourceKey",
)
#: So many files of an object are opened to see their columns; a folder of daily files has the same ones in all.
OPENED = 25


def check_sources(entry: Entry[SourcesFile], settings: Settings, schema: Schema | None) -> Iterator[Problem]:
    """Problems of the sources: references between them, then paths, files, columns and XDM paths of each."""
    for index, source in enumerate(entry.model.sources):
        at = ("sources", index)
        yield from _crm(entry, source, at)
        yield from _objects(entry.document, source, at, schema)
        folder = settings.resolve(source.path)
        if not folder.exists():
            what = f"the folder {source.path} of source '{source.name}' is not there"
            mend = f"a path is absolute or below the data folder; this one leads to {folder}"
            yield entry.document.problem((*at, "path"), what, mend)
            continue
        for number, item in enumerate(source.objects):
            yield from _files(entry.document, source.type, folder, item, (*at, "objects", number))


def _crm(entry: Entry[SourcesFile], source: Source, at: tuple[str | int, ...]) -> Iterator[Problem]:
    if source.crm is None:
        return
    crms = [other.name for other in entry.model.sources if other.type not in ("marketo", "events")]
    if source.type != "marketo":
        what = f"'crm' is for Marketo sources, and '{source.name}' is of type {source.type}"
        yield entry.document.problem((*at, "crm"), what, "remove it")
    elif source.crm not in crms:
        what = f"there is no CRM source '{source.crm}'"
        mend = hint(source.crm, crms, f"the CRM sources are {listing(crms)}" if crms else "declare it as a source")
        yield entry.document.problem((*at, "crm"), what, mend)


def _objects(document: Document, source: Source, at: tuple[str | int, ...], schema: Schema | None) -> Iterator[Problem]:
    """What an object says about itself: its vendor's name, or a class and XDM paths for tables."""
    from muster.connectors.vendors import VENDORS, vendor_objects

    for number, item in enumerate(source.objects):
        here = (*at, "objects", number)
        if source.type == "table":
            yield from _table(document, item, here, schema)
            continue
        if item.class_ is not None:
            what = f"'class' is for table sources, and '{source.name}' is of type {source.type}"
            yield document.problem((*here, "class"), what, "remove it; the object's name says what it is")
        known = vendor_objects(source.type)
        if len(known) == 1:
            continue  # events may be called anything
        if VENDORS[source.type].named(item.object) is None and nearest(item.object, known):
            what = f"{source.type} has no object '{item.object}'"
            yield document.problem((*here, "object"), what, hint(item.object, known))


def _table(
    document: Document, item: SourceObject, here: tuple[str | int, ...], schema: Schema | None
) -> Iterator[Problem]:
    if item.class_ is None:
        what = f"the table '{item.object}' does not say what its rows are"
        yield document.problem(here, what, "add class: person, account, activity, …")
    elif schema is not None:
        known = {*schema.of(item.class_).fields, *ALSO_READ}
        for column, path in item.columns.items():
            plain = path.replace(".sourceID", ".sourceKey")
            if plain not in known and not path.startswith(ANY_IDENTITY):
                what = f"{item.class_} has no field '{path}'"
                yield document.problem((*here, "columns", column), what, hint(path, known))


def _files(
    document: Document, type_: str, folder: Path, item: SourceObject, here: tuple[str | int, ...]
) -> Iterator[Problem]:
    """Globs that match nothing, and columns that no matched file has."""
    files: list[Path] = []
    for number, glob in enumerate(item.files):
        matched = matching(folder, glob)
        files += matched
        if not matched:
            there = [path.relative_to(folder).as_posix() for path in islice(sorted(folder.rglob("*")), 500)]
            yield document.problem((*here, "files", number), f"no file matches '{glob}'", hint(glob, there))
    headings: dict[str, set[str]] = {}
    spelled: dict[str, str] = {}
    for path in files[:OPENED]:
        try:
            columns = columns_of(path, type_)
        except MusterError as error:
            yield document.problem((*here, "files"), str(error))
            continue
        headings[path.name] = {column.lower() for column in columns}
        spelled |= {column.lower(): column for column in columns}
    if not headings:
        return
    for column in item.columns:
        if column.lower() not in spelled:
            what = f"no file of '{item.object}' has a column '{column}'"
            yield document.problem((*here, "columns", column), what, hint(column, spelled.values()))
    for setting, columns in (("key", item.key), ("alias", item.alias)):
        for number, column in enumerate(columns):
            lacking = [name for name, there in headings.items() if column.lower() not in there]
            if lacking and column != WHOLE_ROW:
                what = f"{lacking[0]} has no column '{column}' for '{setting}'"
                yield document.problem((*here, setting, number), what, hint(column, spelled.values()))


def matching(folder: Path, glob: str) -> list[Path]:
    """The exports below a source's folder (or the one file) that a glob of `files:` names; case does not matter."""
    from muster.connectors.exports.formats import is_export

    if folder.is_file():
        return [folder] if fnmatch(folder.name.casefold(), glob.casefold()) else []
    below = ((path, path.relative_to(folder).as_posix()) for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path, name in below if fnmatch(name.casefold(), glob.casefold()) and is_export(path)]


def columns_of(path: Path, type_: str) -> list[str]:
    """The column names of an export file of a source type, as its reader finds them."""
    from muster.connectors.exports import sniff
    from muster.connectors.vendors import VENDORS

    return list(sniff(path, reading=VENDORS[type_].reading).columns)
