"""Records of a twin: one by one and in bulk, together and from many threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from muster.twins.clock import Clock
from muster.twins.store import Store

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def store() -> Store:
    store = Store(Clock(NOON, speed=0))
    store.define("people", ["id"])
    store.define("members", ["list", "person"])
    store.define("history", ["guid"], indexed=False)
    return store


def test_an_upsert_changes_what_it_names_and_keeps_the_rest(store: Store):
    store.upsert("people", [{"id": "1", "name": "Ada", "city": "Paris"}])
    store.upsert("people", [{"id": "1", "city": None}, {"id": "2", "título": "Dr"}])
    assert store.get("people", "1") == {
        "id": "1", "name": "Ada", "city": None, "título": None,
        "_modified": NOON.replace(tzinfo=None), "_deleted": False, "_seq": 2,
    }  # fmt: skip
    assert store.columns("people") == ["id", "name", "city", "título"]
    assert store.get("people", "3") is None


def test_many_records_go_in_like_few(store: Store):
    store.upsert("people", [{"id": str(n), "name": "old"} for n in range(5)])
    store.upsert("people", [{"id": str(n % 100), "name": f"new {n}"} for n in range(200)])
    found = {row["id"]: row["name"] for row in store.rows("from people")}
    assert found == {str(n): f"new {100 + n}" for n in range(100)}  # the last of each key


@pytest.mark.parametrize("object_", ["people", "history"])
def test_a_load_replaces_by_key_and_marks_deletions(store: Store, object_: str):
    (key,) = store.key(object_)
    store.load(object_, pa.table({key: ["1", "2", "3"], "n": [1, 2, 3]}))
    store.load(object_, pa.table({key: ["2", "3", "4"], "gone": [False, True, None]}), deleted="gone")
    rows = store.rows(f"select {key} as id, n, _deleted from {object_} order by id")
    assert [tuple(row.values()) for row in rows] == [
        ("1", "1", False), ("2", "2", False), ("3", "3", True), ("4", None, False),
    ]  # fmt: skip
    assert (store.count(object_), store.count(object_, deleted=True)) == (3, 4)


def test_changes_are_numbered_in_their_order(store: Store):
    store.load("people", pa.table({"id": ["b", "a"]}))
    store.upsert("members", [{"list": "1", "person": "a"}])
    store.delete("people", ["b"])
    found = store.rows("select id, _seq from people union all select person, _seq from members order by 2")
    assert [(row["id"], row["_seq"]) for row in found] == [("a", 2), ("a", 3), ("b", 4)]


def test_deleting_and_coming_back(store: Store):
    store.upsert("members", [{"list": "1", "person": "a"}, {"list": "1", "person": "b"}])
    assert store.delete("members", [("1", "a"), ("1", "c")]) == 1
    assert store.delete("members", [("1", "a")]) == 0
    assert store.get("members", ("1", "a"))["_deleted"]
    store.upsert("members", [{"list": "1", "person": "a"}])
    assert store.count("members") == 2
    assert store.hard_delete("members", [("1", "a"), ("1", "c")]) == 1
    assert store.get("members", ("1", "a")) is None


def test_an_error_takes_the_whole_of_a_writing_back_with_its_new_columns(store: Store):
    with pytest.raises(KeyError), store.writing():
        store.upsert("people", [{"id": "1", "fresh": "x"}])
        with store.writing():
            store.upsert("people", [{"id": "2"}])
        raise KeyError
    assert store.count("people") == 0
    store.upsert("people", [{"id": "1", "fresh": "y"}])
    assert store.get("people", "1")["fresh"] == "y"


def test_threads_write_and_read_at_once(store: Store):
    def work(thread: int) -> None:
        for n in range(20):
            store.upsert("people", [{"id": f"{thread}-{n}", f"c{n % 3}": "x"}])
            assert store.get("people", f"{thread}-{n}") is not None
            with store.writing():  # a counter that all want
                row = store.get("people", "counter")
                store.upsert("people", [{"id": "counter", "n": str(int(row["n"]) + 1 if row else 1)}])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert store.count("people") == 161
    assert store.get("people", "counter")["n"] == "160"


def test_results_of_any_size_come_in_pieces(store: Store):
    store.load("history", pa.table({"guid": [str(n) for n in range(25_000)]}))
    pieces = list(store.batches("select guid from history where guid <> ? order by _seq", ["7"]))
    assert len(pieces) > 1
    assert pa.Table.from_batches(pieces)["guid"].to_pylist() == [str(n) for n in range(25_000) if n != 7]
    assert store.query("select count(*) as n from history")["n"].to_pylist() == [25_000]


def test_a_store_in_a_file_is_found_again(tmp_path: Path):
    first = Store(Clock(), tmp_path / "state" / "toy.duckdb")
    first.define("people", ["id"])
    first.upsert("people", [{"id": "1", "name": "Ada"}])
    first.close()
    second = Store(Clock(), tmp_path / "state" / "toy.duckdb")
    second.define("people", ["id"])
    second.upsert("people", [{"id": "1", "city": "Paris"}])
    row = second.get("people", "1")
    assert (row["name"], row["city"], row["_seq"]) == ("Ada", "Paris", 2)
    second.close()
