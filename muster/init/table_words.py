"""What `muster init` knows of tables of any shape: headings that people use, and the XDM paths that they mean.

Data only. A heading is compared by its letters and digits alone, so `First Name` is `firstname`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_AUDIT: Mapping[str, str] = {
    **dict.fromkeys(
        ("created", "createdat", "createddate", "createdtime", "personcreated", "organizationcreated", "signupat"),
        "extSourceSystemAudit.createdDate",
    ),
    **dict.fromkeys(
        ("updated", "updatedat", "updateddate", "updatetime", "modifiedtime", "modifieddate", "lastmodifieddate"),
        "extSourceSystemAudit.lastUpdatedDate",
    ),
}

#: Headings of tables of any shape → XDM paths, by class. Earlier classes win where several fit.
TABLE_FIELDS: Mapping[str, Mapping[str, str]] = {
    "activity": {
        **dict.fromkeys(("event", "eventname", "eventtype", "activitytype", "action"), "eventType"),
        **dict.fromkeys(
            (
                "timestamp",
                "eventtime",
                "eventtimestamp",
                "occurredat",
                "eventdate",
                "collectortstamp",
                "ts",
                "orderdate",
                "orderedat",
                "purchasedate",
                "purchasedat",
                "transactiondate",
            ),
            "timestamp",
        ),
        **dict.fromkeys(("userid", "visitorid", "clientid"), "identityMap.userId"),
        **dict.fromkeys(("email", "emailaddress", "useremail", "customeremail", "contactemail"), "identityMap.Email"),
        **dict.fromkeys(("customerid", "contactid", "personid", "leadid"), "personKey.sourceKey"),
        "anonymousid": "identityMap.anonymousId",
        "domainuserid": "identityMap.domain_userid",
        "ecid": "identityMap.ECID",
        **dict.fromkeys(("pageurl", "url"), "web.webPageDetails.URL"),
        **dict.fromkeys(("pagetitle", "pagename", "page"), "web.webPageDetails.name"),
        **dict.fromkeys(("pagereferrer", "referrer", "referer"), "web.webReferrer.URL"),
        **dict.fromkeys(("form", "formname"), "web.fillOutForm.webFormName"),
    },
    "opportunity": {
        **dict.fromkeys(("opportunityname", "dealname", "opportunity", "deal", "name"), "opportunityName"),
        **dict.fromkeys(("stage", "dealstage", "stagename", "opportunitystage"), "opportunityStage"),
        **dict.fromkeys(("amount", "value", "dealamount", "dealvalue"), "opportunityAmount.amount"),
        **dict.fromkeys(("currency", "currencycode"), "opportunityAmount.currencyCode"),
        **dict.fromkeys(("closedate", "expectedclosedate", "closingdate"), "expectedCloseDate"),
        **dict.fromkeys(("accountid", "companyid", "accountnameid", "organizationid"), "accountKey.sourceKey"),
        **_AUDIT,
        "probability": "probabilityPercentage",
        "leadsource": "leadSource",
    },
    "person": {
        **dict.fromkeys(("email", "emailaddress", "workemail", "emailwork", "mail"), "workEmail.address"),
        **dict.fromkeys(
            ("firstname", "givenname", "forename", "namefirst", "primarynamefirst"), "person.name.firstName"
        ),
        **dict.fromkeys(("lastname", "surname", "familyname", "namelast", "primarynamelast"), "person.name.lastName"),
        "middlename": "person.name.middleName",
        **dict.fromkeys(("fullname", "namefull", "personname", "primarynamefull"), "person.name.fullName"),
        **dict.fromkeys(("title", "jobtitle", "role", "position"), "extendedWorkDetails.jobTitle"),
        **dict.fromkeys(("phone", "phonenumber", "workphone", "phonework", "telephone"), "workPhone.number"),
        **dict.fromkeys(("mobile", "mobilephone", "phonemobile", "cell"), "mobilePhone.number"),
        **dict.fromkeys(
            ("company", "companyname", "employer", "organization", "organisation", "accountname"), "b2b.companyName"
        ),
        **dict.fromkeys(("website", "companywebsite"), "b2b.companyWebsite"),
        **dict.fromkeys(("dob", "dateofbirth", "birthdate", "birthday"), "person.birthDate"),
        **dict.fromkeys(
            ("street", "address", "address1", "streetaddress", "addrline1", "mailingstreet"), "workAddress.street1"
        ),
        **dict.fromkeys(("city", "town", "suburb", "addrcity", "mailingcity"), "workAddress.city"),
        **dict.fromkeys(("state", "region", "province", "addrstate", "mailingstate"), "workAddress.state"),
        **dict.fromkeys(
            ("zip", "zipcode", "postcode", "postalcode", "addrpostalcode", "mailingzip"), "workAddress.postalCode"
        ),
        **dict.fromkeys(("country", "countrycode", "addrcountry", "mailingcountry"), "workAddress.country"),
        **dict.fromkeys(("accountid", "companyid", "accountnameid", "organizationid"), "b2b.accountKey.sourceKey"),
        **dict.fromkeys(("department", "departments"), "extendedWorkDetails.departments"),
        "leadsource": "b2b.personSource",
        "leadstatus": "b2b.personStatus",
        **dict.fromkeys(("score", "leadscore"), "b2b.personScore"),
        **_AUDIT,
    },
    "account": {
        **dict.fromkeys(
            ("name", "company", "companyname", "accountname", "organization", "organisation", "instnm", "security"),
            "accountName",
        ),
        **dict.fromkeys(("website", "url", "webaddr", "homepage"), "accountOrganization.website"),
        **dict.fromkeys(("domain", "domains", "companydomain", "domainname"), "accountOrganization.domain"),
        **dict.fromkeys(("industry", "sector", "gicssector"), "accountOrganization.industry"),
        **dict.fromkeys(("ticker", "tickersymbol", "symbol"), "accountOrganization.tickerSymbol"),
        **dict.fromkeys(("employees", "numberofemployees", "headcount"), "accountOrganization.numberOfEmployees"),
        **dict.fromkeys(("revenue", "annualrevenue"), "accountOrganization.annualRevenue.amount"),
        **dict.fromkeys(("naics", "naicscode"), "accountOrganization.NAICSCode"),
        **dict.fromkeys(("sic", "siccode"), "accountOrganization.SICCode"),
        **dict.fromkeys(("duns", "dunsnumber"), "accountOrganization.DUNSNumber"),
        **dict.fromkeys(("phone", "phonenumber", "gentele"), "accountPhone.number"),
        **dict.fromkeys(("street", "address", "address1", "addr", "billingstreet"), "accountBillingAddress.street1"),
        **dict.fromkeys(("city", "town", "billingcity"), "accountBillingAddress.city"),
        **dict.fromkeys(("state", "region", "province", "stabbr", "billingstate"), "accountBillingAddress.state"),
        **dict.fromkeys(
            ("zip", "zipcode", "postcode", "postalcode", "billingcode"), "accountBillingAddress.postalCode"
        ),
        **dict.fromkeys(("country", "countrycode", "billingcountry"), "accountBillingAddress.country"),
        **dict.fromkeys(("parentid", "parentaccountid", "parentcompanyid"), "accountParentKey.sourceKey"),
        "accounttype": "accountType",
        **_AUDIT,
    },
    "campaign": {
        **dict.fromkeys(("campaign", "campaignname"), "campaignName"),
        **dict.fromkeys(("channel", "channelname"), "channelName"),
        "status": "campaignStatus",
        "budgetedcost": "budgetedCost.amount",
        "actualcost": "actualCost.amount",
        "startdate": "campaignStartDate",
        "enddate": "campaignEndDate",
    },
}

#: Headings that mean so only once it is settled what a row is, and where no other heading means it.
SETTLED_FIELDS: Mapping[str, Mapping[str, str]] = {
    "person": {"name": "person.name.fullName"},
    "opportunity": {"title": "opportunityName"},
}

#: What a table must have to be of a class: one path of every group.
TABLE_NEEDS: Mapping[str, Sequence[Sequence[str]]] = {
    "activity": (("eventType", "identityMap.Email", "identityMap.userId", "personKey.sourceKey"), ("timestamp",)),
    "opportunity": (("opportunityStage", "expectedCloseDate"), ("opportunityAmount.amount", "opportunityName")),
    "person": (("workEmail.address", "person.name.lastName", "person.name.fullName"),),
    "account": (("accountName", "accountOrganization.domain"),),
    "campaign": (("campaignName",), ("channelName", "campaignStatus", "budgetedCost.amount", "actualCost.amount")),
}

#: Headings of an id in a table of a class.
TABLE_IDS: Mapping[str, Sequence[str]] = {
    "activity": ("eventid", "activityid", "messageid", "orderid", "transactionid", "id", "uuid"),
    "opportunity": ("opportunityid", "dealid", "id", "recordid", "externalid"),
    "person": ("personid", "contactid", "customerid", "userid", "leadid", "id", "recordid", "recid"),
    "account": ("accountid", "companyid", "organizationid", "unitid", "cik", "id", "recordid"),
    "campaign": ("campaignid", "id", "recordid"),
}
