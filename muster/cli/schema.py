"""The schema of the dbt project as its files stand now, parsed anew only where they changed."""

from __future__ import annotations

import json

from muster.dbt_project import fresh_manifest
from muster.schema import Schema
from muster.settings import Settings


def project_schema(settings: Settings) -> Schema:
    """Parse the project where a file is newer than the manifest; raises MusterError where dbt cannot."""
    return Schema.from_manifest(json.loads(fresh_manifest(settings).read_text()))
