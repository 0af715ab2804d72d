"""The standard fields of Marketo's objects, with their types; what else is loaded or created is a custom field.

Names and types: the vendor's "List of standard fields" and "Field types" pages and the describe samples of each object.
A line is `name | label | type | length | rules`; `-` among the rules is a field that callers cannot write, a number is
the field's id in describe (by default they are counted).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """A field as describe tells it; `id` is what Change Data Value activities refer to."""

    name: str
    label: str
    type: str = "string"
    length: int | None = None
    updateable: bool = True
    id: int = 0
    custom: bool = False
    description: str | None = None
    hidden: bool = False
    encoded: bool = True
    sensitive: bool = False
    api_created: bool = False


_COMPANY = """
company | Company Name | string | 255 | 2
site | Site | string | 255 |
website | Website | url | 255 |
mainPhone | Main Phone | phone | 255 |
annualRevenue | Annual Revenue | currency | |
numberOfEmployees | Num Employees | integer | |
industry | Industry | string | 255 |
sicCode | SIC Code | string | 40 |
billingStreet | Billing Address | text | 30000 |
billingCity | Billing City | string | 255 |
billingState | Billing State | string | 255 |
billingPostalCode | Billing Postal Code | string | 255 |
billingCountry | Billing Country | string | 255 |
companyNotes | Company Notes | text | 30000 |
"""

_LEAD = f"""
id | Id | integer | | - 90
{_COMPANY.strip()}
salutation | Salutation | string | 255 |
firstName | First Name | string | 255 | 48
middleName | Middle Name | string | 255 |
lastName | Last Name | string | 255 | 49
email | Email Address | email | 255 | 51
phone | Phone Number | phone | 255 |
mobilePhone | Mobile Phone Number | phone | 255 |
fax | Fax Number | phone | 255 |
title | Job Title | string | 255 | 641
contactCompany | Contact Company | integer | | -
dateOfBirth | Date of Birth | date | |
address | Address | text | 30000 |
city | City | string | 255 |
state | State | string | 255 |
country | Country | string | 255 |
postalCode | Postal Code | string | 255 |
originalSourceType | Original Source Type | string | 255 | -
originalSourceInfo | Original Source Info | string | 255 | -
registrationSourceType | Registration Source Type | string | 255 |
registrationSourceInfo | Registration Source Info | string | 2000 |
department | Department | string | 255 |
personType | Person Type | string | 50 | -
unsubscribed | Unsubscribed | boolean | |
unsubscribedReason | Unsubscribed Reason | text | 30000 |
doNotCall | Do Not Call | boolean | |
doNotCallReason | Do Not Call Reason | text | 30000 |
marketingSuspended | Marketing Suspended | boolean | |
marketingSuspendedCause | Marketing Suspended Cause | string | 255 |
blackListed | Black Listed | boolean | |
blackListedCause | Black Listed Cause | string | 255 |
emailInvalid | Email Invalid | boolean | |
emailInvalidCause | Email Invalid Cause | string | 255 |
anonymousIP | Anonymous IP | string | 255 |
isAnonymous | Is Anonymous | boolean | | -
inferredCompany | Inferred Company | string | 255 |
inferredCountry | Inferred Country | string | 255 |
inferredCity | Inferred City | string | 255 |
inferredMetropolitanArea | Inferred Metropolitan Area | string | 255 |
inferredStateRegion | Inferred State Region | string | 255 |
inferredPostalCode | Inferred Postal Code | string | 255 |
inferredPhoneAreaCode | Inferred Phone Area Code | string | 255 |
rating | Lead Rating | string | 255 |
leadRole | Role | string | 50 |
leadScore | Lead Score | score | | 78
urgency | Urgency | float | |
priority | Priority | integer | |
relativeScore | Relative Score | integer | | -
relativeUrgency | Relative Urgency | integer | | -
leadStatus | Lead Status | string | 255 |
leadSource | Lead Source | string | 255 |
leadPartitionId | Lead Partition Id | integer | | -
leadRevenueCycleModelId | Lead Revenue Cycle Model Id | integer | | -
leadRevenueStageId | Lead Revenue Stage Id | integer | | -
acquisitionProgramId | Acquisition Program Id | integer | |
externalCompanyId | External Company Id | string | 100 |
externalSalesPersonId | External Sales Person Id | string | 100 |
facebookId | Facebook Id | string | 255 |
linkedInId | LinkedIn Id | string | 255 |
twitterId | Twitter Id | string | 255 |
cookies | Cookies | string | 255 |
ecids | Experience Cloud Ids | string | 2000 | -
jigsawContactId | Data.com Id | string | 255 |
jigsawContactStatus | Data.com Status | string | 255 |
sfdcType | SFDC Type | string | 255 | -
sfdcId | SFDC Id | string | 50 | -
sfdcContactId | SFDC Contact Id | string | 50 | -
sfdcLeadId | SFDC Lead Id | string | 50 | -
sfdcAccountId | SFDC Account Id | string | 50 | -
sfdcLeadOwnerId | SFDC Lead Owner Id | string | 50 | -
sfdcOpptyId | SFDC Opportunity Id | string | 50 | -
mktoCdpIsConverted | Is Converted | boolean | | -
mktoCdpConvertedDate | Converted Date | datetime | | -
mktoCdpCnvContactPersonId | Converted Contact Person Id | string | 50 | -
createdAt | Created At | datetime | | -
updatedAt | Updated At | datetime | | -
"""

_OTHERS = {
    "companies": f"""
createdAt | Created At | datetime | | -
externalCompanyId | External Company Id | string | 100 | -
id | Id | integer | | -
updatedAt | Updated At | datetime | | -
{_COMPANY.strip()}
externalSalesPersonId | External Sales Person Id | string | 100 |
sfdcAccountId | SFDC Account Id | string | 50 | -
mktoCdpParentOrgId | Parent Organization Id | string | 50 | -
""",
    "opportunities": """
