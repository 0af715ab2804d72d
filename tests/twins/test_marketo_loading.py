"""Later days loaded into the Marketo twin: whatever differs from what was there is seen by a reader of activities."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from muster.twins.clock import Clock
from muster.twins.marketo import MarketoTwin, open_twin
from muster.twins.server import serve
from muster.twins.store import Store
from tests.twins.marketo_calls import NOW, Caller, activity, instance, lead, small_instance, table

DELETED = "/rest/v1/activities/deletedleads.json"


@pytest.fixture
def caller() -> Iterator[Caller]:
    """An instance that has been read up to now."""
    with instance() as running:
        caller = Caller(running)
        small_instance(caller.twin)
        caller.get("/rest/v1/activities/types.json")
        caller.wait(3600)
        caller.login()
        yield caller


def token(caller: Caller) -> str:
    told = caller.get("/rest/v1/activities/pagingtoken.json", sinceDatetime="2026-11-23T19:00:00Z")
    text: str = told["nextPageToken"]
    return text


def news(caller: Caller, types: str = "12,13,22,24,25,104") -> list[tuple[int, int, Any]]:
    """Lead, type and asset of what was logged since the instance was read."""
    log = caller.log(since="2026-11-23T19:00:00Z", types=types)
    return sorted((each["leadId"], each["activityTypeId"], each.get("primaryAttributeValueId")) for each in log)


def test_history_brings_its_own_activities_or_none(caller: Caller) -> None:
    assert caller.twin.store.count("activities") == 20
    assert news(caller) == []


def test_new_changed_and_deleted_leads_are_logged(caller: Caller) -> None:
    place = token(caller)
    caller.twin.load(
        "leads",
        table(
            lead(1, leadScore=1, customText="c1"),  # as it was
            lead(2, leadScore=9, customText=None, title="Head", updatedAt="2026-11-23T00:00:00Z"),
            lead(3, leadScore=3, customText="c1", isDeleted="true"),
            lead(50, "2026-11-23"),
        ),
    )
    ids = {each["rest"]["name"]: each["id"] for each in caller.result("/rest/v1/leads/describe.json")}
    changed = [(2, 13, ids[name]) for name in ("customText", "leadScore", "title")]
    assert news(caller) == sorted([*changed, (50, 12, 50)])
    assert [each["leadId"] for each in caller.get(DELETED, nextPageToken=place)["result"]] == [3]
    assert caller.result("/rest/v1/lead/2.json")[0]["updatedAt"] == "2026-11-23T00:00:00Z"
    change = next(each for each in caller.log(since="2026-11-23T19:00:00Z") if each["primaryAttributeValueId"] == 641)
    assert change["activityDate"] == "2026-11-23T19:00:00Z"
    assert {"name": "New Value", "value": "Head"} in change["attributes"]


def test_what_loaded_activities_tell_is_not_logged_again(caller: Caller) -> None:
    place = token(caller)
    caller.twin.load(
        "leads",
        table(lead(2, leadScore=9, title="Head", customText="c0"), lead(3, isDeleted="true"), lead(50, "2026-11-23")),
    )
    caller.twin.load(
        "activities",
        table(
            activity(800, 2, 13, "2026-11-23T19:30:00Z", primaryAttributeValueId=641, primaryAttributeValue="title"),
            activity(801, 3, 37, "2026-11-23T19:30:00Z"),
            activity(802, 50, 12, "2026-11-23T19:30:00Z"),
        ),
    )
    assert news(caller) == [(2, 13, 78), (2, 13, 641), (50, 12, 7)]
    assert len(caller.get(DELETED, nextPageToken=place)["result"]) == 1


def test_a_day_loaded_twice_changes_nothing(caller: Caller) -> None:
    day = table(lead(2, leadScore=9, customText="c0"), lead(50, "2026-11-23"))
    caller.twin.load("leads", day)
    assert len(news(caller)) == 2
    count, seq = caller.twin.store.count("activities"), caller.twin.store.value("select max(_seq) from leads")
    caller.twin.load("leads", day)
    caller.get("/rest/v1/activities/types.json")
    assert caller.twin.store.count("activities") == count
    assert caller.twin.store.value("select max(_seq) from leads") == seq


def test_comers_and_goers_of_lists_are_logged(caller: Caller) -> None:
    moment = "2026-11-23T10:00:00Z"
    rows = [(1, "true"), (2, "false"), (4, "false"), (5, "true")]
    caller.twin.load(
        "static_list_members",
        table(
            *(
                {"id": n, "listId": 1001, "leadId": n, "createdAt": moment, "updatedAt": moment, "isDeleted": gone}
                for n, gone in rows
            )
        ),
    )
    assert news(caller) == [(1, 25, 1001), (4, 24, 1001)]
    assert [each["id"] for each in caller.result("/rest/v1/lists/1001/leads.json")] == [2, 3, 4]


def test_changes_of_program_members_are_logged(caller: Caller) -> None:
    moment = "2026-11-23T10:00:00Z"
    member = {"programId": 1004, "program": "Webinar", "membershipDate": moment, "updatedAt": moment}
    caller.twin.load(
        "program_members",
        table(
            {**member, "leadId": 1, "statusName": "Attended", "reachedSuccess": "true"},
            {**member, "leadId": 3, "statusName": "Invited", "reachedSuccess": "false"},
        ),
    )
    assert news(caller) == [(1, 104, 1004), (3, 104, 1004)]
    told = {each["leadId"]: each["attributes"] for each in caller.log(since="2026-11-23T19:00:00Z", types="104")}
    values = {each["name"]: each["value"] for each in told[1]}
    assert (values["Old Status"], values["New Status"], values["Success"]) == ("Invited", "Attended", True)


def test_deletions_through_the_control_url_are_as_those_of_the_api(caller: Caller) -> None:
    place = token(caller)
    assert caller.session.post(f"{caller.running.control}/delete/leads", json=["4"], timeout=10).json() == {
        "deleted": 1
    }
    assert [each["leadId"] for each in caller.get(DELETED, nextPageToken=place)["result"]] == [4]
    caller.session.post(f"{caller.running.control}/delete/static_list_members", json=[["1001", "1"]], timeout=10)
    assert news(caller) == [(1, 25, 1001)]


def test_rows_without_a_key_are_left_out(caller: Caller) -> None:
    caller.twin.load("leads", table(lead(60), {"id": None, "email": "nobody@example.com"}, {"id": "x"}))
    caller.twin.load("leads", table(lead(61)).slice(0, 0))
    assert caller.twin.store.count("leads") == 6
    assert news(caller) == [(60, 12, 60)]


def test_a_boolean_never_set_is_false_in_truth_over_rest_and_in_files(caller: Caller) -> None:
    caller.twin.load("leads", table(lead(61, unsubscribed=None)))
    assert caller.twin.store.get("leads", "61")["unsubscribed"] == "false"  # type: ignore[index]
    assert caller.result("/rest/v1/lead/61.json", fields="unsubscribed")[0]["unsubscribed"] is False


def test_a_kept_instance_goes_on_where_it_was(tmp_path: Path) -> None:
    def opened() -> MarketoTwin:
        return open_twin(Store(Clock(NOW, speed=0), tmp_path / "kept.duckdb"), instance="100-NAM-042")

    twin = opened()
    small_instance(twin)
    with serve(twin) as running:
        caller = Caller(running)
        caller.post("/rest/v1/leads.json", {"input": [{"email": "p1@example.com", "title": "Head"}]})
    twin.store.close()
    twin = opened()
    twin.load("leads", table(lead(1, leadScore=1, customText="c1", title="Boss"), lead(70)))
    with serve(twin) as running:
        caller = Caller(running)
        log = caller.log(since="2026-11-23", types="12,13")
        assert [(each["leadId"], each["activityTypeId"]) for each in log] == [(1, 13), (70, 12), (1, 13)]
        assert len({each["marketoGUID"] for each in log}) == 3
    twin.store.close()
