"""One world for all tests that only look at it: a first export and three later days."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from muster.world import WorldSummary, generate, next_day

UNTIL = date(2026, 11, 23)
Rows = list[dict[str, str]]


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> WorldSummary:
    return generate(tmp_path_factory.mktemp("world"), people=2000, until=UNTIL)


@pytest.fixture(scope="session")
def later(first: WorldSummary, tmp_path_factory: pytest.TempPathFactory) -> list[WorldSummary]:
    """The same world in another folder, then three days of it."""
    folder = shutil.copytree(first.folder, tmp_path_factory.mktemp("later") / "world")
    return [replace(first, folder=folder), *(next_day(folder) for _ in range(3))]


@pytest.fixture(scope="session")
def rows() -> Callable[[Path], Rows]:
    """The well-formed rows of an export with their cells; a Marketo `null` is left as it stands."""

    def read(path: Path) -> Rows:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *body = csv.reader(file)
        return [dict(zip(header, row, strict=True)) for row in body if len(row) == len(header) and row[0] != "null"]

    return read


@pytest.fixture(scope="session")
def result() -> Callable[[Path], list[dict[str, Any]]]:
    """The records of a REST answer."""

    def read(path: Path) -> list[dict[str, Any]]:
        answer = json.loads(path.read_text(encoding="utf-8"))
        assert answer["success"] is True
        records: list[dict[str, Any]] = answer["result"]
        return records

    return read