marketoGUID | Marketo GUID | string | 36 | -
externalOpportunityId | External Opportunity Id | string | 50 | -
createdAt | Created At | datetime | | -
updatedAt | Updated At | datetime | | -
name | Name | string | 255 |
description | Description | string | 2000 |
type | Type | string | 255 |
stage | Stage | string | 255 |
amount | Amount | currency | |
currencyCode | Currency Code | string | 10 |
expectedRevenue | Expected Revenue | currency | |
probability | Probability | integer | |
quantity | Quantity | float | |
closeDate | Close Date | date | |
externalCreatedDate | External Created Date | datetime | |
externalCompanyId | External Company Id | string | 100 |
externalSalesPersonId | External Sales Person Id | string | 100 |
fiscal | Fiscal | string | 50 |
fiscalQuarter | Fiscal Quarter | string | 50 |
fiscalYear | Fiscal Year | string | 50 |
forecastCategory | Forecast Category | string | 255 |
forecastCategoryName | Forecast Category Name | string | 255 |
isClosed | Is Closed | boolean | |
isWon | Is Won | boolean | |
lastActivityDate | Last Activity Date | date | |
leadSource | Lead Source | string | 255 |
nextStep | Next Step | string | 255 |
sfdcId | SFDC Id | string | 50 | -
""",
    "opportunity_roles": """
marketoGUID | Marketo GUID | string | 36 | -
externalOpportunityId | External Opportunity Id | string | 50 | -
leadId | Lead Id | integer | | -
role | Role | string | 50 | -
isPrimary | Is Primary | boolean | |
externalCreatedDate | External Created Date | datetime | |
createdAt | Created At | datetime | | -
updatedAt | Updated At | datetime | | -
""",
    "salespersons": """
id | Id | integer | | -
externalSalesPersonId | External Sales Person Id | string | 100 | -
createdAt | Created At | datetime | | -
updatedAt | Updated At | datetime | | -
email | Email Address | email | 255 |
firstName | First Name | string | 255 |
lastName | Last Name | string | 255 |
title | Job Title | string | 255 |
phone | Phone | phone | 255 |
mobilePhone | Mobile Phone | phone | 255 |
fax | Fax | phone | 255 |
""",
    "named_accounts": """
marketoGUID | Marketo GUID | string | 36 | -
name | Name | string | 255 |
createdAt | Created At | datetime | | -
updatedAt | Updated At | datetime | | -
annualRevenue | Annual Revenue | currency | |
city | City | string | 255 |
country | Country | string | 255 |
domainName | Domain Name | string | 255 |
industry | Industry | string | 255 |
logoUrl | Logo URL | url | 255 |
membershipCount | Membership Count | integer | | -
numberOfEmployees | Number Of Employees | integer | |
opptyAmount | Opportunity Amount | currency | | -
opptyCount | Opportunity Count | integer | | -
score1 | Score 1 | integer | |
score2 | Score 2 | integer | |
score3 | Score 3 | integer | |
score4 | Score 4 | integer | |
score5 | Score 5 | integer | |
sicCode | SIC Code | string | 255 |
state | State | string | 255 |
sourceType | Source Type | string | 255 | -
parentAccountId | Parent Account Id | string | 36 |
crmGuid | CRM GUID | string | 50 | -
""",
    "named_account_lists": """
marketoGUID | Marketo GUID | string | 36 | -
name | Name | string | 255 |
createdAt | Created At | datetime | | -
updatedAt | Updated At | datetime | | -
type | Type | string | 50 | -
updateable | Updateable | boolean | | -
""",
    "program_members": """
acquiredBy | acquiredBy | boolean | | -
attendanceLikelihood | attendanceLikelihood | integer | | -
createdAt | createdAt | datetime | | -
isExhausted | isExhausted | boolean | | -
leadId | leadId | integer | | -
membershipDate | membershipDate | datetime | | -
nurtureCadence | nurtureCadence | string | 4 | -
program | program | string | 255 | -
programId | programId | integer | | -
reachedSuccess | reachedSuccess | boolean | | -
reachedSuccessDate | reachedSuccessDate | datetime | | -
registrationLikelihood | registrationLikelihood | integer | | -
statusName | statusName | string | 255 | -
statusReason | statusReason | string | 255 | -
trackName | trackName | string | 255 | -
updatedAt | updatedAt | datetime | | -
waitlistPriority | waitlistPriority | integer | | -
registrationCode | registrationCode | string | 100 |
webinarUrl | webinarUrl | url | 2000 |
""",
}


def _parsed(text: str) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    for line in text.strip().splitlines():
        name, label, type_, length, rules = (part.strip() for part in line.split("|"))
        marks = rules.split()
        given = next((int(mark) for mark in marks if mark.isdigit()), 100 + len(fields))
        fields[name] = Field(name, label, type_, int(length) if length else None, "-" not in marks, given)
    return fields


#: By object, as the twin's store names it, then by REST name.
STANDARD = {"leads": _parsed(_LEAD), **{name: _parsed(text) for name, text in _OTHERS.items()}}

#: What belongs to the company of a lead: Sync Leads does not write it (1021).
COMPANY_FIELDS = frozenset(_parsed(_COMPANY))

#: Names under which leads can be looked up, beside custom fields (Get Leads by Filter Type).
SEARCHABLE_LEAD_FIELDS = (
    "cookies", "email", "facebookId", "id", "leadPartitionId", "linkedInId", "sfdcAccountId", "sfdcContactId",
    "sfdcLeadId", "sfdcLeadOwnerId", "sfdcOpptyId", "twitterId",
)  # fmt: skip
