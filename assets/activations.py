"""Activations: one asset per audience and destination, downstream of its audience."""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from assets.keys import ACTIVATIONS, activation_key, audience_key, owners, release_check_key
from muster.activation import DeliveryReport, deliver
from muster.config.destinations import Destination
from muster.config.models import Audience, Configuration
from muster.errors import MusterError
from resources.setup import Setup


def activation_assets(configuration: Configuration) -> list[dg.AssetsDefinition]:
    """One subsettable multi-asset per destination that some audience goes to."""
    wanted = [
        (destination, [item for item in configuration.audiences if _goes_to(item, destination)])
        for destination in configuration.destinations.destinations
    ]
    return [_deliveries(destination, audiences) for destination, audiences in wanted if audiences]


def release_checks(configuration: Configuration) -> list[dg.AssetChecksDefinition]:
    """Per activated audience, a blocking check that runs before its activations."""
    return [_release_check(item) for item in configuration.audiences if item.deliveries]


def _deliveries(destination: Destination, audiences: list[Audience]) -> dg.AssetsDefinition:
    by_key = {activation_key(destination.name, item.name): item for item in audiences}

    @dg.multi_asset(
        name=f"deliver_{destination.name}".replace("-", "_"),
        specs=[_spec(key, destination, item) for key, item in by_key.items()],
        can_subset=True,
        description=f"Brings {destination.name} to what its audiences want: only the difference is sent.",
    )
    def deliveries(context: dg.AssetExecutionContext, setup: Setup) -> Iterator[dg.MaterializeResult]:
        failed: list[str] = []
        for key in sorted(context.selected_asset_keys):
            audience = by_key[key].name
            try:
                report = deliver(
                    setup.settings, setup.state, setup.configuration, destination.name, audience, datetime.now(UTC)
                )
            except MusterError as error:
                failed.append(f"{audience}: {error}")
                continue
            yield _materialized(key, report)
        if failed:
            raise dg.Failure("; ".join(failed), allow_retries=False)

    return deliveries


def _spec(key: dg.AssetKey, destination: Destination, audience: Audience) -> dg.AssetSpec:
    activation = next(item for item in audience.activate if item.destination == destination.name)
    mapping = "\n".join(f"| {name} | `{path}` |" for name, path in activation.fields.items())
    return dg.AssetSpec(
        key,
        deps=[audience_key(audience.name)],
        group_name=ACTIVATIONS,
        skippable=True,
        description=f"{audience.name} at {destination.name}.\n\n| field | from |\n|---|---|\n{mapping}",
        owners=owners(destination.owner, audience.owner),
        kinds={destination.type},
    )


def _materialized(key: dg.AssetKey, report: DeliveryReport) -> dg.MaterializeResult:
    return dg.MaterializeResult(
        asset_key=key,
        metadata={
            "dagster/row_count": report.acknowledged,
            "sent": report.sent,
            "acknowledged": report.acknowledged,
            "refused": report.refused,
            "added": report.added,
            "updated": report.updated,
            "removed": report.removed,
            "files": dg.MetadataValue.json([str(file) for file in report.files]),
        },
    )


def _release_check(audience: Audience) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        name=release_check_key(audience.name).name,
        asset=audience_key(audience.name),
        blocking=True,
        description="No guard holds the newest membership; `muster release` lets a held one go out.",
    )
    def released(setup: Setup) -> dg.AssetCheckResult:
        latest = setup.memberships.latest(audience.name)
        held = latest is not None and latest.held
        told = f"its size jumped; look at it, then `muster release {audience.name}`" if held else ""
        return dg.AssetCheckResult(passed=not held, description=told)

    return released


def _goes_to(audience: Audience, destination: Destination) -> bool:
    return any(item.destination == destination.name for item in audience.deliveries)
