"""The golden record of a profile, each attribute with the record that it is from."""

from __future__ import annotations

from collections.abc import Sequence

from muster.identity.profile.model import Attribute, Kind, Row
from muster.identity.profile.reader import Reader


def golden_record(reader: Reader, kind: Kind, identifier: str) -> tuple[Row, Sequence[Attribute]]:
    """The row of the mart (empty where there is none), and its filled attributes in the mart's order."""
    rows = reader.rows(f"select * from {reader.table(kind)} where {kind}_id = $id", id=identifier)
    if not rows:
        return {}, []
    sources = _sources(reader, kind, identifier)
    fields = reader.snapshot.schema.classes[kind].fields.values()
    filled = [item for item in fields if item.column != f"{kind}_id" and rows[0].get(item.column) is not None]
    return rows[0], [
        Attribute(item.path, item.column, rows[0][item.column], **sources.get(item.column, {})) for item in filled
    ]


def _sources(reader: Reader, kind: Kind, identifier: str) -> dict[str, Row]:
    """Source key, source, time and policy by column; none in a snapshot from before there was a provenance."""
    table = f"{kind}_provenance"
    if not reader.has(table):
        return {}
    told = "column_name, source_key, source_name, updated_at, policy"
    rows = reader.rows(f"select {told} from {reader.table(table)} where {kind}_id = $id", id=identifier)
    return {row.pop("column_name"): row for row in rows}
