"""Fields that come, go and change their type are recorded, and never stop a read."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from muster.connectors.sync.drift import SchemaChange
from muster.connectors.sync.engine import schema_changes, sync
from muster.lake import loads
from muster.settings import Settings
from tests.sync.streams import MARKETO, NOW, Told, chunk, settings_at

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_at(tmp_path)


def stream(id_: str | None, **fields: str) -> Told:
    return Told([chunk({"id": id_, "updatedAt": "t"})] if id_ else [], told=fields)


def test_the_first_fields_are_no_change(settings: Settings) -> None:
    sync(MARKETO, stream("1", id="integer", score="integer"), settings, NOW)
    assert schema_changes(MARKETO, settings) == []


def test_each_kind_of_change_is_told_with_its_time(settings: Settings) -> None:
    sync(MARKETO, stream("1", id="integer", score="integer", fax="phone"), settings, NOW)
    sync(MARKETO, stream("2", id="integer", score="float", tier="string"), settings, LATER)
    assert schema_changes(MARKETO, settings) == [
        SchemaChange("emea", "leads", LATER, "fax", "vanished", "phone", ""),
        SchemaChange("emea", "leads", LATER, "score", "retyped", "integer", "float"),
        SchemaChange("emea", "leads", LATER, "tier", "new", "", "string"),
    ]


def test_fields_are_kept_in_the_lake_where_they_changed_and_only_there(settings: Settings) -> None:
    for number, fields in enumerate([{"id": "integer"}, {"id": "integer"}, {"id": "string"}, {}]):
        sync(MARKETO, stream(str(number), **fields), settings, NOW)
    assert [load.schema for load in loads(settings, MARKETO)] == [{"id": "integer"}, None, {"id": "string"}, None]
    (settings.data / "positions" / "emea" / "leads.json").unlink()
    assert [change.kind for change in schema_changes(MARKETO, settings)] == ["retyped"]


def test_a_change_without_rows_is_told_at_once_and_once(settings: Settings) -> None:
    sync(MARKETO, stream("1", id="integer"), settings, NOW)
    sync(MARKETO, stream(None, id="integer", tier="string"), settings, LATER)
    told = [SchemaChange("emea", "leads", LATER, "tier", "new", "", "string")]
    assert schema_changes(MARKETO, settings) == told
    sync(MARKETO, stream(None, id="integer", tier="string"), settings, LATER + timedelta(hours=1))
    sync(MARKETO, stream("2", id="integer", tier="string"), settings, LATER + timedelta(hours=2))
    assert schema_changes(MARKETO, settings) == told


def test_an_object_that_never_had_rows_has_changes_too(settings: Settings) -> None:
    sync(MARKETO, stream(None, id="integer"), settings, NOW)
    sync(MARKETO, stream(None, id="string"), settings, LATER)
    assert [(change.object, change.kind) for change in schema_changes(MARKETO, settings)] == [("leads", "retyped")]
