"""Leads of the Marketo twin: finding, describing, writing by all actions, partitions, merging, deleting."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from muster.twins.marketo import Service, User
from tests.twins.marketo_calls import Caller, error_of, instance, lead, reasons, small_instance, table

PATH = "/rest/v1/leads.json"


@pytest.fixture
def caller() -> Iterator[Caller]:
    with instance() as running:
        caller = Caller(running)
        small_instance(caller.twin)
        yield caller


def write(caller: Caller, *records: dict[str, Any], **how: Any) -> list[dict[str, Any]]:
    told = caller.post(PATH, {"input": list(records), **how})
    assert told["success"], told
    result: list[dict[str, Any]] = told["result"]
    return result


def test_leads_are_found_by_any_searchable_field_without_regard_to_case(caller: Caller) -> None:
    found = caller.result(PATH, filterType="email", filterValues="P2@Example.com,p1@example.com")
    assert [each["id"] for each in found] == [1, 2]
    assert [each["id"] for each in caller.result(PATH, filterType="customText", filterValues="C1")] == [1, 3, 5]
    assert caller.error(PATH, filterType="createdAt", filterValues="x") == (
        "1011",
        "Lookup field 'createdAt' not supported",
    )
    assert caller.error(PATH, filterType="nonsense", filterValues="x") == ("1006", "Field 'nonsense' not found")
    assert caller.error(PATH, filterType="email", filterValues="x", fields="nope") == ("1006", "Field 'nope' not found")
    assert caller.error(PATH, filterType="email")[0] == "1002"
    assert caller.error(PATH, filterType="cookies", filterValues="x") == ("1012", "Invalid cookie value 'x'")
    assert caller.error(PATH, filterType="id", filterValues=",".join(map(str, range(301))))[0] == "1003"


def test_one_lead_by_its_id(caller: Caller) -> None:
    assert caller.result("/rest/v1/lead/3.json", fields="leadScore,customText")[0] == {
        "id": 3,
        "leadScore": 3,
        "customText": "c1",
    }
    assert caller.error("/rest/v1/lead/99.json") == ("1004", "Lead not found")
    assert caller.error("/rest/v1/lead/x.json") == ("1001", "Invalid value 'x'. Required of type 'Integer'")


def test_a_filter_is_paged_up_to_a_thousand_matches(caller: Caller) -> None:
    caller.twin.load("leads", table(*(lead(number, customText="many") for number in range(1000, 2000))))
    pages = caller.pages(PATH, filterType="customText", filterValues="many")
    assert [len(page["result"]) for page in pages] == [300, 300, 300, 100]
    assert [page.get("moreResult") for page in pages] == [True, True, True, None]
    assert {each["id"] for page in pages for each in page["result"]} == set(range(1000, 2000))
    caller.twin.load("leads", table(lead(2000, customText="many")))
    refused = caller.error(PATH, filterType="customText", filterValues="many")
    assert refused == ("1003", "Too many results match the filter")


def test_describe_knows_standard_loaded_and_created_fields(caller: Caller) -> None:
    field = {"name": "mood", "displayName": "Mood", "dataType": "integer", "description": "1 to 5"}
    assert caller.post("/rest/v1/leads/schema/fields.json", {"input": [field]})["result"] == [
        {"name": "mood", "status": "created"}
    ]
    told = caller.result("/rest/v1/leads/describe2.json")[0]
    fields = {each["name"]: each for each in told["fields"]}
    assert fields["customText"] == {
        "name": "customText", "displayName": "customText", "dataType": "string", "length": 255, "updateable": True,
        "crmManaged": False,
    }  # fmt: skip
    assert (fields["mood"]["dataType"], fields["leadScore"]["dataType"]) == ("integer", "score")
    assert {"email", "id", "customText", "mood"} <= {each[0] for each in told["searchableFields"]}
    assert "firstName" not in {each[0] for each in told["searchableFields"]}
    old = {each["rest"]["name"]: each for each in caller.result("/rest/v1/leads/describe.json")}
    assert old["title"]["id"] == 641
    assert old["createdAt"]["rest"]["readOnly"]
    one = caller.result("/rest/v1/leads/schema/fields/mood.json")[0]
    assert (one["isCustom"], one["isApiCreated"], one["description"]) == (True, True, "1 to 5")
    again = caller.post("/rest/v1/leads/schema/fields.json", {"input": [field]})
    assert error_of(again) == ("1017", "Object already exists")


def test_fields_are_browsed_by_pages(caller: Caller) -> None:
    pages = caller.pages_until_false("/rest/v1/leads/schema/fields.json", batchSize=40)
    assert len(pages) > 1
    names = [each["name"] for page in pages for each in page["result"]]
    assert len(names) == len(set(names)) == len(caller.result("/rest/v1/leads/describe.json"))


def test_what_each_action_does_with_a_lead_that_is_there_and_one_that_is_not(caller: Caller) -> None:
    old, new = {"email": "p1@example.com", "title": "T"}, {"email": "new@example.com"}
    assert reasons(write(caller, old, action="createOnly")[0]) == [("1005", "Lead already exists")]
    assert write(caller, old, action="createOrUpdate") == [{"id": 1, "status": "updated"}]
    assert write(caller, old, action="updateOnly") == [{"id": 1, "status": "updated"}]
    assert reasons(write(caller, new, action="updateOnly")[0]) == [("1004", "Lead not found")]
    assert write(caller, new, action="createOnly") == [{"id": 6, "status": "created"}]
    assert write(caller, old, action="createDuplicate") == [{"id": 7, "status": "created"}]
    assert reasons(write(caller, old)[0]) == [("1007", "Multiple leads match the lookup criteria")]
    assert error_of(caller.post(PATH, {"action": "nonsense", "input": [old]}))[0] == "1003"


def test_records_are_answered_in_their_order_each_by_itself(caller: Caller) -> None:
    told = write(
        caller,
        {"email": "p1@example.com", "firstName": "One"},
        {"firstName": "No key"},
        {"email": "a@example.com", "nonsense": 1},
        {"email": "b@example.com"},
        {"email": "b@example.com", "firstName": "B"},
        {"email": "c@example.com", "company": "Not here"},
        {"email": "d@example.com", "createdAt": "2020-01-01"},
        {"id": 1, "email": "p1@example.com"},
        {"email": "ümlaut@example.com"},
    )
    assert [each["status"] for each in told] == [
        "updated",
        "skipped",
        "skipped",
        "created",
        "updated",
        *["skipped"] * 4,
    ]
    assert told[3]["id"] == told[4]["id"] == 6
    assert [reasons(each)[0][0] for each in told if each["status"] == "skipped"] == [
        "1002", "1006", "1021", "1003", "1003", "1003",
    ]  # fmt: skip
    assert caller.result("/rest/v1/lead/6.json")[0]["firstName"] == "B"


def test_at_most_300_records_and_at_least_one(caller: Caller) -> None:
    assert error_of(caller.post(PATH, {"input": [{"email": "a@example.com"}] * 301}))[0] == "1003"
    assert error_of(caller.post(PATH, {"input": []}))[0] == "1002"


def test_only_standard_fields_move_the_time_of_change(caller: Caller) -> None:
    write(caller, {"email": "p1@example.com", "customText": "other"})
    assert caller.result("/rest/v1/lead/1.json")[0]["updatedAt"] == "2026-01-10T08:00:00Z"
    write(caller, {"email": "p1@example.com", "title": "Head"})
    assert caller.result("/rest/v1/lead/1.json")[0]["updatedAt"] == "2026-11-23T18:00:00Z"


def test_what_is_written_is_logged(caller: Caller) -> None:
    write(caller, {"email": "p1@example.com", "title": "Head", "leadScore": 1, "unsubscribed": False})
    write(caller, {"email": "new@example.com", "firstName": "N", "lastName": "E"})
    made, changed = caller.log(since="2026-11-23")[::-1]
    assert (made["activityTypeId"], made["leadId"], made["primaryAttributeValue"]) == (12, 6, "N E")
    assert (changed["activityTypeId"], changed["leadId"], changed["primaryAttributeValueId"]) == (13, 1, 641)
    assert changed["activityDate"] == "2026-11-23T18:00:00Z"
    told = {each["name"]: each["value"] for each in changed["attributes"]}
    assert told == {
        "New Value": "Head", "Reason": "Web service API", "Source": "Web service API", "API Method Name": "syncLead"
    }  # fmt: skip


def test_racing_calls_make_duplicates_where_that_is_switched_on(caller: Caller) -> None:
    caller.twin.duplicate_races.limit = 1
    others = [Caller(caller.running) for _ in range(3)]
    calls = [threading.Thread(target=write, args=(each, {"email": "race@example.com"})) for each in others]
    for each in calls:
        each.start()
    for each in calls:
        each.join()
    assert len(caller.result(PATH, filterType="email", filterValues="race@example.com")) == 3


def test_partitions_are_kept_apart() -> None:
    only = Service("one", "s", User("one@example.com", partitions=frozenset({"Europe"})))
    with instance(only) as running:
        caller = Caller(running)
        caller.twin.load("partitions", table({"id": 2, "name": "Europe"}, {"id": 3, "name": "Asia"}))
        assert write(caller, {"email": "a@example.com"}, partitionName="Europe") == [{"id": 1, "status": "created"}]
        assert write(caller, {"email": "b@example.com"})[0]["status"] == "created"
        assert reasons(write(caller, {"email": "b@example.com"}, partitionName="Europe")[0])[0][0] == "1010"
        told = caller.post(PATH, {"input": [{"email": "c@example.com"}], "partitionName": "Asia"})
        assert error_of(told) == ("1008", "Access denied to partition 'Asia'")
        moved = caller.post("/rest/v1/leads/partitions.json", {"input": [{"id": 2, "partitionName": "Europe"}]})
        assert moved["result"] == [{"id": 2, "status": "updated"}]
        assert caller.result("/rest/v1/lead/2.json", fields="leadPartitionId")[0]["leadPartitionId"] == 2
        assert [each["name"] for each in caller.result("/rest/v1/leads/partitions.json")] == [
            "Default",
            "Europe",
            "Asia",
        ]


def test_a_merge_fills_what_is_empty_and_takes_over_memberships(caller: Caller) -> None:
    write(caller, {"email": "p3@example.com", "title": "Of three"}, {"email": "p5@example.com", "title": "Of five"})
    told = caller.post("/rest/v1/leads/4/merge.json", params={"leadIds": "3,5"})
    assert told.keys() == {"requestId", "success"}
    winner = caller.result("/rest/v1/lead/4.json", fields="title,email")[0]
    assert winner == {"id": 4, "title": "Of three", "email": "p4@example.com"}
    assert caller.result(PATH, filterType="id", filterValues="3,4,5") == caller.result("/rest/v1/lead/4.json")
    assert [each["id"] for each in caller.result("/rest/v1/lists/1001/leads.json")] == [1, 2, 4]
    merge = next(each for each in caller.log(since="2026-11-23") if each["activityTypeId"] == 32)
    assert merge["leadId"] == 4
    assert {"name": "Merge IDs", "value": "[3, 5]"} in merge["attributes"]
    assert error_of(caller.post("/rest/v1/leads/4/merge.json", params={"leadId": 3})) == ("1004", "Lead not found")
    many = {"leadIds": ",".join(map(str, range(100, 126)))}
    assert error_of(caller.post("/rest/v1/leads/4/merge.json", params=many))[0] == "1080"


def test_deleted_leads_are_gone_and_told_of(caller: Caller) -> None:
    told = caller.post("/rest/v1/leads/delete.json", {"input": [{"id": 1}, {"id": 99}]})
    assert told["result"][0] == {"id": 1, "status": "deleted"}
    assert reasons(told["result"][1]) == [("1004", "Lead not found")]
    assert caller.answer("DELETE", PATH, json={"input": [{"id": 2}]}).json()["result"] == [
        {"id": 2, "status": "deleted"}
    ]
    assert [each["id"] for each in caller.result("/rest/v1/lists/1001/leads.json")] == [3]
    token = caller.get("/rest/v1/activities/pagingtoken.json", sinceDatetime="2026-11-23")["nextPageToken"]
    gone = caller.get("/rest/v1/activities/deletedleads.json", nextPageToken=token)
    assert [(each["leadId"], each["activityTypeId"]) for each in gone["result"]] == [(1, 37), (2, 37)]
    assert gone["moreResult"] is False


def test_push_attributes_leads_to_a_program(caller: Caller) -> None:
    body = {
        "programName": "Webinar",
        "programStatus": "Registered",
        "input": [{"email": "p1@example.com"}, {"email": "bad"}],
    }
    told = caller.post("/rest/v1/leads/push.json", body)["result"]
    assert told[0] == {"id": 1, "status": "updated"}
    assert told[1]["reasons"][0]["code"] == "1003"
    assert "status" not in told[1]
    assert caller.result("/rest/v1/leads/1/programMembership.json")[0]["progressionStatus"] == "Registered"
    assert [each["activityTypeId"] for each in caller.log(since="2026-11-23", types="145,104")] == [145, 104]


def test_memberships_of_a_lead_and_leads_of_a_program(caller: Caller) -> None:
    assert caller.result("/rest/v1/leads/1/listMembership.json") == [
        {"listId": 1001, "createdAt": "2026-02-01T00:00:00Z", "updatedAt": "2026-02-01T00:00:00Z"}
    ]
    told = caller.get("/rest/v1/leads/1/programMembership.json")
    assert told["moreResult"] is False
    assert told["result"][0]["id"] == 1004
    pages = caller.pages("/rest/v1/leads/programs/1004.json", batchSize=1)
    assert [page["result"][0]["id"] for page in pages] == [1, 2]
    assert all("moreResult" not in page for page in pages)
    assert pages[0]["result"][0]["membership"]["progressionStatus"] == "Invited"
    assert caller.error("/rest/v1/leads/99/listMembership.json") == ("1004", "Lead not found")


def test_lists_are_paged_until_there_is_no_token(caller: Caller) -> None:
    pages = caller.pages("/rest/v1/lists/1001/leads.json", batchSize=2)
    assert [[each["id"] for each in page["result"]] for page in pages] == [[1, 2], [3]]
    assert all("moreResult" not in page for page in pages)
    told = caller.get("/rest/v1/lists/1001/leads/ismember.json", id="1,4,99")["result"]
    assert [each["status"] for each in told] == ["memberof", "notmemberof", "skipped"]
    assert caller.result("/rest/v1/lists.json", name="Newsletter")[0] == {
        "id": 1001, "name": "Newsletter", "workspaceName": "Default", "createdAt": "2024-03-04T08:00:00Z",
        "updatedAt": "2024-03-04T08:00:00Z",
    }  # fmt: skip
    assert caller.error("/rest/v1/lists/5/leads.json")[0] == "1013"


def test_a_token_of_one_listing_is_none_of_another(caller: Caller) -> None:
    token = caller.get("/rest/v1/lists/1001/leads.json", batchSize=2)["nextPageToken"]
    assert caller.error("/rest/v1/leads/programs/1004.json", nextPageToken=token)[0] == "1003"
    assert caller.error("/rest/v1/lists/1001/leads.json", nextPageToken="NONSENSE")[0] == "1003"
