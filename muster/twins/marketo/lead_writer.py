"""Writing leads: one way for Sync Leads, Push Lead, Submit Form and imports, with its rules and its log entries.

Source: the "Leads" page and recorded traffic. Records are taken one after another, so that a second one with a new key
updates what the first created. `updatedAt` moves with changes of standard fields only, and not where nothing changes.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from muster.sql import identifier
from muster.twins.marketo import activity_types as types
from muster.twins.marketo import times, values
from muster.twins.marketo.errors import ApiError, Skip
from muster.twins.marketo.leads import check_lookup
from muster.twins.marketo.log import Entry
from muster.twins.marketo.request import User, record_id
from muster.twins.marketo.standard_fields import COMPANY_FIELDS, Field

if TYPE_CHECKING:
    from muster.twins.marketo.twin import MarketoTwin

ACTIONS = ("createOrUpdate", "createOnly", "updateOnly", "createDuplicate")
#: Real seconds between look-up and writing where duplicates by racing calls are switched on.
_RACE = 0.05
_Row = dict[str, str | None]


@dataclass(frozen=True)
class Manner:
    """How records are written, and what the log says of it."""

    action: str = "createOrUpdate"
    lookup: str = "email"
    partition: str = ""
    method: str = "syncLead"
    source: str = "Web service API"
    reason: str = "Web service API"
    #: Company fields are not taken by Sync Leads (1021); imports and pushes take them.
    company: bool = True


@dataclass
class _Batch:
    """What a call does, until it is written."""

    found: dict[str, list[_Row]]
    created: list[_Row] = field(default_factory=list)
    changed: dict[str, _Row] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    next_id: int = 0


def partition_id(twin: MarketoTwin, name: str, user: User) -> str:
    """The id of a partition, of the default one where none is named. Raises ApiError 1008 where it is out of reach."""
    if not name:
        return "1"
    rows = twin.store.rows("select id from partitions where name = ? and not _deleted", [name])
    if not rows or (user.partitions is not None and name not in user.partitions):
        raise ApiError(1008, name)
    return str(rows[0]["id"])


def write_leads(
    twin: MarketoTwin, records: Sequence[dict[str, Any]], user: User, manner: Manner
) -> list[dict[str, Any] | Skip]:
    """Write records; for each, in order, its `id` and `status`, or why it was skipped."""
    check_lookup(twin, manner.lookup)
    if twin.duplicate_races:
        found = _found(twin, records, manner.lookup)
        time.sleep(_RACE)
        with twin.store.writing():
            return _write(twin, records, user, manner, found)
    with twin.store.writing():
        return _write(twin, records, user, manner, _found(twin, records, manner.lookup))


def _write(
    twin: MarketoTwin,
    records: Sequence[dict[str, Any]],
    user: User,
    manner: Manner,
    found: dict[str, list[_Row]],
) -> list[dict[str, Any] | Skip]:
    partition = partition_id(twin, manner.partition, user)
    highest = twin.store.value("select max(try_cast(id as bigint)) from leads")
    batch = _Batch(found, next_id=(highest or 0) + 1)
    done = [_one(twin, record, manner, partition, batch) for record in records]
    if batch.created:
        names = dict.fromkeys(name for row in batch.created for name in row)
        twin.store.upsert("leads", [{name: row.get(name) for name in names} for row in batch.created])
    twin.store.upsert("leads", batch.changed.values())
    twin.log.add(batch.entries)
    return done


def _found(twin: MarketoTwin, records: Sequence[dict[str, Any]], lookup: str) -> dict[str, list[_Row]]:
    """Leads by the folded value they are looked up by."""
    wanted = sorted({_key(record[lookup]) for record in records if record.get(lookup) not in (None, "")})
    found: dict[str, list[_Row]] = defaultdict(list)
    if wanted and lookup in twin.store.columns("leads"):
        column = "id" if lookup == "id" else f"lower({identifier(lookup)})"
        sql = f"select * from leads where {column} in (select unnest($wanted)) and not _deleted order by id::bigint"
        for row in twin.store.rows(sql, {"wanted": wanted}):
            found[_key(row[lookup])].append(row)
    return found


def _key(value: Any) -> str:
    return str(value).lower()


def _one(
    twin: MarketoTwin, record: dict[str, Any], manner: Manner, partition: str, batch: _Batch
) -> dict[str, Any] | Skip:
    try:
        matches = _matches(record, manner, batch)
        row = _checked(twin, record, manner)
        if not matches:
            return {"id": _create(twin, row, manner, partition, batch), "status": "created"}
        if manner.partition and matches[0].get("leadPartitionId") not in (None, partition):
            raise Skip(1010)
        return {"id": _update(twin, matches[0], row, manner, batch), "status": "updated"}
    except Skip as skip:
        twin.calls.refuse(f"record {skip.code}")
        return skip


def _matches(record: dict[str, Any], manner: Manner, batch: _Batch) -> list[_Row]:
    """The one lead to be updated, or none where one is to be created."""
    if manner.action == "createDuplicate":
        if "id" in record:
            raise Skip(1003, "id", record["id"])
        return []
    if "id" in record and manner.action != "updateOnly":
        raise Skip(1003, "id", record["id"])
    value = record_id(record) if manner.lookup == "id" else record.get(manner.lookup)
    if value in (None, ""):
        raise Skip(1002, manner.lookup)
    matches = batch.found.get(_key(value), [])
    if not matches and manner.action == "updateOnly":
        raise Skip(1004)
    if matches and manner.action == "createOnly":
        raise Skip(1005)
    if len(matches) > 1:
        raise Skip(1007)
    return matches


def _checked(twin: MarketoTwin, record: dict[str, Any], manner: Manner) -> _Row:
    """The record's values as they are kept. Raises Skip for the first that is not allowed or not of its type."""
    fields, row = twin.fields.of("leads"), {}
    for name, value in record.items():
        if name == "id":
            continue
        known = fields.get(name)
        if known is None:
            raise Skip(1006, name)
        if name in COMPANY_FIELDS and not manner.company:
            raise Skip(1021)
        if not known.updateable:
            raise Skip(1003, name, value)
        row[name] = values.kept(known, value)
    return row


