"""The objects of an instance in the twin's store: their keys, their first columns, and how loaded rows are fitted."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from muster.errors import MusterError
from muster.twins.marketo.custom_activities import COLUMNS as TYPE_COLUMNS
from muster.twins.marketo.fields import Fields


@dataclass(frozen=True)
class Table:
    """An object; rows that have no key but these fields get one made of them."""

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...] = ()
    keyed_by: tuple[str, ...] = ()


_TIMES = ("createdAt", "updatedAt", "isDeleted")
_GUID = ("marketoGUID",)
TABLES = (
    Table("leads", ("id",), ("firstName", "lastName", "email", "leadPartitionId", *_TIMES)),
    Table("companies", ("id",), ("externalCompanyId", "company", *_TIMES)),
    Table("opportunities", _GUID, ("externalOpportunityId", "name", *_TIMES), ("externalOpportunityId",)),
    Table(
        "opportunity_roles", _GUID, ("externalOpportunityId", "leadId", "role", *_TIMES),
        ("externalOpportunityId", "leadId", "role"),
    ),
    Table("salespersons", ("id",), ("externalSalesPersonId", "email", *_TIMES)),
    Table("named_accounts", _GUID, ("name", *_TIMES), ("name",)),
    Table("named_account_lists", _GUID, ("name", "type", "updateable", *_TIMES), ("name",)),
    Table("named_account_list_members", ("listGUID", "marketoGUID"), _TIMES),
    Table(
        "programs", ("id",),
        (
            "name", "description", "url", "type", "channel", "folder", "status", "workspace", "tags", "costs",
            *_TIMES,
        ),
    ),
    Table(
        "program_members", ("programId", "leadId"),
        (
            "program", "statusName", "reachedSuccess", "reachedSuccessDate", "membershipDate", "acquiredBy",
            "isExhausted", "nurtureCadence", "trackName", *_TIMES,
        ),
    ),
    Table(
        "static_lists", ("id",),
        ("name", "description", "folder", "computedUrl", "workspace", "workspaceName", "programName", *_TIMES),
    ),
    Table("static_list_members", ("listId", "leadId"), ("id", *_TIMES)),
    Table("channels", ("id",), ("name", "applicableProgramType", "progressionStatuses", *_TIMES)),
    Table("folders", ("id",), ("name", "folderType", "parent", "path", "description", *_TIMES)),
    Table("partitions", ("id",), ("name", "description")),
    Table("activity_types", ("id",), TYPE_COLUMNS),
    Table("marks", ("name",), ("value",)),
)  # fmt: skip
#: Keys that are numbers in Marketo.
_NUMBERS = frozenset({"id", "leadId", "listId", "programId"})
_BY_NAME = {table.name: table for table in TABLES}


def fitted(object_: str, table: pa.Table, fields: Fields) -> pa.Table:
    """Rows as they are kept: all text, each with its key, booleans that were never set false.

    Rows without a key, or with none that Marketo gives, are left out, as real exports hold them now and then. Raises
    MusterError where the key's column is missing.
    """
    names = [name for name in table.column_names if not name.startswith("_")]
    table = table.select(names).cast(pa.schema([(name, pa.string()) for name in names]))
    if object_ == "activities":
        return _keyed(_with(table, "marketoGUID", ("id",)), ("marketoGUID", "activityDate"), object_)
    known = _BY_NAME.get(object_)
    if known is None:
        return table
    if known.keyed_by and known.key[0] not in names:
        table = _with_guids(table, known.keyed_by)
    return _with_booleans(_keyed(table, known.key, object_), object_, fields)


def _with(table: pa.Table, name: str, others: Iterable[str]) -> pa.Table:
    """A column under its own name, where only one of another name is there."""
    other = next((each for each in others if each in table.column_names), None)
    return table.append_column(name, table[other]) if name not in table.column_names and other else table


def _with_guids(table: pa.Table, names: tuple[str, ...]) -> pa.Table:
    """The same GUID for the same record, whenever it is loaded."""
    rows = zip(*(table[name].to_pylist() for name in names), strict=True)
    guids = [str(uuid.uuid5(uuid.NAMESPACE_URL, "\0".join(map(str, row)))) for row in rows]
    return table.append_column("marketoGUID", pa.array(guids, pa.string()))


def _keyed(table: pa.Table, key: tuple[str, ...], object_: str) -> pa.Table:
    for name in key:
        if name not in table.column_names:
            raise MusterError(f"{object_} has no column {name}, by which the twin knows its records")
        fit = pc.is_valid(table[name])
        if name in _NUMBERS:
            fit = pc.and_(fit, pc.fill_null(pc.match_substring_regex(table[name], r"^\d{1,18}$"), False))
        if not pc.all(fit).as_py():
            table = table.filter(fit)
    return table


def _with_booleans(table: pa.Table, object_: str, fields: Fields) -> pa.Table:
    known = fields.of(object_)
    for place, name in enumerate(table.column_names):
        if name in known and known[name].type == "boolean" and table[name].null_count:
            table = table.set_column(place, name, pc.fill_null(table[name], "false"))
    return table
