"""The evaluation step over real snapshots: what it shows of an audience that nothing happened to for long."""

from __future__ import annotations

import shutil
from pathlib import Path

import dagster as dg
import pytest

from assets.audiences import audience_assets
from muster.config.load import load
from resources.setup import Setup
from tests.activation.small_world import person, write_snapshot


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Setup:
    audiences = tmp_path / "config" / "audiences"
    audiences.mkdir(parents=True)
    (tmp_path / "config" / "sources.yml").write_text("organization: acme\nsources: []\n")
    (audiences / "everyone.yml").write_text('name: everyone\nof: people\nrule: "true"\n')
    monkeypatch.setenv("MUSTER_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("MUSTER_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("MUSTER_STATE_URL", raising=False)
    return Setup()


def preview(setup: Setup, version: str) -> object:
    """Evaluate on a new snapshot of the same person; what the materialisation shows of the members."""
    write_snapshot(setup.settings, version, [person(0)])
    (setup.settings.snapshots / "CURRENT").write_text(version)
    assets = audience_assets(load(setup.settings.config), {})
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(assets, instance=instance, resources={"setup": Setup()})
    (event,) = result.get_asset_materialization_events()
    return event.materialization.metadata["preview"].value


def test_an_unchanged_membership_outlives_the_snapshot_it_was_found_on(setup: Setup) -> None:
    first = preview(setup, "v1")
    shutil.rmtree(setup.settings.snapshots / "v1")  # as publishing does with old versions

    assert preview(setup, "v2") == first
