"""The standard activity types: ids, names, and the attributes of those that the twin or the demo world tells of.

Source: the type list of a shipped connector, checked against the vendor's samples. Ids are an instance's own in
principle; every instance of the twin has these, custom types from 100001, and whatever else was loaded.
"""

from __future__ import annotations

from typing import Any

VISIT_PAGE, FILL_OUT_FORM, NEW_LEAD, CHANGE_VALUE, CHANGE_SCORE = 1, 2, 12, 13, 22
ADD_TO_LIST, REMOVE_FROM_LIST, MERGE_LEADS, DELETE_LEAD = 24, 25, 32, 37
CHANGE_PARTITION, CHANGE_STATUS, CHANGE_MEMBER_DATA, PUSH_LEAD = 100, 104, 123, 145
FIRST_CUSTOM = 100_001

_TYPES = """
1 | Visit Webpage | Webpage ID:integer | Client IP Address:string, Query Parameters:string, Referrer URL:string, User Agent:string, Webpage URL:string
2 | Fill Out Form | Webform ID:integer | Client IP Address:string, Form Fields:text, Query Parameters:string, Referrer URL:string, User Agent:string, Webpage ID:integer
3 | Click Link | Link ID:integer | Client IP Address:string, Query Parameters:string, Referrer URL:string, User Agent:string, Webpage ID:integer
6 | Send Email | Mailing ID:integer | Campaign Run ID:integer, Choice Number:integer, Has Predictive:boolean, Step ID:integer, Test Variant:integer
7 | Email Delivered | Mailing ID:integer | Campaign Run ID:integer, Choice Number:integer, Has Predictive:boolean, Step ID:integer, Test Variant:integer
8 | Email Bounced | Mailing ID:integer | Campaign Run ID:integer, Category:string, Choice Number:integer, Details:string, Email:string, Step ID:integer, Subcategory:string
9 | Unsubscribe Email | Mailing ID:integer | Campaign Run ID:integer, Client IP Address:string, Form Fields:text, Query Parameters:string, Referrer URL:string, User Agent:string, Webform ID:integer, Webpage ID:integer
10 | Open Email | Mailing ID:integer | Bot Activity Pattern:string, Campaign Run ID:integer, Device:string, Is Bot Activity:boolean, Is Mobile Device:boolean, Platform:string, Step ID:integer, User Agent:string
11 | Click Email | Mailing ID:integer | Bot Activity Pattern:string, Campaign Run ID:integer, Device:string, Is Bot Activity:boolean, Is Mobile Device:boolean, Link:string, Link ID:string, Platform:string, Step ID:integer, User Agent:string
12 | New Lead | Lead ID:integer | API Method Name:string, Created Date:date, Form Name:string, Lead Source:string, List Name:string, Modifying User:string, Request Id:string, SFDC Type:string, Source Type:string
13 | Change Data Value | Attribute Name:string | API Method Name:string, Modifying User:string, New Value:string, Old Value:string, Reason:string, Request Id:string, Source:string
19 | Sync Lead to SFDC | SFDC User ID:string | Result:string
21 | Convert Lead | Converted Status ID:integer | Contact ID:string
22 | Change Score | Score Name:string | Change Value:string, New Value:integer, Old Value:integer, Priority:integer, Reason:string, Relative Score:integer, Relative Urgency:integer, Urgency:float
23 | Change Owner | New Owner ID:integer | Old Owner ID:integer
24 | Add to List | List ID:integer | Source:string
25 | Remove from List | List ID:integer | Source:string
26 | SFDC Activity | Subject:string | Description:text, Status:string
27 | Email Bounced Soft | Mailing ID:integer | Campaign Run ID:integer, Category:string, Details:string, Email:string, Step ID:integer, Subcategory:string
29 | Delete Lead from SFDC | SFDC Id:string |
30 | SFDC Activity Updated | Subject:string | Description:text, Status:string
32 | Merge Leads | Lead ID:integer | Master Updated:boolean, Merge IDs:string, Merge Source:string, Merged in Sales:boolean
34 | Add to Opportunity | Oppty ID:integer | Is Primary:boolean, Role:string
35 | Remove from Opportunity | Oppty ID:integer | Is Primary:boolean, Role:string
36 | Update Opportunity | Oppty ID:integer | Attribute Name:string, New Value:string, Old Value:string
37 | Delete Lead | Lead ID:integer | API Method Name:string, Modifying User:string, Remove from CRM:boolean, Request Id:string
38 | Send Alert | Mailing ID:integer | Send To List:string, Send To Owner:string
39 | Send Sales Email | Mailing ID:integer | Sent By:integer
40 | Open Sales Email | Mailing ID:integer | Platform:string, User Agent:string
41 | Click Sales Email | Mailing ID:integer | Link:string, User Agent:string
42 | Add to SFDC Campaign | Campaign ID:integer | Status:string
43 | Remove from SFDC Campaign | Campaign ID:integer |
44 | Change Status in SFDC Campaign | Campaign ID:integer | New Status:string, Old Status:string
45 | Receive Sales Email | Mailing ID:integer | Received By:integer
46 | Interesting Moment | Type:string | Date:datetime, Description:string, Source:string
47 | Request Campaign | Campaign ID:integer | Source:integer
48 | Sales Email Bounced | Mailing ID:integer | Category:string, Details:string
100 | Change Lead Partition | Lead Partition ID:integer | Old Lead Partition ID:integer, Reason:string
101 | Change Revenue Stage | Model ID:integer | New Stage:string, Old Stage:string, Reason:string
102 | Change Revenue Stage Manually | Model ID:integer | New Stage:string, Old Stage:string, Reason:string
104 | Change Status in Progression | Program ID:integer | Acquired By:boolean, New Status:string, New Status ID:integer, Old Status:string, Old Status ID:integer, Program Member ID:integer, Reason:string, Status Reason:string, Success:boolean
106 | Enrich with Data.com | Data.com ID:string | Result:string
108 | Change Segment | Segmentation ID:integer | New Segment ID:integer
110 | Call Webhook | Webhook:integer | Error Type:integer, Request:text, Response:text
111 | Sent Forward to Friend Email | Mailing ID:integer | Lead ID:integer
112 | Received Forward to Friend Email | Mailing ID:integer | Lead ID:integer
113 | Add to Nurture | Program ID:integer | Track ID:integer
114 | Change Nurture Track | Program ID:integer | New Track ID:integer, Previous Track ID:integer
115 | Change Nurture Cadence | Program ID:integer | New Nurture Cadence:string, Previous Nurture Cadence:string
123 | Change Program Member Data | Program ID:integer | Attribute Display Name:string, Attribute Name:string, New Value:string, Old Value:string, Reason:string, Source:string
145 | Push Lead to Marketo | Program ID:integer | API Method Name:string, Reason:string, Source:string
400 | Share Content | Social App ID:integer | Share Message:string
401 | Vote in Poll | Social App ID:integer | Poll Vote:string
402 | Sign Up for Referral Offer | Social App ID:integer |
403 | Reach Goal in Referral Offer | Social App ID:integer |
404 | Qualify for Sweepstakes | Social App ID:integer |
405 | Enter Sweepstakes | Social App ID:integer |
406 | Win Sweepstakes | Social App ID:integer |
407 | Refer to Social App | Social App ID:integer |
408 | Disqualify for Sweepstakes | Social App ID:integer |
409 | Disqualify for Referral Offer | Social App ID:integer |
410 | Achieve Goal in Referral | Social App ID:integer |
"""  # noqa: E501 - a table


def _attribute(text: str) -> dict[str, str]:
    name, _, type_ = text.strip().rpartition(":")
    return {"name": name, "dataType": type_}


def _parsed(line: str) -> dict[str, Any]:
    number, name, primary, attributes = (part.strip() for part in line.split("|"))
    told: dict[str, Any] = {"id": int(number), "name": name, "description": name}
    if primary:
        told["primaryAttribute"] = _attribute(primary)
    told["attributes"] = [_attribute(part) for part in attributes.split(",") if part.strip()]
    return told


#: By id, as `activities/types.json` tells them.
STANDARD_TYPES = {told["id"]: told for told in map(_parsed, _TYPES.strip().splitlines())}
