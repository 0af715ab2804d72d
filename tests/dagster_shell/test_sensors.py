"""What starts work, over a real state store, a real lake and a real Dagster instance."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from muster.config.load import load
from muster.connectors import discover
from muster.connectors import load as take
from muster.settings import Settings
from resources.setup import Setup
from sensors.activation import DESTINATION_TAG, activation_sensors
from sensors.arrivals import arrival_sensors
from tests.activation.small_world import AUDIENCE, World, person

CONFIG = {
    "sources.yml": """
        organization: acme
        sources:
          - {name: crm, type: salesforce, path: crm}
          - {name: web, type: events, path: not/there}
    """,
    "destinations.yml": "destinations: [{name: drop, type: files, path: out/drop}]",
    "governance.yml": "consent: {bars: {}}",  # this small world knows of no consent
    f"audiences/{AUDIENCE}.yml": f"""
        name: {AUDIENCE}
        of: people
        rule: "true"
        activate: [{{destination: drop, fields: {{email: workEmail.address}}}}]
    """,
}

Asked = list[dg.RunRequest | dg.SkipReason]


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Setup:
    for name, text in CONFIG.items():
        path = tmp_path / "config" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "data" / "crm").mkdir(parents=True)
    monkeypatch.setenv("MUSTER_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("MUSTER_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("MUSTER_STATE_URL", raising=False)
    return Setup()


@pytest.fixture
def world(setup: Setup) -> World:
    return World(setup.settings, setup.state, load(setup.settings.config))


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def asked(sensor: dg.SensorDefinition, setup: Setup, instance: dg.DagsterInstance) -> Asked:
    """What one tick of a sensor yields."""
    context = dg.build_sensor_context(instance=instance, resources={"setup": setup})
    found: Asked = list(sensor(context))
    return found


class TestMembershipChanged:
    @pytest.fixture
    def sensor(self) -> dg.SensorDefinition:
        (sensor,) = activation_sensors(dg.define_asset_job("activate"))
        return sensor

    def test_it_asks_until_the_destination_has_what_is_wanted(
        self, sensor: dg.SensorDefinition, setup: Setup, instance: dg.DagsterInstance, world: World
    ) -> None:
        assert isinstance(asked(sensor, setup, instance)[0], dg.SkipReason)
        world.evaluate([person(0)])
        (first,), (again,) = asked(sensor, setup, instance), asked(sensor, setup, instance)
        assert isinstance(first, dg.RunRequest)
        assert isinstance(again, dg.RunRequest)
        assert first.asset_selection == [dg.AssetKey(["activations", "drop", AUDIENCE])]
        assert first.run_key == again.run_key  # Dagster starts one run for both

        world.deliver()
        assert isinstance(asked(sensor, setup, instance)[0], dg.SkipReason)

    def test_a_change_after_a_delivery_has_a_run_key_of_its_own(
        self, sensor: dg.SensorDefinition, setup: Setup, instance: dg.DagsterInstance, world: World
    ) -> None:
        keys = []
        for people in ([person(0)], [person(0), person(1)], [person(0)]):
            world.evaluate(people)
            (request,) = asked(sensor, setup, instance)
            assert isinstance(request, dg.RunRequest)
            keys.append(request.run_key)
            world.deliver()
        assert len(set(keys)) == 3

    def test_a_held_audience_is_not_asked_for(
        self, sensor: dg.SensorDefinition, setup: Setup, instance: dg.DagsterInstance, world: World
    ) -> None:
        world.evaluate([person(0)], held="its size jumped")
        assert isinstance(asked(sensor, setup, instance)[0], dg.SkipReason)

    def test_while_a_run_for_the_destination_is_under_way_nothing_is_asked(
        self, sensor: dg.SensorDefinition, setup: Setup, instance: dg.DagsterInstance, world: World
    ) -> None:
        world.evaluate([person(0)])
        under_way = dg.DagsterRun(
            job_name="activate", status=dg.DagsterRunStatus.STARTED, tags={DESTINATION_TAG: "drop"}
        )
        instance.add_run(under_way)
        (reason,) = asked(sensor, setup, instance)
        assert isinstance(reason, dg.SkipReason)
        assert "drop" in (reason.skip_message or "")

        instance.report_run_failed(under_way)
        (request,) = asked(sensor, setup, instance)
        assert isinstance(request, dg.RunRequest)


class TestExportArrived:
    @pytest.fixture
    def sensor(self) -> dg.SensorDefinition:
        (sensor,) = arrival_sensors(dg.define_asset_job("daily"))
        return sensor

    @staticmethod
    def write(setup: Setup, text: str) -> None:
        """An export that came to rest an hour ago."""
        path = setup.settings.data / "crm" / "Account.csv"
        path.write_text(text)
        os.utime(path, (path.stat().st_mtime - 3600,) * 2)

    @staticmethod
    def take_all(settings: Settings) -> None:
        source = load(settings.config).sources.sources[0]
        for export in discover(source, settings):
            take(source, export, settings, datetime.now(UTC))

    def test_it_asks_for_a_file_that_the_lake_has_not_and_only_once_by_key(
        self, sensor: dg.SensorDefinition, setup: Setup, instance: dg.DagsterInstance
    ) -> None:
        assert isinstance(asked(sensor, setup, instance)[0], dg.SkipReason)
        self.write(setup, "Id,Name\n001A,Acme\n")
        (first,), (again,) = asked(sensor, setup, instance), asked(sensor, setup, instance)
        assert isinstance(first, dg.RunRequest)
        assert isinstance(again, dg.RunRequest)
        assert first.run_key == again.run_key

        self.take_all(setup.settings)
        assert isinstance(asked(sensor, setup, instance)[0], dg.SkipReason)

    def test_new_content_under_an_old_name_is_a_new_arrival(
        self, sensor: dg.SensorDefinition, setup: Setup, instance: dg.DagsterInstance
    ) -> None:
        self.write(setup, "Id,Name\n001A,Acme\n")
        (first,) = asked(sensor, setup, instance)
        self.take_all(setup.settings)
        self.write(setup, "Id,Name\n001A,Acme\n001B,Bolt\n")
        (second,) = asked(sensor, setup, instance)

        assert isinstance(first, dg.RunRequest)
        assert isinstance(second, dg.RunRequest)
        assert first.run_key != second.run_key
