"""What `sources.yml` says, held against itself, the schema and the files of each source."""

from __future__ import annotations

from collections.abc import Iterator

from muster.config.document import Document
from muster.config.folder_checks import check_folder
from muster.config.load import Entry
from muster.config.models import Source, SourceObject, SourcesFile
from muster.config.names import hint, listing, nearest
from muster.errors import Problem
from muster.schema import Schema
from muster.settings import Settings

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


def check_sources(entry: Entry[SourcesFile], settings: Settings, schema: Schema | None) -> Iterator[Problem]:
    """Problems of the sources: references between them, then paths, files, columns and XDM paths of each."""
    for index, source in enumerate(entry.model.sources):
        at = ("sources", index)
        yield from _crm(entry, source, at)
        yield from _objects(entry.document, source, at, schema)
        if source.connection is None:
            yield from check_folder(entry.document, source, settings, at)


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
