"""Creates, changes and archives records, by HubSpot's rules: checked values, unique ones, stamps, values it fills."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from muster.twins.hubspot.definitions import Property
from muster.twins.hubspot.errors import CONFLICT, Refusal, gone_records
from muster.twins.hubspot.history import History
from muster.twins.hubspot.index import Index
from muster.twins.hubspot.kinds import COMPANY, CONTACT, DEAL, TICKET, Kind
from muster.twins.hubspot.records import ARCHIVED_AT, ID, Records, Row
from muster.twins.hubspot.values import Unfit, fit


@dataclass(frozen=True)
class Draft:
    """A record as it is wanted: `id` None makes a new one. `trace` is the caller's own mark (objectWriteTraceId)."""

    id: str | None
    properties: Mapping[str, Any]
    trace: str | None = None


@dataclass(frozen=True)
class Written:
    """A record after its write, the names of the properties that were written, and whether it is new."""

    row: Row
    names: tuple[str, ...]
    new: bool


class Writing:
    """All writes of records of an account go through here."""

    def __init__(self, records: Records, index: Index, history: History, portal: int) -> None:
        self._records, self._index, self._history, self._portal = records, index, history, portal

    def write(self, kind: Kind, drafts: Sequence[Draft], *, partly: bool) -> list[Written | Refusal]:
        """Write the drafts, in their order. A refusal is in a draft's place where `partly`, else raised for all."""
        records, outcomes = self._records, list[Written | Refusal]()
        with records.store.writing():
            old = records.many(kind, [draft.id for draft in drafts if draft.id])
            taken = self._taken(kind, drafts)
            for draft in drafts:
                try:
                    outcomes.append(self._prepared(kind, draft, old, taken))
                except Refusal as refusal:
                    if not partly:
                        raise
                    outcomes.append(refusal)
            self._keep(kind, [each for each in outcomes if isinstance(each, Written)], old)
        return outcomes

    def archive(self, kind: Kind, ids: Iterable[str]) -> list[Row]:
        """Archive records; those that are not there are passed over. Returns them as they were."""
        records = self._records
        with records.store.writing():
            found = list(records.many(kind, list(ids)).values())
            now = records.now()
            records.store.upsert(kind.name, [{ID: row[ID], ARCHIVED_AT: now} for row in found])
            records.store.delete(kind.name, [row[ID] for row in found])
        return found

    def stamp(self, kind: Kind, row: Row, changes: Mapping[str, str | None]) -> Row:
        """Change values that HubSpot itself writes; the rules for callers do not apply."""
        fresh = {**row, **changes, kind.modified: self._records.now()}
        self._keep(kind, [Written(fresh, (*changes, kind.modified), new=False)], {row[ID]: row})
        return fresh

    def checked(self, kind: Kind, properties: Mapping[str, Any], *, new: bool) -> dict[str, str | None]:
        """The values in their kept form. Raises one refusal that tells of all wrong ones."""
        values, wrong = dict[str, str | None](), list[tuple[str, str, str]]()
        for name, value in properties.items():
            definition = self._records.definitions.get(kind, name)
            if definition is None:
                wrong.append((name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist'))
            elif definition.fixed and not (new and name == "createdate"):
                wrong.append((name, "READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set.'))
            else:
                try:
                    values[name] = fit(definition, value)
                except Unfit as unfit:
                    wrong.append((name, unfit.code, str(unfit)))
        if wrong:
            raise self._not_valid(wrong)
        return values

    def _prepared(self, kind: Kind, draft: Draft, old: Mapping[str, Row], taken: dict[str, dict[str, str]]) -> Written:
        before = old.get(draft.id) if draft.id else None
        if draft.id and before is None:
            raise gone_records(kind.singular, [draft.id])
        values = self.checked(kind, draft.properties, new=before is None)
        own = before[ID] if before else None
        self._refuse_taken(kind, values, own, taken)
        now, records = self._records.now(), self._records
        if before is None:
            own = records.ids(kind).fresh()
            made = {ID: own, "createdate": now, **_at_creation(kind, values, own, now)}
        else:
            made = {}
        filled = {**made, **values, **_filled(kind, values, before or {}), kind.modified: now}
        for name, holders in taken.items():
            if filled.get(name):
                holders[str(filled[name]).lower()] = str(own)
        row: Row = {**(before or {}), **filled, ARCHIVED_AT: None, "_deleted": False}
        return Written(row, tuple(name for name in filled if name != ID), new=before is None)

    def _keep(self, kind: Kind, written: Sequence[Written], old: Mapping[str, Row]) -> None:
        """Into the store; the search index and the history are told."""
        by_id = {row[ID]: row for row in old.values()}
        versions = []
        for each in written:
            id_ = each.row[ID]
            before = by_id.get(id_)
            after = {name: each.row[name] for name in each.names}
            if before is not None:
                versions += self._history.note(kind, id_, before, after, each.row[kind.modified])
            self._index.changed(kind.name, id_, before)
        self._history.add(versions)
        rows = [
            {name: each.row[name] for name in (ID, *each.names, ARCHIVED_AT) if name in each.row} for each in written
        ]
        self._records.store.upsert(kind.name, rows)

    def _taken(self, kind: Kind, drafts: Sequence[Draft]) -> dict[str, dict[str, str]]:
        """Of each unique property that the drafts write: which record has which value."""
        unique = [each for each in self._records.definitions.of(kind) if each.unique and not each.fixed]
        return {
            each.name: self._records.holders(kind, each.name, wanted)
            for each in unique
            if (wanted := _of(each, drafts))
        }

    def _refuse_taken(
        self, kind: Kind, values: Mapping[str, str | None], own: str | None, taken: Mapping[str, Mapping[str, str]]
    ) -> None:
        for name, holders in taken.items():
            value = values.get(name)
            holder = holders.get(value.lower()) if value else None
            if holder is None or holder == own:
                continue
            if kind is CONTACT and name == "email":
                raise Refusal(409, f"Contact already exists. Existing ID: {holder}", CONFLICT)
            told = f"{value} is already the {name} of another record ({holder})"
            raise self._not_valid([(name, "CONFLICTING_UNIQUE_VALUE", told)])

    def _not_valid(self, wrong: Sequence[tuple[str, str, str]]) -> Refusal:
        nested = [
            {
                "isValid": False,
                "message": message,
                "error": code,
                "name": name,
                "localizedErrorMessage": message,
                "portalId": self._portal,
            }
            for name, code, message in wrong
        ]
        errors = [
            {"message": message, "code": code, "context": {"propertyName": [name]}} for name, code, message in wrong
        ]
        return Refusal(400, f"Property values were not valid: {orjson.dumps(nested).decode()}", errors=errors)


def _of(definition: Property, drafts: Sequence[Draft]) -> list[str]:
    found = (draft.properties.get(definition.name) for draft in drafts)
    return [str(value).strip() for value in found if value not in (None, "")]


def _at_creation(kind: Kind, values: Mapping[str, str | None], id_: str, now: str) -> dict[str, str | None]:
    """What HubSpot fills in when a record comes to be (seen in recorded traffic)."""
    if kind is CONTACT:
        return {
            "hs_all_contact_vids": id_,
            "hs_is_contact": "true",
            "hs_is_unworked": "true",
            "hs_pipeline": "contacts-lifecycle-pipeline",
        }
    if kind is COMPANY or kind is TICKET:
        return {}
    return {"hs_createdate": now, **({"pipeline": "default"} if kind is DEAL and "pipeline" not in values else {})}


def _filled(kind: Kind, values: Mapping[str, str | None], before: Mapping[str, Any]) -> dict[str, str | None]:
    """What follows from the values written."""
    if kind is CONTACT and values.get("email"):
        return {"hs_email_domain": str(values["email"]).rpartition("@")[2]}
    if kind is COMPANY and values.get("domain") and "website" not in values and not before.get("website"):
        return {"website": values["domain"]}
    return {}
