"""Records that a whole listing does not name any more are gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.connectors import LoadReport, discover, load
from muster.connectors.exports.batch import SetAside
from muster.connectors.sync import buffer
from muster.connectors.sync.engine import sync
from muster.connectors.sync.stream import Chunk
from muster.settings import Settings
from tests.sync.streams import MARKETO, NOW, Told, chunk, newest_of, rows_of, settings_at


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_at(tmp_path)


def members(list_: str, *leads: str, whole: bool = True, **more: object) -> Chunk:
    records = [{"listId": list_, "leadId": lead, "membershipDate": "t1"} for lead in leads]
    return chunk(*records, whole={"listId": list_} if whole else None, **more)  # type: ignore[arg-type]


def read(settings: Settings, *chunks: Chunk) -> LoadReport:
    return sync(MARKETO, Told(chunks, name="static_list_members", version=None), settings, NOW)


def there(settings: Settings) -> set[str]:
    return {id_ for id_, row in newest_of(MARKETO, settings).items() if not row["_deleted"]}


def test_those_that_are_missing_are_written_as_deleted_with_their_keys(settings: Settings) -> None:
    read(settings, members("A", "1", "2"), members("B", "1"))
    report = read(settings, members("A", "2", "3"), members("B", "1"))
    assert (report.read, report.loaded, report.repeated) == (2, 2, 2)
    assert there(settings) == {"A|2", "A|3", "B|1"}
    gone = newest_of(MARKETO, settings)["A|1"]
    assert (gone["_deleted"], gone["listId"], gone["leadId"], gone["membershipDate"]) == (True, "A", "1", None)
    assert (gone["_source"], gone["_instance"], gone["_object"]) == ("emea", "100-NAM-042", "static_list_members")


def test_a_deletion_is_written_once(settings: Settings) -> None:
    read(settings, members("A", "1"))
    assert read(settings, members("A")).loaded == 1
    assert read(settings, members("A")).loaded == 0
    assert len(rows_of(MARKETO, settings)) == 2


def test_who_comes_back_is_there_again(settings: Settings) -> None:
    read(settings, members("A", "1"))
    read(settings, members("A"))
    assert read(settings, members("A", "1")).loaded == 1
    assert there(settings) == {"A|1"}


def test_a_scope_that_did_not_end_tells_nothing(settings: Settings) -> None:
    read(settings, members("A", "1", "2"), members("B", "1"))
    read(settings, members("A", "1", whole=False), members("B"))
    assert there(settings) == {"A|1", "A|2"}


def test_what_was_given_early_in_a_long_read_counts(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buffer, "ROWS", 2)
    read(settings, members("A", "1", "2", "3", "4", "5"))
    pages = [members("A", *page, whole=page == "67") for page in ("12", "34", "67")]
    read(settings, *pages)
    assert there(settings) == {f"A|{lead}" for lead in "123467"}
    assert not list(settings.lake.glob(".incoming/*/*.given")), "nothing is left beside the lake"


def test_the_whole_of_all_there_is(settings: Settings) -> None:
    read(settings, members("A", "1", whole=False), members("B", "2", whole=False))
    read(settings, Chunk(members("B", "2").table, whole={}))
    assert there(settings) == {"B|2"}
    read(settings, chunk(whole={}))
    assert there(settings) == set()


def test_rows_without_any_key_can_be_gone_too(settings: Settings) -> None:
    for rows in (({"what": "a"}, {"what": "b"}), ({"what": "b"},)):
        sync(MARKETO, Told([chunk(*rows, whole={})], name="oddities", version=None), settings, NOW)
    assert [row["what"] for row in newest_of(MARKETO, settings).values() if not row["_deleted"]] == ["b"]


def test_a_scope_of_a_column_that_the_lake_does_not_have_is_empty(settings: Settings) -> None:
    read(settings, members("A", "1"))
    assert read(settings, chunk(whole={"folder": "x"})).loaded == 0


def test_a_listing_with_damage_deletes_nothing_and_says_so(settings: Settings) -> None:
    read(settings, members("A", "1", "2"))
    damaged = [SetAside(1, "not valid JSON", '{"listId": "A", "lea')]
    report = read(settings, members("A", "1", set_aside=damaged))
    assert there(settings) == {"A|1", "A|2"}
    assert any("not taken as deleted" in warning for warning in report.warnings)
    read(settings, members("A", "1"))
    assert there(settings) == {"A|1"}


def test_records_with_versions_may_be_listed_too(settings: Settings) -> None:
    def leads(*ids: str) -> Chunk:
        return chunk(*({"id": id_, "updatedAt": "t1"} for id_ in ids), whole={})

    sync(MARKETO, Told([leads("1", "2")]), settings, NOW)
    sync(MARKETO, Told([leads("2")]), settings, NOW)
    assert there(settings) == {"2"}
    sync(MARKETO, Told([leads("1", "2")]), settings, NOW)
    assert there(settings) == {"1", "2"}, "it is there again, in the version it had before"


def test_a_listing_of_names_deletes_and_writes_nothing_else(settings: Settings) -> None:
    known = [chunk({"id": id_, "updatedAt": "t1", "email": "x"}) for id_ in ("1", "2", "3")]
    sync(MARKETO, Told(known), settings, NOW)
    listing = [chunk({"id": "1"}, {"id": "9"}, names_only=True), chunk({"id": "2"}, names_only=True), chunk(whole={})]
    report = sync(MARKETO, Told(listing), settings, NOW)
    assert (report.read, report.loaded) == (1, 1)
    assert there(settings) == {"1", "2"}, "3 is gone, and 9 is no record yet"
    assert newest_of(MARKETO, settings)["1"]["email"] == "x"


def test_streams_that_share_a_folder_do_not_delete_each_other(settings: Settings) -> None:
    for name in ("lists", "static_lists"):
        sync(MARKETO, Told([chunk({"id": name}, whole={})], name=name, version=None), settings, NOW)
    assert len(list((settings.lake / "marketo").iterdir())) == 1
    assert there(settings) == {"lists", "static_lists"}


def test_what_files_of_the_same_name_brought_is_gone_too(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "static_list_members.csv").write_text("listId,leadId\nA,1\nA,2\n")
    files = MARKETO.model_copy(update={"path": str(tmp_path / "exports")})
    (export,) = discover(files, settings)
    load(files, export, settings, NOW)
    read(settings, members("A", "2"))
    assert there(settings) == {"A|2"}
