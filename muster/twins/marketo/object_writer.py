"""Writing records of the objects around leads, in the order of the input; each is taken or skipped by itself."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from muster.sql import identifier
from muster.twins.marketo import times, values
from muster.twins.marketo.errors import Skip
from muster.twins.marketo.object_kinds import ROLE, Kind
from muster.twins.marketo.records import mark_deleted, next_id
from muster.twins.marketo.request import record_id

if TYPE_CHECKING:
    from muster.twins.marketo.twin import MarketoTwin

_Row = dict[str, Any]
_Key = tuple[str, ...]


def sync(twin: MarketoTwin, kind: Kind, records: Sequence[_Row], action: str, *, by_id: bool) -> list[dict[str, Any]]:
    """Create and update; returns the result of each record."""
    names = (kind.key,) if by_id else kind.dedupe
    result, seen = [], set[_Key]()
    with twin.store.writing():
        found = _found(twin, kind, names, records)
        for seq, record in enumerate(records):
            try:
                key = _key(record, names)
                if key in seen:
                    raise Skip(1036)
                seen.add(key)
                result.append({"seq": seq, **_write(twin, kind, record, found.get(key), action)})
            except Skip as skip:
                result.append(_skipped(twin, kind, seq, record, skip))
    return result


def delete(twin: MarketoTwin, kind: Kind, records: Sequence[_Row], *, by_id: bool) -> list[dict[str, Any]]:
    names = (kind.key,) if by_id else kind.dedupe
    result, gone = [], []
    with twin.store.writing():
        found = _found(twin, kind, names, records)
        for seq, record in enumerate(records):
            try:
                row = found.pop(_key(record, names), None)
                if row is None:
                    raise Skip(1013, message="Record not found")
                gone.append({kind.key: row[kind.key], "updatedAt": times.written(twin.clock.now())})
                result.append({"seq": seq, kind.key: _id(kind, row[kind.key]), "status": "deleted"})
            except Skip as skip:
                result.append(_skipped(twin, kind, seq, record, skip))
        mark_deleted(twin.store, kind.object, gone)
    return result


def _write(twin: MarketoTwin, kind: Kind, record: _Row, old: _Row | None, action: str) -> dict[str, Any]:
    if old is None and action == "updateOnly":
        raise Skip(1013, message="Record not found")
    if old is not None and action == "createOnly":
        raise Skip(1017)
    row, now = _checked(twin, kind, record, new=old is None), times.written(twin.clock.now())
    if old is None:
        if kind is ROLE:
            _check_ends(twin, row)
        id_ = str(next_id(twin.store, kind.object)) if kind.numeric else str(uuid.uuid4())
        row |= {"createdAt": now}
        if kind.object == "named_account_lists":
            row |= {"type": "default", "updateable": "true"}
    else:
        id_ = old[kind.key]
    twin.store.upsert(kind.object, [{**row, kind.key: id_, "updatedAt": now}])
    return {kind.key: _id(kind, id_), "status": "updated" if old else "created"}


def _checked(twin: MarketoTwin, kind: Kind, record: _Row, *, new: bool) -> _Row:
    """The values as they are kept. Raises Skip for a field that there is not, or that takes no such value."""
    fields, row = twin.fields.of(kind.object), {}
    for name, value in record.items():
        if name == kind.key:
            continue
        if name not in fields:
            raise Skip(1006, name)
        if not fields[name].updateable and name not in kind.dedupe:
            raise Skip(1003, name, value)
        if name in kind.needed and value in (None, ""):
            raise Skip(1003, name, value)
        row[name] = values.kept(fields[name], value)
    for name in kind.needed if new else ():
        if row.get(name) is None:
            raise Skip(1002, name)
    return row


def _check_ends(twin: MarketoTwin, row: _Row) -> None:
    """A role joins a lead and an opportunity that there are."""
    lead = twin.store.get("leads", row["leadId"])
    if lead is None or lead["_deleted"]:
        raise Skip(1004)
    sql = "select count(*) from opportunities where externalOpportunityId = ? and not _deleted"
    if not twin.store.value(sql, [row["externalOpportunityId"]]):
        raise Skip(1013, message="Opportunity not found")


def _found(twin: MarketoTwin, kind: Kind, names: _Key, records: Sequence[_Row]) -> dict[_Key, _Row]:
    """Living records by the folded values of these fields."""
    wanted = [str(record[names[0]]).lower() for record in records if record.get(names[0]) not in (None, "")]
    sql = (
        f"select * from {kind.object} "
        f"where lower({identifier(names[0])}) in (select unnest($wanted)) and not _deleted order by _seq"
    )
    return {tuple(_folded(row[name]) for name in names): row for row in twin.store.rows(sql, {"wanted": wanted})}


def _key(record: _Row, names: _Key) -> _Key:
    for name in names:
        if record.get(name) in (None, ""):
            raise Skip(1002, name)
        if name in ("id", "leadId"):
            record_id(record, name)
    return tuple(_folded(record[name]) for name in names)


def _folded(value: Any) -> str:
    return "" if value is None else str(value).lower()


def _id(kind: Kind, value: str) -> int | str:
    return int(value) if kind.numeric else value


def _skipped(twin: MarketoTwin, kind: Kind, seq: int, record: _Row, skip: Skip) -> dict[str, Any]:
    """With the record's own id, where it names one."""
    twin.calls.refuse(f"record {skip.code}")
    given = record.get(kind.key)
    told = {kind.key: given} if given and isinstance(given, int if kind.numeric else str) else {}
    return {"seq": seq, **told, "status": "skipped", "reasons": [skip.error]}
