"""What all tests share: the checkout, other people's data beside it, and one demo world built once per run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from muster.settings import Settings
from muster.world import generate

CHECKOUT = Path(__file__).resolve().parent.parent
SHARED = CHECKOUT.parent / "shared"
MUSTER = Path(sys.executable).parent / "muster"

# a machine that is busy with something else is no fault of a test
settings.register_profile("muster", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("muster")


@dataclass(frozen=True)
class Installation:
    """A set-up that tests drive as its user does: by the command line, in a process of its own."""

    config: Path
    data: Path

    @property
    def settings(self) -> Settings:
        return Settings.at(self.config, self.data)

    def muster(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a `muster` command; where `check`, anything but exit code 0 fails the test with what was printed."""
        done = subprocess.run(
            [MUSTER, *arguments], env=self.environment(), capture_output=True, text=True, check=False, timeout=600
        )
        if check and done.returncode:
            pytest.fail(f"muster {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done

    def environment(self) -> dict[str, str]:
        own = {"MUSTER_CONFIG": str(self.config), "MUSTER_DATA": str(self.data)}
        return {**{k: v for k, v in os.environ.items() if not k.startswith(("MUSTER_", "DAGSTER_"))}, **own}

    def status(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.muster("status", "--json").stdout)
        return told

    def copy(self, place: Path) -> Installation:
        """The same set-up in another place, to be changed there."""
        shutil.copytree(self.config, place / "config")
        shutil.copytree(self.data, place / "data")
        return Installation(place / "config", place / "data")


@pytest.fixture(scope="session")
def built_world(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """A small demo world, taken through the whole flow once from its export files; tests that change something copy
    it."""
    place = tmp_path_factory.mktemp("world")
    shutil.copytree(CHECKOUT / "config", place / "config")
    shutil.copy(CHECKOUT / "tests" / "set_ups" / "exports.yml", place / "config" / "sources.yml")
    installation = Installation(place / "config", place / "data")
    generate(place / "data" / "world", people=2000, days=90, seed=7, until=datetime.now(UTC).date() - timedelta(days=1))
    installation.muster("run")
    return installation


@pytest.fixture
def world_copy(built_world: Installation, tmp_path: Path) -> Installation:
    return built_world.copy(tmp_path)


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """Finds a data set of others beside the checkout; skips where it is absent."""

    def find(name: str) -> Path:
        folder = SHARED / "data" / name
        if not folder.is_dir():
            pytest.skip(f"the data set {name} is not beside the checkout (../shared/data/{name})")
        return folder

    return find


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole flows first: a worker that came upon them last would keep the others waiting."""
    items.sort(key=lambda item: "flow" not in item.path.parts)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Where everything a test may want is installed, a skip is a failure (MUSTER_NO_SKIP=1)."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("MUSTER_NO_SKIP") and reporter and reporter.stats.get("skipped"):
        reporter.write_line("MUSTER_NO_SKIP is set and tests were skipped", red=True)
        session.exitstatus = 1
