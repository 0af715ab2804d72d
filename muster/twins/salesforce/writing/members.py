"""Campaign membership: one lead or contact, once a campaign, with a status that the campaign has.

Statuses are the campaign's `CampaignMemberStatus` labels. A campaign without any has the two of a new one, Sent and
Responded, and those its members have. An unknown label becomes the default one, or is refused where the
org's setting is so: the vendor does the one or the other by org.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from muster.twins.salesforce.limits import STRICT_STATUS
from muster.twins.salesforce.org import Org
from muster.twins.salesforce.writing.drafts import Draft, Kept

#: What a member shows of its lead or contact.
_SHOWN = (
    "Salutation", "Name", "FirstName", "LastName", "Title", "Email", "Phone", "Fax", "MobilePhone", "Description",
    "DoNotCall", "HasOptedOutOfEmail", "HasOptedOutOfFax", "LeadSource",
)  # fmt: skip
_PLACE = ("Street", "City", "State", "PostalCode", "Country")
_NEW = {"Sent": False, "Responded": True}


class Members:
    """The rules of CampaignMember, for many drafts at once."""

    def __init__(self, org: Org) -> None:
        self._org = org

    def check(self, drafts: Sequence[Draft]) -> None:
        for draft in drafts:
            lead, contact = draft.after("LeadId"), draft.after("ContactId")
            if draft.creates and not lead and not contact:
                draft.fail(
                    "REQUIRED_FIELD_MISSING", "Required fields are missing: [LeadId, ContactId]", "LeadId", "ContactId"
                )
            elif draft.creates and lead and contact:
                what = "A campaign member is a lead or a contact, not both"
                draft.fail("FIELD_INTEGRITY_EXCEPTION", what, "LeadId", "ContactId")
        self._once(drafts)
        for draft in drafts:
            if draft.good:
                self._status(draft)

    def _once(self, drafts: Sequence[Draft]) -> None:
        created = [draft for draft in drafts if draft.good and draft.creates]
        campaigns = sorted({str(draft.values["CampaignId"]) for draft in created})
        taken: set[tuple[str | None, str | None]] = set()
        for column in ("LeadId", "ContactId"):
            people = sorted({value for draft in created if (value := draft.values.get(column))})
            if people:
                rows = self._org.store.rows(
                    f"select CampaignId, {column} from CampaignMember where coalesce(IsDeleted, '') <> 'true' "
                    f"and {column} in ({', '.join('?' * len(people))}) "
                    f"and CampaignId in ({', '.join('?' * len(campaigns))})",
                    [*people, *campaigns],
                )
                taken |= {(row["CampaignId"], row[column]) for row in rows}
        for draft in created:
            pair = (draft.values["CampaignId"], draft.after("LeadId") or draft.after("ContactId"))
            if pair in taken:
                draft.fail("DUPLICATE_VALUE", "Already a campaign member.")
            taken.add(pair)

    def _status(self, draft: Draft) -> None:
        if not draft.creates and "Status" not in draft.values:
            return
        campaign, status = str(draft.after("CampaignId")), draft.values.get("Status")
        labels, default = self._statuses(campaign)
        if status not in labels:
            if status and self._org.settings[STRICT_STATUS].limit:
                what = f"Status: bad value for restricted picklist field: {status}"
                draft.fail("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", what, "Status")
                return
            status = default
        draft.values["Status"] = status
        draft.values["HasResponded"] = "true" if labels.get(status) else "false"

    def _statuses(self, campaign: str) -> tuple[dict[str, bool], str]:
        """The campaign's labels, each with whether it means a response, and the default one."""
        store = self._org.store
        rows = store.rows("select * from CampaignMemberStatus where CampaignId = ? and not _deleted", [campaign])
        if rows:
            labels = {row["Label"]: row.get("HasResponded") == "true" for row in rows}
            return labels, next((row["Label"] for row in rows if row.get("IsDefault") == "true"), rows[0]["Label"])
        labels = dict(_NEW)
        known = store.columns("CampaignMember")
        if {"Status", "HasResponded"} <= set(known):
            used = store.rows(
                "select Status, bool_or(HasResponded = 'true') as responded from CampaignMember "
                "where CampaignId = ? and Status is not null group by Status",
                [campaign],
            )
            labels |= {row["Status"]: bool(row["responded"]) for row in used}
        return labels, "Sent"

    def derived(self, draft: Draft, today: str) -> Kept:
        """What a member shows of its person, and when they first responded."""
        found: Kept = {}
        if draft.values.get("HasResponded") == "true" and not draft.after("FirstRespondedDate"):
            found["FirstRespondedDate"] = today
        if draft.creates:
            found |= self.shown(draft.values)
        return found

    def shown(self, member: Mapping[str, str | None]) -> Kept:
        kind = "Contact" if member.get("ContactId") else "Lead"
        id_ = member.get("ContactId") or member.get("LeadId")
        person: Mapping[str, Any] = (self._org.store.get(kind, id_) if id_ else None) or {}
        place = "Mailing" if kind == "Contact" else ""
        found: Kept = {name: person.get(name) for name in _SHOWN if person.get(name) is not None}
        found |= {name: person[place + name] for name in _PLACE if person.get(place + name) is not None}
        return found | {
            "Type": kind,
            "LeadOrContactId": id_,
            "LeadOrContactOwnerId": person.get("OwnerId"),
            "CompanyOrAccount": person.get("Company") or self._account(person.get("AccountId")),
        }

    def _account(self, id_: str | None) -> str | None:
        account = self._org.store.get("Account", id_) if id_ else None
        return account.get("Name") if account else None
