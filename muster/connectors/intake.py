"""Takes export files into the lake: each (path, content, mapping) once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from muster.config.models import Source
from muster.connectors.discovery import ExportObject, objects_in
from muster.connectors.exports import open_export
from muster.connectors.mapping import plan_columns
from muster.connectors.rows import RowMaker
from muster.connectors.storage import Folder, StoredFile, Unreachable, opened_folder, sweep_downloads
from muster.connectors.vendors import VENDORS
from muster.errors import SourceError
from muster.lake.layout import load_name, mapping_hash, sha256_of
from muster.lake.loads import Load, loads, newest_readings
from muster.lake.writer import LoadWriter, sweep
from muster.locks import exclusive
from muster.settings import Settings

#: Reports rows as they come in: the file's name, and how many of its records have been read.
Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class LoadReport:
    """What came of some loads of one object: read = loaded + set_aside, `reasons` say why and add up to set_aside.

    `repeated` counts what a live source gave besides and the lake had already.
    """

    source: str
    name: str
    object: str
    files: tuple[str, ...] = ()
    read: int = 0
    loaded: int = 0
    set_aside: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    repeated: int = 0


@dataclass(frozen=True)
class _Here:
    """A file that is on this machine now, and what it is."""

    path: Path
    file: StoredFile
    sha256: str


def pending(source: Source, export: ExportObject, settings: Settings) -> list[StoredFile]:
    """The files of an object that the lake does not hold as they are and as they would be read now.

    A remote file is told by its size, time and tag alone; nothing is brought here.
    """
    with opened_folder(source, settings) as folder:
        return _pending(export, folder, _held(source, export, settings))


def load(
    source: Source, export: ExportObject, settings: Settings, now: datetime, progress: Progress | None = None
) -> LoadReport:
    """Takes all pending files of an object, in the order of their names.

    The folder is looked through again, for files that came after `export` was discovered. Each file is in the lake
    whole or not at all, at whatever instant this is killed. A file that cannot be read does not keep the others
    out; the first such SourceError is raised when all have been tried.
    """
    taken: list[Load] = []
    failed: list[SourceError] = []
    with exclusive(settings, f"intake-{source.name}"), opened_folder(source, settings, patient=True) as folder:
        sweep(settings, source.type, export.object, source.name)
        sweep_downloads(source, settings)
        export = _with_files_of_now(source, export, folder)
        held = _held(source, export, settings)
        moment = _after_all(loads(settings, source, export.object), now)
        for number, file in enumerate(_pending(export, folder, held)):
            at = moment + timedelta(microseconds=number)
            try:
                with folder.on_disk(file) as (path, told):
                    here = _Here(path, told, _hash(path, told))
                    if any((each.file, each.sha256) == (told.relative, here.sha256) for each in held):
                        folder.remember(told, here.sha256)  # it was only touched
                    else:
                        taken.append(_take(source, export, folder, here, settings, at, progress))
            except SourceError as error:
                failed.append(error)
                if isinstance(error, Unreachable):
                    break
    if failed:
        more = f" (and {len(failed) - 1} more files)" if len(failed) > 1 else ""
        raise SourceError(f"{source.name}: {failed[0]}{more}") from failed[0]
    return _report(source, export, taken)


def totals(source: Source, export: ExportObject, settings: Settings) -> LoadReport:
    """The same figures over all that the lake holds of the object, each content once; reads footers only."""
    return _report(source, export, newest_readings(_loads_of(source, export, settings)))


def _with_files_of_now(source: Source, export: ExportObject, folder: Folder) -> ExportObject:
    same = (each for each in objects_in(folder, source) if (each.object, each.spec) == (export.object, export.spec))
    return replace(export, files=next((each.files for each in same), ()))


def _pending(export: ExportObject, folder: Folder, held: Sequence[Load]) -> list[StoredFile]:
    return [file for file in export.files if not _is_held(file, folder, held)]


def _held(source: Source, export: ExportObject, settings: Settings) -> list[Load]:
    """The loads of this export that were read as it would be read now."""
    return [each for each in _loads_of(source, export, settings) if each.mapping == _mapping(export)[:8]]


def _after_all(held: Iterable[Load], now: datetime) -> datetime:
    """`now`, or just after the newest load there is: what is read later is newer, whatever the clock says."""
    newest = max((datetime.fromisoformat(each.loaded_at) for each in held), default=None)
    return max(now, newest + timedelta(microseconds=1)) if newest else now


def _hash(path: Path, file: StoredFile) -> str:
    try:
        return sha256_of(path)
    except OSError as error:
        mend = "check the file and its rights"
        raise SourceError(f"{file.relative} cannot be read: {error.strerror}; {mend}") from error


def _take(
    source: Source,
    export: ExportObject,
    folder: Folder,
    here: _Here,
    settings: Settings,
    moment: datetime,
    progress: Progress | None,
) -> Load:
    vendor, known, file = VENDORS[source.type], export.known, here.file.relative
    opened = open_export(here.path, vendor.reading)
    plan = plan_columns(opened.columns, vendor, known, export.spec, file)
    name = load_name(moment, here.sha256, _mapping(export))
    with LoadWriter(settings, source.type, export.object, source.name, file, name, moment) as writer:
        maker = RowMaker(source, export, vendor, plan, file, name, moment, writer)
        for batch in opened.batches():
            maker.take(batch)
            if progress:
                progress(file, maker.read)
        warnings = (*opened.warnings, *maker.finish(opened.columns))
        if not folder.still(here.file):
            raise SourceError(f"{file} changed while it was read; it is taken when it is whole")
        return writer.commit(
            Load(
                export=export.name,
                file=file,
                sha256=here.sha256,
                mapping=_mapping(export)[:8],
                size=here.file.size,
                modified=here.file.modified,
                tag=here.file.tag,
                loaded_at=moment.isoformat(),
                read=maker.read,
                loaded=writer.loaded,
                set_aside=writer.reasons.total(),
                reasons=dict(writer.reasons),
                warnings=warnings,
            )
        )


def _mapping(export: ExportObject) -> str:
    spec = export.spec
    return mapping_hash(export.object, *((spec.key, spec.alias, spec.columns) if spec else ((), (), {})))


def _loads_of(source: Source, export: ExportObject, settings: Settings) -> list[Load]:
    """The loads of this export: of its name, or under its mapping where it had another name before.

    Two tables of one class share a folder of the lake.
    """
    held = loads(settings, source, export.object)
    return [each for each in held if each.export == export.name or each.mapping == _mapping(export)[:8]]


def _is_held(file: StoredFile, folder: Folder, held: Iterable[Load]) -> bool:
    """What its folder tells of a file that the lake has by that name speaks for its content; else its hash does."""
    same = [load for load in held if load.file == file.relative]
    if any(_unchanged(file, load) for load in same):
        return True
    sizes = {load.size for load in same}
    return file.size in sizes and folder.sha256_of(file) in {load.sha256 for load in same}


def _unchanged(file: StoredFile, load: Load) -> bool:
    if file.tag:
        return (load.size, load.tag) == (file.size, file.tag)
    return (load.size, load.modified) == (file.size, file.modified) and _settled(load, file.modified / 1e9)


def _settled(load: Load, modified: float) -> bool:
    """Whether the file was at rest when it was read: a second change within one tick of the clock would not show."""
    return load.path.stat().st_mtime - modified > 1.0


def _report(source: Source, export: ExportObject, taken: Sequence[Load]) -> LoadReport:
    reasons: Counter[str] = Counter()
    for each in taken:
        reasons.update(each.reasons)
    return LoadReport(
        source=source.name,
        name=export.name,
        object=export.object,
        files=tuple(dict.fromkeys(each.file for each in taken)),
        read=sum(each.read for each in taken),
        loaded=sum(each.loaded for each in taken),
        set_aside=sum(each.set_aside for each in taken),
        reasons=dict(reasons),
        warnings=tuple(dict.fromkeys(warning for each in taken for warning in each.warnings)),
    )
