"""JSON, JSON lines and Parquet exports."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from muster.connectors.exports import open_export, sniff, streams
from muster.connectors.exports.batch import BAD_BYTES, BAD_JSON, CUT_OFF, NO_OBJECT, PLAIN, REFUSED, Reading, SetAside
from muster.errors import SourceError

HUBSPOT = Reading(flatten=("properties",))


def read(
    path: Path, content: object, reading: Reading = PLAIN
) -> tuple[list[tuple[int, dict[str, str | None]]], list[SetAside]]:
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    rows, aside = [], []
    for batch in open_export(path, reading).batches():
        rows += zip(batch.lines.to_pylist(), batch.table.to_pylist(), strict=True)
        aside += batch.set_aside
    return rows, aside


@pytest.mark.parametrize(
    "document",
    [
        [{"id": 1}, {"id": 2}],
        {"requestId": "a#b", "result": [{"id": 1}, {"id": 2}], "success": True},
        {"results": [{"id": 1}, {"id": 2}], "paging": {"next": {"after": "2"}}},
        {"paging": {"results": [7]}, "records": [{"id": 1}, {"id": 2}], "done": True},
    ],
)
def test_the_records_of_an_array_are_numbered_wherever_the_array_lies(tmp_path: Path, document: object) -> None:
    rows, aside = read(tmp_path / "a.json", document)
    assert [(line, row["id"]) for line, row in rows] == [(1, "1"), (2, "2")]
    assert not aside


@pytest.mark.parametrize("chunk", range(4, 30))
def test_an_array_may_be_cut_anywhere_between_two_reads(
    tmp_path: Path, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "CHUNK", chunk)
    rows, aside = read(tmp_path / "a.json", '[{"id": 12, "x": "a\\"}é"} , {"id": 3, "x": [[], {}]},7,\n{"id": 4}]')
    assert [(line, row["id"], row["x"]) for line, row in rows] == [
        (1, "12", 'a"}é'),
        (2, "3", "[[],{}]"),
        (4, "4", None),
    ]
    assert aside == [SetAside(3, NO_OBJECT, "7")]


def test_one_object_alone_is_one_record(tmp_path: Path) -> None:
    rows, _ = read(tmp_path / "a.json", {"id": 7, "tags": ["a", "b"]})
    assert rows == [(1, {"id": "7", "tags": '["a","b"]'})]


def test_an_answer_without_records_is_none_and_an_error_is_set_aside(tmp_path: Path) -> None:
    assert read(tmp_path / "a.json", {"requestId": "a#b", "success": True}) == ([], [])
    _, aside = read(tmp_path / "a.json", {"requestId": "a#b", "success": False, "errors": [{"code": "601"}]})
    assert [each.reason for each in aside] == [REFUSED]


def test_properties_become_columns_and_associations_stay_json(tmp_path: Path) -> None:
    contact = {
        "id": "51",
        "properties": {"firstname": "Ann", "email": None, "id": "inner"},
        "associations": {"companies": {"results": [{"id": "9", "type": "contact_to_company"}]}},
        "archived": False,
    }
    rows, _ = read(tmp_path / "a.json", {"results": [contact, {"id": "52", "properties": {"lastname": "Bo"}}]}, HUBSPOT)
    assert rows[0][1] == {
        "id": "51",
        "firstname": "Ann",
        "email": None,
        "properties.id": "inner",
        "associations": '{"companies":{"results":[{"id":"9","type":"contact_to_company"}]}}',
        "archived": "false",
        "lastname": None,
    }
    assert rows[1][1]["lastname"] == "Bo"


def test_a_broken_element_is_lost_alone(tmp_path: Path) -> None:
    rows, aside = read(tmp_path / "a.json", '[{"id": 1}, {"id": tru, "x": [1, "}"]}, 3, {"id": 4}]')
    assert [(line, row["id"]) for line, row in rows] == [(1, "1"), (4, "4")]
    assert aside == [SetAside(2, BAD_JSON, '{"id": tru, "x": [1, "}"]}'), SetAside(3, NO_OBJECT, "3")]


def test_a_document_that_is_cut_off_says_so(tmp_path: Path) -> None:
    rows, aside = read(tmp_path / "a.json", '[{"id": 1}, {"id": 2}, {"id": "thr')
    assert [line for line, _ in rows] == [1, 2]
    assert aside == [SetAside(3, CUT_OFF, '{"id": "thr')]


def test_a_broken_line_is_set_aside_and_the_others_are_not(tmp_path: Path) -> None:
    begin = '{"id": 1, "n": "é"}\n\n{"id": 2, "n":\r\n{"id": 3, "n": null, "more": true}\n'.encode()
    text = begin + b'{"id": "\xff"}\n[4]\n{"id": 5}'
    rows, aside = read(tmp_path / "a.ndjson", text)
    assert rows == [
        (1, {"id": "1", "n": "é", "more": None}),
        (4, {"id": "3", "n": None, "more": "true"}),
        (7, {"id": "5", "n": None, "more": None}),
    ]
    assert [(each.line, each.reason) for each in aside] == [(5, BAD_BYTES), (3, BAD_JSON), (6, NO_OBJECT)]


def test_json_lines_are_known_without_their_suffix(tmp_path: Path) -> None:
    rows, _ = read(tmp_path / "a.json", '{"id": 1}\n{"id": 2}\n')
    assert [line for line, _ in rows] == [1, 2]
    assert sniff(tmp_path / "a.json").format == "ndjson"


def test_odd_member_names_are_columns_like_others(tmp_path: Path) -> None:
    rows, _ = read(tmp_path / "a.ndjson", json.dumps({"a/b": 1, "c~d": 2, "it's": 3, '"q"': 4, "": 5}))
    assert rows[0][1] == {"a/b": "1", "c~d": "2", "it's": "3", '"q"': "4", "column_5": "5"}


def test_large_numbers_keep_their_digits(tmp_path: Path) -> None:
    rows, _ = read(tmp_path / "a.ndjson", '{"id": 12345678901234567890}')
    assert rows[0][1]["id"] == "12345678901234567890"


def test_values_of_parquet_become_texts(tmp_path: Path) -> None:
    eastern = timezone(timedelta(hours=-5))
    table = pa.table(
        {
            "id": pa.array([1, 2], pa.int64()),
            "at": pa.array(
                [datetime(2026, 1, 2, 3, 4, 5, tzinfo=eastern), None], pa.timestamp("us", tz="America/New_York")
            ),
            "plain": pa.array([datetime(2026, 1, 2, 3, 4, 5), None], pa.timestamp("ms")),
            "flag": pa.array([True, False]),
            "tags": pa.array([["a", "b"], None], pa.list_(pa.string())),
            "where": pa.array([{"city": "Oslo"}, None], pa.struct([("city", pa.string())])),
            "name": pa.array(["x", " "]).dictionary_encode(),
            "amount": pa.array([1.5, None]),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    batches = list(open_export(tmp_path / "a.parquet").batches())
    assert batches[0].lines.to_pylist() == [1, 2]
    assert batches[0].table.to_pylist() == [
        {
            "id": "1", "at": "2026-01-02T08:04:05.000000Z", "plain": "2026-01-02T03:04:05.000000Z", "flag": "true",
            "tags": '["a","b"]', "where": '{"city":"Oslo"}', "name": "x", "amount": "1.5",
        },
        dict.fromkeys(table.column_names) | {"id": "2", "flag": "false"},
    ]  # fmt: skip


def test_a_parquet_file_that_is_none_is_a_source_error(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(SourceError, match=r"a\.parquet is no Parquet file"):
        open_export(tmp_path / "a.parquet").columns  # noqa: B018
