"""The Marketo objects that become B2B records, with the REST names of the fields that Muster reads."""

from __future__ import annotations

from muster.connectors.vendor import VendorObject

_AUDIT = ("id", "createdAt", "updatedAt", "isDeleted")
_ID = (("id",),)

OBJECTS = (
    VendorObject(
        "leads", "leads", _ID, referred=True,
        fields=(
            *_AUDIT, "email", "ecids", "firstName", "middleName", "lastName", "salutation", "dateOfBirth", "title",
            "department", "phone", "mobilePhone", "fax", "address", "city", "state", "postalCode", "country",
            "company", "website", "contactCompany", "externalCompanyId", "sfdcType", "sfdcContactId", "sfdcLeadId",
            "sfdcAccountId", "leadScore", "leadSource", "leadStatus", "personType", "leadPartitionId",
            "mktoCdpIsConverted", "mktoCdpConvertedDate", "mktoCdpCnvContactPersonId", "marketingSuspended",
            "marketingSuspendedCause", "blackListed", "unsubscribed", "unsubscribedReason", "doNotCall",
        ),
        files=("person",),
    ),
    VendorObject(
        "companies", "companies", (("id",), ("externalCompanyId",)), referred=True,
        fields=(
            *_AUDIT, "company", "externalCompanyId", "site", "companyNotes", "mainPhone", "industry", "website",
            "sicCode", "numberOfEmployees", "annualRevenue", "billingStreet", "billingCity", "billingState",
            "billingPostalCode", "billingCountry", "mktoCdpParentOrgId", "sfdcAccountId",
        ),
    ),
    VendorObject(
        "opportunities", "opportunities", (("id",), ("marketoGUID",), ("externalOpportunityId",)), referred=True,
        fields=(
            *_AUDIT, "marketoGUID", "externalOpportunityId", "sfdcId", "mktoCdpAccountOrgId", "externalCompanyId",
            "name", "description", "type", "stage", "amount", "currencyCode", "expectedRevenue", "closeDate",
            "externalCreatedDate", "fiscalYear", "fiscalQuarter", "forecastCategory", "forecastCategoryName",
            "isClosed", "isWon", "probability", "quantity", "leadSource", "nextStep", "lastActivityDate",
        ),
    ),
    VendorObject(
        "opportunity_roles", "opportunity_roles",
        (("id",), ("marketoGUID",), ("externalOpportunityId", "leadId", "role"), ("opportunityId", "leadId", "role")),
        fields=(
            *_AUDIT, "marketoGUID", "mktoCdpOpptyId", "externalOpportunityId", "opportunityId", "mktoCdpSfdcId",
            "leadId", "role", "isPrimary", "externalCreatedDate",
        ),
        files=("opportunitycontactrole",),
    ),
    VendorObject(
        "programs", "programs", _ID, referred=True,
        fields=(
            *_AUDIT, "name", "type", "description", "status", "channel", "workspace", "parentProgramId", "sfdcId",
            "startDate", "endDate", "cost", "costs", "url",
        ),
    ),
    VendorObject(
        "program_members", "program_members", (("id",), ("programId", "leadId")),
        fields=(
            *_AUDIT, "programId", "leadId", "statusName", "statusReason", "reachedSuccess", "reachedSuccessDate",
            "membershipDate", "isExhausted", "nurtureCadence", "trackName", "sfdcId",
        ),
        files=("programmembership",),
    ),
    VendorObject(
        "static_lists", "static_lists", _ID, referred=True,
        fields=(*_AUDIT, "name", "description", "workspaceName"),
        files=("list",),
    ),
    VendorObject(
        "static_list_members", "static_list_members",
        (("staticListMemberID",), ("listId", "leadId"), ("staticListID", "personID"), ("id",)),
        fields=(*_AUDIT, "staticListMemberID", "listId", "staticListID", "leadId", "personID", "addedAt"),
        files=("staticlistmembership", "listmember", "listmembership"),
    ),
    VendorObject(
        "named_accounts", "named_accounts", (("id",), ("marketoGUID",)), referred=True,
        fields=(
            *_AUDIT, "marketoGUID", "name", "domainName", "industry", "sicCode", "numberOfEmployees",
            "annualRevenue", "city", "state", "country", "sourceType", "parentAccountId", "crmGuid",
        ),
    ),
    VendorObject(
        "activities", "activities", (("marketoGUID",), ("id",)),
        fields=(
            "id", "marketoGUID", "leadId", "activityDate", "activityTypeId", "campaignId",
            "primaryAttributeValueId", "primaryAttributeValue", "attributes", "actionResult",
        ),
        files=("activity*", "leadactivity", "leadchange", "deletedlead"),
    ),
)  # fmt: skip
