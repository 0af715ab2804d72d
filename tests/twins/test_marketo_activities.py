"""The activity log of the Marketo twin: tokens, short pages, changes of values, custom types."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from muster.twins.marketo import activities as served
from tests.twins.marketo_calls import Caller, activity, error_of, instance, small_instance, table

PATH = "/rest/v1/activities.json"


@pytest.fixture
def caller() -> Iterator[Caller]:
    with instance() as running:
        caller = Caller(running)
        small_instance(caller.twin)
        yield caller


def token(caller: Caller, since: str) -> str:
    told = caller.get("/rest/v1/activities/pagingtoken.json", sinceDatetime=since)
    assert told.keys() == {"requestId", "success", "nextPageToken"}
    text: str = told["nextPageToken"]
    return text


def long_log(caller: Caller, rows: int, type_: int = 1) -> None:
    """So many activities, one a second from 1 March on."""
    first = datetime(2026, 3, 1)
    dates = (f"{(first + timedelta(seconds=n)).isoformat()}Z" for n in range(rows))
    log = (activity(10_000 + n, 1, type_, date) for n, date in enumerate(dates))
    caller.twin.load("activities", table(*log))


def test_an_activity_as_it_is_told(caller: Caller) -> None:
    told = caller.get(PATH, activityTypeIds=1, nextPageToken=token(caller, "2026-02-01T00:00:00Z"), batchSize=1)
    assert told["result"] == [
        {
            "id": 100, "marketoGUID": "100", "leadId": 1, "activityDate": "2026-02-01T10:00:00Z", "activityTypeId": 1,
            "primaryAttributeValueId": 7, "primaryAttributeValue": "asset",
            "attributes": [{"name": "Step ID", "value": 1}],
        }
    ]  # fmt: skip
    assert told["moreResult"] is True


def test_a_token_begins_at_its_time_and_the_last_one_goes_on(caller: Caller) -> None:
    found, last = caller.log_from(token(caller, "2026-02-10T10:00:00+00:00"), "1,6,12,13")
    assert [each["id"] for each in found] == list(range(109, 120))
    assert caller.log_from(last, "1,6,12,13")[0] == []
    caller.twin.load("activities", table(activity(500, 1, 1, "2026-11-23T18:00:00Z")))
    assert [each["id"] for each in caller.log_from(last, "1")[0]] == [500]


def test_what_is_logged_late_stands_behind_and_is_missed_by_no_position(caller: Caller) -> None:
    _, last = caller.log_from(token(caller, "2026-02-01"), "1")
    caller.twin.load("activities", table(activity(500, 1, 1, "2026-01-01T00:00:00Z")))
    assert [each["id"] for each in caller.log_from(last, "1")[0]] == [500]
    assert 500 not in [each["id"] for each in caller.log_from(token(caller, "2026-02-01"), "1")[0]]


def test_pages_may_be_short_or_empty_while_there_is_more(caller: Caller) -> None:
    rows = served.WINDOW * (served.PASSED_OVER + 3)
    long_log(caller, rows)
    caller.twin.load("activities", table(activity(7, 1, 46, "2026-04-01T00:00:00Z")))
    place, pages = token(caller, "2026-03-01"), []
    while not pages or pages[-1]["moreResult"]:
        pages.append(caller.get(PATH, activityTypeIds=46, nextPageToken=place))
        place = pages[-1]["nextPageToken"]
    assert [len(page["result"]) for page in pages] == [0, 1]
    sizes = []
    place = token(caller, "2026-03-01")
    for _ in range(20):
        told = caller.get(PATH, activityTypeIds=1, nextPageToken=place)
        place = told["nextPageToken"]
        sizes.append(len(told["result"]))
    assert max(sizes) == 300
    assert 0 < min(sizes) < 300  # a page ends where a window of the log does


def test_nothing_is_given_twice_or_left_out_by_pages(caller: Caller) -> None:
    long_log(caller, 3000)
    found, _ = caller.log_from(token(caller, "2026-03-01"), "1,2,3")
    assert [each["id"] for each in found] == list(range(10_000, 13_000))


def test_limits_of_a_query(caller: Caller) -> None:
    place = token(caller, "2026-02-01")
    assert caller.error(PATH, nextPageToken=place)[0] == "1002"
    assert caller.error(PATH, activityTypeIds=1)[0] == "1002"
    assert caller.error(PATH, activityTypeIds=",".join(map(str, range(11))), nextPageToken=place)[0] == "1003"
    many = ",".join(map(str, range(31)))
    assert caller.error(PATH, activityTypeIds=1, leadIds=many, nextPageToken=place)[0] == "1003"
    assert caller.error("/rest/v1/activities/pagingtoken.json")[0] == "1002"
    assert caller.error("/rest/v1/activities/pagingtoken.json", sinceDatetime="soon")[0] == "1001"
    assert caller.error(PATH, activityTypeIds=1, nextPageToken="NONSENSE")[0] == "1003"


def test_by_leads_lists_and_assets(caller: Caller) -> None:
    place = token(caller, "2026-02-01")
    of_two = caller.get(PATH, activityTypeIds="1,6,12,13", leadIds="2", nextPageToken=place)["result"]
    assert {each["leadId"] for each in of_two} == {2}
    on_list = caller.get(PATH, activityTypeIds="1,6,12,13", listId=1001, nextPageToken=place)["result"]
    assert {each["leadId"] for each in on_list} == {1, 2, 3}
    assert caller.get(PATH, activityTypeIds=1, assetIds=8, nextPageToken=place)["result"] == []


def test_a_list_of_ten_thousand_is_refused_as_a_filter(caller: Caller) -> None:
    members = ({"listId": 1001, "leadId": n, "isDeleted": "false"} for n in range(100, 10_100))
    caller.twin.load("static_list_members", table(*members))
    place = token(caller, "2026-02-01")
    assert caller.error(PATH, activityTypeIds=1, listId=1001, nextPageToken=place)[0] == "1003"


def test_deleted_leads_are_shown_by_their_own_endpoint_only(caller: Caller) -> None:
    caller.twin.load("activities", table(activity(900, 9, 37, "2026-05-01T00:00:00Z")))
    place = token(caller, "2026-05-01")
    assert caller.get(PATH, activityTypeIds="37", nextPageToken=place)["result"] == []
    told = caller.get("/rest/v1/activities/deletedleads.json", nextPageToken=place)
    assert [each["leadId"] for each in told["result"]] == [9]


def test_changes_of_values_by_field(caller: Caller) -> None:
    place = token(caller, "2026-11-23")
    change = {"email": "p1@example.com", "title": "Head", "customText": "x", "firstName": "New"}
    caller.post("/rest/v1/leads.json", {"input": [change, {"email": "n@example.com"}]})
    told = caller.get("/rest/v1/activities/leadchanges.json", fields="title,customText", nextPageToken=place)["result"]
    assert [(each["activityTypeId"], [field["name"] for field in each["fields"]]) for each in told] == [
        (13, ["title"]), (13, ["customText"]), (12, []),
    ]  # fmt: skip
    assert told[0]["fields"] == [{"id": 641, "name": "title", "newValue": "Head"}]
    assert told[1]["fields"][0]["oldValue"] == "c1"
    assert {"name": "Lead ID", "value": 1} in told[0]["attributes"]
    assert caller.error("/rest/v1/activities/leadchanges.json", nextPageToken=place)[0] == "1002"
    assert caller.error("/rest/v1/activities/leadchanges.json", fields="no", nextPageToken=place)[0] == "1006"


def test_types_are_those_of_the_instance(caller: Caller) -> None:
    caller.twin.load("activities", table(activity(901, 1, 100123, "2026-05-01T00:00:00Z")))
    told = {each["id"]: each for each in caller.result("/rest/v1/activities/types.json")}
    assert told[13]["name"] == "Change Data Value"
    assert told[13]["primaryAttribute"] == {"name": "Attribute Name", "dataType": "string"}
    assert 100123 in told


def test_a_custom_type_is_made_approved_and_used(caller: Caller) -> None:
    base = "/rest/v1/activities/external"
    definition = {"apiName": "attend", "name": "Attend", "triggerName": "Attends", "filterName": "Attended"}
    definition |= {"primaryAttribute": {"apiName": "fair", "name": "Fair", "dataType": "string"}}  # type: ignore[dict-item]
    made = caller.post(f"{base}/type.json", definition)["result"][0]
    assert (made["id"], made["status"]) == (100001, "draft")
    attributes = {"attributes": [{"apiName": "stand", "name": "Stand", "dataType": "integer"}]}
    caller.post(f"{base}/type/attend/attributes/create.json", attributes)
    record: dict[str, Any] = {
        "leadId": 1, "activityDate": "2026-11-20T09:00:00+02:00", "activityTypeId": 100001,
        "primaryAttributeValue": "Hannover", "attributes": [{"apiName": "stand", "value": 12}],
    }  # fmt: skip
    early = caller.post(f"{base}.json", {"input": [record]})["result"][0]
    assert (early["status"], early["errors"][0]["code"]) == ("skipped", "1013")
    assert caller.post(f"{base}/type/attend/approve.json")["result"][0]["status"] == "approved"
    told = caller.post(f"{base}.json", {"input": [record, {**record, "leadId": 99}]})["result"]
    assert told[0]["status"] == "added"
    assert told[1] == {"status": "skipped", "errors": [{"code": "1004", "message": "Lead not found"}]}
    logged = caller.log(since="2026-11-20T07:00:00Z", types="100001")[0]
    assert logged["marketoGUID"] == told[0]["marketoGUID"]
    assert logged["activityDate"] == "2026-11-20T07:00:00Z"
    assert logged["attributes"] == [{"name": "Stand", "value": 12}]
    for number in range(9):
        caller.post(f"{base}/type.json", {**definition, "apiName": f"attend{number}"})
    assert error_of(caller.post(f"{base}/type.json", {**definition, "apiName": "eleventh"}))[0] == "1027"


def test_the_log_does_not_take_an_activity_twice(caller: Caller) -> None:
    before = caller.twin.store.count("activities")
    known, fresh = (activity(number, 1, 1, "2026-02-01T10:00:00Z") for number in (100, 999))
    caller.twin.load("activities", table(known, fresh))
    assert caller.twin.store.count("activities") == before + 1
