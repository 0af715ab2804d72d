"""Audiences: one asset each, evaluated together in one step on the current snapshot."""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from assets.keys import AUDIENCES, SNAPSHOT, audience_key, owners
from muster.activation import want
from muster.audiences import Evaluation, evaluate
from muster.config.models import Audience, Configuration
from muster.errors import MusterError
from muster.snapshot import Snapshot, current
from muster.status.runs import Evaluated
from resources.setup import Setup

SIZE_CHECK = "size_within_bound"


def audience_assets(configuration: Configuration, references: dict[str, list[str]]) -> list[dg.AssetsDefinition]:
    """One multi-asset over all audiences; `references` adds the lineage of audiences of audiences."""
    if not configuration.audiences:
        return []
    names = {audience_key(item.name): item.name for item in configuration.audiences}

    @dg.multi_asset(
        name="evaluate",
        specs=[_spec(item, references.get(item.name, [])) for item in configuration.audiences],
        check_specs=[_check(item) for item in configuration.audiences],
        can_subset=True,
        description="Evaluates the selected audiences on the current snapshot and keeps versions of who is in.",
    )
    def evaluate_audiences(
        context: dg.AssetExecutionContext, setup: Setup
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        now = datetime.now(UTC)
        setup.runs.begin(context.run.run_id, now)
        selected = [names[key] for key in context.selected_asset_keys]
        with setup.exclusive("audiences", context.log.info):
            snapshot = _snapshot(setup)
            outcome = evaluate(
                setup.configuration.audiences,
                snapshot,
                setup.memberships,
                now,
                names=selected,
                currency=setup.configuration.sources.currency,
                cause=f"run {context.run.run_id}",
            )
            failed = [str(error) for error in outcome.failed.values()]
            for result in outcome.evaluated:
                failed += _want(setup, snapshot, result, now)
                figures = Evaluated(result.size, result.entered, result.exited)
                setup.runs.evaluated(context.run.run_id, now, result.audience.name, figures)
                yield _materialized(result, snapshot)
                yield _size_check(result)
        if failed:
            raise dg.Failure("; ".join(failed), allow_retries=False)

    return [evaluate_audiences]


def _snapshot(setup: Setup) -> Snapshot:
    snapshot = current(setup.settings)
    if snapshot is None:
        raise dg.Failure("no snapshot is published yet; run the daily job once", allow_retries=False)
    return snapshot


def _want(setup: Setup, snapshot: Snapshot, result: Evaluation, now: datetime) -> list[str]:
    """Note what every activation of an audience wants now; returns what is wrong with a mapping, if anything."""
    membership = result.membership
    held = "its size jumped by more than its size_bound" if membership.held else None
    name, members, version = result.audience.name, membership.members, membership.version
    try:
        want(setup.settings, setup.state, setup.configuration, snapshot, name, members, version, now, held=held)
    except MusterError as error:
        return [str(error)]
    return []


def _spec(audience: Audience, references: list[str]) -> dg.AssetSpec:
    return dg.AssetSpec(
        audience_key(audience.name),
        deps=[SNAPSHOT, *(audience_key(name) for name in references)],
        group_name=AUDIENCES,
        skippable=True,
        description=f"{audience.description}\n\n```\n{audience.rule.strip()}\n```",
        owners=owners(audience.owner),
        kinds={"pql", audience.of},
        metadata={"of": audience.of, "rule": dg.MetadataValue.md(f"```\n{audience.rule.strip()}\n```")},
    )


def _check(audience: Audience) -> dg.AssetCheckSpec:
    bound = audience.size_bound
    return dg.AssetCheckSpec(
        SIZE_CHECK,
        asset=audience_key(audience.name),
        description=f"Its size changed by at most {bound.max_change:.0%} (from {bound.min_size} members on).",
    )


def _materialized(result: Evaluation, snapshot: Snapshot) -> dg.MaterializeResult:
    """Figures and a few ids; attributes of people stay out of the run database, which keeps them for ever."""
    membership = result.membership
    preview = snapshot.ids(membership.entity, membership.members[:10])
    return dg.MaterializeResult(
        asset_key=audience_key(result.audience.name),
        data_version=dg.DataVersion(f"{membership.version}"),
        metadata={
            "dagster/row_count": result.size,
            "size": result.size,
            "entered": result.entered,
            "left": result.exited,
            "merged": result.merged,
            "version": membership.version,
            "snapshot": membership.snapshot,
            "rule": dg.MetadataValue.md(f"```\n{result.audience.rule.strip()}\n```"),
            "method": f"{result.compiled.method}: {result.compiled.reason}",
            "seconds": round(result.seconds, 4),
            "preview": dg.MetadataValue.json(preview),
        },
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
