"""Delimited exports, held against Python's own csv module."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from muster.connectors.exports import open_export, sniff, streams
from muster.connectors.exports.batch import (
    BAD_BYTES,
    PLAIN,
    QUOTE_OPEN,
    QUOTE_TEXT,
    TOO_FEW,
    TOO_MANY,
    Reading,
    SetAside,
)

Row = tuple[int, list[str | None]]


def read(path: Path, content: str | bytes, reading: Reading = PLAIN) -> tuple[list[Row], list[SetAside]]:
    """Lines and cells of the rows, and what was set aside."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    rows: list[Row] = []
    aside: list[SetAside] = []
    for batch in open_export(path, reading).batches():
        cells = [list(row.values()) for row in batch.table.to_pylist()]
        rows += zip(batch.lines.to_pylist(), cells, strict=True)
        aside += batch.set_aside
    return rows, aside


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "export.csv"


def test_a_cell_with_line_breaks_does_not_shift_the_lines_of_later_rows(file: Path) -> None:
    rows, _ = read(file, 'a,b\n1,"x\n\r\ny"\n2,z\n\n3,"w\n"\n4,v\n')
    assert [line for line, _ in rows] == [2, 5, 7, 9]
    assert rows[0][1] == ["1", "x\n\r\ny"]


def test_records_of_another_width_are_set_aside_with_their_line(file: Path) -> None:
    rows, aside = read(file, 'a,b\n1,x\n2\n"3\n",y,z\n4,w')
    assert rows == [(2, ["1", "x"]), (6, ["4", "w"])]
    assert aside == [SetAside(3, TOO_FEW, "2"), SetAside(4, TOO_MANY, '"3\n",y,z')]


def test_a_half_written_row_is_set_aside(file: Path) -> None:
    rows, aside = read(file, 'a,b,c\n1,x,y\n2,"half of a sen')
    assert rows == [(2, ["1", "x", "y"])]
    assert aside == [SetAside(3, QUOTE_OPEN, '2,"half of a sen')]


def test_text_after_a_closing_quote_is_set_aside_and_the_next_row_is_not(file: Path) -> None:
    rows, aside = read(file, 'a,b\n1,"he said "hi" to me"\n2,x\n')
    assert rows == [(3, ["2", "x"])]
    assert aside == [SetAside(2, QUOTE_TEXT, '1,"he said "hi" to me"')]


def test_a_quote_that_is_never_closed_takes_only_its_own_line_when_much_follows(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muster.connectors.exports.blocks.LONGEST_RECORD", 200)
    rows, aside = read(file, "a,b\n" + '1,"x\n' + "2,y\n" * 100)
    assert len(rows) == 100
    assert aside == [SetAside(2, QUOTE_OPEN, '1,"x')]


def test_quotes_inside_a_plain_cell_are_text(file: Path) -> None:
    rows, aside = read(file, 'size,name\n5" pipe,the "best" one\n')
    assert rows == [(2, ['5" pipe', 'the "best" one'])]
    assert not aside


def test_bytes_that_are_no_text_cost_only_their_own_row(file: Path) -> None:
    rows, aside = read(file, "a,b\n1,é\n2,ü\n3,".encode() + b"\xff\n4,x\n")
    assert [line for line, _ in rows] == [2, 3, 5]
    assert aside == [SetAside(4, BAD_BYTES, "3,\\xff")]


def test_a_file_of_windows_1252_is_read_and_told(file: Path) -> None:
    rows, aside = read(file, "name,city\nMüller,Zürich\nO’Brien,Genève\n".encode("cp1252"))
    assert rows == [(2, ["Müller", "Zürich"]), (3, ["O’Brien", "Genève"])]
    assert not aside
    assert "Windows-1252" in open_export(file).warnings[0]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_other_encodings_of_unicode_are_recognised(file: Path, encoding: str) -> None:
    rows, _ = read(file, "name;city\r\nMüller;Zürich\r\n".encode(encoding))
    assert rows == [(2, ["Müller", "Zürich"])]
    assert open_export(file).columns == ("name", "city")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(file: Path, delimiter: str) -> None:
    lines = [["id", "amount, in EUR", "name"], ["1", "1.5", "x, y; z"], ["2", "2,5", "w"]]
    text = "\n".join(delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in line) for line in lines)
    rows, aside = read(file, text)
    assert rows == [(2, lines[1]), (3, lines[2])]
    assert not aside


def test_a_file_of_one_column_has_one_column(file: Path) -> None:
    rows, aside = read(file, "email\na@b.c\n\nd@e.f\n")
    assert rows == [(2, ["a@b.c"]), (4, ["d@e.f"])]
    assert not aside


