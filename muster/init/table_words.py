"""What `muster init` knows of tables of any shape: headings that people use, and the XDM paths that they mean.

Data only. A heading is compared by its letters and digits alone, so `First Name` is `firstname`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

#: Headings of tables of any shape → XDM paths, by class. Earlier classes win where several fit.
TABLE_FIELDS: Mapping[str, Mapping[str, str]] = {
    "activity": {
        **dict.fromkeys(("event", "eventname", "eventtype", "activitytype", "action"), "eventType"),
        **dict.fromkeys(
            ("timestamp", "eventtime", "eventtimestamp", "occurredat", "eventdate", "collectortstamp", "ts"),
            "timestamp",
        ),
        **dict.fromkeys(("userid", "visitorid", "clientid", "domainuserid"), "identityMap.userId"),
        **dict.fromkeys(("email", "emailaddress", "useremail"), "identityMap.Email"),
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
        **dict.fromkeys(("closedate", "expectedclosedate"), "expectedCloseDate"),
        **dict.fromkeys(("accountid", "companyid"), "accountKey.sourceKey"),
        "probability": "probabilityPercentage",
        "leadsource": "leadSource",
    },
    "person": {
        **dict.fromkeys(("email", "emailaddress", "workemail", "mail"), "workEmail.address"),
        **dict.fromkeys(
            ("firstname", "givenname", "forename", "namefirst", "primarynamefirst"), "person.name.firstName"
        ),
        **dict.fromkeys(("lastname", "surname", "familyname", "namelast", "primarynamelast"), "person.name.lastName"),
        "middlename": "person.name.middleName",
        **dict.fromkeys(("fullname", "namefull", "personname", "primarynamefull"), "person.name.fullName"),
        **dict.fromkeys(("title", "jobtitle", "role", "position"), "extendedWorkDetails.jobTitle"),
        **dict.fromkeys(("phone", "phonenumber", "workphone", "telephone"), "workPhone.number"),
        **dict.fromkeys(("mobile", "mobilephone", "cell"), "mobilePhone.number"),
        **dict.fromkeys(("company", "companyname", "employer", "organization", "organisation"), "b2b.companyName"),
        **dict.fromkeys(("website", "companywebsite"), "b2b.companyWebsite"),
        **dict.fromkeys(("dob", "dateofbirth", "birthdate", "birthday"), "person.birthDate"),
        **dict.fromkeys(("street", "address", "address1", "streetaddress", "addrline1"), "workAddress.street1"),
        **dict.fromkeys(("city", "town", "suburb", "addrcity"), "workAddress.city"),
        **dict.fromkeys(("state", "region", "province", "addrstate"), "workAddress.state"),
        **dict.fromkeys(("zip", "zipcode", "postcode", "postalcode", "addrpostalcode"), "workAddress.postalCode"),
        **dict.fromkeys(("country", "countrycode", "addrcountry"), "workAddress.country"),
        **dict.fromkeys(("accountid", "companyid"), "b2b.accountKey.sourceKey"),
        **dict.fromkeys(("score", "leadscore"), "b2b.personScore"),
    },
    "account": {
        **dict.fromkeys(
            ("name", "company", "companyname", "accountname", "organization", "organisation", "instnm", "security"),
            "accountName",
        ),
        **dict.fromkeys(("website", "url", "webaddr", "homepage"), "accountOrganization.website"),
        **dict.fromkeys(("domain", "companydomain", "domainname"), "accountOrganization.domain"),
        **dict.fromkeys(("industry", "sector", "gicssector"), "accountOrganization.industry"),
        **dict.fromkeys(("ticker", "tickersymbol", "symbol"), "accountOrganization.tickerSymbol"),
        **dict.fromkeys(("employees", "numberofemployees", "headcount"), "accountOrganization.numberOfEmployees"),
        **dict.fromkeys(("revenue", "annualrevenue"), "accountOrganization.annualRevenue.amount"),
        **dict.fromkeys(("naics", "naicscode"), "accountOrganization.NAICSCode"),
        **dict.fromkeys(("sic", "siccode"), "accountOrganization.SICCode"),
        **dict.fromkeys(("duns", "dunsnumber"), "accountOrganization.DUNSNumber"),
        **dict.fromkeys(("phone", "phonenumber", "gentele"), "accountPhone.number"),
        **dict.fromkeys(("street", "address", "address1", "addr"), "accountBillingAddress.street1"),
        **dict.fromkeys(("city", "town"), "accountBillingAddress.city"),
        **dict.fromkeys(("state", "region", "province", "stabbr"), "accountBillingAddress.state"),
        **dict.fromkeys(("zip", "zipcode", "postcode", "postalcode"), "accountBillingAddress.postalCode"),
        **dict.fromkeys(("country", "countrycode"), "accountBillingAddress.country"),
        **dict.fromkeys(("parentid", "parentaccountid", "parentcompanyid"), "accountParentKey.sourceKey"),
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

#: What a table must have to be of a class: one path of every group.
TABLE_NEEDS: Mapping[str, Sequence[Sequence[str]]] = {
    "activity": (("eventType",), ("timestamp",)),
    "opportunity": (("opportunityStage", "expectedCloseDate"), ("opportunityAmount.amount", "opportunityName")),
    "person": (("workEmail.address", "person.name.lastName", "person.name.fullName"),),
    "account": (("accountName", "accountOrganization.domain"),),
    "campaign": (("campaignName",), ("channelName", "campaignStatus", "budgetedCost.amount", "actualCost.amount")),
}

#: Headings of an id in a table of a class.
TABLE_IDS: Mapping[str, Sequence[str]] = {
    "activity": ("eventid", "activityid", "id", "uuid"),
    "opportunity": ("opportunityid", "dealid", "id", "recordid"),
    "person": ("personid", "contactid", "customerid", "userid", "leadid", "id", "recordid", "recid"),
    "account": ("accountid", "companyid", "organizationid", "unitid", "cik", "id", "recordid"),
    "campaign": ("campaignid", "id", "recordid"),
}
