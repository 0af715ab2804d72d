"""Asks for deliveries where what is wanted differs from what was acknowledged.

Level-triggered: it compares two numbers in the ledger at every tick, so nothing depends on having seen a change
happen. Run keys carry the wanted version, because Dagster remembers keys for ever.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from assets.keys import activation_key, release_check_key
from muster.activation import Due, due
from resources.instance import NOT_ENDED
from resources.setup import Setup
from sensors.jobs import ACTIVATE, AssetJob

DESTINATION_TAG = "destination"


def activation_sensors(activate: AssetJob) -> list[dg.SensorDefinition]:
    @dg.sensor(
        name="membership_changed",
        job=activate,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Runs activations whose audience differs from what their destination has acknowledged.",
    )
    def membership_changed(
        context: dg.SensorEvaluationContext, setup: Setup
    ) -> Iterator[dg.RunRequest | dg.SkipReason]:
        busy = _destinations_in_work(context.instance)
        waiting = due(setup.state, setup.configuration, datetime.now(UTC))
        ready = [item for item in waiting if item.destination not in busy]
        if not waiting:
            yield dg.SkipReason("every destination has what its audiences want")
        elif not ready:
            yield dg.SkipReason(f"deliveries are under way: {', '.join(sorted(busy))}")
        yield from run_requests(ready)

    return [membership_changed]


def _destinations_in_work(instance: dg.DagsterInstance) -> set[str]:
    """Destinations with a run that has not ended: asking again would only queue behind it."""
    runs = instance.get_runs(dg.RunsFilter(job_name=ACTIVATE, statuses=[*NOT_ENDED]))
    return {run.tags[DESTINATION_TAG] for run in runs if DESTINATION_TAG in run.tags}


def run_requests(waiting: list[Due]) -> list[dg.RunRequest]:
    """One run per destination: a run costs seconds of start-up, an audience in it almost nothing."""
    by_destination: dict[str, list[Due]] = defaultdict(list)
    for item in waiting:
        by_destination[item.destination].append(item)
    return [
        dg.RunRequest(
            run_key=",".join(item.run_key for item in items),
            asset_selection=[activation_key(destination, item.audience) for item in items],
            asset_check_keys=[release_check_key(item.audience) for item in items],
            tags={DESTINATION_TAG: destination},
        )
        for destination, items in by_destination.items()
    ]
