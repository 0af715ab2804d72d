"""The HubSpot objects that become B2B records, with the properties that Muster reads by their internal names.

The headings are those of HubSpot's own export pages where they are not the internal name with blanks in it.
"""

from __future__ import annotations

from collections.abc import Mapping

from muster.connectors.vendor import VendorObject

_ID = (("id",), ("hs_object_id",))
_COMMON = (
    "id", "hs_object_id", "archived", "createdAt", "updatedAt", "createdate", "hs_lastmodifieddate", "hubspot_owner_id",
    "hs_merged_object_ids", "notes_last_updated", "hs_analytics_source", "associations",
)  # fmt: skip
_PLACE = ("address", "city", "state", "zip", "country", "phone", "website")


def _headings(object_: str, **more: str) -> Mapping[str, str]:
    """Export headings → internal names; the id of the object goes by its own name, too."""
    return {
        "Record ID": "id",
        f"{object_} ID": "id",
        "Create Date": "createdate",
        "Last Modified Date": "hs_lastmodifieddate",
        "Original Source": "hs_analytics_source",
        "Last Activity Date": "notes_last_updated",
        f"{object_} owner": "hubspot_owner_id",
        "Associated Company IDs (Primary)": "associatedcompanyid",
        "Primary Associated Company ID": "associatedcompanyid",
    } | more


_POSTAL = {
    "Street Address": "address",
    "State/Region": "state",
    "Postal Code": "zip",
    "Country/Region": "country",
    "Phone Number": "phone",
    "Website URL": "website",
}

OBJECTS = (
    VendorObject(
        "contacts", "contacts", _ID, referred=True,
        fields=(
            *_COMMON, *_PLACE, "email", "hs_additional_emails", "firstname", "lastname", "salutation",
            "date_of_birth", "jobtitle", "department", "mobilephone", "fax", "company", "lifecyclestage",
            "hs_lead_status", "hubspotscore", "hs_email_optout", "hs_email_optout_reason", "associatedcompanyid",
            "lastmodifieddate", "salesforcecontactid", "salesforceleadid",
        ),
        headings=_headings(
            "Contact", **_POSTAL, vid="id", **{
                "Company Name": "company", "Mobile Phone Number": "mobilephone", "Fax Number": "fax",
                "Lead Status": "hs_lead_status", "HubSpot Score": "hubspotscore",
                "Unsubscribed from all email": "hs_email_optout", "Opt-out reason": "hs_email_optout_reason",
                "Merged Contact IDs": "hs_merged_object_ids", "Last Modified Date": "lastmodifieddate",
            },
        ),
    ),
    VendorObject(
        "companies", "companies", _ID, referred=True,
        fields=(
            *_COMMON, *_PLACE, "name", "domain", "type", "description", "industry", "numberofemployees",
            "annualrevenue", "is_public", "hs_annual_revenue_currency_code", "hs_parent_company_id",
            "salesforceaccountid",
        ),
        headings=_headings(
            "Company", **_POSTAL, **{
                "Company Name": "name", "Company Domain Name": "domain", "Number of Employees": "numberofemployees",
                "Parent Company ID": "hs_parent_company_id", "Parent Company": "hs_parent_company_id",
                "Merged Company IDs": "hs_merged_object_ids",
            },
        ),
    ),
    VendorObject(
        "deals", "deals", _ID, referred=True,
        fields=(
            *_COMMON, "dealname", "description", "dealtype", "pipeline", "dealstage", "amount",
            "deal_currency_code", "closedate", "hs_is_closed", "hs_is_closed_won", "hs_deal_stage_probability",
            "hs_projected_amount", "hs_forecast_category", "hs_manual_forecast_category", "hs_next_step",
            "associatedcompanyid", "associatedcontactid", "hs_salesforceopportunityid",
        ),
        headings=_headings(
            "Deal", **{
                "Close Date": "closedate", "Is Deal Closed?": "hs_is_closed", "Is Closed Won": "hs_is_closed_won",
                "Deal Description": "description", "Currency": "deal_currency_code", "Next Step": "hs_next_step",
                "Deal Probability": "hs_deal_stage_probability", "Weighted Amount": "hs_projected_amount",
                "Forecast Category": "hs_manual_forecast_category",
            },
        ),
    ),
    VendorObject(
        "activities", "activities", _ID,
        fields=(
            *_COMMON, "hs_activity_type", "hs_timestamp", "hs_email_subject", "hs_meeting_title", "hs_call_title",
        ),
        files=("engagement", "call", "email", "meeting", "note", "task", "communication"),
        headings=_headings("Activity", **{"Engagement ID": "id"}),
    ),
    VendorObject(
        "lists", "lists", (("listId",), ("id",)), referred=True,
        fields=("listId", "name", "description", "createdAt", "updatedAt", "archived"),
        files=("contactlist", "segment"),
        headings={"List ID": "listId", "ILS List ID": "listId", "Segment ID": "listId"},
    ),
    VendorObject(
        "list_members", "list_members",
        (("listId", "contactId"), ("contact_list_id", "contact_id"), ("listId", "recordId")),
        fields=("listId", "contactId", "recordId", "membershipTimestamp"),
        files=("contactlistmember", "listmembership", "membership"),
    ),
    VendorObject(
        "associations", "associations",
        (
            ("fromObjectType", "fromObjectId", "toObjectType", "toObjectId"), ("deal_id", "contact_id"),
            ("deal_id", "company_id"), ("engagement_id", "contact_id"), ("engagement_id", "company_id"),
            ("engagement_id", "deal_id"), ("contact_id", "company_id"),
        ),
        files=(
            "dealcontact", "contactdeal", "dealcompany", "companydeal", "contactcompany", "companycontact",
            "engagementcontact", "engagementcompany", "engagementdeal",
        ),
        named_key=True,
    ),
)  # fmt: skip
