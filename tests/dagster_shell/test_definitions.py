"""The code location as the UI loads it: groups, lineage from export to destination, jobs, sensors, no warnings."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import dagster as dg
import pytest

from definitions import build
from muster.activation import Due
from sensors.activation import run_requests
from tests.conftest import Installation

GROUPS = {"sources", "staging", "intermediate", "marts", "membership", "audiences", "activations"}


@pytest.fixture(scope="module")
def definitions(built_world: Installation) -> Iterator[dg.Definitions]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSTER_CONFIG", str(built_world.config))
        patch.setenv("MUSTER_DATA", str(built_world.data))
        yield build(built_world.settings)


def test_assets_stand_in_the_groups_of_the_flow(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    assert {graph.get(key).group_name for key in graph.get_all_asset_keys()} == GROUPS


def test_lineage_runs_from_an_export_file_to_a_destination(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    activation = next(key for key in graph.materializable_asset_keys if key.path[0] == "activations")
    seen, front = set(), {activation}
    while front:
        seen |= front
        front = {parent for key in front for parent in graph.get(key).parent_keys} - seen

    assert dg.AssetKey(["exports", "crm", "Contact"]) in seen
    assert dg.AssetKey(["sources", "crm", "Contact"]) in seen
    assert {"staging", "intermediate", "marts", "snapshot", "audiences"} <= {key.path[0] for key in seen}


def test_every_asset_is_described_and_owned(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for key in graph.materializable_asset_keys:
        node = graph.get(key)
        assert node.description, key
        assert node.kinds, key
        if node.group_name in {"staging", "intermediate", "marts", "membership", "audiences"}:
            assert node.owners, key


def test_daily_ends_at_membership(definitions: dg.Definitions) -> None:
    daily = {key.path[0] for key in definitions.resolve_job_def("daily").asset_layer.executable_asset_keys}
    activate = {key.path[0] for key in definitions.resolve_job_def("activate").asset_layer.executable_asset_keys}

    assert daily == {"sources", "staging", "intermediate", "marts", "membership", "snapshot", "audiences"}
    assert activate == {"activations"}


def test_sensors_and_schedule_are_on_by_default(definitions: dg.Definitions) -> None:
    repository = definitions.get_repository_def()
    assert {sensor.name for sensor in repository.sensor_defs} == {"export_arrived", "membership_changed"}
    assert all(sensor.default_status == dg.DefaultSensorStatus.RUNNING for sensor in repository.sensor_defs)
    assert all(item.default_status == dg.DefaultScheduleStatus.RUNNING for item in repository.schedule_defs)


def test_a_run_key_carries_the_wanted_version_so_that_a_change_back_is_sent_too() -> None:
    first = run_requests([Due("outbox", "vips", 3, 0, False)])
    again = run_requests([Due("outbox", "vips", 5, 0, False)])
    retry = run_requests([Due("outbox", "vips", 5, 1, False)])

    assert len({request.run_key for request in (*first, *again, *retry)}) == 3


def test_one_run_serves_all_audiences_of_a_destination() -> None:
    requests = run_requests(
        [Due("outbox", "a", 1, 0, False), Due("outbox", "b", 1, 0, False), Due("drop", "a", 1, 0, False)]
    )

    assert sorted(len(request.asset_selection or ()) for request in requests) == [1, 2]


def test_loading_gives_no_warning_of_ours(built_world: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_CONFIG", str(built_world.config))
    monkeypatch.setenv("MUSTER_DATA", str(built_world.data))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        build(built_world.settings)
    ours = [item for item in caught if "site-packages" not in item.filename]
    assert [str(item.message) for item in ours] == []
