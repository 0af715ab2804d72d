"""The exports that the tests of staging are about: source by source, file name → text.

Each holds the quirks of its vendor's real exports in as few rows as show them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Exports:
    """One source: its type, instance and files, and what `sources.yml` would say of it."""

    type: str
    files: dict[str, str]
    instance: str
    settings: dict[str, Any] = field(default_factory=dict)


CRM = Exports(
    "salesforce",
    {
        # Blank is false; ids of 15 and of 18 characters are the same record.
        "Account.csv": "Id,IsDeleted,MasterRecordId,Name,ParentId,Website,BillingCountry,AnnualRevenue,CreatedDate\n"
        "001Ec00000GGw3hIAD,,,Acme,,https://www.Acme.example/about,United States,"
        '"1,250,000",2024-01-19T09:42:24.000+0000\n'
        "001Ec00000GGw3iIAD,,,Acme Labs,001Ec00000GGw3h,,Deutschland,$12,2024-01-19T09:42:24.000+0000\n"
        "001Ec00000GGw3jIAD,1,001Ec00000GGw3hIAD,Acme Inc,,,Atlantis,n/a,\n",
        "Contact.csv": "Id,AccountId,FirstName,LastName,Email,Birthdate,Department,HasOptedOutOfEmail,MailingCountry\n"
        "003Ec00000Cz30UIAR,001Ec00000GGw3hIAD,Ada,Byron, Ada@Acme.example ,1985-12-10,Research,1,US\n"
        "003Ec00000Cz30VIAR,001Ec00000GGw3h,Bo,Lind,not an e-mail,,,,GBR\n"
        "003Ec00000Cz30WIAR,,Cy,Odd,,,,0,\n",
        "Lead.csv": "Id,FirstName,LastName,Company,Email,IsConverted,ConvertedContactId,ConvertedDate\n"
        "00QEc00000BBaeXMAT,Lee,May,001Ec00000GGw3iIAD,lee@acme.example,,,\n"
        "00QEc00000BBaeYMAT,Ada,Byron,Acme,ada@acme.example,1,003Ec00000Cz30UIAR,2024-03-01\n",
        "Opportunity.csv": "Id,AccountId,ContactId,Name,StageName,IsClosed,IsWon,CloseDate,Amount\n"
        "006Ec00000AieKFIAZ,001Ec00000GGw3hIAD,003Ec00000Cz30UIAR,Open,Qualification,,,2024-11-10,1000.5\n"
        "006Ec00000AieKGIAZ,001Ec00000GGw3hIAD,003Ec00000Cz30UIAR,Won,Closed Won,1,1,2023-06-17,2000\n"
        "006Ec00000AieKHIAZ,001Ec00000GGw3hIAD,,Lost,Closed Lost,,,2023-06-17,\n"
        "006Ec00000AieKIIAZ,001Ec00000GGw3hIAD,,Own words,Signed,true,true,2023-06-17,\n",
        "OpportunityContactRole.csv": "Id,OpportunityId,ContactId,Role,IsPrimary\n"
        "00KEc0000000001AAA,006Ec00000AieKGIAZ,003Ec00000Cz30UIAR,Decision Maker,1\n",
        "AccountContactRelation.csv": "Id,AccountId,ContactId,Roles,IsDirect,IsActive\n"
        "07kEc000002UVd8IAG,001Ec00000GGw3iIAD,003Ec00000Cz30UIAR,Evaluator;Influencer,,1\n",
        "Task.csv": "Id,WhoId,WhatId,AccountId,Subject,ActivityDate\n"
        "00TEc00000Co1WhMAJ,003Ec00000Cz30UIAR,006Ec00000AieKF,001Ec00000GGw3hIAD,Call,2024-02-01\n"
        "00TEc00000Co1WiMAJ,00QEc00000BBaeXMAT,001Ec00000GGw3iIAD,,Mail,2024-02-02\n",
    },
    "00DEc0000000001",
)

MARKETO = Exports(
    "marketo",
    {
        "leads.csv": "id,email,name,contactCompany,sfdcType,sfdcContactId,sfdcLeadId,unsubscribed,ecids,createdAt\n"
        "1001,ada@acme.example,Ada,20,Contact,003Ec00000Cz30U,00QEc00000BBaeYMAT,true,111;222,2024-01-19T09:42:24Z\n"
        "1002,old-ada@acme.example,Ada,20,null,null,null,false,null,2024-01-19T09:42:24Z\n"
        "1003,gone@acme.example,Gone,null,Lead,null,00QEc00000BBaeX,null,null,2024-01-19T09:42:24Z\n",
        "companies.csv": "id,company,website,externalCompanyId\n20,Acme,acme.example,X-20\n",
        "programs.csv": "id,name,type,costs\n"
        """7,Webinar,Event,"[{""startDate"":""2026-01-01"",""cost"":1200.5},{""startDate"":""2026-02-01"",""cost"":300}]"\n"""
        "8,Newsletter,Email,[]\n",
        "opportunities.csv": "marketoGUID,externalOpportunityId,externalCompanyId,name,stage\n"
        "aa-1,006Ec00000AieKF,X-20,Open,Qualification\n",
        "opportunity_roles.csv": "marketoGUID,externalOpportunityId,leadId,role,isPrimary\n"
        "bb-1,006Ec00000AieKF,1001,Champion,true\n",
        "activities.csv": "marketoGUID,leadId,activityDate,activityTypeId,"
        "primaryAttributeValueId,primaryAttributeValue,attributes\n"
        'g1,1001,2024-05-01T10:00:00Z,11,77,Spring mail,"{""Link"":""https://acme.example/a"",""Device"":""Mac""}"\n'
        'g2,1001,2024-05-01T10:00:01Z,1,5,Pricing,"[{""name"":""Webpage URL"",""value"":""/pricing""},'
        '{""name"":""Token"",""value"":7}]"\n'
        'g3,1001,2024-05-01T10:00:02Z,24,9,Webinar list,"{}"\n'
        "g4,1001,2024-05-01T10:00:03Z,100001,1,Custom,null\n"
        'g5,1001,2024-05-02T10:00:00Z,32,1001,Ada,"{""Merge IDs"":""[1002, 1999]""}"\n'
        "g6,1003,2024-05-03T10:00:00Z,37,1003,Gone,null\n",
    },
    "123-ACM-456",
    {"crm": "crm"},
)

HUBSPOT = Exports(
    "hubspot",
    {
        "companies.csv": "Name,Domain,City,Country/Region,Number of Employees\n"
        "Acme,acme.example,Berlin,Germany,\"1,200\"\n"
        "Twin,twin.example,Oslo,Norway,5\n"
        "Twin,twin.example,Bergen,Norway,6\n",
        "contacts.csv": "Email,First Name,Company Domain Name,Merged Contact IDs\n"
        "ada@acme.example,Ada,ACME.example,77;78\n"
        "bo@twin.example,Bo,twin.example,\n",
        "deals.json": '[{"id": "9", "properties": {"dealname": "Nine", "dealstage": "closedwon", "amount": "5",'
        ' "createdate": "1705657344000"}, "archived": false,'
        ' "associations": {"contacts": {"results": [{"id": "ada@acme.example", "type": "deal_to_contact"}]}}},'
        ' {"id": "10", "properties": {"dealname": "Ten", "dealstage": "appointmentscheduled"}, "archived": true}]',
        "activities.csv": "id,hs_activity_type,hs_timestamp,hs_email_subject,Contact Email\n"
        "1,EMAIL,2024-02-01T10:00:00Z,Hello,ada@acme.example\n"
        "2,CLICK,2024-02-01T10:05:00Z,,bo@twin.example\n",
    },
    "hub-1",
    {
        "objects": [
            {"object": "companies", "files": ["companies.csv"], "key": ["Domain", "City"], "alias": ["Domain"]},
            {"object": "contacts", "files": ["contacts.csv"], "key": ["Email"],
             "columns": {"Company Domain Name": "associatedcompanyid"}},
            {"object": "activities", "files": ["activities.csv"], "columns": {"Contact Email": "associatedcontactid"}},
        ]
    },
)  # fmt: skip

WEB = Exports(
    "events",
    {
        "events.ndjson": '{"_id": "e1", "eventType": "web.webpagedetails.pageViews",'
        ' "timestamp": "2024-05-01T10:00:00.250Z",'
        ' "identityMap": {"ecid": [{"id": "4711"}], "Email": [{"id": "Ada@Acme.example"}]},'
        ' "web": {"webPageDetails": {"name": "Pricing", "URL": "https://acme.example/pricing"}}}\n'
        '{"_id": "e2", "eventType": "web.formFilledOut", "timestamp": "2024-05-01",'
        ' "web": {"fillOutForm": {"webFormName": "Demo"}},'
        ' "identityMap": {}}\n',
    },
    "web",
)

SEGMENT = Exports(
    "events",
    {
        "calls.jsonl": '{"messageId": "m1", "type": "page", "name": "Pricing", "anonymousId": "a1",'
        ' "timestamp": "2024-05-01T10:00:00Z", "properties": {"url": "https://acme.example/pricing", "title": "T"}}\n'
        '{"messageId": "m2", "type": "track", "event": "Signed Up", "userId": "u1",'
        ' "timestamp": "2024-05-01T10:01:00Z", "context": {"page": {"url": "https://acme.example/signup"}}}\n'
        '{"messageId": "m3", "type": "identify", "userId": "u1", "timestamp": "2024-05-01T10:02:00Z",'
        ' "traits": {"email": "Ada@Acme.example"}}\n',
    },
    "segment",
    {
        "objects": [
            {"object": "calls", "files": ["calls.jsonl"],
             "columns": {"userId": "identityMap.UserId", "anonymousId": "identityMap.anonymousId"}}
        ]
    },
)  # fmt: skip

HUB_PAGES = Exports(
    "hubspot",
    {
        "hubspot-crm-exports-all-deals-2026-11-01.csv": "Record ID,Deal Name,Deal Stage,Is Deal Closed?,Currency\n"
        "1,One,Closed Won (Sales Pipeline),,EUR\n2,Two,7712,Yes,\n3,Three,Closed Won Back,,\n",
        "hubspot-crm-exports-all-contacts-2026-11-01.csv": "Record ID,Email,Last Modified Date\n"
        "7,ada@acme.example,2024-01-19 09:42\n",
        "meetings.json": '{"results": [{"id": "4", "properties": {"hs_timestamp": "2024-02-01T10:00:00Z"}}]}',
    },
    "hub-2",
)

SHOP = Exports(
    "events",
    {"clicks.csv": "click,user,at\nadd_to_cart,u1,1705657344\nadd_to_cart,,2024-01-19 09:42\n"},
    "shop",
    {
        "objects": [
            {"object": "events", "files": ["clicks.csv"], "key": ["*"],
             "columns": {"click": "eventType", "user": "identityMap.UserId", "at": "timestamp"}}
        ]
    },
)  # fmt: skip

SHEET = Exports(
    "table",
    {
        "people.csv": "no,mail,private,login,firm,land,joined,opted in\n"
        "1,kim@acme.example,KIM@home.example,kim,A1,UK,2024-02-29,yes\n"
        "2,lou@acme.example,,lou,2@00DEc0000000001.Salesforce,Neverland,soon,no\n",
        "firms.csv": "no,name\nA1.0,Acme\n",
        "orders-2024.csv": "order,buyer,day\n9,kim@acme.example,2024-03-01\n",
    },
    "sheet",
    {
        "objects": [
            {"object": "people", "class": "person", "files": ["people.csv"], "key": ["no"],
             "columns": {"mail": "workEmail.address", "private": "personalEmail.address", "login": "identityMap.Login",
                         "firm": "b2b.accountKey.sourceKey", "land": "workAddress.country",
                         "joined": "extSourceSystemAudit.createdDate", "opted in": "consents.marketing.email.val"}},
            {"object": "firms", "class": "account", "files": ["firms.csv"], "key": ["no"],
             "columns": {"name": "accountName"}},
            {"object": "orders", "class": "activity", "files": ["orders*.csv"], "key": ["order"],
             "columns": {"buyer": "identityMap.Email", "day": "timestamp"}},
        ]
    },
)  # fmt: skip

COUNTED = Exports(
    "salesforce",
    {
        "Contact.csv": "Id,LastName\n1,Contact one\n2,Contact two\n",
        "Lead.csv": "Id,LastName\n1,Lead one\n",
        "CampaignMember.csv": "Id,CampaignId,LeadId,ContactId\n1,1,1,\n2,1,,1\n",
        "Task.csv": "Id,WhoId,Subject\n1,1,A task\n",
        "Event.csv": "Id,WhoId,Subject\n1,2,A meeting\n",
    },
    "counted",
)

SOURCES = {
    "counted": COUNTED,
    "crm": CRM,
    "marketo": MARKETO,
    "hubspot": HUBSPOT,
    "hub-pages": HUB_PAGES,
    "web": WEB,
    "segment": SEGMENT,
    "shop": SHOP,
    "sheet": SHEET,
}
