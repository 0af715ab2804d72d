"""Extracts: one asset per object of each source, from the export's files into the lake."""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from assets.keys import SOURCES, export_key, owners, source_key
from muster.config.models import Configuration, Source
from muster.connectors import ExportObject, discover, load, totals
from muster.errors import MusterError
from muster.settings import Settings
from muster.status.runs import Extracted
from resources.setup import Setup


def source_objects(configuration: Configuration, settings: Settings) -> list[tuple[Source, list[ExportObject]]]:
    """Each source with the objects its exports hold now; a folder that is absent is told when its extract runs."""
    return [(source, _discovered(source, settings)) for source in configuration.sources.sources]


def source_assets(sources: list[tuple[Source, list[ExportObject]]]) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    """An external asset per export, and a subsettable extract per source."""
    exports = [_export_spec(source, item) for source, items in sources for item in items]
    return [*exports, *(_extract(source, items) for source, items in sources if items)]


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
    specs = [
        dg.AssetSpec(
            key,
            deps=[export_key(source.name, item.name)],
            group_name=SOURCES,
            skippable=True,
            description=f"{item.name} of {source.name} ({source.type} {source.instance_id}) in the lake.",
            owners=owners(source.owner),
            kinds={source.type, "parquet"},
        )
        for key, item in by_key.items()
    ]

    @dg.multi_asset(
        name=f"extract_{source.name}".replace("-", "_"),
        specs=specs,
        can_subset=True,
        pool=f"lake_{source.name}",
        description=f"Takes what is new in the exports of {source.name} into the lake, each file once.",
    )
    def extract(context: dg.AssetExecutionContext, setup: Setup) -> Iterator[dg.MaterializeResult]:
        setup.runs.begin(context.run_id, datetime.now(UTC))
        with setup.exclusive(f"lake-{source.name}", context.log.info):
            for key in sorted(context.selected_asset_keys):
                yield _load(context, setup, source, by_key[key], key)

    return extract


def _load(
    context: dg.AssetExecutionContext, setup: Setup, source: Source, item: ExportObject, key: dg.AssetKey
) -> dg.MaterializeResult:
    now = datetime.now(UTC)
    try:
        report = load(source, item, setup.settings, now)
    except MusterError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    figures = Extracted(report.read, report.loaded, report.set_aside)
    setup.runs.extracted(context.run_id, now, source.name, item.name, figures)
    for warning in report.warnings:
        context.log.warning(warning)
    held = totals(source, item, setup.settings)
    return dg.MaterializeResult(
        asset_key=key,
        metadata={
            "dagster/row_count": held.loaded,
            "files taken": report.files if isinstance(report.files, int) else len(report.files),
            "rows read": report.read,
            "rows loaded": report.loaded,
            "rows set aside": report.set_aside,
            "reasons": dg.MetadataValue.json(dict(report.reasons)),
            "rows set aside in all": held.set_aside,
        },
    )
