"""One warehouse for all tests of staging: the exports read into a lake, staging and unioned models built by dbt."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from muster.config.models import Configuration, DestinationsFile, IdentityFile, Source, SourcesFile
from muster.connectors import discover, load
from muster.dbt_project import EXECUTABLE, PROJECT_DIR, dbt_environment, write_identity_settings
from muster.settings import Settings
from tests.dbt.exports import SOURCES, Exports

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
BUILD = (
    "build", "--indirect-selection", "cautious", "--select", "path:seeds", "path:models/staging",
    "path:models/intermediate/hubspot", "path:models/intermediate/marketo", "path:models/intermediate/unioned",
)  # fmt: skip

#: Columns of a class's records from one source, in the order of their ids: `seam("person", "crm", "email")`.
Seam = Callable[..., list[tuple[Any, ...]]]


def put(name: str, exports: Exports, folder: Path) -> Source:
    """The exports as files of a source's folder."""
    (folder / name).mkdir(parents=True, exist_ok=True)
    for file, text in exports.files.items():
        (folder / name / file).write_text(text)
    told = {"name": name, "type": exports.type, "path": str(folder / name), "instance": exports.instance}
    return Source.model_validate(told | exports.settings)


def take_in(sources: list[Source], settings: Settings, now: datetime = NOW) -> None:
    for source in sources:
        for export in discover(source, settings):
            load(source, export, settings, now)
    told = SourcesFile(organization="acme", sources=sources)
    configuration = Configuration(sources=told, identity=IdentityFile(), destinations=DestinationsFile(), audiences=[])
    write_identity_settings(settings, configuration)


def dbt(settings: Settings, *arguments: str) -> str:
    """Run dbt on a set-up's lake, in folders of its own; what it printed."""
    folders = {"DBT_TARGET_PATH": str(settings.dbt_target), "DBT_LOG_PATH": str(settings.data / "logs")}
    project = ["--project-dir", str(PROJECT_DIR), "--profiles-dir", str(PROJECT_DIR)]
    done = subprocess.run(
        [str(EXECUTABLE), "--no-use-colors", *arguments, *project],
        env={**os.environ, **dbt_environment(settings), **folders},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def seam_of(settings: Settings) -> Seam:
    """Reads the unioned models of a set-up's warehouse."""

    def rows(entity: str, source: str, *columns: str) -> list[tuple[Any, ...]]:
        chosen = f"select {', '.join(columns)} from intermediate.int_{entity}__unioned where source_name = ?"
        with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
            return connection.execute(f"{chosen} order by record_id", [source]).fetchall()

    return rows


@pytest.fixture(scope="session")
def seam(tmp_path_factory: pytest.TempPathFactory) -> Seam:
    """All exports of `exports.py`, read and built once."""
    place = tmp_path_factory.mktemp("staging")
    settings = Settings.at(place / "config", place / "data")
    take_in([put(name, exports, place / "exports") for name, exports in SOURCES.items()], settings)
    dbt(settings, *BUILD)
    return seam_of(settings)
