"""The dbt project as the domain sees it: what it is told of a set-up, and a manifest that matches its files.

The manifest is parsed anew only where a source file is newer: parsing costs seconds, and every command needs it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from muster.config.identity import IdentityFile
from muster.config.models import Configuration
from muster.durable import write_whole
from muster.errors import MusterError
from muster.identity.decisions.file import DECISIONS_FILE, as_json, read_decisions
from muster.locks import exclusive
from muster.settings import CHECKOUT, Settings

PROJECT_DIR = CHECKOUT / "dbt_project"
#: Beside our Python: an environment that is not activated has no dbt on PATH, or another one.
EXECUTABLE = Path(sys.executable).parent / "dbt"
SOURCE_SUFFIXES = {".sql", ".yml", ".csv", ".md", ".py"}


def dbt_environment(settings: Settings) -> dict[str, str]:
    """The variables that the profile and the macros read, all paths absolute."""
    return {
        "MUSTER_WAREHOUSE": str(settings.warehouse),
        "MUSTER_LAKE": str(settings.lake),
        "MUSTER_SNAPSHOTS": str(settings.snapshots),
        "MUSTER_MEMBERSHIPS": str(settings.memberships),
        "MUSTER_IDENTITY": str(_identity_file(settings)),
        "MUSTER_IDENTITY_DECISIONS": str(_decisions_file(settings)),
        "DO_NOT_TRACK": "1",
    }


def write_identity_settings(settings: Settings, configuration: Configuration) -> None:
    """Hand identity.yml, which CRM each source is synced with, and what people decided, to the project.

    They lie in `<data>/identity.json` and `<data>/identity_decisions.json`, rewritten only where they differ.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    instances = {source.name: source.instance_id for source in configuration.sources.sources}
    synced = [(source.name, source.crm) for source in configuration.sources.sources if source.crm]
    crm_instances = [{"source": name, "instance": instances[crm]} for name, crm in synced if crm in instances]
    money = {"currency": configuration.sources.currency, "exchange_rates": configuration.sources.exchange_rates}
    beside = {"crm_instances": crm_instances, **money}
    text = json.dumps(identity_tables(configuration.identity) | beside, indent=1)
    _write_changed(_identity_file(settings), text)
    _write_changed(_decisions_file(settings), as_json(read_decisions(settings.config / DECISIONS_FILE)))


def identity_tables(identity: IdentityFile) -> dict[str, Any]:
    """What the project reads of identity.yml: lists for SQL, and the whole for Python models."""
    return {
        **identity.mailboxes.model_dump(),
        "disposable_domains": identity.guards.disposable_domains,
        "placeholder_values": identity.guards.placeholder_values,
        "identity": identity.model_dump(mode="json", by_alias=True),
    }


def fresh_manifest(settings: Settings) -> Path:
    """The manifest, parsed anew where a file of the project is newer; MusterError where dbt cannot parse it."""
    with exclusive(settings, "dbt-manifest"):
        if not _is_fresh(settings.manifest):
            _parse(settings)
    return settings.manifest


def _identity_file(settings: Settings) -> Path:
    return settings.data / "identity.json"


def _decisions_file(settings: Settings) -> Path:
    return settings.data / "identity_decisions.json"


def _write_changed(path: Path, text: str) -> None:
    if not path.exists() or path.read_text() != text:
        write_whole(path, text)


def _is_fresh(manifest: Path) -> bool:
    if not manifest.exists():
        return False
    made = manifest.stat().st_mtime
    return all(path.stat().st_mtime <= made for path in _sources())


def _sources() -> list[Path]:
    """Files and folders of the project: a folder's time tells of a file that was removed."""
    return [
        path
        for path in PROJECT_DIR.rglob("*")
        if (path.suffix in SOURCE_SUFFIXES or path.is_dir())
        and not {"target", "logs", "__pycache__"} & set(path.relative_to(PROJECT_DIR).parts)
    ]


def _parse(settings: Settings) -> None:
    target, logs = str(settings.dbt_target), str(settings.dbt_target / "logs")
    folders = ["--project-dir", str(PROJECT_DIR), "--profiles-dir", str(PROJECT_DIR), "--target-path", target]
    told = subprocess.run(
        [str(EXECUTABLE), "--quiet", "parse", "--log-path", logs, *folders],
        cwd=PROJECT_DIR,
        env={**os.environ, **dbt_environment(settings)},
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode:
        lines = (told.stdout + told.stderr).strip().splitlines()
        raise MusterError("dbt cannot parse dbt_project: " + " ".join(line.strip() for line in lines[-6:]))
