"""From a stream into the lake: what is there afterwards, and where the next read begins."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from muster.config.models import Source
from muster.connectors import totals
from muster.connectors.exports.batch import SetAside
from muster.connectors.sync import buffer
from muster.connectors.sync import feed as feeding
from muster.connectors.sync.engine import Progress, last_synced, position_of, sync
from muster.connectors.sync.objects import live_object
from muster.connectors.sync.stream import Chunk
from muster.errors import SourceError
from muster.lake import loads
from muster.settings import Settings
from tests.sync.streams import MARKETO, NOW, Told, chunk, newest_of, rows_of, settings_at

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_at(tmp_path)


def lead(id_: str | None, version: str, **more: str | None) -> dict[str, str | None]:
    return {"id": id_, "updatedAt": version, **more}


def test_a_row_says_where_it_came_from(settings: Settings) -> None:
    stream = Told([chunk(lead("7", "t1", firstName="Ann", isDeleted="true"), at=1, file="bulk/leads/2026-01")])
    report = sync(MARKETO, stream, settings, NOW)
    assert (report.read, report.loaded, report.set_aside, report.repeated) == (1, 1, 0, 0)
    (row,) = rows_of(MARKETO, settings)
    assert row == {
        "_source": "emea", "_instance": "100-NAM-042", "_type": "Marketo", "_object": "leads",
        "_file": "bulk/leads/2026-01", "_load": loads(settings, MARKETO)[0].name, "_line": 1,
        "_loaded_at": NOW.replace(tzinfo=None), "_row_id": "7", "_alias": None, "_deleted": True,
        "id": "7", "updatedAt": "t1", "firstName": "Ann", "isDeleted": "true",
    }  # fmt: skip


def test_each_row_keeps_the_name_of_the_answer_it_came_in(settings: Settings) -> None:
    chunks = [
        chunk(lead("1", "t1"), lead("2", "t1"), file="a"),
        chunk(lead("2", "t1"), file="b"),
        chunk(lead("3", "t1")),
    ]
    sync(MARKETO, Told(chunks), settings, NOW)
    assert [(row["_row_id"], row["_file"], row["_line"]) for row in rows_of(MARKETO, settings)] == [
        ("1", "a", 1), ("2", "a", 2), ("3", "leads", 4),
    ]  # fmt: skip


def test_the_next_read_begins_where_the_lake_ends(settings: Settings) -> None:
    assert position_of(MARKETO, "leads", settings) is None
    assert last_synced(MARKETO, "leads", settings) is None
    first = Told([chunk(lead("1", "t1"), at=1), chunk(lead("2", "t2"), at=2)])
    sync(MARKETO, first, settings, NOW)
    second = Told([chunk(lead("3", "t3"), at=3)])
    sync(MARKETO, second, settings, LATER)
    assert (first.read_from, second.read_from) == ([None], [{"at": 2}])
    assert position_of(MARKETO, "leads", settings) == {"at": 3}
    assert last_synced(MARKETO, "leads", settings) == LATER
    assert totals(MARKETO, live_object(MARKETO, "leads"), settings).loaded == 3


def test_nothing_new_makes_no_load_and_still_moves_on(settings: Settings) -> None:
    sync(MARKETO, Told([chunk(lead("1", "t1"), at=1)]), settings, NOW)
    report = sync(MARKETO, Told([chunk(lead("1", "t1"), at=2), chunk(at=3)]), settings, LATER)
    assert (report.files, report.loaded, report.repeated) == ((), 0, 1)
    assert len(loads(settings, MARKETO)) == 1
    assert position_of(MARKETO, "leads", settings) == {"at": 3}


def test_the_truth_of_positions_is_in_the_lake(settings: Settings) -> None:
    sync(MARKETO, Told([chunk(lead("1", "t1"), at=1)]), settings, NOW)
    sync(MARKETO, Told([chunk(at=2)]), settings, NOW)
    (noted,) = (settings.data / "positions").rglob("*.json")
    before = noted.read_bytes()
    noted.unlink()
    assert position_of(MARKETO, "leads", settings) == {"at": 1}, "a lost note costs some reading again"
    sync(MARKETO, Told([chunk(lead("2", "t2"), at=3)]), settings, LATER)
    noted.write_bytes(before)
    assert position_of(MARKETO, "leads", settings) == {"at": 3}, "an old note does not move back"
    noted.write_text("{half")
    assert position_of(MARKETO, "leads", settings) == {"at": 3}
    noted.write_bytes(before)
    for load in loads(settings, MARKETO):
        load.path.unlink()
    assert position_of(MARKETO, "leads", settings) is None, "a note without its load tells of another lake"
    assert last_synced(MARKETO, "leads", settings) is None


def test_streams_whose_names_fold_alike_do_not_share_a_position(settings: Settings) -> None:
    sync(MARKETO, Told([chunk(at=5)], name="Car__c"), settings, NOW)
    assert position_of(MARKETO, "Car__c", settings) == {"at": 5}
    assert position_of(MARKETO, "car_c", settings) is None


def test_another_way_of_naming_columns_reads_from_the_beginning(settings: Settings) -> None:
    def table(**columns: str) -> Source:
        spec = {"object": "cars", "table": "public.cars", "key": ["vin"], "class": "account", "columns": columns}
        connection = {"url": "postgresql://localhost/cars"}
        return Source.model_validate({"name": "garage", "type": "table", "connection": connection, "objects": [spec]})

    rows = chunk({"vin": "1", "maker": "Saab", "changed": "t1"}, at=1)
    sync(table(), Told([rows], name="cars", version="changed"), settings, NOW)
    assert position_of(table(), "cars", settings) == {"at": 1}
    renamed = table(maker="accountName")
    assert position_of(renamed, "cars", settings) is None
    sync(renamed, Told([rows], name="cars", version="changed"), settings, LATER)
    assert newest_of(renamed, settings)["1"]["accountName"] == "Saab"
    assert position_of(renamed, "cars", settings) == {"at": 1}


def test_a_stream_that_fails_keeps_what_came_and_says_whose_it_is(settings: Settings) -> None:
    broken = Told([chunk(lead("1", "t1"), at=1), chunk(lead("2", "t2")), SourceError("the instance does not answer")])
    with pytest.raises(SourceError, match=r"^emea, leads: the instance does not answer$"):
        sync(MARKETO, broken, settings, NOW)
    assert newest_of(MARKETO, settings).keys() == {"1", "2"}
    assert position_of(MARKETO, "leads", settings) == {"at": 1}, "2 is there and will be read again"
    assert last_synced(MARKETO, "leads", settings) is None
    report = sync(MARKETO, Told([chunk(lead("2", "t2"), at=2)]), settings, LATER)
    assert (report.loaded, report.repeated) == (0, 1)


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_an_interruption_leaves_nothing_half(settings: Settings, error: type[BaseException]) -> None:
    with pytest.raises(error):
        sync(MARKETO, Told([chunk(lead("1", "t1"), at=1), error()]), settings, NOW)
    assert not [path for path in settings.lake.rglob("*") if path.is_file()]
    sync(MARKETO, Told([chunk(lead("1", "t1"), at=1)]), settings, NOW)
    assert newest_of(MARKETO, settings).keys() == {"1"}


def test_what_was_read_is_committed_between_chunks(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buffer, "ROWS", 2)
    chunks = [
        chunk(lead("1", "t1"), at=1),
        chunk(lead("2", "t2")),
        chunk(lead("3", "t3")),
        chunk(lead("4", "t4"), at=4),
        KeyboardInterrupt(),
    ]
    with pytest.raises(KeyboardInterrupt):
        sync(MARKETO, Told(chunks), settings, NOW)
    assert [(each.loaded, each.position) for each in loads(settings, MARKETO)] == [(2, {"at": 1}), (2, {"at": 4})]
    assert [each.versions for each in loads(settings, MARKETO)] == [("t1", "t2"), ("t3", "t4")]


def test_a_slow_read_is_committed_as_time_goes_by(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "SECONDS", -1.0)
    chunks = [chunk(lead("1", "t1"), at=1), chunk(lead("2", "t2")), chunk(lead("3", "t3"), at=3)]
    sync(MARKETO, Told(chunks), settings, NOW)
    assert [(each.loaded, each.position) for each in loads(settings, MARKETO)] == [(1, {"at": 1}), (2, {"at": 3})]


def test_positions_without_rows_are_noted_on_the_way(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("muster.connectors.sync.engine.NOTED_EVERY", -1.0)
    with pytest.raises(KeyboardInterrupt):
        sync(MARKETO, Told([chunk(at=1), chunk(at=2), KeyboardInterrupt()]), settings, NOW)
    assert position_of(MARKETO, "leads", settings) == {"at": 2}
    assert last_synced(MARKETO, "leads", settings) is None


def test_a_row_without_its_key_is_set_aside_once(settings: Settings) -> None:
    chunks = [chunk(lead(None, "t1", firstName="Ann"), lead("2", "t1"), at=1)]
    report = sync(MARKETO, Told(chunks), settings, NOW)
    assert (report.read, report.loaded, report.set_aside) == (2, 1, 1)
    assert report.reasons == {"blank key: id": 1}
    (place,) = settings.quarantine.rglob("*.parquet")
    (kept,) = pq.ParquetFile(place).read().to_pylist()
    assert kept["_raw"] == '{"id":null,"updatedAt":"t1","firstName":"Ann"}'
    assert (kept["_file"], kept["_line"], kept["_load"]) == ("leads", 1, place.stem)
    again = sync(MARKETO, Told(chunks), settings, LATER)
    assert (again.set_aside, again.repeated) == (0, 2)
    assert len(loads(settings, MARKETO)) == 1


def test_damaged_records_are_set_aside_even_where_nothing_else_came(settings: Settings) -> None:
    damaged = chunk(at=1, set_aside=[SetAside(3, "too many cells", "1,2,3"), SetAside(9, "not valid JSON", "{")])
    report = sync(MARKETO, Told([damaged]), settings, NOW)
    assert (report.read, report.loaded, report.set_aside) == (2, 0, 2)
    assert position_of(MARKETO, "leads", settings) == {"at": 1}
    assert totals(MARKETO, live_object(MARKETO, "leads"), settings).reasons == {
        "too many cells": 1,
        "not valid JSON": 1,
    }


def test_columns_may_come_and_go_and_change_their_case_between_chunks(settings: Settings) -> None:
    chunks = [
        chunk(lead("1", "t1", City="Oslo")),
        chunk(lead("2", "t1", city="Rome", score="7")),
        chunk({"updatedAt": "t1", "ID": "3"}),
        chunk(),
    ]
    sync(MARKETO, Told(chunks), settings, NOW)
    told = [(row["id"], row["city"], row["score"]) for row in rows_of(MARKETO, settings)]
    assert told == [("1", "Oslo", None), ("2", "Rome", "7"), ("3", None, None)]


def test_what_is_no_text_becomes_text(settings: Settings) -> None:
    table = pa.table({"id": [1, 2], "updatedAt": ["t", "t"], "score": [None, None], "isDeleted": [False, True]})
    sync(MARKETO, Told([Chunk(table)]), settings, NOW)
    assert [(row["id"], row["isDeleted"], row["_deleted"]) for row in rows_of(MARKETO, settings)] == [
        ("1", "false", False), ("2", "true", True),
    ]  # fmt: skip


def test_rows_without_any_key_are_known_by_their_content(settings: Settings) -> None:
    rows = [chunk({"what": "a", "n": "1"}, {"what": "a", "n": "1"}, {"what": "b", "n": None}, at=1)]
    report = sync(MARKETO, Told(rows, name="oddities", version=None), settings, NOW)
    assert (report.loaded, report.repeated) == (2, 1)
    assert sync(MARKETO, Told(rows, name="oddities", version=None), settings, LATER).loaded == 0


def test_how_much_is_to_come_is_asked_only_for_a_history_and_a_listener(settings: Settings) -> None:
    told: list[Progress] = []
    first = Told([chunk(lead("1", "t1"), file="day 1"), chunk(lead("1", "t1"), lead("2", "t1"), at=1)], rows=2)
    sync(MARKETO, first, settings, NOW, told.append)
    estimate = Progress(0, 2, "about 2 rows in 1 calls, 1 s", is_estimate=True)
    assert told == [estimate, Progress(1, 2, "day 1"), Progress(3, 2, "leads")]
    later = Told([chunk(at=2)], rows=0)
    sync(MARKETO, later, settings, LATER, told.append)
    silent = Told([], name="companies")
    sync(MARKETO, silent, settings, NOW)
    assert (first.estimates, later.estimates, silent.estimates) == (1, 0, 0)
    assert told[-1] == Progress(0, None, "leads")


def test_what_is_read_later_is_newer_whatever_the_clock_says(settings: Settings) -> None:
    sync(MARKETO, Told([chunk(lead("1", "t1"), at=1)]), settings, NOW)
    sync(MARKETO, Told([chunk(lead("1", "t2"), at=2)]), settings, NOW - timedelta(days=1))
    assert newest_of(MARKETO, settings)["1"]["updatedAt"] == "t2"
    assert position_of(MARKETO, "leads", settings) == {"at": 2}


def test_a_source_is_read_by_one_at_a_time(settings: Settings) -> None:
    """The second waits for the first and finds what that brought."""
    begun, go_on = threading.Event(), threading.Event()

    class Slow(Told):
        def read(self, position):  # type: ignore[no-untyped-def]
            yield chunk(lead("1", "t1"), at=1)
            begun.set()
            go_on.wait(10)

    first = threading.Thread(target=sync, args=(MARKETO, Slow([]), settings, NOW))
    second = Told([chunk(lead("1", "t1"), at=1)])
    other = threading.Thread(target=sync, args=(MARKETO, second, settings, NOW))
    first.start()
    assert begun.wait(10)
    other.start()
    other.join(0.3)
    assert other.is_alive()
    assert second.read_from == []
    go_on.set()
    first.join(10)
    other.join(10)
    assert second.read_from == [{"at": 1}]
    assert len(rows_of(MARKETO, settings)) == 1
