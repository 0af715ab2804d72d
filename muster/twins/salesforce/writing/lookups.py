"""What a draft has to do with the records that are there: itself, those it refers to, those it must not repeat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from muster.sql import identifier
from muster.twins.salesforce.errors import RecordError
from muster.twins.salesforce.ids import is_id
from muster.twins.salesforce.org import Org
from muster.twins.salesforce.schema import REFERENCES, Entity, Field
from muster.twins.salesforce.writing.drafts import Draft


class Lookups:
    """Asks the store once for many drafts."""

    def __init__(self, org: Org) -> None:
        self._org = org

    def records(self, entity: Entity, field: Field, values: Iterable[str]) -> list[dict[str, Any]]:
        """The records, deleted ones too, that have one of these values in a field; texts without regard to case."""
        wanted = sorted({value if field.type in REFERENCES else value.lower() for value in values})
        table = self._org.view.table(entity)
        if not wanted or field.name not in self._org.store.columns(entity.name):
            return []
        column = identifier(field.name) if field.type in REFERENCES else f"lower({identifier(field.name)})"
        marks = ", ".join("?" * len(wanted))
        return self._org.store.rows(f"select * from {table} where {column} in ({marks})", wanted)

    def find(self, entity: Entity, drafts: Sequence[Draft]) -> None:
        """The records that drafts with an id are to change."""
        id_field = entity.field("Id")
        if id_field is None:
            return
        for draft in drafts:
            if draft.id is not None and (not is_id(draft.id) or (entity.prefix and draft.id[:3] != entity.prefix)):
                draft.fail("MALFORMED_ID", f"{entity.name} ID: id value of incorrect type: {draft.id}", "Id")
        wanted = [draft.id for draft in drafts if draft.id and draft.good]
        there = {record["Id"]: record for record in self.records(entity, id_field, wanted)}
        for draft in drafts:
            if draft.id and draft.good:
                draft.before = there.get(draft.id)
                if draft.before is None:
                    draft.fail("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
                elif draft.before.get("IsDeleted") == "true":
                    draft.fail("ENTITY_IS_DELETED", "entity is deleted")
                elif entity.name == "Lead" and draft.before.get("IsConverted") == "true":
                    draft.fail("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")

    def match(self, entity: Entity, key: Field, drafts: Sequence[Draft]) -> None:
        """The records that drafts of an upsert are to change, by another key than the id."""
        wanted = [value for draft in drafts if (value := draft.values.get(key.name))]
        there: dict[str, list[dict[str, Any]]] = {}
        for record in self.records(entity, key, wanted):
            if record.get("IsDeleted") != "true":
                there.setdefault(str(record[key.name]).lower(), []).append(record)
        seen: set[str] = set()
        for draft in drafts:
            value = (draft.values.get(key.name) or "").lower()
            found = there.get(value, [])
            if not value:
                draft.fail("MISSING_ARGUMENT", f"{key.name} not specified", key.name)
            elif value in seen:
                draft.fail(
                    "DUPLICATE_EXTERNAL_ID", f"Duplicate external id specified: {draft.values[key.name]}", key.name
                )
            elif len(found) > 1:
                draft.fail("DUPLICATE_VALUE", _duplicate(key.name, found[0]["Id"]), key.name)
            elif found:
                draft.before, draft.id = found[0], found[0]["Id"]
            seen.add(value)

    def follow(self, entity: Entity, drafts: Sequence[Draft]) -> None:
        """`Account.Ext__c = x` becomes the id of that account."""
        for name in dict.fromkeys(name for draft in drafts for name in draft.sent if "." in name):
            relationship, _, key = name.partition(".")
            through = self._org.view.parent(entity, relationship)
            parent = self._org.view.entity(through.refers_to[0]) if through else None
            field = parent.field(key) if parent else None
            if through is None or parent is None or field is None:
                for draft in drafts:
                    if name in draft.sent:
                        draft.fail("INVALID_FIELD", f"No such column '{name}' on sobject of type {entity.name}", name)
                continue
            sent = {str(draft.sent[name]) for draft in drafts if draft.sent.get(name) not in (None, "", "#N/A")}
            ids = {str(each[field.name]).lower(): each["Id"] for each in self.records(parent, field, sent)}
            for draft in drafts:
                value = draft.sent.get(name)
                if value in (None, "", "#N/A"):
                    if value is not None and value != "":
                        draft.values[through.name] = None
                elif (id_ := ids.get(str(value).lower())) is None:
                    what = f"Foreign key external ID: {value} not found for field {field.name} in entity {parent.name}"
                    draft.fail("INVALID_FIELD", what, name)
                else:
                    draft.values[through.name] = id_

    def refer(self, entity: Entity, drafts: Sequence[Draft]) -> None:
        """Whether what drafts refer to is there; objects of which the org has no records are taken on trust."""
        for field in entity.fields:
            told = [draft for draft in drafts if draft.good and field.refers_to and draft.values.get(field.name)]
            ids = {str(draft.values[field.name]) for draft in told}
            if not ids:
                continue
            parents = [each for name in field.refers_to if (each := self._org.schema.entity(name)) and self._has(each)]
            if len(parents) < len(field.refers_to):
                continue
            there = {
                record["Id"]: record
                for parent in parents
                if (id_field := parent.field("Id"))
                for record in self.records(parent, id_field, ids)
            }
            for draft in told:
                found = there.get(str(draft.values[field.name]))
                if found is None:
                    draft.fail("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", field.name)
                elif found.get("IsDeleted") == "true":
                    draft.fail("ENTITY_IS_DELETED", "entity is deleted", field.name)

    def differ(self, entity: Entity, drafts: Sequence[Draft]) -> None:
        """Whether unique fields stay unique."""
        for field in entity.fields:
            told = [draft for draft in drafts if draft.good and field.unique and draft.values.get(field.name)]
            holders = {
                str(record[field.name]).lower(): record["Id"]
                for record in self.records(entity, field, (str(draft.values[field.name]) for draft in told))
                if record.get("IsDeleted") != "true"
            }
            seen: dict[str, str | None] = {}
            for draft in told:
                value = str(draft.values[field.name]).lower()
                holder = holders.get(value)
                if holder not in (None, draft.id):
                    draft.fail("DUPLICATE_VALUE", _duplicate(field.name, holder), field.name)
                elif value in seen and (draft.id is None or seen[value] != draft.id):
                    draft.fail("DUPLICATE_VALUE", _duplicate(field.name), field.name)
                seen[value] = draft.id

    def resemble(self, entity: Entity, fields: Sequence[str], drafts: Sequence[Draft]) -> None:
        """The org's duplicate rule: a new record like one that is there is refused, with the one it is like."""
        first = entity.field(fields[0]) if fields else None
        told = [draft for draft in drafts if first and draft.good and draft.creates and draft.values.get(first.name)]
        if first is None or not told:
            return
        for record in self.records(entity, first, (str(draft.values[first.name]) for draft in told)):
            for draft in told:
                same = all(_same(draft.values.get(name), record.get(name)) for name in fields)
                if same and draft.good and record.get("IsDeleted") != "true":
                    draft.errors.append(_detected(entity, record["Id"]))

    def _has(self, entity: Entity) -> bool:
        return entity.name in self._org.store.objects and self._org.store.count(entity.name, deleted=True) > 0


def _same(one: str | None, other: str | None) -> bool:
    return (one or "").lower() == (other or "").lower()


def _duplicate(field: str, holder: str | None = None) -> str:
    if not holder:
        return "duplicate value found: <unknown> duplicates value on record with id: <unknown>"
    return f"duplicate value found: {field} duplicates value on record with id: {holder[:15]}"


def _detected(entity: Entity, id_: str) -> RecordError:
    match = {"record": {"attributes": {"type": entity.name}, "Id": id_}, "matchConfidence": 100.0}
    result = {
        "allowSave": True,
        "duplicateRule": f"Standard_{entity.name}_Duplicate_Rule",
        "duplicateRuleEntityType": entity.name,
        "errorMessage": "Use one of these records?",
        "matchResults": [{"entityType": entity.name, "matchRecords": [match], "size": 1, "success": True}],
    }
    return RecordError("DUPLICATES_DETECTED", "Use one of these records?", (), {"duplicateResult": result})
