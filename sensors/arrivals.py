"""Asks for the daily job when an export folder holds files that the lake has not taken."""

import hashlib
from collections.abc import Iterator

import dagster as dg

from muster.connectors import discover, pending
from muster.errors import MusterError
from resources.setup import Setup
from sensors.jobs import AssetJob


def arrival_sensors(daily: AssetJob) -> list[dg.SensorDefinition]:
    @dg.sensor(
        name="export_arrived",
        job=daily,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Runs the daily job when new files lie in an export folder.",
    )
    def export_arrived(setup: Setup) -> Iterator[dg.RunRequest | dg.SkipReason]:
        files = sorted(f"{name}/{file}" for name, file in waiting_files(setup))
        if not files:
            yield dg.SkipReason("every export file is in the lake")
            return
        digest = hashlib.sha256("\n".join(files).encode()).hexdigest()[:16]
        yield dg.RunRequest(run_key=f"arrived:{digest}", tags={"files": str(len(files))})

    return [export_arrived]


def waiting_files(setup: Setup) -> Iterator[tuple[str, str]]:
    """Source and file, with size and time so that new content under an old name is a new arrival."""
    for source in setup.configuration.sources.sources:
        if source.connection:
            continue  # read by the clock
        try:
            exports = discover(source, setup.settings)
        except MusterError:
            continue  # an absent folder is told by the extract itself
        for export in exports:
            for file in pending(source, export, setup.settings):
                yield source.name, f"{file.name}:{file.size}:{file.modified}" + (f":{file.tag}" if file.tag else "")
