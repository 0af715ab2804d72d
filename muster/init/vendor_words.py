"""What `muster init` knows of vendors' objects: how to key them, what refers to what, and which attributes they fill.

Data only, by the objects' names in the lake. The vendors' field names themselves are the connectors' knowledge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

#: The field that a vendor's records are known by.
ID_FIELD: Mapping[str, str] = {"salesforce": "Id", "hubspot": "id", "marketo": "id"}

#: Parts of file names by which people call an object that the vendor has no such name for.
ALSO_CALLED: Mapping[str, Mapping[str, str]] = {"salesforce": {"activit": "Task"}}

#: The field of a Marketo person that holds the id of a record of a synced Salesforce org, by the record's object.
SYNCED: Mapping[str, str] = {"contact": "sfdcContactId", "lead": "sfdcLeadId"}

#: Objects whose rows happen rather than exist; without an id they are known by their content.
HAPPENINGS = frozenset({"task", "event", "activity", "activities", "events", "engagements"})

#: Columns that may make a key where there is no id, best first: those that name a record, of which a key has at least
#: one, and those that tell records of one name apart.
KEYS: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "account": (("Name", "Website"), ("BillingCity", "BillingStreet", "Phone")),
    "contact": (("Email", "LastName"), ("FirstName", "Phone", "AccountId")),
    "lead": (("Email", "LastName"), ("FirstName", "Company", "Phone")),
    "opportunity": (("Name",), ("AccountId", "CloseDate", "CreatedDate", "Amount")),
    "campaign": (("Name",), ("StartDate", "Type")),
    "opportunitycontactrole": (("OpportunityId",), ("ContactId", "Role")),
    "campaignmember": (("CampaignId",), ("ContactId", "LeadId")),
    "accountcontactrelation": (("AccountId",), ("ContactId",)),
    "companies": (("domain", "name"), ("city", "address", "phone")),
    "contacts": (("email", "lastname"), ("firstname", "phone")),
    "deals": (("dealname",), ("createdate", "closedate", "amount")),
    "lists": (("name",), ()),
    "leads": (("email", "lastName"), ("firstName", "company")),
}

#: Cells that say that there is nothing to say.
PLACEHOLDERS = frozenset({"n/a", "na", "none", "null", "unknown", "not available", "other", "-", "--", "?", "tbd"})

#: Which fields of an object refer to which other object.
REFERENCES: Mapping[str, Mapping[str, str]] = {
    "contact": {"AccountId": "account"},
    "opportunity": {"AccountId": "account", "ContactId": "contact", "CampaignId": "campaign"},
    "task": {"WhoId": "contact", "WhatId": "opportunity", "AccountId": "account"},
    "event": {"WhoId": "contact", "WhatId": "opportunity", "AccountId": "account"},
    "opportunitycontactrole": {"OpportunityId": "opportunity", "ContactId": "contact"},
    "campaignmember": {"CampaignId": "campaign", "ContactId": "contact", "LeadId": "lead"},
    "accountcontactrelation": {"AccountId": "account", "ContactId": "contact"},
    "contacts": {"associatedcompanyid": "companies"},
    "deals": {"associatedcompanyid": "companies", "associatedcontactid": "contacts"},
    "activities": {
        "associatedcompanyid": "companies",
        "associatedcontactid": "contacts",
        "associateddealid": "deals",
    },
}

#: How a heading speaks of an object.
WORDS: Mapping[str, Sequence[str]] = {
    "account": ("account", "company", "organization"),
    "contact": ("contact", "person"),
    "lead": ("lead",),
    "opportunity": ("opportunity", "deal"),
    "campaign": ("campaign",),
    "companies": ("company", "account", "domain"),
    "contacts": ("contact", "person", "email"),
    "deals": ("deal", "opportunity"),
}

#: What each vendor object fills: the class, and by XDM path the vendor's field, or several with `|`.
#: Starter audiences are made from these.
FILLS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "account": (
        "account",
        {
            "accountName": "Name",
            "accountOrganization.industry": "Industry",
            "accountOrganization.website": "Website",
            "accountOrganization.numberOfEmployees": "NumberOfEmployees",
        },
    ),
    "companies": (
        "account",
        {
            "accountName": "name|company",
            "accountOrganization.industry": "industry",
            "accountOrganization.domain": "domain",
            "accountOrganization.website": "website",
            "accountOrganization.numberOfEmployees": "numberofemployees",
        },
    ),
    "contact": (
        "person",
        {
            "workEmail.address": "Email",
            "person.name.firstName": "FirstName",
            "person.name.lastName": "LastName",
            "extendedWorkDetails.jobTitle": "Title",
            "b2b.accountKey.sourceKey": "AccountId",
        },
    ),
    "lead": (
        "person",
        {
            "workEmail.address": "Email",
            "person.name.firstName": "FirstName",
            "person.name.lastName": "LastName",
            "extendedWorkDetails.jobTitle": "Title",
            "b2b.companyName": "Company",
        },
    ),
    "contacts": (
        "person",
        {
            "workEmail.address": "email",
            "person.name.firstName": "firstname",
            "person.name.lastName": "lastname",
            "extendedWorkDetails.jobTitle": "jobtitle",
            "b2b.companyName": "company",
            "b2b.accountKey.sourceKey": "associatedcompanyid",
        },
    ),
    "leads": (
        "person",
        {
            "workEmail.address": "email",
            "person.name.firstName": "firstName",
            "person.name.lastName": "lastName",
            "extendedWorkDetails.jobTitle": "title",
            "b2b.companyName": "company",
            "b2b.accountKey.sourceKey": "contactCompany|externalCompanyId",
        },
    ),
    "opportunities": (
        "opportunity",
        {
            "opportunityName": "name",
            "opportunityAmount.amount": "amount",
            "opportunityStage": "stage",
            "isWon": "isWon",
            "accountKey.sourceKey": "mktoCdpAccountOrgId|externalCompanyId",
        },
    ),
    "opportunity": (
        "opportunity",
        {
            "opportunityName": "Name",
            "opportunityAmount.amount": "Amount",
            "opportunityStage": "StageName",
            "isWon": "IsWon",
            "accountKey.sourceKey": "AccountId",
        },
    ),
    "deals": (
        "opportunity",
        {
            "opportunityName": "dealname",
            "opportunityAmount.amount": "amount",
            "opportunityStage": "dealstage",
            "isWon": "hs_is_closed_won",
            "accountKey.sourceKey": "associatedcompanyid",
        },
    ),
    "opportunitycontactrole": ("opportunity_person", {"personRole": "Role"}),
    "opportunity_roles": ("opportunity_person", {"personRole": "role"}),
    "campaignmember": ("campaign_member", {"hasResponded": "HasResponded"}),
    "events": (
        "activity",
        {"eventType": "eventType", "timestamp": "timestamp", "web.webPageDetails.name": "web.webPageDetails.name"},
    ),
}