def test_excels_line_about_the_separator_is_skipped(file: Path) -> None:
    rows, _ = read(file, "sep=;\r\na;b\r\n1;2\r\n")
    assert rows == [(3, ["1", "2"])]


def test_lines_may_end_in_carriage_returns_alone(file: Path) -> None:
    rows, _ = read(file, "a,b\r1,2\r3,4\r")
    assert rows == [(2, ["1", "2"]), (3, ["3", "4"])]


def test_a_stray_carriage_return_is_part_of_its_cell(file: Path) -> None:
    rows, aside = read(file, "a,b\n1,x\ry\n2,z\n")
    assert rows == [(2, ["1", "x\ry"]), (3, ["2", "z"])]
    assert not aside


def test_blank_cells_are_null_and_nothing_else_is_trimmed(file: Path) -> None:
    rows, _ = read(file, 'a,b,c,d\n,"", \t , x \n')
    assert rows == [(2, [None, None, None, " x "])]


def test_headings_are_unique_whatever_their_case(file: Path) -> None:
    read(file, "Email,email,,_line,Email\n1,2,3,4,5\n")
    export = open_export(file)
    assert export.columns == ("Email", "email_2", "column_3", "_line_2", "Email_3")
    assert len(export.warnings) == 4


def test_json_in_a_cell_is_text_like_any_other(file: Path) -> None:
    rows, _ = read(file, 'id,address\n1,"{""city"": ""Oslo"", ""zip"": [1, 2]}"\n')
    assert rows == [(2, ["1", '{"city": "Oslo", "zip": [1, 2]}'])]


@pytest.mark.parametrize("content", ["", "\n\n", "a,b", "a,b\n"])
def test_a_file_without_rows_is_no_error(file: Path, content: str) -> None:
    assert read(file, content) == ([], [])


def test_the_words_and_bytes_that_a_vendor_means_nothing_by_are_dropped(file: Path) -> None:
    rows, _ = read(file, b"a,b\r\nnull,x\0y\rz\r\n", Reading(nulls=("null",), drop=b"\r\0"))
    assert rows == [(2, [None, "xyz"])]


def test_a_look_into_a_file_reads_no_more_rows_than_asked_for(file: Path) -> None:
    read(file, "a,b\n" + "1,2\n" * 50)
    look = sniff(file, rows=3)
    assert (look.format, look.columns, look.rows) == ("csv", ("a", "b"), [{"a": "1", "b": "2"}] * 3)


CELL = st.text(alphabet='ab",\n; é', max_size=6)
NASTY = st.text(alphabet='ab",\n\t é', max_size=60)


@settings(max_examples=300, deadline=None)
@given(rows=st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=30), chunk=st.integers(3, 40))
def test_whatever_a_csv_writer_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], chunk: int
) -> None:
    path = tmp_path_factory.mktemp("written") / "export.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([["x", "y", "z"], *rows])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streams, "CHUNK", chunk)  # every record straddles some border
        found, aside = read(path, path.read_bytes())
    assert [cells for _, cells in found] == [[cell if cell.strip() else None for cell in row] for row in rows]
    assert not aside


@settings(max_examples=500, deadline=None)
@given(text=NASTY, chunk=st.integers(3, 40))
@example(text='"', chunk=3)
@example(text='""\n', chunk=3)
@example(text='a,"b"c\n', chunk=3)
def test_every_record_of_any_text_is_a_row_or_set_aside_once_with_its_line(
    tmp_path_factory: pytest.TempPathFactory, text: str, chunk: int
) -> None:
    """The records, their cells and their lines are those that Python's csv module sees."""
    path = tmp_path_factory.mktemp("any") / "export.csv"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streams, "CHUNK", chunk)
        found, aside = read(path, "x,y\n" + text)
    lines = [f"{line}\n" for line in text.removesuffix("\n").split("\n")] if text else []
    reader = csv.reader(lines)
    expected: dict[int, list[str]] = {}
    begin = 2
    for record in reader:
        if record:
            expected[begin] = record
        begin = reader.line_num + 2
    good = dict(found)
    assert sorted([*good, *(each.line for each in aside)]) == sorted(expected)
    for line, cells in good.items():
        assert cells == [cell if cell.strip() else None for cell in expected[line]]
    for each in aside:
        assert len(expected[each.line]) != 2 or each.reason in (QUOTE_OPEN, QUOTE_TEXT)
    assert all(each.raw in text for each in aside)
