"""Takes export files into the lake: each (path, content, mapping) once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from muster.config.models import Source
from muster.connectors.discovery import ExportObject, discover, relative_name
from muster.connectors.exports import open_export
from muster.connectors.mapping import plan_columns
from muster.connectors.rows import RowMaker
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
    """What came of some loads of one object: read = loaded + set_aside, `reasons` say why and add up to set_aside."""

    source: str
    name: str
    object: str
    files: tuple[str, ...] = ()
    read: int = 0
    loaded: int = 0
    set_aside: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def pending(source: Source, export: ExportObject, settings: Settings) -> list[Path]:
    """The files of an object that the lake does not hold as they are and as they would be read now."""
    held = [each for each in _loads_of(source, export, settings) if each.mapping == _mapping(export)[:8]]
    there = [path for path in export.files if path.exists()]
    return [path for path in there if not _is_held(path, relative_name(path, source, settings), held)]


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
    with exclusive(settings, f"intake-{source.name}"):
        sweep(settings, source.type, export.object, source.name)
        export = _with_files_of_now(source, export, settings)
        moment = _after_all(loads(settings, source, export.object), now)
        for number, path in enumerate(pending(source, export, settings)):
            try:
                taken.append(_take(source, export, path, settings, moment + timedelta(microseconds=number), progress))
            except SourceError as error:
                failed.append(error)
    if failed:
        more = f" (and {len(failed) - 1} more files)" if len(failed) > 1 else ""
        raise SourceError(f"{source.name}: {failed[0]}{more}") from failed[0]
    return _report(source, export, taken)


def totals(source: Source, export: ExportObject, settings: Settings) -> LoadReport:
    """The same figures over all that the lake holds of the object, each content once; reads footers only."""
    return _report(source, export, newest_readings(_loads_of(source, export, settings)))


def _with_files_of_now(source: Source, export: ExportObject, settings: Settings) -> ExportObject:
    same = (each for each in discover(source, settings) if (each.object, each.spec) == (export.object, export.spec))
    return replace(export, files=next((each.files for each in same), ()))


def _after_all(held: Iterable[Load], now: datetime) -> datetime:
    """`now`, or just after the newest load there is: what is read later is newer, whatever the clock says."""
    newest = max((datetime.fromisoformat(each.loaded_at) for each in held), default=None)
    return max(now, newest + timedelta(microseconds=1)) if newest else now


def _take(
    source: Source, export: ExportObject, path: Path, settings: Settings, moment: datetime, progress: Progress | None
) -> Load:
    vendor, known = VENDORS[source.type], export.known
    file = relative_name(path, source, settings)
    try:
        before, sha256 = path.stat(), sha256_of(path)
    except OSError as error:
        raise SourceError(f"{file} cannot be read: {error.strerror}; check the file and its rights") from error
    opened = open_export(path, vendor.reading)
    plan = plan_columns(opened.columns, vendor, known, export.spec, file)
    name = load_name(moment, sha256, _mapping(export))
    with LoadWriter(settings, source.type, export.object, source.name, file, name, moment) as writer:
        maker = RowMaker(source, export, vendor, plan, file, name, moment, writer)
        for batch in opened.batches():
            maker.take(batch)
            if progress:
                progress(file, maker.read)
        warnings = (*opened.warnings, *maker.finish(opened.columns))
        after = path.stat()
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise SourceError(f"{file} changed while it was read; it is taken when it is whole")
        return writer.commit(
            Load(
                export=export.name,
                file=file,
                sha256=sha256,
                mapping=_mapping(export)[:8],
                size=after.st_size,
                modified=after.st_mtime_ns,
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


def _is_held(path: Path, file: str, held: Iterable[Load]) -> bool:
    """Size and time of a file that the lake has by that name speak for its content; else its hash does."""
    same = [load for load in held if load.file == file]
    told = path.stat()
    settled = (load for load in same if _settled(load, told.st_mtime))
    if any((load.size, load.modified) == (told.st_size, told.st_mtime_ns) for load in settled):
        return True
    sizes = {load.size for load in same}
    return told.st_size in sizes and sha256_of(path) in {load.sha256 for load in same}


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
