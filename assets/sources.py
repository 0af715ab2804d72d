"""Extracts: one asset per object of each source, from the export's files into the lake.

What cannot be read fails a check and never stops what can: the rest of the flow goes on with the good.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from assets.keys import SOURCES, export_key, owners, source_key
from muster.config.models import Configuration, Source
from muster.connectors import ExportObject, LoadReport, discover, load, totals
from muster.errors import MusterError
from muster.settings import Settings
from muster.status.runs import Extracted
from resources.setup import Setup

CHECK = "every_file_was_read"
#: Stands for a source whose folder holds no exports yet, or is not there.
WAITING = "exports"


def source_objects(configuration: Configuration, settings: Settings) -> list[tuple[Source, list[ExportObject]]]:
    """Each source with the objects its exports hold now; a folder that is absent is told when its extract runs."""
    return [(source, _discovered(source, settings)) for source in configuration.sources.sources]


def source_assets(sources: list[tuple[Source, list[ExportObject]]]) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    """An external asset per export, and a subsettable extract per source."""
    exports = [_export_spec(source, item) for source, items in sources for item in items]
    return [*exports, *(_extract(source, items) for source, items in sources)]


def _discovered(source: Source, settings: Settings) -> list[ExportObject]:
    try:
        return discover(source, settings)
    except MusterError:
        return []


def _export_spec(source: Source, item: ExportObject) -> dg.AssetSpec:
    return dg.AssetSpec(
        export_key(source.name, item.name),
        group_name=SOURCES,
        description=f"The files of {item.name} in the export folder of {source.name}.",
        owners=owners(source.owner),
        kinds={"file"},
        metadata={"folder": source.path},
    )


def _extract(source: Source, items: list[ExportObject]) -> dg.AssetsDefinition:
    by_key = {source_key(source.name, item.name): item for item in items}
    keys = list(by_key) or [source_key(source.name, WAITING)]

    @dg.multi_asset(
        name=f"extract_{source.name}".replace("-", "_"),
        specs=[_spec(source, key, by_key.get(key)) for key in keys],
        check_specs=[_check_spec(source, key) for key in keys],
        can_subset=True,
        description=f"Takes what is new in the exports of {source.name} into the lake, each file once.",
    )
    def extract(
        context: dg.AssetExecutionContext, setup: Setup
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        setup.runs.begin(context.run.run_id, datetime.now(UTC))
        selected = context.selected_asset_keys
        for key in sorted(selected & by_key.keys()):
            report, error = _load(context, setup, source, by_key[key])
            yield dg.MaterializeResult(asset_key=key, metadata=_metadata(setup, source, by_key[key], report))
            yield _check(key, error)
        if selected == set(keys):
            error = _take_new_objects(context, setup, source, {item.name for item in items})
            if not by_key:
                yield dg.MaterializeResult(asset_key=keys[0])
                yield _check(keys[0], error)

    return extract


def _spec(source: Source, key: dg.AssetKey, item: ExportObject | None) -> dg.AssetSpec:
    what = item.name if item else "Whatever arrives first"
    return dg.AssetSpec(
        key,
        deps=[export_key(source.name, item.name)] if item else [],
        group_name=SOURCES,
        skippable=True,
        description=f"{what} of {source.name} ({source.type} {source.instance_id}) in the lake.",
        owners=owners(source.owner),
        kinds={source.type, "parquet"},
    )


def _check_spec(source: Source, key: dg.AssetKey) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        CHECK, asset=key, description=f"The folder of {source.name} is there and its files are sound."
    )


def _check(key: dg.AssetKey, error: str) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(asset_key=key, check_name=CHECK, passed=not error, description=error or None)


def _load(
    context: dg.AssetExecutionContext, setup: Setup, source: Source, item: ExportObject
) -> tuple[LoadReport | None, str]:
    """Load one object; returns what came of it, or why some file of it could not be read."""
    now = datetime.now(UTC)
    before = _totals(setup, source, item)
    try:
        report = load(source, item, setup.settings, now)
    except MusterError as error:
        took = _totals(setup, source, item) - before  # one file failed, the others came in
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


def _take_new_objects(context: dg.AssetExecutionContext, setup: Setup, source: Source, known: set[str]) -> str:
    """Objects that came after the code location was loaded: taken now, shown as assets when it is loaded anew."""
    try:
        arrived = [item for item in discover(source, setup.settings) if item.name not in known]
    except MusterError as error:
        return str(error)
    for item in arrived:
        report, error = _load(context, setup, source, item)
        if error:
            return error
        metadata = _metadata(setup, source, item, report)
        context.log_event(dg.AssetMaterialization(source_key(source.name, item.name), metadata=metadata))
    return ""


def _metadata(setup: Setup, source: Source, item: ExportObject, report: LoadReport | None) -> dict[str, object]:
    """What this run took, if it could, and what the lake holds in all."""
    held = totals(source, item, setup.settings)
    in_all = {"dagster/row_count": held.loaded, "rows set aside in all": held.set_aside}
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
