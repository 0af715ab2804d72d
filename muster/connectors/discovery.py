"""Which files of a source's folder are exports, and which object each of them holds."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import PurePosixPath

from muster.config.models import Source, SourceObject
from muster.connectors.exports.formats import is_export
from muster.connectors.storage import Folder, StoredFile, StoreError, opened_folder
from muster.connectors.vendor import Vendor, VendorObject, bare_name, slug
from muster.connectors.vendors import VENDORS
from muster.errors import SourceError
from muster.settings import Settings

#: Folders of a drop that say when or how, not what.
_NOT_A_NAME = ("full", "incremental", "delta", "dt=", "date=", "year=", "month=", "day=")


@dataclass(frozen=True)
class ExportObject:
    """One object of a source and the files that hold it, in the order of their names.

    `name` is the object as the user sees it and unique in its source: the name in `sources.yml`, else the first
    file's, less time and part. `object` is its folder in the lake; `spec` is there where `sources.yml` lists it.
    """

    name: str
    object: str
    vendor: str
    files: tuple[StoredFile, ...]
    spec: SourceObject | None = None

    @property
    def known(self) -> VendorObject | None:
        """What the connector knows about this object."""
        return next((each for each in VENDORS[self.vendor].objects if each.object == self.object), None)


def discover(source: Source, settings: Settings) -> list[ExportObject]:
    """The objects in a source's folder, by name; an absent folder is a SourceError, an empty one has none."""
    with opened_folder(source, settings) as folder:
        return objects_in(folder, source)


def objects_in(folder: Folder, source: Source) -> list[ExportObject]:
    """The same for a folder that is open."""
    vendor = VENDORS[source.type]
    there = [file for file in folder.files() if is_export(file.place)]
    files = [file for file in there if not any(_matches(file, pattern) for pattern in source.ignore)]
    found: list[ExportObject] = []
    listed: set[str] = set()
    for spec in source.objects:
        own = tuple(file for file in files if any(_matches(file, pattern) for pattern in spec.files))
        listed.update(file.relative for file in own)
        if own:
            found.append(ExportObject(spec.object, _folder(vendor, spec), vendor.type, own, spec))
    by_object: dict[str, list[StoredFile]] = {}
    for file in files:
        if file.relative not in listed:
            by_object.setdefault(_object_in(file, folder, vendor), []).append(file)
    for object_, own_files in by_object.items():
        found.append(ExportObject(_name_of(own_files[0]), object_, vendor.type, tuple(own_files)))
    return sorted(_told_apart(found), key=lambda each: each.name.casefold())


def _matches(file: StoredFile, pattern: str) -> bool:
    return fnmatch(file.relative.casefold(), pattern.casefold())


def _folder(vendor: Vendor, spec: SourceObject) -> str:
    if spec.class_ is not None:
        return spec.class_
    if len(vendor.objects) == 1:  # events, whatever they are called
        return vendor.objects[0].object
    known = vendor.named(spec.object)
    return known.object if known else slug(spec.object)


def _name_of(file: StoredFile) -> str:
    """The file's name less time and part; in `contacts/full/dt=2026-11-23/part-00001.csv.gz` that is a folder's."""
    folders = PurePosixPath(file.relative).parts[:-1]
    for name in [bare_name(file.name), *reversed(folders)]:
        if name and not name.lower().startswith(_NOT_A_NAME) and name.lower() not in ("part", "data"):
            return name
    return file.name


def _object_in(file: StoredFile, folder: Folder, vendor: Vendor) -> str:
    """The folder in the lake for a file that is not listed: of an object that we know, else by its own name."""
    name = _name_of(file)
    known = vendor.named(name) or _told_by_headings(file, name, folder, vendor)
    return known.object if known else slug(name)


def _told_by_headings(file: StoredFile, name: str, folder: Folder, vendor: Vendor) -> VendorObject | None:
    if not any(each.columns or each.fields for each in vendor.objects):
        return None
    try:
        headings = folder.columns(file, vendor.reading)
    except StoreError:
        raise  # else the file would be taken for something that it is not
    except SourceError:
        return None  # told when it is loaded
    return next((each for each in vendor.objects if each.has(headings)), None) or vendor.spoken_of(name, headings)


def _told_apart(found: list[ExportObject]) -> list[ExportObject]:
    """Names made unique without regard to case, by a number."""
    taken: set[str] = set()
    named = []
    for each in found:
        name, number = each.name, 1
        while slug(name) in taken:
            number += 1
            name = f"{each.name}_{number}"
        taken.add(slug(name))
        named.append(ExportObject(name, each.object, each.vendor, each.files, each.spec))
    return named
