"""What else changes in the org when a record is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from muster.twins.salesforce.org import Org
from muster.twins.salesforce.schema import Entity
from muster.twins.salesforce.writing.drafts import Draft

RELATION = "AccountContactRelation"
ROLE = "OpportunityContactRole"


class Effects:
    """Runs in the transaction of the write, with its stamp."""

    def __init__(self, org: Org) -> None:
        self._org = org

    def follow(
        self, entity: Entity, drafts: Sequence[Draft], befores: Sequence[Mapping[str, Any] | None], stamp: str
    ) -> None:
        for draft, before in zip(drafts, befores, strict=True):
            if entity.name == "Contact" and draft.after("AccountId") != (before or {}).get("AccountId"):
                self._relate(draft, before or {}, stamp)
            if entity.name == ROLE and draft.values.get("IsPrimary") == "true":
                self._lead_role(draft, stamp)

    def _relate(self, draft: Draft, before: Mapping[str, Any], stamp: str) -> None:
        """The direct relation of a contact is made and unmade by its account alone, where the org has relations."""
        entity = self._org.schema.entity(RELATION)
        if entity is None or not self._org.store.count(RELATION, deleted=True):
            return
        if before and "IsDirect" in self._org.store.columns(RELATION):
            rows = self._org.store.rows(
                f"select Id from {RELATION} where ContactId = ? and IsDirect = 'true' and not _deleted", [draft.id]
            )
            self._org.put(entity, [{"Id": row["Id"], "IsDeleted": "true", **self._touched(stamp)} for row in rows])
            self._org.store.delete(RELATION, [row["Id"] for row in rows])
        if account := draft.after("AccountId"):
            relation = {
                "Id": self._org.ids.next(entity.prefix),
                "AccountId": account,
                "ContactId": draft.id,
                "IsDirect": "true",
                "IsActive": "true",
                "IsDeleted": "false",
                "CreatedDate": stamp,
                "CreatedById": self._org.user,
                **self._touched(stamp),
            }
            self._org.put(entity, [relation])

    def _lead_role(self, draft: Draft, stamp: str) -> None:
        """One primary contact an opportunity, which names it too."""
        role, opportunity = self._org.schema.entity(ROLE), self._org.schema.entity("Opportunity")
        id_ = draft.after("OpportunityId")
        if role is None or opportunity is None or not id_:
            return
        others = self._org.store.rows(
            f"select Id from {ROLE} where OpportunityId = ? and IsPrimary = 'true' and Id <> ?", [id_, draft.id]
        )
        self._org.put(role, [{"Id": row["Id"], "IsPrimary": "false", **self._touched(stamp)} for row in others])
        if self._org.store.get("Opportunity", id_):
            contact = {"Id": id_, "ContactId": draft.after("ContactId"), **self._touched(stamp)}
            opportunity.meet(["ContactId"])
            self._org.put(opportunity, [contact])

    def _touched(self, stamp: str) -> dict[str, str | None]:
        return {"LastModifiedDate": stamp, "LastModifiedById": self._org.user, "SystemModstamp": stamp}
