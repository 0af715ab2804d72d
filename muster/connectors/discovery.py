"""Which files of a source's folder are exports, and which object each of them holds."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from muster.config.models import Source, SourceObject
from muster.connectors.exports import open_export
from muster.connectors.exports.formats import is_export
from muster.connectors.vendor import Vendor, VendorObject, bare_name, slug
from muster.connectors.vendors import VENDORS
from muster.errors import SourceError, missing_folder
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
    files: tuple[Path, ...]
    spec: SourceObject | None = None

    @property
    def known(self) -> VendorObject | None:
        """What the connector knows about this object."""
        return next((each for each in VENDORS[self.vendor].objects if each.object == self.object), None)


def discover(source: Source, settings: Settings) -> list[ExportObject]:
    """The objects in a source's folder, by name; an absent folder is a SourceError, an empty one has none."""
    root = settings.resolve(source.path)
    if not root.exists():
        raise missing_folder(f"the path of source '{source.name}'", root)
    vendor = VENDORS[source.type]
    there = [path for path in _below(root) if is_export(path)]
    files = [path for path in there if not any(_matches(path, root, pattern) for pattern in source.ignore)]
    found: list[ExportObject] = []
    listed: set[Path] = set()
    for spec in source.objects:
        own = tuple(path for path in files if any(_matches(path, root, pattern) for pattern in spec.files))
        listed.update(own)
        if own:
            found.append(ExportObject(spec.object, _folder(vendor, spec), vendor.type, own, spec))
    by_object: dict[str, list[Path]] = {}
    for path in files:
        if path not in listed:
            by_object.setdefault(_object_in(path, root, vendor), []).append(path)
    for object_, own_files in by_object.items():
        found.append(ExportObject(_name_of(own_files[0], root), object_, vendor.type, tuple(own_files)))
    return sorted(_told_apart(found), key=lambda each: each.name.casefold())


def relative_name(path: Path, source: Source, settings: Settings) -> str:
    """A file as the lake names it: its path below the source's own."""
    root = settings.resolve(source.path)
    return path.name if root == path else path.relative_to(root).as_posix()


def _below(root: Path) -> list[Path]:
    if root.is_file():
        return [root]
    try:
        return sorted(path for path in root.rglob("*") if path.is_file() and not _hidden(path, root))
    except OSError as error:
        raise SourceError(f"{root} cannot be listed: {error.strerror}; give the user of Muster the right to") from error


def _hidden(path: Path, root: Path) -> bool:
    return any(part[:1] in "._" for part in path.relative_to(root).parts)


def _matches(path: Path, root: Path, pattern: str) -> bool:
    name = path.name if root == path else path.relative_to(root).as_posix()
    return fnmatch(name.casefold(), pattern.casefold())


def _folder(vendor: Vendor, spec: SourceObject) -> str:
    if spec.class_ is not None:
        return spec.class_
    if len(vendor.objects) == 1:  # events, whatever they are called
        return vendor.objects[0].object
    known = vendor.named(spec.object)
    return known.object if known else slug(spec.object)


def _name_of(path: Path, root: Path) -> str:
    """The file's name less time and part; in `contacts/full/dt=2026-11-23/part-00001.csv.gz` that is a folder's."""
    folders = [] if root == path else list(path.relative_to(root).parts[:-1])
    for name in [path.name, *reversed(folders)]:
        bare = bare_name(name) if name is path.name else name
        if bare and not bare.lower().startswith(_NOT_A_NAME) and bare.lower() not in ("part", "data"):
            return bare
    return path.name


def _object_in(path: Path, root: Path, vendor: Vendor) -> str:
    """The folder in the lake for a file that is not listed: of an object that we know, else by its own name."""
    name = _name_of(path, root)
    known = vendor.named(name) or _told_by_headings(path, name, vendor)
    return known.object if known else slug(name)


def _told_by_headings(path: Path, name: str, vendor: Vendor) -> VendorObject | None:
    if not any(each.columns or each.fields for each in vendor.objects):
        return None
    try:
        headings = open_export(path, vendor.reading, whole=False).columns
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
