"""The `muster` command in this process, on a set-up of one's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from muster.cli import main
from muster.settings import Settings

Muster = Callable[..., Result]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A configuration without sources and with one audience, and a data folder that is not there yet."""
    found = Settings.at(tmp_path / "config", tmp_path / "data")
    (found.config / "audiences").mkdir(parents=True)
    (found.config / "sources.yml").write_text("organization: acme\n")
    (found.config / "audiences" / "scored.yml").write_text("name: scored\nof: people\nrule: b2b.personScore > 50\n")
    monkeypatch.setenv("MUSTER_CONFIG", str(found.config))
    monkeypatch.setenv("MUSTER_DATA", str(found.data))
    monkeypatch.delenv("MUSTER_STATE_URL", raising=False)
    return found


@pytest.fixture
def muster(settings: Settings) -> Muster:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments)

    return run
