"""CSV in the form of Bulk: what is sent in, read in batches; what goes back, every value in quotes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from muster.sql import connect, identifier, literal
from muster.twins.salesforce.bulk.jobs import ENDINGS, JobFailed

BATCH = 10_000
_BLOCK = 4 << 20


def head(path: Path, delimiter: str, ending: str) -> list[str]:
    """The names in the first line. Raises JobFailed where lines do not end as the job says, or there is none."""
    with path.open("rb") as sent:
        first = sent.readline()
    if not first.strip():
        raise JobFailed("InvalidBatch : The batch is empty; a header line is needed")
    if first.endswith(b"\r\n") != (ENDINGS[ending] == "\r\n"):
        raise JobFailed(
            f"ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is {ending}"
        )
    return list(_reader(path, delimiter).schema.names)


def batches(path: Path, delimiter: str) -> Iterator[pa.Table]:
    """The rows, as text, in batches of ten thousand. Raises JobFailed where a line is no CSV."""
    try:
        held: list[pa.RecordBatch] = []
        for piece in _reader(path, delimiter):
            held.append(piece)
            while sum(each.num_rows for each in held) >= BATCH:
                table = pa.Table.from_batches(held)
                yield table.slice(0, BATCH)
                held = table.slice(BATCH).to_batches()
        if any(each.num_rows for each in held):
            yield pa.Table.from_batches(held)
    except pa.ArrowInvalid as error:
        raise JobFailed(f"InvalidBatch : Failed to parse CSV: {error}") from None


def _reader(path: Path, delimiter: str) -> pa.csv.CSVStreamingReader:
    try:
        return pa.csv.open_csv(
            path,
            read_options=pa.csv.ReadOptions(block_size=_BLOCK),
            parse_options=pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=pa.csv.ConvertOptions(default_column_type=pa.string(), strings_can_be_null=False),
        )
    except pa.ArrowInvalid as error:
        raise JobFailed(f"InvalidBatch : Failed to parse CSV: {error}") from None


def header(names: list[str], delimiter: str, ending: str) -> bytes:
    return (delimiter.join('"' + name.replace('"', '""') + '"' for name in names) + ending).encode()


def lines(table: pa.Table, delimiter: str, ending: str) -> bytes:
    """The rows of a table of texts."""
    if not table.num_rows:
        return b""
    between = literal(f'"{delimiter}"')
    cells = [f"replace(coalesce({identifier(name)}, ''), '\"', '\"\"')" for name in table.column_names]
    made = f"'\"' || {f' || {between} || '.join(cells)} || {literal(chr(34) + ending)}"
    with connect() as connection:
        connection.register("rows_of_batch", table)
        found = connection.sql(
            f"select string_agg(line, '') from (select {made} as line from rows_of_batch)"
        ).fetchall()
        connection.unregister("rows_of_batch")
    return str(found[0][0]).encode()
