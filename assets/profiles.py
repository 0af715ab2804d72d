"""The dbt project as assets: staging, intermediate and marts, with dbt's tests as asset checks.

A dbt source stands for one vendor object of all instances; here it becomes the extracts of those instances that are
configured, so lineage runs from each export file.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, DbtProject, dbt_assets

from assets.keys import source_key
from muster.config.models import Source
from muster.connectors import ExportObject
from muster.warehouse import golden_values, table_rows
from resources.setup import Setup

OWNER = "team:analytics-engineering"


class Translator(DagsterDbtTranslator):
    """Keys `<layer>/<model>`, groups by layer, and extracts in the place of dbt sources."""

    def __init__(self, extracts: Mapping[tuple[str, str], Sequence[dg.AssetKey]]) -> None:
        super().__init__()
        self.extracts = extracts

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Sources get keys of their own, which `get_asset_spec` then replaces."""
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey(["lake", dbt_resource_props["source_name"], dbt_resource_props["name"]])
        return dg.AssetKey([_layer(dbt_resource_props), dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return _layer(dbt_resource_props)

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str] | None:
        return super().get_owners(dbt_resource_props) or [OWNER]

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """The model's own spec, its dependencies on dbt sources replaced by those on extracts."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        if not any(_is_lake(dep.asset_key) for dep in spec.deps):
            return spec
        return spec.replace_attributes(deps=[new for dep in spec.deps for new in self._extracts_of(dep)])

    def _extracts_of(self, dep: dg.AssetDep) -> list[dg.AssetDep]:
        if not _is_lake(dep.asset_key):
            return [dep]
        vendor, name = dep.asset_key.path[1:]
        return [dg.AssetDep(key) for key in self.extracts.get((vendor, name), ())]


def extract_keys(sources: list[tuple[Source, list[ExportObject]]]) -> dict[tuple[str, str], list[dg.AssetKey]]:
    """By (vendor, lake object), the extracts that fill it."""
    keys: dict[tuple[str, str], list[dg.AssetKey]] = {}
    for source, items in sources:
        for item in items:
            keys.setdefault((source.type, item.object), []).append(source_key(source.name, item.name))
    return keys


def profile_assets(project: DbtProject, translator: Translator) -> dg.AssetsDefinition:
    """One dbt build of the whole project; the lock keeps it alone on the warehouse file.

    One target folder for all runs: dbt parses only what changed, and no artifacts pile up.
    """

    @dbt_assets(
        manifest=project.manifest_path,
        project=project,
        name="profiles",
        dagster_dbt_translator=translator,
    )
    def profiles(context: dg.AssetExecutionContext, dbt: DbtCliResource, setup: Setup) -> Iterator[Any]:
        with setup.exclusive("warehouse", context.log.info):
            build = dbt.cli(["build"], context=context, target_path=project.target_path)
            yield from build.stream()
            yield from _row_counts(context, setup)

    return profiles


def _row_counts(context: dg.AssetExecutionContext, setup: Setup) -> Iterator[dg.AssetObservation]:
    """Rows per table, told when dbt has let go of the file: counting each as it is built would wait for that anyway."""
    tables = table_rows(setup.settings)
    for (layer, name), rows in tables.items():
        key = dg.AssetKey([layer, name])
        if key in context.selected_asset_keys:
            told: dict[str, Any] = {"dagster/row_count": rows}
            if (layer, f"{name}_provenance") in tables:
                told["values by source"] = _by_source(golden_values(setup.settings, name))
            yield dg.AssetObservation(key, metadata=told)


def _by_source(values: Mapping[str, int]) -> dg.MetadataValue[str]:
    """Which source the values of golden records are from, as a small table."""
    rows = "".join(f"| {source} | {count:,} |\n" for source, count in values.items())
    return dg.MetadataValue.md(f"| source | values |\n| --- | ---: |\n{rows}")


def _layer(dbt_resource_props: Mapping[str, Any]) -> str:
    if dbt_resource_props["resource_type"] == "seed":
        return "staging"
    return str(dbt_resource_props["fqn"][1])


def _is_lake(key: dg.AssetKey) -> bool:
    return key.path[0] == "lake"
