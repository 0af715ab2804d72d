"""The same record read twice is one record, and the newest row of a record is its newest state."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.connectors.sync import buffer
from muster.connectors.sync.engine import sync
from muster.lake import loads
from muster.settings import Settings
from tests.sync.streams import MARKETO, NOW, Told, chunk, newest_of, rows_of, settings_at


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_at(tmp_path)


def read(settings: Settings, *rows: tuple[str, ...], version: str | None = "updatedAt") -> tuple[int, int]:
    """Reads rows of (id, version, name), in chunks of their own; how many were loaded and how many were repeats."""
    names = ("id", "updatedAt", "firstName")
    chunks = [chunk(dict(zip(names, row, strict=False))) for row in rows]
    report = sync(MARKETO, Told(chunks, version=version), settings, NOW)
    return report.loaded, report.repeated


def states(settings: Settings, id_: str) -> list[object]:
    return [row.get("firstName") for row in rows_of(MARKETO, settings) if row["_row_id"] == id_]


def test_a_record_that_did_not_change_is_not_written_again(settings: Settings) -> None:
    assert read(settings, ("1", "t1", "Ann"), ("1", "t1", "Ann")) == (1, 1)
    assert read(settings, ("1", "t1", "Ann"), ("2", "t2", "Bob")) == (1, 1)
    assert read(settings, ("2", "t2", "Bob"), ("1", "t1", "Ann")) == (0, 2)


def test_all_versions_that_are_read_are_kept(settings: Settings) -> None:
    assert read(settings, ("1", "t1", "Ann"), ("1", "t2", "Anna"), ("1", "t3", "Ann")) == (3, 0)
    assert states(settings, "1") == ["Ann", "Anna", "Ann"]


def test_a_state_that_is_past_is_not_written(settings: Settings) -> None:
    assert read(settings, ("1", "t2", "Anna"), ("1", "t1", "Ann")) == (1, 1)
    assert read(settings, ("1", "t1", "Ann"), ("1", "t0", None)) == (0, 2)
    assert newest_of(MARKETO, settings)["1"]["firstName"] == "Anna"


def test_two_changes_within_one_tick_of_the_vendors_clock_are_both_seen(settings: Settings) -> None:
    read(settings, ("1", "t1", "Ann"))
    assert read(settings, ("1", "t1", "Anna")) == (1, 0)
    assert read(settings, ("1", "t1", "Anna")) == (0, 1)
    assert newest_of(MARKETO, settings)["1"]["firstName"] == "Anna"


def test_equal_values_of_two_columns_do_not_cancel_out(settings: Settings) -> None:
    read(settings, ("1", "t1", "t1"))
    assert read(settings, ("1", "t2", "t2")) == (1, 0)
    assert read(settings, ("1", "x", "y"), version=None) == (1, 0)
    assert read(settings, ("1", "y", "x"), version=None) == (1, 0)


def test_without_versions_the_content_decides(settings: Settings) -> None:
    read(settings, ("1", "t1", "Ann"), version=None)
    assert read(settings, ("1", "t1", "Anna"), version=None) == (1, 0)
    assert read(settings, ("1", "t1", "Ann"), version=None) == (1, 0), "it changed back, which is a change"
    assert read(settings, ("1", "t1", "Ann"), version=None) == (0, 1)


def test_an_empty_or_an_absent_column_and_their_order_make_no_difference(settings: Settings) -> None:
    sync(MARKETO, Told([chunk({"id": "1", "updatedAt": "t1", "city": "Oslo"})]), settings, NOW)
    wider = chunk({"fax": None, "City": "Oslo", "updatedAt": "t1", "id": "1"})
    assert sync(MARKETO, Told([wider]), settings, NOW).loaded == 0
    other = chunk({"fax": "Oslo", "city": None, "updatedAt": "t1", "id": "1"})
    assert sync(MARKETO, Told([other]), settings, NOW).loaded == 1


def test_a_new_field_with_a_value_is_news_without_a_new_version(settings: Settings) -> None:
    sync(MARKETO, Told([chunk({"id": "1", "updatedAt": "t1"})]), settings, NOW)
    wider = chunk({"id": "1", "updatedAt": "t1", "score": "7"})
    assert sync(MARKETO, Told([wider]), settings, NOW).loaded == 1


def test_rows_without_a_version_are_judged_by_their_content(settings: Settings) -> None:
    """Such as a deletion that tells an id and nothing else."""
    gone = chunk({"id": "1", "isDeleted": "true"})
    read(settings, ("1", "t5", "Ann"))
    assert sync(MARKETO, Told([gone]), settings, NOW).loaded == 1
    assert sync(MARKETO, Told([gone]), settings, NOW).loaded == 0
    assert read(settings, ("1", "t4", "An")) == (0, 1), "a state before the deletion does not bring it back"
    assert read(settings, ("1", "t6", "Ann")) == (1, 0)
    assert newest_of(MARKETO, settings)["1"]["_deleted"] is False


def test_repeats_are_found_across_loads_of_one_read(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buffer, "ROWS", 2)
    rows = [
        ("1", "t1", "a"),
        ("2", "t2", "b"),
        ("1", "t1", "a"),
        ("3", "t1", "c"),
        ("2", "t1", "old"),
        ("4", "t9", "d"),
    ]
    assert read(settings, *rows) == (4, 2)
    assert len(loads(settings, MARKETO)) == 3


def test_only_loads_that_may_know_a_row_are_looked_into(settings: Settings) -> None:
    """A load all of whose versions are older is not read: here it could not be."""
    read(settings, ("1", "t1", "Ann"))
    read(settings, ("2", "t5", "Bob"))
    old, _ = loads(settings, MARKETO)
    content = old.path.read_bytes()
    data = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    old.path.write_bytes(content[:4] + b"\0" * (data - 4) + content[data:])
    assert read(settings, ("1", "t6", "Anna"), ("2", "t5", "Bob")) == (1, 1)


def test_what_files_brought_before_does_not_keep_the_stream_out(settings: Settings, tmp_path: Path) -> None:
    """Exports write times in their own way, so that their versions cannot be compared with the stream's."""
    from muster.connectors import discover, load

    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "leads.csv").write_text("id,updatedAt,firstName\n1,31.12.2026,Ann\n")
    files = MARKETO.model_copy(update={"path": str(tmp_path / "exports")})
    (export,) = discover(files, settings)
    load(files, export, settings, NOW)
    assert read(settings, ("1", "2026-01-01T00:00:00Z", "Anna")) == (1, 0)
    assert newest_of(MARKETO, settings)["1"]["firstName"] == "Anna"


@given(rows=st.lists(st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["x", "y", None])), max_size=12))
def test_a_row_is_news_just_where_its_filled_cells_differ(rows: list[dict[str, str | None]]) -> None:
    filled = [{name: value for name, value in row.items() if value is not None} for row in rows]
    news = [row for at, row in enumerate(filled) if at == 0 or row != filled[at - 1]]
    with tempfile.TemporaryDirectory() as place:
        told = Told([chunk({"id": "1", **row}) for row in rows], version=None)
        assert sync(MARKETO, told, settings_at(Path(place)), NOW).loaded == len(news)


def test_hundreds_of_columns_are_compared(settings: Settings) -> None:
    wide = {"id": "1", "updatedAt": "t1"} | {f"custom_{number}": str(number) for number in range(1500)}
    assert sync(MARKETO, Told([chunk(wide)]), settings, NOW).loaded == 1
    assert sync(MARKETO, Told([chunk(wide)]), settings, NOW + timedelta(1)).repeated == 1
    assert sync(MARKETO, Told([chunk(wide | {"custom_1499": "x"})]), settings, NOW).loaded == 1
