"""Extracts: objects that arrive after the code location was loaded, and folders that are not there."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from assets.keys import source_key
from assets.sources import WAITING, source_assets, source_objects
from muster.config.load import load
from muster.settings import Settings
from resources.setup import Setup


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A set-up with one Salesforce source, whose folder the tests fill."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "sources.yml").write_text(
        "organization: acme\nsources:\n  - {name: crm, type: salesforce, path: exports}\n"
    )
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("MUSTER_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("MUSTER_DATA", str(tmp_path / "data"))
    return Settings.from_environment()


def loaded(settings: Settings) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    return source_assets(source_objects(load(settings.config), settings))


def put(settings: Settings, name: str, text: str) -> None:
    (settings.data / "exports").mkdir(exist_ok=True)
    (settings.data / "exports" / name).write_text(text)


def run(assets: list[dg.AssetsDefinition | dg.AssetSpec]) -> dg.ExecuteInProcessResult:
    with dg.DagsterInstance.ephemeral() as instance:
        return dg.materialize(assets, instance=instance, resources={"setup": Setup()})


def test_an_object_that_arrives_after_loading_is_taken_all_the_same(settings: Settings) -> None:
    put(settings, "Account.csv", "Id,Name\n001000000000001,Acme\n")
    assets = loaded(settings)
    put(settings, "Contact.csv", "Id,LastName\n003000000000001,Byron\n")
    result = run(assets)

    taken = {event.asset_key for event in result.get_asset_materialization_events()}
    assert {source_key("crm", "Account"), source_key("crm", "Contact")} <= taken
    assert list((settings.lake / "salesforce" / "contact").rglob("*.parquet"))


def test_a_folder_that_is_not_there_fails_a_check_and_not_the_run(settings: Settings) -> None:
    result = run(loaded(settings))

    (check,) = result.get_asset_check_evaluations()
    assert result.success
    assert check.asset_key == source_key("crm", WAITING)
    assert not check.passed
    assert "exports is not there" in (check.description or "")


def test_what_arrives_first_in_an_empty_folder_is_taken(settings: Settings) -> None:
    (settings.data / "exports").mkdir()
    assets = loaded(settings)
    put(settings, "Lead.csv", "Id,LastName\n00Q000000000001,May\n")
    result = run(assets)

    assert source_key("crm", "Lead") in {event.asset_key for event in result.get_asset_materialization_events()}
    assert all(check.passed for check in result.get_asset_check_evaluations())
