"""Live sources in the shell: extracts of a HubSpot account (its twin), what the UI shows of them, and their sensor."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pytest

from assets.sources import CHECK, source_assets, source_objects
from muster.config.load import load
from muster.connectors.due import due_sources
from muster.twins.clock import Clock
from muster.twins.hubspot import open_twin
from muster.twins.server import Running, serve
from muster.twins.store import Store
from resources.setup import Setup
from sensors.live import SOURCE_TAG, live_sensors

CONFIG = """
organization: acme
sources:
  - name: hub
    type: hubspot
    instance: "4711"
    connection:
      url: {url}
      token: ${{HUB_TOKEN}}
      every: 5m
      share: 1
      exclude: [activities, associations, lists, list_members]
"""
KEYS = [dg.AssetKey(["sources", "hub", name]) for name in ("contacts", "companies", "deals")]


@pytest.fixture
def account() -> Iterator[Running]:
    twin = open_twin(Store(Clock()), instance="4711")
    twin.load("contacts", pa.table({"id": ["1", "2"], "email": ["a@x.example", "b@x.example"]}))
    twin.load("companies", pa.table({"id": ["7"], "domain": ["x.example"]}))
    with serve(twin) as running:
        yield running


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, account: Running) -> Setup:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "sources.yml").write_text(CONFIG.format(url=account.url))
    monkeypatch.setenv("MUSTER_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("MUSTER_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HUB_TOKEN", account.twin.credentials()["token"])
    monkeypatch.delenv("MUSTER_STATE_URL", raising=False)
    return Setup()


def extract(setup: Setup, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    assets = source_assets(source_objects(load(setup.settings.config), setup.settings))
    return dg.materialize(assets, resources={"setup": setup}, instance=instance)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def test_an_extract_tells_rows_and_calls(setup: Setup, instance: dg.DagsterInstance) -> None:
    result = extract(setup, instance)
    (made,) = result.asset_materializations_for_node("extract_hub")[:1]
    assert {event.asset_key for event in result.asset_materializations_for_node("extract_hub")} == set(KEYS)
    assert made.metadata["rows loaded"].value == 2
    assert sum(int(made.metadata[name].value or 0) for name in made.metadata if name.startswith("calls")) > 0
    assert all(check.passed for check in result.get_asset_check_evaluations())

    again = extract(setup, instance).asset_materializations_for_node("extract_hub")
    assert [event.metadata["rows loaded"].value for event in again] == [0, 0, 0]
    assert again[0].metadata["dagster/row_count"].value == 2


def test_refused_credentials_fail_the_checks_in_one_sentence_without_the_secret(
    setup: Setup, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_TOKEN", "pat-na1-wrong-secret")
    result = extract(setup, instance)
    failed = [check for check in result.get_asset_check_evaluations() if not check.passed]
    assert {check.check_name for check in failed} == {CHECK}
    assert len(failed) == len(KEYS)
    assert all(check.description and "\n" not in check.description for check in failed)
    assert "wrong-secret" not in "".join(str(event) for event in result.all_events)


def test_a_source_is_due_when_its_time_has_come(setup: Setup, instance: dg.DagsterInstance) -> None:
    (sensor,) = live_sensors(dg.define_asset_job("read_live"), setup.configuration)
    (asked,) = sensor(dg.build_sensor_context(instance=instance, resources={"setup": setup}))
    assert isinstance(asked, dg.RunRequest)
    assert set(asked.asset_selection or ()) == set(KEYS)
    assert asked.tags[SOURCE_TAG] == "hub"

    extract(setup, instance)
    now = datetime.now(UTC)
    assert due_sources(setup.configuration.sources, setup.settings, now) == []
    (due,) = due_sources(setup.configuration.sources, setup.settings, now + timedelta(minutes=5))
    assert due.source == "hub"


def test_without_every_there_is_no_sensor(setup: Setup) -> None:
    text = (setup.settings.config / "sources.yml").read_text().replace("      every: 5m\n", "")
    (setup.settings.config / "sources.yml").write_text(text)
    assert live_sensors(dg.define_asset_job("read_live"), load(setup.settings.config)) == []
