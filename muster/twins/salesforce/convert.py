"""Converting a lead, as a user does on the vendor's page: the lead stays, closed, and points to what it became."""

from __future__ import annotations

from typing import Any

from muster.twins.salesforce.errors import Refusal
from muster.twins.salesforce.org import Org
from muster.twins.salesforce.schema import Entity
from muster.twins.salesforce.writing.drafts import Kept

_STATUS = "Closed - Converted"
_CARRIED = (
    "FirstName",
    "LastName",
    "Salutation",
    "Name",
    "Title",
    "Email",
    "Phone",
    "MobilePhone",
    "Fax",
    "LeadSource",
)
_PLACE = ("Street", "City", "State", "PostalCode", "Country")


def convert(
    org: Org, lead_id: str, *, account: str | None = None, contact: str | None = None, opportunity: str | None = None
) -> dict[str, str | None]:
    """Make an account and a contact of a lead, or use those named, and an opportunity where one has a name.

    The lead's campaign memberships stay and get the contact beside the lead. Returns the ids. Raises Refusal for a
    lead that is not there or is converted already.
    """
    with org.store.writing():
        lead = org.store.get("Lead", lead_id)
        if lead is None or lead.get("IsDeleted") == "true":
            raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
        if lead.get("IsConverted") == "true":
            raise Refusal(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
        stamp = org.stamp()
        account = account or _new(org, "Account", {"Name": lead.get("Company")}, stamp)
        if contact is None:
            carried: Kept = {name: lead.get(name) for name in _CARRIED}
            carried |= {f"Mailing{name}": lead.get(name) for name in _PLACE}
            contact = _new(org, "Contact", {**carried, "AccountId": account}, stamp)
        deal = None
        if opportunity:
            day = stamp[:10]
            told: Kept = {"Name": opportunity, "AccountId": account, "StageName": "Prospecting", "CloseDate": day}
            deal = _new(org, "Opportunity", told, stamp)
        _put(org, "Lead", {
            "Id": lead_id, "IsConverted": "true", "ConvertedDate": stamp[:10], "Status": _STATUS,
            "ConvertedAccountId": account, "ConvertedContactId": contact, "ConvertedOpportunityId": deal,
            **_touched(org, stamp),
        })  # fmt: skip
        for member in _members(org, lead_id):
            _put(org, "CampaignMember", {"Id": member, "ContactId": contact, "Type": "Contact",
                                         "LeadOrContactId": contact, **_touched(org, stamp)})  # fmt: skip
    return {"accountId": account, "contactId": contact, "opportunityId": deal, "leadId": lead_id}


def _new(org: Org, object_: str, values: Kept, stamp: str) -> str:
    entity = _entity(org, object_)
    defaults = {each.name: each.default_value for each in entity.fields if each.default_value is not None}
    id_ = org.ids.next(entity.prefix)
    marks: Kept = {"Id": id_, "CreatedDate": stamp, "CreatedById": org.user, "OwnerId": org.user}
    org.put(entity, [{**defaults, **values, **marks, **_touched(org, stamp)}])
    return id_


def _put(org: Org, object_: str, record: Kept) -> None:
    org.put(_entity(org, object_), [record])


def _entity(org: Org, object_: str) -> Entity:
    found = org.schema.entity(object_)
    if found is None:
        raise Refusal(400, "INVALID_TYPE", f"sObject type '{object_}' is not supported.")
    return found


def _members(org: Org, lead: str) -> list[Any]:
    return [
        row["Id"] for row in org.store.rows("select Id from CampaignMember where LeadId = ? and not _deleted", [lead])
    ]


def _touched(org: Org, stamp: str) -> Kept:
    return {"LastModifiedDate": stamp, "LastModifiedById": org.user, "SystemModstamp": stamp}
