"""Where things lie in the lake and in the quarantine, and what a load is called.

`<vendor>/<object>/source=<instance>/<load>.parquet`; the quarantine is laid out the same. A load's name is its
time, the beginning of the file's SHA-256 and that of its mapping, so that names sort by time and say what they hold.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

INCOMING = ".incoming"


def folder_of(root: Path, vendor: str, object_: str, source: str) -> Path:
    """The folder of one object of one source, below `settings.lake` or `settings.quarantine`."""
    return root / vendor / object_ / f"source={source}"


def load_name(loaded_at: datetime, sha256: str, mapping: str) -> str:
    moment = loaded_at.astimezone(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    return f"{moment}-{sha256[:12]}-{mapping[:8]}"


def mapping_hash(object_: str, key: Sequence[str], alias: Sequence[str], columns: Mapping[str, str]) -> str:
    """SHA-256 (hex) of what decides how a file is read; the order of renames counts, for the first filled wins."""
    told = json.dumps([object_, list(key), list(alias), list(columns.items())])
    return hashlib.sha256(told.encode()).hexdigest()


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
