"""Publishing: the guard over the marts, and the snapshot that everything downstream reads."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg
from dagster_dbt import DbtProject

from assets.keys import SNAPSHOT
from assets.profiles import OWNER
from muster.errors import MusterError
from muster.governance.profile_size import profile_findings
from muster.governance.shrink import shrunk_marts
from muster.schema import Schema
from muster.snapshot import current, publish
from muster.warehouse import mart_rows
from resources.setup import Setup

PROFILE_CHECK = "within_guardrails"


def snapshot_assets(project: DbtProject, marts: list[dg.AssetKey]) -> list[dg.AssetsDefinition]:
    """The snapshot asset behind all marts; without marts there is nothing to publish."""

    @dg.asset(
        key=SNAPSHOT,
        deps=marts,
        check_specs=[
            dg.AssetCheckSpec(
                PROFILE_CHECK,
                asset=SNAPSHOT,
                blocking=True,
                description="No person has more identities or events than governance.yml allows (guardrails).",
            )
        ],
        group_name="marts",
        kinds={"duckdb", "parquet"},
        owners=[OWNER],
        description="The marts as one immutable version; audiences and activations read only this.",
    )
    def snapshot(
        context: dg.AssetExecutionContext, setup: Setup
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        manifest = json.loads(project.manifest_path.read_text())
        with setup.exclusive("warehouse", context.log.info):
            try:
                published = publish(setup.settings, manifest, datetime.now(UTC))
            except MusterError as error:
                raise dg.Failure(str(error), allow_retries=False) from error
        yield dg.MaterializeResult(
            data_version=dg.DataVersion(published.version),
            metadata={"version": published.version, **{f"rows/{name}": rows for name, rows in published.rows.items()}},
        )
        found = list(profile_findings(published, setup.configuration.governance.guardrails))
        refused = any(item.action == "refuse" for item in found)
        yield dg.AssetCheckResult(
            check_name=PROFILE_CHECK,
            passed=not found,
            severity=dg.AssetCheckSeverity.ERROR if refused else dg.AssetCheckSeverity.WARN,
            description="; ".join(map(str, found)),
        )

    return [snapshot]


def snapshot_guard(project: DbtProject, marts: list[dg.AssetKey]) -> dg.AssetChecksDefinition:
    """Blocks publishing where a mart lost most of its rows against the snapshot in force."""

    @dg.asset_check(
        name="no_mart_shrank",
        asset=dg.AssetKey(["marts", "person"]),
        additional_deps=[key for key in marts if key.path[-1] != "person"],
        blocking=True,
        description="No mart lost more of its rows than governance.yml allows (marts.max_shrink).",
    )
    def no_mart_shrank(context: dg.AssetCheckExecutionContext, setup: Setup) -> dg.AssetCheckResult:
        schema = Schema.from_manifest(json.loads(project.manifest_path.read_text()))
        with setup.exclusive("warehouse", context.log.info):
            after = mart_rows(setup.settings, schema)
        before = current(setup.settings)
        bound = setup.configuration.governance.marts.max_shrink
        shrunk = shrunk_marts(before.rows, after, bound) if before else []
        return dg.AssetCheckResult(
            passed=not shrunk,
            description="; ".join(map(str, shrunk))
            + ("; mend the source, or raise marts.max_shrink in governance.yml" if shrunk else ""),
            metadata={f"rows/{name}": rows for name, rows in after.items()},
        )

    return no_mart_shrank
