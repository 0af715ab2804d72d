"""The properties of each object type: HubSpot's own and the account's, with their types, options and rules."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from threading import RLock
from typing import Any

import orjson

from muster.twins.hubspot.errors import NOT_FOUND, Refusal, invalid
from muster.twins.hubspot.kinds import Kind
from muster.twins.store import Store

TABLE, GROUPS = "properties", "property_groups"
TYPES = ("string", "number", "date", "datetime", "enumeration", "bool", "phone_number", "json", "object_coordinates")
#: Properties with unique values that an account may have for an object.
UNIQUE_AT_MOST = 10
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_STANDARD = Path(__file__).with_name("standard.csv")
Option = dict[str, Any]


@dataclass(frozen=True)
class Property:
    """One property; `open` ones take any value as HubSpot keeps the options elsewhere, `fixed` ones are its own."""

    name: str
    label: str
    type: str
    field_type: str
    group: str
    options: tuple[Option, ...] = ()
    unique: bool = False
    fixed: bool = False
    open: bool = False
    hubspot_defined: bool = True
    description: str = ""
    hidden: bool = False
    form_field: bool = False
    display_order: int = -1
    referenced: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    archived_at: str | None = None

    def told(self) -> dict[str, Any]:
        """As the API tells it."""
        own = not self.hubspot_defined
        told: dict[str, Any] = {
            "name": self.name,
            "label": self.label,
            "type": self.type,
            "fieldType": self.field_type,
            "description": self.description,
            "groupName": self.group,
            "options": list(self.options),
            "displayOrder": self.display_order,
            "calculated": False,
            "externalOptions": self.open,
            "hasUniqueValue": self.unique,
            "hidden": self.hidden,
            "hubspotDefined": self.hubspot_defined,
            "modificationMetadata": {
                "archivable": own,
                "readOnlyDefinition": not own,
                "readOnlyOptions": not own,
                "readOnlyValue": self.fixed,
            },
            "formField": self.form_field,
            "archived": self.archived_at is not None,
        }
        optional = {
            "referencedObjectType": self.referenced,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
            "archivedAt": self.archived_at,
        }
        return told | {name: value for name, value in optional.items() if value is not None}


class Definitions:
    """The registry of an account, kept in its store."""

    def __init__(self, store: Store) -> None:
        self._store, self._lock = store, RLock()
        store.define(TABLE, ["objectType", "name"], columns=["definition"])
        store.define(GROUPS, ["objectType", "name"], columns=["label"])
        self._all: dict[str, dict[str, Property]] = {}
        for row in store.rows(f"select objectType, definition from {TABLE} order by _seq"):
            found = orjson.loads(row["definition"])
            kept = Property(**{**found, "options": tuple(found["options"])})
            self._all.setdefault(row["objectType"], {})[kept.name] = kept

    @property
    def objects(self) -> list[str]:
        """Names of the objects that have properties."""
        return list(self._all)

    def begin(self, kinds: Iterable[Kind], created_at: str) -> None:
        """Have the standard properties of object types."""
        fresh = [kind for kind in kinds if kind.name not in self._all]
        groups = {kind: f"{kind.singular}information" for kind in fresh}
        self._keep(
            (kind, replace(each, group=group, created_at=created_at))
            for kind, group in groups.items()
            for each in _standard(kind)
        )
        self._store.upsert(
            GROUPS,
            [{"objectType": kind.name, "name": name, "label": name.capitalize()} for kind, name in groups.items()],
        )

    def of(self, kind: Kind, *, archived: bool = False) -> list[Property]:
        return [each for each in self._all[kind.name].values() if (each.archived_at is not None) is archived]

    def get(self, kind: Kind, name: str) -> Property | None:
        """The property, unless it is archived or was never there."""
        found = self._all[kind.name].get(name)
        return found if found and found.archived_at is None else None

    def must(self, kind: Kind, name: str, *, archived: bool = False) -> Property:
        found = self._all[kind.name].get(name)
        if found is None or (found.archived_at is not None) is not archived:
            raise Refusal(404, f"A property named '{name}' does not exist", NOT_FOUND)
        return found

    def create(self, kind: Kind, wanted: Mapping[str, Any], now: str) -> Property:
        """Raises a refusal for a name that is taken or not valid, an unknown type or group, too many unique ones."""
        with self._lock:
            fresh = self._checked(kind, wanted, now)
            self._keep([(kind, fresh)])
            return fresh

    def change(self, kind: Kind, name: str, wanted: Mapping[str, Any], now: str) -> Property:
        with self._lock:
            old = self.must(kind, name)
            if old.hubspot_defined:
                raise invalid(f"{name} is a HubSpot defined property; its definition cannot be changed")
            fields = {
                "label": wanted.get("label", old.label),
                "type": wanted.get("type", old.type),
                "field_type": wanted.get("fieldType", old.field_type),
                "group": wanted.get("groupName", old.group),
                "options": _options(wanted["options"]) if "options" in wanted else old.options,
                "description": wanted.get("description", old.description),
                "hidden": wanted.get("hidden", old.hidden),
            }
            fresh = replace(old, **fields, updated_at=now)
            self._keep([(kind, fresh)])
            return fresh

    def archive(self, kind: Kind, name: str, now: str) -> None:
        with self._lock:
            old = self.must(kind, name)
            if old.hubspot_defined:
                raise invalid(f"{name} is a HubSpot defined property; it cannot be archived")
            self._keep([(kind, replace(old, archived_at=now))])

    def learn(self, kind: Kind, names: Iterable[str], now: str) -> None:
        """Have properties of these names: those that are new are custom ones of text."""
        with self._lock:
            group = f"{kind.singular}information"
            fresh = [
                Property(name, name, "string", "text", group, hubspot_defined=False, created_at=now, updated_at=now)
                for name in names
                if name not in self._all[kind.name]
            ]
            self._keep((kind, each) for each in fresh)

    def groups(self, kind: Kind) -> list[dict[str, Any]]:
        found = self._store.rows(f"select name, label from {GROUPS} where objectType = ? order by _seq", [kind.name])
        return [{**row, "displayOrder": -1, "archived": False} for row in found]

    def add_group(self, kind: Kind, name: str, label: str) -> dict[str, Any]:
        if any(group["name"] == name for group in self.groups(kind)):
            raise Refusal(409, f"Property group already exists: {name}", "OBJECT_ALREADY_EXISTS")
        self._store.upsert(GROUPS, [{"objectType": kind.name, "name": name, "label": label}])
        return {"name": name, "label": label, "displayOrder": -1, "archived": False}

    def _checked(self, kind: Kind, wanted: Mapping[str, Any], now: str) -> Property:
        missing = [name for name in ("name", "label", "type", "fieldType", "groupName") if not wanted.get(name)]
        if missing:
            raise invalid(f"Invalid input JSON: some required fields were not set: [{', '.join(missing)}]")
        name = wanted["name"]
        if name in self._all[kind.name]:
            raise Refusal(409, f"A property named '{name}' already exists.", "OBJECT_ALREADY_EXISTS")
        if not _NAME.fullmatch(name):
            raise invalid(f"Property name '{name}' is invalid: lower-case letters, digits and underscores only")
        if wanted["type"] not in TYPES:
            raise invalid(f"Invalid property type: {wanted['type']}")
        if wanted["groupName"] not in {group["name"] for group in self.groups(kind)}:
            raise invalid(f"Property group '{wanted['groupName']}' does not exist")
        unique = bool(wanted.get("hasUniqueValue"))
        if unique and sum(each.unique and not each.hubspot_defined for each in self.of(kind)) >= UNIQUE_AT_MOST:
            raise invalid(f"An object may have {UNIQUE_AT_MOST} properties with unique values at most")
        return Property(
            name,
            wanted["label"],
            wanted["type"],
            wanted["fieldType"],
            wanted["groupName"],
            _options(wanted.get("options", [])),
            unique,
            open=bool(wanted.get("externalOptions")),
            hubspot_defined=False,
            description=wanted.get("description", ""),
            hidden=bool(wanted.get("hidden")),
            form_field=bool(wanted.get("formField")),
            display_order=wanted.get("displayOrder", -1),
            referenced=wanted.get("referencedObjectType"),
            created_at=now,
            updated_at=now,
        )

    def _keep(self, fresh: Iterable[tuple[Kind, Property]]) -> None:
        rows = []
        for kind, each in fresh:
            self._all.setdefault(kind.name, {})[each.name] = each
            rows.append({"objectType": kind.name, "name": each.name, "definition": orjson.dumps(each).decode()})
        self._store.upsert(TABLE, rows)


@cache
def _standard(kind: Kind) -> tuple[Property, ...]:
    with _STANDARD.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    own = [row for row in rows if row["object"] == kind.name] or [row for row in rows if row["object"] == "custom"]
    return tuple(_property(row) for row in own)


def _property(row: Mapping[str, str]) -> Property:
    flags = row["flags"].split()
    options = _options({"label": value.capitalize(), "value": value} for value in row["options"].split(";") if value)
    return Property(
        row["name"],
        row["label"],
        row["type"],
        row["fieldType"],
        "",
        options,
        unique="unique" in flags,
        fixed="fixed" in flags,
        open="open" in flags,
    )


def _options(options: Iterable[Mapping[str, Any]]) -> tuple[Option, ...]:
    return tuple(
        {
            "label": option.get("label", option["value"]),
            "value": option["value"],
            "displayOrder": option.get("displayOrder", order),
            "hidden": bool(option.get("hidden")),
        }
        for order, option in enumerate(options)
    )
