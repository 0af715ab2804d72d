"""What a live source says of the objects it reads, held against those that its reader knows."""

from __future__ import annotations

from collections.abc import Iterator

from muster.config.connections import AnyConnection
from muster.config.load import Entry
from muster.config.models import Source, SourcesFile
from muster.config.names import hint, listing
from muster.errors import Problem


def check_connections(entry: Entry[SourcesFile]) -> Iterator[Problem]:
    """Problems of the live sources; nothing is called, so that a check needs no network."""
    for index, source in enumerate(entry.model.sources):
        at = ("sources", index)
        if source.connection is None:
            yield from _exports_only(entry, source, at)
            continue
        if source.type == "table":
            yield from _tables(entry, source, at)
        else:
            yield from _names(entry, source, source.connection, at)


def _exports_only(entry: Entry[SourcesFile], source: Source, at: tuple[str | int, ...]) -> Iterator[Problem]:
    for number, item in enumerate(source.objects):
        if item.table or item.query:
            what = f"'{item.object}' names a table or a query, and '{source.name}' has no 'connection'"
            yield entry.document.problem((*at, "objects", number), what, "add connection: {url: postgresql://…}")


def _tables(entry: Entry[SourcesFile], source: Source, at: tuple[str | int, ...]) -> Iterator[Problem]:
    if not source.objects:
        what = f"'{source.name}' has a database and names nothing of it"
        yield entry.document.problem((*at, "connection"), what, "list its tables or queries under objects:")
    names = [item.object.casefold() for item in source.objects]
    for number, name in enumerate(names):
        if name in names[:number]:
            what = f"'{source.name}' has two objects called '{source.objects[number].object}'"
            yield entry.document.problem((*at, "objects", number, "object"), what, "give each a name of its own")
    for number, item in enumerate(source.objects):
        if item.files:
            what = f"'{item.object}' names files, and '{source.name}' is a database"
            yield entry.document.problem((*at, "objects", number, "files"), what, "give 'table' or 'query' instead")


def _names(
    entry: Entry[SourcesFile], source: Source, connection: AnyConnection, at: tuple[str | int, ...]
) -> Iterator[Problem]:
    """Names under `exclude` and `include` that are near to an object's and yet none."""
    from muster.connectors.vendors import vendor_objects

    if source.objects:
        what = f"'objects' is for exports and tables, and '{source.name}' is read live"
        yield entry.document.problem((*at, "objects"), what, "use include and exclude under connection")
    known = vendor_objects(source.type)
    for setting, names in (("exclude", connection.exclude), ("include", connection.include)):
        for number, name in enumerate(names):
            place = (*at, "connection", setting, number)
            mend = hint(name, known)
            if name in known or (setting == "include" and source.type == "salesforce" and not mend):
                continue  # any object of an org may be read
            what = f"{source.type} has no object '{name}'"
            yield entry.document.problem(place, what, mend or f"the objects are {listing(known)}")
