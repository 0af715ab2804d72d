"""Audiences: one asset each, evaluated together in one step on the current snapshot."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg

from assets.keys import AUDIENCES, SNAPSHOT, audience_key, owners
from muster.activation.evaluation import Evaluating, evaluate_now
from muster.audiences import Evaluation
from muster.audiences.chronicle import markdown, versions
from muster.audiences.description import described
from muster.config.audience_groups import AudienceGroups
from muster.config.models import Audience, Configuration
from muster.errors import MusterError
from resources.setup import Setup

SIZE_CHECK = "size_within_bound"
GUARDRAIL_CHECK = "within_guardrails"
#: Audiences are evaluated every day; a day and a half without is a failure to look at.
FRESH = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36), warn_window=timedelta(hours=26))


def audience_assets(configuration: Configuration, references: dict[str, list[str]]) -> list[dg.AssetsDefinition]:
    """One multi-asset over all audiences; `references` adds the lineage of audiences of audiences."""
    if not configuration.audiences:
        return []
    names = {audience_key(item.name): item.name for item in configuration.audiences}

    @dg.multi_asset(
        name="evaluate",
        specs=[_spec(item, configuration.groups, references.get(item.name, [])) for item in configuration.audiences],
        check_specs=[check for item in configuration.audiences for check in _checks(item)],
        can_subset=True,
        description="Evaluates the selected audiences on the current snapshot and keeps versions of who is in.",
    )
    def evaluate_audiences(
        context: dg.AssetExecutionContext, setup: Setup
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        selected = [names[key] for key in context.selected_asset_keys]
        told = _evaluate(context, setup, selected)
        for result in told.evaluated:
            yield _materialized(result, told, markdown(versions(setup.memberships, result.audience.name, newest=10)))
            yield _size_check(result)
        for name in selected:
            yield _guardrail_check(name, told)
        if told.failed:
            raise dg.Failure("; ".join(told.failed), allow_retries=False)

    return [evaluate_audiences]


def _evaluate(context: dg.AssetExecutionContext, setup: Setup, names: list[str]) -> Evaluating:
    run = context.run.run_id
    try:
        return evaluate_now(
            setup.settings, setup.state, setup.configuration, datetime.now(UTC),
            names=names, run_id=run, cause=f"run {run}", waiting=context.log.info,
        )  # fmt: skip
    except MusterError as error:
        raise dg.Failure(str(error), allow_retries=False) from error


def _spec(audience: Audience, groups: AudienceGroups, references: list[str]) -> dg.AssetSpec:
    rule = audience.rule.strip()
    parts = [audience.description, " ".join(described(audience, groups)), f"```\n{rule}\n```" if rule else ""]
    return dg.AssetSpec(
        audience_key(audience.name),
        deps=[SNAPSHOT, *(audience_key(name) for name in references)],
        group_name=AUDIENCES,
        skippable=True,
        description="\n\n".join(filter(None, parts)),
        owners=owners(audience.owner),
        kinds={"pql", audience.of},
        tags={"status": audience.status},
        metadata={"of": audience.of, "status": audience.status, "rule": dg.MetadataValue.md(f"```\n{rule}\n```")},
        freshness_policy=FRESH if audience.status == "published" else None,
    )


def _checks(audience: Audience) -> Iterator[dg.AssetCheckSpec]:
    bound, key = audience.size_bound, audience_key(audience.name)
    yield dg.AssetCheckSpec(
        SIZE_CHECK,
        asset=key,
        description=f"Its size changed by at most {bound.max_change:.0%} (from {bound.min_size} members on).",
    )
    yield dg.AssetCheckSpec(
        GUARDRAIL_CHECK, asset=key, description="Its rule, fields and list are within the guardrails of governance.yml."
    )


def _materialized(result: Evaluation, told: Evaluating, history: str) -> dg.MaterializeResult:
    """Figures and a few ids; attributes of people stay out of the run database, which keeps them for ever."""
    membership, shaped = result.membership, result.shaped
    metadata: dict[str, Any] = {
        "dagster/row_count": result.size,
        "size": result.size,
        "entered": result.entered,
        "left": result.exited,
        "merged": result.merged,
        "version": membership.version,
        "snapshot": membership.snapshot,
        "rule": dg.MetadataValue.md(f"```\n{result.audience.rule.strip()}\n```"),
        "method": f"{result.compiled.method}: {result.compiled.reason}",
        "versions": dg.MetadataValue.md(history),
        "seconds": round(result.seconds, 4),
        "preview": dg.MetadataValue.json(told.snapshot.ids(membership.entity, membership.members[:10])),
        **{f"left out/{why}": count for why, count in shaped.left_out.items()},
    }
    if shaped.listed:
        metadata["expires"] = dg.MetadataValue.timestamp(shaped.listed.expires_at)
        metadata |= {f"set aside/{why}": count for why, count in shaped.listed.set_aside.items()}
    return dg.MaterializeResult(
        asset_key=audience_key(result.audience.name),
        data_version=dg.DataVersion(f"{membership.version}"),
        metadata=metadata,
    )


def _size_check(result: Evaluation) -> dg.AssetCheckResult:
    """A warning here: the daily run goes on; what is held is stopped before delivery."""
    held = result.membership.held
    name = result.audience.name
    return dg.AssetCheckResult(
        asset_key=audience_key(name),
        check_name=SIZE_CHECK,
        passed=not held,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"held back until `muster release {name}`" if held else "",
        metadata={"size": result.size, "entered": result.entered, "left": result.exited},
    )


def _guardrail_check(name: str, told: Evaluating) -> dg.AssetCheckResult:
    found = told.findings_of(name)
    refused = any(item.action == "refuse" for item in found)
    return dg.AssetCheckResult(
        asset_key=audience_key(name),
        check_name=GUARDRAIL_CHECK,
        passed=not found,
        severity=dg.AssetCheckSeverity.ERROR if refused else dg.AssetCheckSeverity.WARN,
        description="; ".join(map(str, found)),
        metadata={item.guardrail: item.found for item in found},
    )
