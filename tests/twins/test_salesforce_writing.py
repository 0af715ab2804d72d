"""Writing to the Salesforce twin: what it refuses and in which words, and what else a write changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from muster.twins.salesforce import SalesforceTwin
from muster.twins.server import serve
from tests.twins.salesforce_org import ACME, ADA, BO, BOLT, CY, FAIR, LEE, Api, bare, made, org, stamp, table


@pytest.fixture
def twin() -> SalesforceTwin:
    return org()


@pytest.fixture
def api(twin: SalesforceTwin) -> Iterator[Api]:
    with serve(twin) as running:
        yield Api(running)


def several(api: Api, method: str, records: list[dict[str, Any]], type_: str = "Contact", **more: Any) -> list[Any]:
    body = {"records": [{"attributes": {"type": type_}, **each} for each in records], **more}
    told = api.call(method, "/composite/sobjects", json=body)
    assert told.status_code == 200, told.text
    return list(told.json())


# -- what is refused ---------------------------------------------------------------------------------------------------

REFUSED = [
    ("Account", {}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [Name]", ["Name"]),
    ("Contact", {"LastName": "A", "Email": "x"}, "INVALID_EMAIL_ADDRESS", "Email: invalid email address: x", ["Email"]),
    (
        "Contact", {"LastName": "A", "Title": "t" * 129}, "STRING_TOO_LONG",
        f"Title: data value too large: {'t' * 129} (max length=128)", ["Title"],
    ),
    (
        "Account", {"Name": "A", "CleanStatus": "Shiny"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "CleanStatus: bad value for restricted picklist field: Shiny", ["CleanStatus"],
    ),
    (
        "Contact", {"LastName": "A", "AccountId": ADA}, "MALFORMED_ID",
        f"Account ID: id value of incorrect type: {ADA}", ["AccountId"],
    ),
    (
        "Contact", {"LastName": "A", "AccountId": "001Qm0000000099AAA"}, "INVALID_CROSS_REFERENCE_KEY",
        "invalid cross reference id", ["AccountId"],
    ),
    ("Contact", {"LastName": "A", "ReportsToId": CY}, "ENTITY_IS_DELETED", "entity is deleted", ["ReportsToId"]),
    (
        "Account", {"Name": "A", "NumberOfEmployees": 1e10}, "NUMBER_OUTSIDE_VALID_RANGE",
        "NumberOfEmployees: value outside of valid range on numeric field: 10000000000", ["NumberOfEmployees"],
    ),
    ("Lead", {"LastName": "A", "Nope": 1}, "INVALID_FIELD", "No such column 'Nope' on sobject of type Lead", ["Nope"]),
]  # fmt: skip


@pytest.mark.parametrize(("object_", "record", "code", "message", "fields"), REFUSED)
def test_a_bad_record_is_refused_in_the_vendors_words(
    api: Api, object_: str, record: dict[str, Any], code: str, message: str, fields: list[str]
) -> None:
    (listed,) = several(api, "POST", [record], object_)
    assert listed == {"success": False, "errors": [{"statusCode": code, "message": message, "fields": fields}]}
    told = api.call("POST", f"/sobjects/{object_}", json=record)
    assert told.json() == [{"message": message, "errorCode": code, "fields": fields}]
    assert told.status_code == (404 if code == "ENTITY_IS_DELETED" else 400)


def test_what_the_system_sets_is_not_to_be_set(api: Api) -> None:
    told = api.call("PATCH", f"/sobjects/Contact/{ADA}", json={"CreatedDate": "2020-01-01T00:00:00Z"})
    assert told.json()[0]["errorCode"] == "INVALID_FIELD_FOR_INSERT_UPDATE"
    assert (
        api.call("POST", "/sobjects/Contact", json={"Id": ADA, "LastName": "A"}).json()[0]["errorCode"]
        == "INVALID_FIELD"
    )


def test_bodies_that_are_none(api: Api) -> None:
    told = api.call("POST", "/sobjects/Contact", data=b"{", headers={"Content-Type": "application/json"})
    assert (told.status_code, told.json()[0]["errorCode"]) == (400, "JSON_PARSER_ERROR")
    told = api.call("POST", "/sobjects/Contact", json={"LastName": "A", "Birthdate": "soon"})
    assert (told.status_code, told.json()[0]["errorCode"]) == (400, "JSON_PARSER_ERROR")


def test_records_that_are_gone_or_never_were(api: Api) -> None:
    assert api.call("PATCH", "/sobjects/Contact/003Qm0000000099AAA", json={"Title": "x"}).status_code == 404
    told = api.call("PATCH", f"/sobjects/Contact/{CY}", json={"Title": "x"})
    assert (told.status_code, told.json()[0]["errorCode"]) == (404, "ENTITY_IS_DELETED")
    listed = several(
        api, "PATCH", [{"id": CY, "Title": "x"}, {"id": "003Qm0000000099AAA", "Title": "x"}, {"Title": "x"}]
    )
    assert [each["errors"][0]["statusCode"] for each in listed] == [
        "ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "MISSING_ARGUMENT",
    ]  # fmt: skip


def test_unique_fields_stay_unique(api: Api, twin: SalesforceTwin) -> None:
    twin.admin.define("Contact", {"Ext__c": "string(40) external unique"})
    first = made(api, "Contact", LastName="A", Ext__c="k")
    told = api.call("POST", "/sobjects/Contact", json={"LastName": "B", "Ext__c": "K"}).json()[0]
    assert (told["errorCode"], told["message"]) == (
        "DUPLICATE_VALUE", f"duplicate value found: Ext__c duplicates value on record with id: {first[:15]}",
    )  # fmt: skip
    listed = several(api, "POST", [{"LastName": "C", "Ext__c": "n"}, {"LastName": "D", "Ext__c": "N"}])
    assert [each["success"] for each in listed] == [True, False]
    assert listed[1]["errors"][0]["message"] == (
        "duplicate value found: <unknown> duplicates value on record with id: <unknown>"
    )
    assert api.call("PATCH", f"/sobjects/Contact/{first}", json={"Ext__c": "k"}).status_code == 204


def test_a_duplicate_rule_can_be_overruled(api: Api, twin: SalesforceTwin) -> None:
    twin.writer.duplicate_rules["Contact"] = ("Email",)
    record = {"LastName": "Byron", "Email": "ADA@acme.example"}
    told = api.call("POST", "/sobjects/Contact", json=record).json()[0]
    assert (told["errorCode"], told["message"]) == ("DUPLICATES_DETECTED", "Use one of these records?")
    assert told["duplicateResult"]["matchResults"][0]["matchRecords"][0]["record"]["Id"] == ADA
    allowed = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}
    assert api.call("POST", "/sobjects/Contact", json=record, headers=allowed).status_code == 201


# -- what a write leaves -----------------------------------------------------------------------------------------------


def test_every_write_moves_the_stamp_by_the_second(api: Api, twin: SalesforceTwin) -> None:
    id_ = made(api, "Contact", LastName="A")
    assert stamp(api, "Contact", id_) == "2026-11-23T12:00:00.000+0000"
    twin.clock.advance(timedelta(seconds=90.7))
    api.call("PATCH", f"/sobjects/Contact/{id_}", json={"Title": "x"})
    told = api.get(f"/sobjects/Contact/{id_}").json()
    assert told["SystemModstamp"] == told["LastModifiedDate"] == "2026-11-23T12:01:30.000+0000"
    assert told["CreatedDate"] == "2026-11-23T12:00:00.000+0000"
    assert told["CreatedById"] == told["OwnerId"] == twin.org.user


def test_values_come_back_as_they_are_kept(api: Api) -> None:
    sent = {
        "LastName": " É\n",
        "Birthdate": "1990-02-01",
        "Email": "",
        "AccountId": ACME[:15],
        "HasOptedOutOfEmail": "true",
    }
    id_ = made(api, "Contact", **sent)
    told = api.get(f"/sobjects/Contact/{id_}", fields="LastName,Birthdate,Email,AccountId,HasOptedOutOfEmail,DoNotCall")
    assert bare(told.json()) == {
        "LastName": " É\n", "Birthdate": "1990-02-01", "Email": None, "AccountId": ACME, "HasOptedOutOfEmail": True,
        "DoNotCall": False,
    }  # fmt: skip


def test_what_follows_from_a_stage(api: Api) -> None:
    deal = made(api, "Opportunity", Name="D", StageName="Prospecting", CloseDate="2026-12-31", Amount=1000)
    fields = "IsClosed,IsWon,Probability,ForecastCategory,ExpectedRevenue,Fiscal"
    assert bare(api.get(f"/sobjects/Opportunity/{deal}", fields=fields).json()) == {
        "IsClosed": False, "IsWon": False, "Probability": 10.0, "ForecastCategory": "Pipeline", "Fiscal": "2026 4",
        "ExpectedRevenue": 100.0,
    }  # fmt: skip
    api.call("PATCH", f"/sobjects/Opportunity/{deal}", json={"StageName": "Closed Won"})
    told = api.get(f"/sobjects/Opportunity/{deal}", fields=fields).json()
    assert (told["IsClosed"], told["IsWon"], told["Probability"], told["ExpectedRevenue"]) == (
        True,
        True,
        100.0,
        1000.0,
    )


def test_one_primary_contact_an_opportunity(api: Api) -> None:
    deal = made(api, "Opportunity", Name="D", StageName="Prospecting", CloseDate="2026-12-31")
    first = made(api, "OpportunityContactRole", OpportunityId=deal, ContactId=ADA, IsPrimary=True)
    second = made(api, "OpportunityContactRole", OpportunityId=deal, ContactId=BO, IsPrimary=True)
    roles = api.query(f"SELECT Id, IsPrimary FROM OpportunityContactRole WHERE OpportunityId = '{deal}' ORDER BY Id")
    assert roles == [{"Id": first, "IsPrimary": False}, {"Id": second, "IsPrimary": True}]
    assert api.query(f"SELECT ContactId FROM Opportunity WHERE Id = '{deal}'") == [{"ContactId": BO}]


def test_the_direct_relation_follows_the_contacts_account(api: Api, twin: SalesforceTwin) -> None:
    relation = {"Id": "07kQm0000000001", "AccountId": ACME, "ContactId": ADA, "IsDirect": "1", "IsActive": "1"}
    twin.load("AccountContactRelation", table([relation]))
    api.call("PATCH", f"/sobjects/Contact/{ADA}", json={"AccountId": BOLT})
    soql = f"SELECT AccountId, IsDeleted FROM AccountContactRelation WHERE ContactId = '{ADA}' ORDER BY IsDeleted"
    assert api.query(soql, deleted=True) == [
        {"AccountId": BOLT, "IsDeleted": False}, {"AccountId": ACME, "IsDeleted": True},
    ]  # fmt: skip


# -- campaign members --------------------------------------------------------------------------------------------------


def test_a_member_is_once_in_a_campaign(api: Api) -> None:
    id_ = made(api, "CampaignMember", CampaignId=FAIR, ContactId=ADA)
    told = api.get(f"/sobjects/CampaignMember/{id_}").json()
    assert (told["Status"], told["HasResponded"], told["Type"], told["Name"]) == ("Sent", False, "Contact", "Ada Byron")
    assert (told["LeadOrContactId"], told["CompanyOrAccount"], told["FirstRespondedDate"]) == (ADA, "Acme", None)
    again = several(api, "POST", [{"CampaignId": FAIR, "ContactId": who} for who in (ADA, BO, BO)], "CampaignMember")
    assert [each["success"] for each in again] == [False, True, False]
    assert again[2]["errors"][0] == {
        "statusCode": "DUPLICATE_VALUE",
        "message": "Already a campaign member.",
        "fields": [],
    }
    assert api.call("DELETE", f"/sobjects/CampaignMember/{id_}").status_code == 204
    made(api, "CampaignMember", CampaignId=FAIR, ContactId=ADA)


def test_a_member_is_one_person_for_good(api: Api) -> None:
    def code(**values: str) -> str:
        return str(api.call("POST", "/sobjects/CampaignMember", json=values).json()[0]["errorCode"])

    assert code(CampaignId=FAIR) == "REQUIRED_FIELD_MISSING"
    assert code(ContactId=ADA) == "REQUIRED_FIELD_MISSING"
    assert code(CampaignId=FAIR, ContactId=ADA, LeadId=LEE) == "FIELD_INTEGRITY_EXCEPTION"
    id_ = made(api, "CampaignMember", CampaignId=FAIR, LeadId=LEE)
    told = api.call("PATCH", f"/sobjects/CampaignMember/{id_}", json={"ContactId": ADA})
    assert told.json()[0]["errorCode"] == "INVALID_FIELD_FOR_INSERT_UPDATE"


def test_the_status_drives_the_response(api: Api, twin: SalesforceTwin) -> None:
    twin.load("CampaignMemberStatus", table([
        {"Id": "01YQm0000000001", "CampaignId": FAIR, "Label": "Invited", "IsDefault": "1", "HasResponded": "0"},
        {"Id": "01YQm0000000002", "CampaignId": FAIR, "Label": "Attended", "IsDefault": "0", "HasResponded": "1"},
    ]))  # fmt: skip
    id_ = made(api, "CampaignMember", CampaignId=FAIR, ContactId=ADA, Status="No such")
    assert api.get(f"/sobjects/CampaignMember/{id_}").json()["Status"] == "Invited"
    api.call("PATCH", f"/sobjects/CampaignMember/{id_}", json={"Status": "Attended"})
    told = api.get(f"/sobjects/CampaignMember/{id_}").json()
    assert (told["HasResponded"], told["FirstRespondedDate"]) == (True, "2026-11-23")
    twin.limits["strict-status"].limit = 1
    refused = api.call("PATCH", f"/sobjects/CampaignMember/{id_}", json={"Status": "No such"})
    assert refused.json()[0]["errorCode"] == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"


# -- collections and composite -----------------------------------------------------------------------------------------


def test_answers_stand_in_the_order_of_the_request(api: Api) -> None:
    listed = several(api, "POST", [{"LastName": "A"}, {}, {"LastName": "B"}])
    assert [each["success"] for each in listed] == [True, False, True]
    names = api.query(
        f"SELECT LastName FROM Contact WHERE Id IN ('{listed[0]['id']}', '{listed[2]['id']}') ORDER BY Id"
    )
    assert names == [{"LastName": "A"}, {"LastName": "B"}]


def test_all_or_none(api: Api) -> None:
    before = api.query("SELECT Id FROM Contact")
    listed = several(api, "POST", [{"LastName": "A"}, {}], allOrNone=True)
    assert [each["errors"][0]["statusCode"] for each in listed] == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING",
    ]  # fmt: skip
    assert api.query("SELECT Id FROM Contact") == before


def test_collections_change_upsert_delete_and_read(api: Api, twin: SalesforceTwin) -> None:
    twin.admin.define("Contact", {"Ext__c": "string(40) external unique"})
    assert several(api, "PATCH", [{"id": ADA, "Ext__c": "a"}]) == [{"id": ADA, "success": True, "errors": []}]
    body = {"records": [{"attributes": {"type": "Contact"}, "Ext__c": key, "LastName": key} for key in ("a", "b", "b")]}
    told = api.call("PATCH", "/composite/sobjects/Contact/Ext__c", json=body).json()
    assert [each.get("created") for each in told] == [False, True, None]
    assert told[2]["errors"][0]["statusCode"] == "DUPLICATE_EXTERNAL_ID"
    read = api.get("/composite/sobjects/Contact", ids=f"{ADA},{CY},{told[1]['id']}", fields="LastName").json()
    assert [each and each["LastName"] for each in read] == ["a", None, "b"]
    gone = api.call("DELETE", "/composite/sobjects", params={"ids": f"{ADA},{CY}", "allOrNone": "false"}).json()
    assert [each["success"] for each in gone] == [True, False]
    assert gone[1]["errors"][0]["statusCode"] == "ENTITY_IS_DELETED"


def test_references_by_another_key(api: Api, twin: SalesforceTwin) -> None:
    twin.admin.define("Account", {"Ext__c": "string(40) external unique"})
    api.call("PATCH", f"/sobjects/Account/{BOLT}", json={"Ext__c": "bolt"})
    id_ = made(api, "Contact", LastName="A", Account={"Ext__c": "bolt"})
    assert api.get(f"/sobjects/Contact/{id_}").json()["AccountId"] == BOLT
    told = api.call("POST", "/sobjects/Contact", json={"LastName": "A", "Account": {"Ext__c": "none"}}).json()[0]
    assert told["message"] == "Foreign key external ID: none not found for field Ext__c in entity Account"


def test_how_many_records_a_call_takes(api: Api) -> None:
    record = {"attributes": {"type": "Contact"}, "LastName": "A"}
    told = api.call("POST", "/composite/sobjects", json={"records": [record] * 201})
    assert (told.status_code, told.json()[0]["errorCode"]) == (400, "EXCEEDED_ID_LIMIT")
    mixed = [{"attributes": {"type": kind}, "Name": "A"} for kind in ("Account", "Campaign")] * 6
    assert api.call("POST", "/composite/sobjects", json={"records": mixed}).status_code == 400
    assert all(each["success"] for each in api.call("POST", "/composite/sobjects", json={"records": mixed[:10]}).json())


def test_a_composite_uses_its_own_answers(api: Api) -> None:
    parts = [
        {"method": "POST", "url": "/services/data/v66.0/sobjects/Account", "referenceId": "a", "body": {"Name": "New"}},
        {"method": "POST", "url": "/services/data/v66.0/sobjects/Contact", "referenceId": "c",
         "body": {"LastName": "N", "AccountId": "@{a.id}"}},
        {"method": "GET", "url": "/services/data/v66.0/query?q=SELECT+Id+FROM+Contact+WHERE+AccountId='@{a.id}'",
         "referenceId": "q"},
    ]  # fmt: skip
    told = api.call("POST", "/composite", json={"compositeRequest": parts}).json()["compositeResponse"]
    assert [each["httpStatusCode"] for each in told] == [201, 201, 200]
    assert told[2]["body"]["records"][0]["Id"] == told[1]["body"]["id"]
    parts[1]["body"] = {}
    failed = api.call("POST", "/composite", json={"allOrNone": True, "compositeRequest": parts[:2]}).json()[
        "compositeResponse"
    ]
    assert [each["body"][0]["errorCode"] for each in failed] == ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING"]
    assert len(api.query("SELECT Id FROM Account WHERE Name = 'New'")) == 1
    assert api.call("POST", "/composite", json={"compositeRequest": parts * 9}).status_code == 400


def test_locked_rows(api: Api, twin: SalesforceTwin) -> None:
    twin.faults.set(["lock@/services/data/*x1"])
    listed = several(api, "PATCH", [{"id": ADA, "Title": "x"}, {"id": BO, "Title": "x"}])
    assert [each["success"] for each in listed] == [False, True]
    assert listed[0]["errors"][0]["statusCode"] == "UNABLE_TO_LOCK_ROW"
    assert several(api, "PATCH", [{"id": ADA, "Title": "x"}])[0]["success"]
    assert twin.calls.told()["refusals"] == {"UNABLE_TO_LOCK_ROW": 1}