def _create(twin: MarketoTwin, row: _Row, manner: Manner, partition: str, batch: _Batch) -> int:
    number, now = batch.next_id, times.written(twin.clock.now())
    batch.next_id += 1
    booleans = {f.name: "false" for f in twin.fields.of("leads").values() if f.type == "boolean"}
    there = set(twin.store.columns("leads"))
    whole = {**{name: value for name, value in booleans.items() if name in there}, **row}
    whole |= {"id": str(number), "createdAt": now, "updatedAt": now, "leadPartitionId": partition}
    batch.created.append(whole)
    if value := whole.get(manner.lookup):
        batch.found.setdefault(_key(value), []).append(whole)
    told = {"Created Date": now[:10], "Source Type": manner.source, "API Method Name": manner.method}
    batch.entries.append(Entry(str(number), types.NEW_LEAD, str(number), name_of(whole), told))
    return number


def _update(twin: MarketoTwin, old: _Row, row: _Row, manner: Manner, batch: _Batch) -> int:
    fields, lead = twin.fields.of("leads"), str(old["id"])
    changes = {name: value for name, value in row.items() if not _same(fields[name], old.get(name), value)}
    if changes:
        batch.entries += [
            value_change(lead, fields[name], old.get(name), value, manner) for name, value in changes.items()
        ]
        if any(not fields[name].custom for name in changes):
            changes["updatedAt"] = times.written(twin.clock.now())
        old |= changes
        if not any(created is old for created in batch.created):
            batch.changed.setdefault(lead, {"id": lead}).update(changes)
    return int(lead)


def _same(known: Field, old: str | None, new: str | None) -> bool:
    return (old or None) == new or (known.type == "boolean" and (old or "false") == (new or "false"))


def value_change(lead: str, known: Field, old: str | None, new: str | None, manner: Manner) -> Entry:
    """Change Data Value of one field."""
    told = {"Old Value": old, "New Value": new, "Reason": manner.reason, "Source": manner.source}
    return Entry(lead, types.CHANGE_VALUE, str(known.id), known.label, {**told, "API Method Name": manner.method})


def name_of(row: dict[str, Any]) -> str | None:
    """How the log calls a lead."""
    return " ".join(part for part in (row.get("firstName"), row.get("lastName")) if part) or row.get("email")
