"""JSON and JSON lines exports: top-level members become columns, what is nested in them stays JSON text.

DuckDB takes the members out, a group of records at a time. The columns are known only when all records have been
seen, so the file is read twice.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from muster.connectors.exports.batch import (
    BAD_BYTES,
    BAD_JSON,
    NO_OBJECT,
    PLAIN,
    Batch,
    Reading,
    SetAside,
    without_blanks,
)
from muster.connectors.exports.elements import Group, elements_of, lines_of
from muster.connectors.exports.headings import unique_headings
from muster.connectors.exports.streams import encoding_of, utf8_chunks
from muster.sql import literal

#: A member of a record, or of a member that is flattened.
Member = tuple[str, ...]


@dataclass(frozen=True)
class JsonExport:
    """One JSON document (`format` json) or a file of JSON lines (ndjson)."""

    path: Path
    encoding: str
    format: str
    reading: Reading
    whole: bool

    @classmethod
    def open(cls, path: Path, form: str, reading: Reading = PLAIN, whole: bool = True) -> JsonExport:
        encoding = encoding_of(path, whole)
        if form == "json" and _has_lines(path, encoding):
            form = "ndjson"
        return cls(path, encoding, form, reading, whole)

    @property
    def columns(self) -> tuple[str, ...]:
        return self._named[0]

    @property
    def warnings(self) -> tuple[str, ...]:
        told = ["the file is not UTF-8 and was read as Windows-1252"] if self.encoding == "cp1252" else []
        return tuple(f"{self.path.name}: {sentence}" for sentence in [*told, *self._named[1]])

    @cached_property
    def _named(self) -> tuple[tuple[str, ...], list[str]]:
        top = {member[0].casefold() for member in self._members if len(member) == 1}
        headings = [
            ".".join(member) if len(member) > 1 and member[-1].casefold() in top else member[-1]
            for member in self._members
        ]
        return unique_headings(headings)

    @cached_property
    def _members(self) -> list[Member]:
        """All members of all records, in the order in which they come up."""
        flatten = self.reading.flatten
        found: dict[Member, None] = {}
        connection = duckdb.connect()
        for group in islice(self._groups(), None if self.whole else 1):
            if isinstance(group, SetAside):
                continue
            connection.register("records", _texts(_decoded(group)[0]))
            for path in ("", *flatten):
                for key in _keys(connection, path):
                    found.setdefault((path, key) if path else (key,))
        nested = {member[0] for member in found if len(member) > 1}
        return [member for member in found if member[0] not in nested or len(member) > 1]

    def batches(self) -> Iterator[Batch]:
        connection = duckdb.connect()
        for group in self._groups():
            if isinstance(group, SetAside):
                yield self._batch(connection, [], [group])
            elif group:
                yield self._batch(connection, *_decoded(group))

    def _groups(self) -> Iterator[Group | SetAside]:
        chunks = (chunk for chunk in _text_chunks(self.path, self.encoding))
        return lines_of(chunks) if self.format == "ndjson" else elements_of(chunks)

    def _batch(self, connection: duckdb.DuckDBPyConnection, group: Group, set_aside: list[SetAside]) -> Batch:
        records = _texts(group)
        connection.register("records", records)
        kinds = "select case when json_valid(text) then json_type(text) end as kind from records"
        kind = connection.sql(kinds).to_arrow_table()["kind"]
        sound = pc.fill_null(pc.equal(kind, "OBJECT"), False)
        for position in pc.indices_nonzero(pc.invert(sound)).to_pylist():
            line, text = group[position]
            reason = BAD_JSON if kind[position].as_py() is None else NO_OBJECT
            set_aside.append(SetAside(line, reason, text))
        kept = records.filter(sound)
        texts = kept["text"]
        return Batch(
            without_blanks(self._extracted(connection, kept)),
            kept["line"].combine_chunks(),
            lambda wanted: [texts[position].as_py() for position in wanted],
            set_aside,
        )

    def _extracted(self, connection: duckdb.DuckDBPyConnection, records: pa.Table) -> pa.Table:
        if not self.columns:
            return pa.table([])
        connection.register("sound", records)
        pointers = ", ".join(_pointer(member) for member in self._members)
        values = ", ".join(f"found[{number}]" for number in range(1, len(self.columns) + 1))
        query = f"select {values} from (select json_extract_string(text, [{pointers}]) as found from sound)"
        table = connection.sql(query).to_arrow_table().rename_columns(list(self.columns))
        return table.cast(pa.schema([(name, pa.string()) for name in self.columns]))


def _has_lines(path: Path, encoding: str) -> bool:
    """Whether a `.json` file holds one record a line: its first line is an object, and another one follows."""
    head = next(_text_chunks(path, encoding), "").lstrip()
    first, _, rest = head.partition("\n")
    if not first.startswith("{") or not rest.lstrip().startswith("{"):
        return False
    return first.rstrip().endswith("}")


def _text_chunks(path: Path, encoding: str) -> Iterator[str]:
    """The file's text; a byte that does not decode comes as a lone surrogate, which no JSON holds."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    for chunk in utf8_chunks(path, encoding):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _decoded(group: Group) -> tuple[Group, list[SetAside]]:
    """The records without those that hold bytes of another encoding."""
    try:
        "".join(text for _, text in group).encode()
    except UnicodeEncodeError:
        good: Group = []
        bad: list[SetAside] = []
        for line, text in group:
            raw = text.encode("utf-8", "surrogateescape")
            shown = raw.decode("utf-8", "backslashreplace")
            if shown == text:
                good.append((line, text))
            else:
                bad.append(SetAside(line, BAD_BYTES, shown))
        return good, bad
    return group, []


def _texts(group: Group) -> pa.Table:
    lines = pa.array([line for line, _ in group], pa.int64())
    return pa.table({"line": lines, "text": pa.array([text for _, text in group], pa.string())})


def _keys(connection: duckdb.DuckDBPyConnection, path: str) -> Sequence[str]:
    """The members of the records, or of one member of theirs, in the order in which they come up."""
    place = f"json_extract(text, {_pointer((path,))})" if path else "text"
    query = f"""
        with keys as (select line, case when json_valid(text) then json_keys({place}) end as keys from records),
        members as (select line, unnest(keys) as key, generate_subscripts(keys, 1) as position from keys)
        select key from members group by key order by min(line), min(position)
    """
    return [row[0] for row in connection.execute(query).fetchall()]


def _pointer(member: Member) -> str:
    """A JSON pointer as an SQL text."""
    escaped = "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in member)
    return literal(escaped)
