"""The way of records into the org: two hundred at a time, as the vendor takes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from muster.twins.salesforce.bin import Bin
from muster.twins.salesforce.errors import Refusal
from muster.twins.salesforce.faults import LOCK
from muster.twins.salesforce.ids import full
from muster.twins.salesforce.org import Org
from muster.twins.salesforce.schema import Entity, Field
from muster.twins.salesforce.values import NotOfType, kept
from muster.twins.salesforce.writing.checks import check
from muster.twins.salesforce.writing.derived import derived
from muster.twins.salesforce.writing.drafts import Draft, Kept, Manner, Outcome
from muster.twins.salesforce.writing.effects import Effects
from muster.twins.salesforce.writing.lookups import Lookups
from muster.twins.salesforce.writing.members import Members

CHUNK = 200
#: Empties a field in CSV.
NOTHING = "#N/A"


class Writer:
    """Writes as the integration user. Each method answers for every record, in the order given."""

    def __init__(self, org: Org, bin_: Bin) -> None:
        self._org, self._bin = org, bin_
        self.lookups, self.members, self._effects = Lookups(org), Members(org), Effects(org)
        #: Duplicate rules of the org: object → fields that together make a new record like another.
        self.duplicate_rules: dict[str, tuple[str, ...]] = {}

    def create(self, entity: Entity, records: Sequence[Mapping[str, Any]], manner: Manner) -> list[Outcome]:
        return self._in_chunks(entity, [Draft(_flat(each)) for each in records], manner)

    def update(self, entity: Entity, records: Sequence[Mapping[str, Any]], manner: Manner) -> list[Outcome]:
        """Each record has its `Id`, in any case."""
        return self._in_chunks(entity, [_with_id(_flat(each), required=True) for each in records], manner)

    def upsert(self, entity: Entity, key: str, records: Sequence[Mapping[str, Any]], manner: Manner) -> list[Outcome]:
        """By an external id, or by `Id`, where records without one are new. Raises Refusal for another key."""
        field = self.key(entity, key)
        if field.type == "id":
            return self._in_chunks(entity, [_with_id(_flat(each), required=False) for each in records], manner)
        return self._in_chunks(entity, [Draft(_flat(each)) for each in records], manner, field)

    def delete(self, entity: Entity, ids: Sequence[str], manner: Manner, *, hard: bool = False) -> list[Outcome]:
        """Into the bin, or past it for good."""
        drafts = [self._locked(Draft({}, full(id_), {}), manner) for id_ in ids]
        wanted = [draft.id for draft in drafts if draft.good and draft.id]
        done = {each.id: each for each in self._bin.outcomes(entity, wanted, manner.path)}
        if hard:
            self._bin.remove(entity, [id_ for id_ in wanted if done[id_].success])
        return [done[draft.id] if draft.good else draft.outcome for draft in drafts]

    def key(self, entity: Entity, name: str) -> Field:
        field = self._org.view.field(entity, name)
        if field is None or not (field.external or field.lookup or field.type == "id"):
            told = f"Field name provided, {name} does not match an External ID, Salesforce Id, or indexed field for "
            raise Refusal(400, "INVALID_FIELD", told + entity.name)
        return field

    # -- inside ----------------------------------------------------------------------------------------------------

    def _in_chunks(
        self, entity: Entity, drafts: Sequence[Draft], manner: Manner, key: Field | None = None
    ) -> list[Outcome]:
        return [each.outcome for chunk in _chunks(drafts) for each in self._write(entity, chunk, manner, key)]

    def _write(self, entity: Entity, drafts: list[Draft], manner: Manner, key: Field | None) -> list[Draft]:
        with self._org.store.writing():
            for draft in drafts:
                self._take(entity, draft, manner)
            self.lookups.follow(entity, drafts)
            if key:
                self.lookups.match(entity, key, [draft for draft in drafts if draft.good])
            else:
                self.lookups.find(entity, drafts)
            self._check(entity, drafts, manner)
            good = [self._locked(draft, manner) for draft in drafts if draft.good]
            self._put(entity, [draft for draft in good if draft.good], manner)
        return drafts

    def _take(self, entity: Entity, draft: Draft, manner: Manner) -> None:
        """The values as they are kept."""
        for name, value in draft.sent.items():
            field = self._org.view.field(entity, name)
            if "." in name or (manner.text and value in (None, "")):
                continue
            if field is None:
                draft.fail("INVALID_FIELD", f"No such column '{name}' on sobject of type {entity.name}", name)
                continue
            try:
                draft.values[field.name] = kept(field, None if manner.text and value == NOTHING else value)
            except NotOfType as error:
                what = f"{field.name}: value not of required type: {error}"
                draft.fail("INVALID_TYPE_ON_FIELD_IN_RECORD", what, field.name)

    def _check(self, entity: Entity, drafts: Sequence[Draft], manner: Manner) -> None:
        for draft in drafts:
            if draft.good and draft.creates and manner.update_only:
                draft.fail("NOT_FOUND", "The requested resource does not exist")
            elif draft.good:
                check(draft, entity, self._org.schema)
        self.lookups.refer(entity, drafts)
        self.lookups.differ(entity, drafts)
        if not manner.allow_duplicates:
            self.lookups.resemble(entity, self.duplicate_rules.get(entity.name, ()), drafts)
        if entity.name == "CampaignMember":
            self.members.check([draft for draft in drafts if draft.good])

    def _locked(self, draft: Draft, manner: Manner) -> Draft:
        if self._org.faults.strikes(LOCK, manner.path, manner.method):
            what = f"unable to obtain exclusive access to this record or 1 records: {draft.id or 'null'}"
            draft.fail("UNABLE_TO_LOCK_ROW", what)
        return draft

    def _put(self, entity: Entity, drafts: Sequence[Draft], manner: Manner) -> None:
        if not drafts:
            return
        stamp = self._org.stamp(manner.path)
        befores = [draft.before for draft in drafts]
        created = [draft for draft in drafts if draft.creates]
        for draft in created:
            draft.id = self._org.ids.next(entity.prefix or "a00")
        self._org.put(entity, [self._record(entity, draft, stamp) for draft in drafts])
        self._effects.follow(entity, drafts, befores, stamp)

    def _record(self, entity: Entity, draft: Draft, stamp: str) -> Kept:
        """What the store is given: values, what follows from them, and the marks of who wrote when."""
        more = derived(entity, draft)
        if entity.name == "CampaignMember":
            more |= self.members.derived(draft, stamp[:10])
        record: Kept = {**draft.values, **more, "Id": draft.id}
        if draft.creates:
            defaults = {each.name: each.default_value for each in entity.fields if each.default_value is not None}
            marks = {"CreatedDate": stamp, "CreatedById": self._org.user, "OwnerId": self._org.user}
            record = {**defaults, **{name: value for name, value in marks.items() if entity.field(name)}, **record}
        marks = {"LastModifiedDate": stamp, "LastModifiedById": self._org.user, "SystemModstamp": stamp}
        return record | {name: value for name, value in marks.items() if entity.field(name)}


def _chunks(drafts: Sequence[Draft]) -> Iterator[list[Draft]]:
    return (list(drafts[start : start + CHUNK]) for start in range(0, len(drafts), CHUNK))


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """`{"Account": {"Ext__c": "x"}}` as `{"Account.Ext__c": "x"}`, without attributes."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict) and name != "attributes":
            found |= {f"{name}.{key}": each for key, each in value.items() if key != "attributes"}
        elif name != "attributes":
            found[name] = value
    return found


def _with_id(record: dict[str, Any], *, required: bool) -> Draft:
    name = next((each for each in record if each.lower() == "id"), None)
    id_ = record.pop(name) if name else None
    draft = Draft(record, full(str(id_)) if id_ else None)
    if required and not id_:
        draft.fail("MISSING_ARGUMENT", "Id not specified in an update call", "Id")
    return draft
