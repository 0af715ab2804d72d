"""Reads live sources as often as they ask for it with `every`, between the daily runs."""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from assets.keys import source_key
from muster.config.models import Configuration
from muster.connectors.due import due_sources
from resources.instance import NOT_ENDED
from resources.setup import Setup
from sensors.jobs import READ_LIVE, AssetJob

SOURCE_TAG = "source"


def live_sensors(read_live: AssetJob, configuration: Configuration) -> list[dg.SensorDefinition]:
    """One sensor for all live sources that have an `every`; none where there is no such source."""
    if not any(source.connection and source.connection.every for source in configuration.sources.sources):
        return []

    @dg.sensor(
        name="live_source_due",
        job=read_live,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Reads what is new in each live source as often as its `every` says.",
    )
    def live_source_due(context: dg.SensorEvaluationContext, setup: Setup) -> Iterator[dg.RunRequest | dg.SkipReason]:
        waiting = due_sources(setup.configuration.sources, setup.settings, datetime.now(UTC))
        busy = _sources_in_work(context.instance)
        ready = [item for item in waiting if item.source not in busy]
        if not ready:
            yield dg.SkipReason("no live source is due" if not waiting else f"being read: {', '.join(sorted(busy))}")
        for item in ready:
            yield dg.RunRequest(
                run_key=item.run_key,
                asset_selection=[source_key(item.source, name) for name in item.objects],
                tags={SOURCE_TAG: item.source},
            )

    return [live_source_due]


def _sources_in_work(instance: dg.DagsterInstance) -> set[str]:
    """Sources with a run that has not ended: asking again would only queue behind it."""
    runs = instance.get_runs(dg.RunsFilter(job_name=READ_LIVE, statuses=[*NOT_ENDED]))
    return {run.tags[SOURCE_TAG] for run in runs if SOURCE_TAG in run.tags}
