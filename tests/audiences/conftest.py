"""A data folder of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.at(tmp_path / "config", tmp_path / "data")
