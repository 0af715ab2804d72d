"""The code location: reads the set-up that the environment selects and assembles its assets, jobs and sensors."""

import dagster as dg

from assets.activations import activation_assets, release_checks
from assets.audiences import audience_assets
from assets.profiles import Translator, extract_keys, profile_assets
from assets.snapshot import snapshot_assets, snapshot_guard
from assets.sources import source_assets, source_objects
from muster.audiences.order import references
from muster.config.load import load
from muster.settings import Settings
from resources.dbt import dbt_cli, dbt_project
from resources.setup import Setup
from sensors.activation import activation_sensors
from sensors.arrivals import arrival_sensors
from sensors.jobs import jobs, read_live_job
from sensors.live import live_sensors
from sensors.schedules import schedules


def build(settings: Settings) -> dg.Definitions:
    """All of one set-up; production, `muster run` and the tests call this one function."""
    configuration = load(settings.config)
    project = dbt_project(settings, configuration)
    sources = source_objects(configuration, settings)
    profiles = profile_assets(project, Translator(extract_keys(sources)))
    marts = sorted(key for key in profiles.keys if key.path[0] == "marts")
    daily, *activate = jobs(configuration)
    read_live = read_live_job()
    return dg.Definitions(
        assets=[
            *source_assets(sources),
            profiles,
            *snapshot_assets(project, marts),
            *audience_assets(configuration, references(configuration.audiences, configuration.groups)),
            *activation_assets(configuration),
        ],
        asset_checks=[snapshot_guard(project, marts), *release_checks(configuration)],
        jobs=[daily, *activate, read_live],
        schedules=schedules(daily),
        sensors=[
            *arrival_sensors(daily),
            *live_sensors(read_live, configuration),
            *(sensor for job in activate for sensor in activation_sensors(job)),
        ],
        resources={"setup": Setup(), "dbt": dbt_cli(project)},
        executor=dg.in_process_executor,  # a process per step costs seconds and DuckDB takes one writer anyway
    )


@dg.definitions
def defs() -> dg.Definitions:
    return build(Settings.from_environment())
