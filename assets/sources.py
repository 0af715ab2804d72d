"""Extracts: one asset per object of each source, from its files or its vendor's API into the lake.

What cannot be read fails a check and never stops what can: the rest of the flow goes on with the good.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

import dagster as dg

from assets.keys import SOURCES, origin_key, owners, source_key
from assets.reporting import Reporter
from muster.config.models import Configuration, Source
from muster.connectors import ExportObject, LoadReport, discover, totals
from muster.connectors.extraction import Extraction, extraction, objects_of
from muster.errors import MusterError
from muster.settings import Settings
from muster.status.runs import Extracted
from resources.setup import Setup

CHECK = "everything_was_read"
#: Stands for a source whose folder holds no exports yet, or is not there.
WAITING = "exports"

Results = Iterator[dg.MaterializeResult | dg.AssetCheckResult]


def source_objects(configuration: Configuration, settings: Settings) -> list[tuple[Source, list[ExportObject]]]:
    """Each source with the objects it has now; a folder that is absent is told when its extract runs."""
    sources = configuration.sources
    return [(source, _objects(source, configuration, settings)) for source in sources.sources]


def source_assets(sources: list[tuple[Source, list[ExportObject]]]) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    """An external asset for what each object is taken from, and a subsettable extract per source."""
    origins = [_origin_spec(source, item) for source, items in sources for item in items]
    return [*origins, *(_extract(source, items) for source, items in sources)]


def _objects(source: Source, configuration: Configuration, settings: Settings) -> list[ExportObject]:
    try:
        return objects_of(source, configuration.sources, settings)
    except MusterError:
        return []


def _origin_spec(source: Source, item: ExportObject) -> dg.AssetSpec:
    if source.connection:
        told, kinds = f"{item.name} in {source.type} {source.instance_id}, read by its API.", {source.type}
        metadata = {"instance": source.instance_id}
    else:
        told, kinds = f"The files of {item.name} in the export folder of {source.name}.", {"file"}
        metadata = {"folder": source.path}
    return dg.AssetSpec(
        origin_key(source, item.name),
        group_name=SOURCES,
        description=told,
        owners=owners(source.owner),
        kinds=kinds,
        metadata=metadata,
    )


def _extract(source: Source, items: list[ExportObject]) -> dg.AssetsDefinition:
    by_key = {source_key(source.name, item.name): item for item in items}
    keys = list(by_key) or [source_key(source.name, WAITING)]

    @dg.multi_asset(
        name=f"extract_{source.name}".replace("-", "_"),
        specs=[_spec(source, key, by_key.get(key)) for key in keys],
        check_specs=[_check_spec(source, key) for key in keys],
        can_subset=True,
        description=f"Takes what is new in {source.name} into the lake, each record once.",
    )
    def extract(context: dg.AssetExecutionContext, setup: Setup) -> Results:
        setup.runs.begin(context.run.run_id, datetime.now(UTC))
        selected = context.selected_asset_keys
        with _opened(context, setup, source) as (taking, error):
            for key, item in by_key.items():  # in reading order: some objects are asked for by ids that others hold
                if key in selected:
                    yield from _take(context, setup, taking, error, key, item)
            if taking.usage:
                setup.runs.used(context.run.run_id, datetime.now(UTC), source.name, taking.usage)
            if selected == set(keys) and source.connection is None:
                error = _take_new_objects(context, setup, taking, {item.name for item in items})
                if not by_key:
                    yield dg.MaterializeResult(asset_key=keys[0])
                    yield _check(keys[0], error)

    return extract


def _spec(source: Source, key: dg.AssetKey, item: ExportObject | None) -> dg.AssetSpec:
    what = item.name if item else "Whatever arrives first"
    return dg.AssetSpec(
        key,
        deps=[origin_key(source, item.name)] if item else [],
        group_name=SOURCES,
        skippable=True,
        description=f"{what} of {source.name} ({source.type} {source.instance_id}) in the lake.",
        owners=owners(source.owner),
        kinds={source.type, "parquet"},
    )


def _check_spec(source: Source, key: dg.AssetKey) -> dg.AssetCheckSpec:
    told = f"{source.name} could be reached" if source.connection else f"The folder of {source.name} is there"
    return dg.AssetCheckSpec(CHECK, asset=key, description=f"{told} and everything in it was read.")


def _check(key: dg.AssetKey, error: str) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(asset_key=key, check_name=CHECK, passed=not error, description=error or None)


@contextmanager
def _opened(context: dg.AssetExecutionContext, setup: Setup, source: Source) -> Iterator[tuple[Extraction, str]]:
    """The source, connected; where that is refused, one that takes nothing, and why."""
    reporter = Reporter(context, source)
    with ExitStack() as stack:
        try:
            taking, error = stack.enter_context(extraction(source, setup.settings, reporter.progress)), ""
        except MusterError as refused:
            taking, error = Extraction(source, setup.settings), str(refused)
        yield taking, error


def _take(
    context: dg.AssetExecutionContext,
    setup: Setup,
    taking: Extraction,
    error: str,
    key: dg.AssetKey,
    item: ExportObject,
) -> Results:
    report = None
    if not error:
        report, error = _taken(context, setup, taking, item)
    yield dg.MaterializeResult(asset_key=key, metadata=_metadata(setup, taking, item, report))
    yield _check(key, error)


def _taken(
    context: dg.AssetExecutionContext, setup: Setup, taking: Extraction, item: ExportObject
) -> tuple[LoadReport | None, str]:
    """Take one object; returns what came of it, or why some of it could not be read."""
    source, now = taking.source, datetime.now(UTC)
    before = _totals(setup, source, item)
    try:
        report = taking.take(item, now)
    except MusterError as error:
        took = _totals(setup, source, item) - before  # what came in before it failed stays
        setup.runs.extracted(context.run.run_id, now, source.name, item.name, took)
        return None, str(error)
    took = Extracted(report.read, report.loaded, report.set_aside)
    setup.runs.extracted(context.run.run_id, now, source.name, item.name, took)
    for warning in report.warnings:
        context.log.warning(warning)
    return report, ""


def _totals(setup: Setup, source: Source, item: ExportObject) -> Extracted:
    held = totals(source, item, setup.settings)
    return Extracted(held.read, held.loaded, held.set_aside)


def _take_new_objects(context: dg.AssetExecutionContext, setup: Setup, taking: Extraction, known: set[str]) -> str:
    """Objects that came after the code location was loaded: taken now, shown as assets when it is loaded anew."""
    source = taking.source
    try:
        arrived = [item for item in discover(source, setup.settings) if item.name not in known]
    except MusterError as error:
        return str(error)
    for item in arrived:
        report, error = _taken(context, setup, taking, item)
        if error:
            return error
        metadata = _metadata(setup, taking, item, report)
        context.log_event(dg.AssetMaterialization(source_key(source.name, item.name), metadata=metadata))
    return ""


def _metadata(setup: Setup, taking: Extraction, item: ExportObject, report: LoadReport | None) -> dict[str, object]:
    """What this run took, if it could, and what the lake holds in all."""
    held = totals(taking.source, item, setup.settings)
    in_all = {"dagster/row_count": held.loaded, "rows set aside in all": held.set_aside, **taking.usage}
    if report is None:
        return in_all
    return {
        **in_all,
        "files taken": len(report.files),
        "rows read": report.read,
        "rows loaded": report.loaded,
        "rows set aside": report.set_aside,
        "reasons": dg.MetadataValue.json(dict(report.reasons)),
    }
