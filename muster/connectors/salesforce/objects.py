"""The Salesforce objects that become B2B records, with the standard fields that Muster reads.

Names as in Salesforce's object reference. A snake-case heading (`account_id`) is the same field.
"""

from __future__ import annotations

from collections.abc import Mapping

from muster.connectors.vendor import VendorObject

_ID = (("Id",),)
_AUDIT = ("Id", "IsDeleted", "CreatedDate", "LastModifiedDate", "SystemModstamp", "OwnerId", "CurrencyIsoCode")


def _address(prefix: str) -> tuple[str, ...]:
    parts = ("Street", "City", "State", "StateCode", "PostalCode", "Country", "CountryCode")
    return tuple(prefix + part for part in parts)


def _labels(object_: str, **more: str) -> Mapping[str, str]:
    """Labels of fields, as reports head their columns with them, where they are not the name with blanks in it."""
    return {f"{object_} ID": "Id", f"{object_} Name": "Name", f"{object_} Currency": "CurrencyIsoCode"} | more


_POSTAL = {
    f"{place} {label}": f"{place}{name}"
    for place in ("Billing", "Shipping", "Mailing", "Other")
    for label, name in (("State/Province", "State"), ("Zip/Postal Code", "PostalCode"))
}

_ACTIVITY = (
    *_AUDIT, "WhoId", "WhatId", "AccountId", "OpportunityId", "Subject", "Description", "Type", "ActivityDate",
    "IsArchived", "IsPrivate",
)  # fmt: skip

OBJECTS = (
    VendorObject(
        "User", "user", _ID,
        fields=(
            "Id", "CreatedDate", "LastModifiedDate", "SystemModstamp", "Username", "CompanyName", "IsActive",
            "UserRoleId", "ProfileId", "UserType", "ManagerId", "TimeZoneSidKey", "FederationIdentifier",
        ),
    ),
    VendorObject(
        "Account", "account", _ID, referred=True,
        fields=(
            *_AUDIT, "MasterRecordId", "Name", "Type", "ParentId", *_address("Billing"), *_address("Shipping"),
            "Phone", "Fax", "AccountNumber", "Website", "Sic", "SicDesc", "Industry", "AnnualRevenue",
            "NumberOfEmployees", "Ownership", "TickerSymbol", "Description", "Rating", "Site", "LastActivityDate",
            "AccountSource", "DunsNumber", "NaicsCode", "NaicsDesc", "Tradestyle", "YearStarted", "Jigsaw", "Domain",
            "MarketSegment",
        ),
        headings=_labels("Account", **_POSTAL, Employees="NumberOfEmployees", **{"Parent Account ID": "ParentId"}),
    ),
    VendorObject(
        "Contact", "contact", _ID, referred=True,
        fields=(
            *_AUDIT, "MasterRecordId", "AccountId", "LastName", "FirstName", "MiddleName", "Suffix", "Salutation",
            "Name", *_address("Mailing"), *_address("Other"), "Phone", "Fax", "MobilePhone", "HomePhone",
            "OtherPhone", "ReportsToId", "Email", "Title", "Department", "LeadSource", "Birthdate", "Description",
            "HasOptedOutOfEmail", "DoNotCall", "LastActivityDate", "EmailBouncedReason", "EmailBouncedDate",
            "IndividualId",
        ),
        headings=_labels("Contact", **_POSTAL, Mobile="MobilePhone", **{"Email Opt Out": "HasOptedOutOfEmail"}),
    ),
    VendorObject(
        "Lead", "lead", _ID, referred=True,
        fields=(
            *_AUDIT, "MasterRecordId", "LastName", "FirstName", "MiddleName", "Suffix", "Salutation", "Name",
            "Title", "Company", *_address(""), "Phone", "MobilePhone", "Fax", "Email", "Website", "Description",
            "LeadSource", "Status", "Industry", "Rating", "AnnualRevenue", "NumberOfEmployees",
            "HasOptedOutOfEmail", "DoNotCall", "IsConverted", "ConvertedDate", "ConvertedAccountId",
            "ConvertedContactId", "ConvertedOpportunityId", "LastActivityDate", "EmailBouncedReason",
            "EmailBouncedDate", "IndividualId",
        ),
        headings=_labels(
            "Lead", Mobile="MobilePhone", Converted="IsConverted", **{
                "Company / Account": "Company", "Lead Status": "Status", "Email Opt Out": "HasOptedOutOfEmail",
                "State/Province": "State", "Zip/Postal Code": "PostalCode",
            },
        ),
    ),
    VendorObject(
        "Opportunity", "opportunity", _ID, referred=True,
        fields=(
            *_AUDIT, "AccountId", "ContactId", "CampaignId", "Name", "Description", "StageName", "Amount",
            "Probability", "ExpectedRevenue", "TotalOpportunityQuantity", "CloseDate", "Type", "NextStep",
            "LeadSource", "IsClosed", "IsWon", "ForecastCategory", "ForecastCategoryName", "LastActivityDate",
            "FiscalQuarter", "FiscalYear", "Fiscal",
        ),
        headings=_labels(
            "Opportunity", Stage="StageName", Closed="IsClosed", Won="IsWon", **{"Probability (%)": "Probability"},
        ),
    ),
    VendorObject(
        "OpportunityContactRole", "opportunitycontactrole", _ID,
        fields=(*_AUDIT, "OpportunityId", "ContactId", "Role", "IsPrimary"),
    ),
    VendorObject(
        "Campaign", "campaign", _ID, referred=True,
        fields=(
            *_AUDIT, "Name", "ParentId", "Type", "Status", "StartDate", "EndDate", "ExpectedRevenue",
            "BudgetedCost", "ActualCost", "ExpectedResponse", "NumberSent", "IsActive", "Description",
            "LastActivityDate",
        ),
        headings=_labels("Campaign"),
    ),
    VendorObject(
        "CampaignMember", "campaignmember", _ID,
        fields=(
            *_AUDIT, "CampaignId", "LeadId", "ContactId", "LeadOrContactId", "Status", "HasResponded",
            "FirstRespondedDate", "Type",
        ),
    ),
    VendorObject(
        "AccountContactRelation", "accountcontactrelation", _ID,
        fields=(*_AUDIT, "AccountId", "ContactId", "Roles", "IsDirect", "IsActive", "StartDate", "EndDate"),
    ),
    VendorObject(
        "Task", "task", _ID,
        fields=(*_ACTIVITY, "Status", "Priority", "IsClosed", "CompletedDateTime", "TaskSubtype", "CallType"),
    ),
    VendorObject(
        "Event", "event", _ID,
        fields=(
            *_ACTIVITY, "ActivityDateTime", "StartDateTime", "EndDateTime", "DurationInMinutes", "Location",
            "EventSubtype",
        ),
    ),
)  # fmt: skip
