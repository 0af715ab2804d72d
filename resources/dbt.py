"""dbt as a Dagster resource: the project with a fresh manifest, run by the executable beside our Python."""

import os

from dagster_dbt import DbtCliResource, DbtProject

from muster.config.models import Configuration
from muster.dbt_project import EXECUTABLE, PROJECT_DIR, dbt_environment, fresh_manifest, write_identity_settings
from muster.settings import Settings


def dbt_project(settings: Settings, configuration: Configuration) -> DbtProject:
    """The project of a set-up; sets the environment that its profile and macros read."""
    os.environ.update(dbt_environment(settings))
    write_identity_settings(settings, configuration)
    fresh_manifest(settings)
    return DbtProject(project_dir=PROJECT_DIR, profiles_dir=PROJECT_DIR, target_path=settings.dbt_target)


def dbt_cli(project: DbtProject) -> DbtCliResource:
    return DbtCliResource(project_dir=project, dbt_executable=str(EXECUTABLE))
