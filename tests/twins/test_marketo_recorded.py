"""Traffic recorded between a shipped connector and a real instance in November 2021, played again against the twin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from muster.twins.marketo import MarketoTwin, Service, User
from tests.twins.marketo_calls import Caller, instance, lead, table

SERVICE = Service("98628d43-73e8-7a3d-9725-f1fd7be3755c", "qZyFW90pDnrdHZTS", User("my-user@example.com"))
FIELDS = {
    "textarea_field": "string", "boolean_field": "boolean", "email_field": "email", "integer_field": "integer",
    "float_field": "float", "datetime_field": "datetime", "date_field": "date", "score_field": "score",
    "percent_field": "percent", "currency_field": "currency",
}  # fmt: skip
ALL = "email,firstName,lastName,id," + ",".join(FIELDS)
NOTHING = {"success": True, "errors": [], "warnings": ["No assets found for the given search criteria."]}


@pytest.fixture
def caller() -> Iterator[Caller]:
    """At the time of the recording, with its custom fields, and with ids that go on where they did."""
    with instance(SERVICE, now=datetime(2021, 11, 23, 22, 57, 8, tzinfo=UTC)) as running:
        twin = running.twin
        assert isinstance(twin, MarketoTwin)
        twin.load("leads", table(lead(7148)))
        caller = Caller(running)
        fields = [{"name": name, "displayName": name, "dataType": type_} for name, type_ in FIELDS.items()]
        assert caller.post("/rest/v1/leads/schema/fields.json", {"input": fields})["success"]
        yield caller


def same(told: dict[str, Any]) -> dict[str, Any]:
    """An answer without the number of its request, which is of the recorded form."""
    assert re.fullmatch(r"[0-9a-f]+#[0-9a-f]{11}", told.pop("requestId"))
    return told


def sync(caller: Caller, **record: Any) -> dict[str, Any]:
    body = {"lookupField": "email", "action": "createOrUpdate", "input": [record]}
    return same(caller.post("/rest/v1/leads.json", body))


def test_a_token_comes_as_recorded_and_the_same_one_again_with_the_seconds_it_has_left(caller: Caller) -> None:
    first = caller.login()
    told = {"token_type": "bearer", "expires_in": 3600, "scope": "my-user@example.com"}
    assert first == {"access_token": first["access_token"], **told}
    caller.wait(5)
    assert caller.login() == {**first, "expires_in": 3595}


def test_bad_credentials_are_refused_outside_the_envelope(caller: Caller) -> None:
    query = {"grant_type": "client_credentials", "client_id": SERVICE.client_id, "client_secret": "wrong"}
    refused = requests.get(f"{caller.url}/identity/oauth/token", params=query, timeout=10)
    assert refused.status_code == 401
    assert refused.json()["error"] == "unauthorized"
    assert "error_description" in refused.json()


def test_no_lead_is_an_empty_result(caller: Caller) -> None:
    told = caller.get("/rest/v1/leads.json", filterType="email", filterValues="brian@example.com")
    assert same(told) == {"result": [], "success": True}


def test_a_lead_is_created_found_and_updated(caller: Caller) -> None:
    made = sync(caller, email="brian@example.com", firstName="Brian")
    assert made == {"result": [{"id": 7149, "status": "created"}], "success": True}
    told = caller.get("/rest/v1/leads.json", filterType="email", filterValues="brian@example.com")
    assert list(told["result"][0]) == ["id", "firstName", "lastName", "email", "updatedAt", "createdAt"]
    assert same(told) == {
        "result": [
            {
                "id": 7149, "firstName": "Brian", "lastName": None, "email": "brian@example.com",
                "updatedAt": "2021-11-23T22:57:08Z", "createdAt": "2021-11-23T22:57:08Z",
            }
        ],
        "success": True,
    }  # fmt: skip
    caller.wait(5)
    record = {"email": "brian@example.com", "id": 7149, "firstName": "John", "lastName": "Smith"}
    body = {"lookupField": "id", "action": "updateOnly", "input": [record]}
    assert same(caller.post("/rest/v1/leads.json", body)) == {
        "result": [{"id": 7149, "status": "updated"}],
        "success": True,
    }
    caller.wait(5)
    caller.post("/rest/v1/leads.json", body)  # the same again changes nothing
    lead_ = caller.result("/rest/v1/lead/7149.json")[0]
    assert lead_["updatedAt"] == "2021-11-23T22:57:13Z"


def test_empty_fields_read_null_and_a_boolean_never_set_reads_false(caller: Caller) -> None:
    sync(caller, email="brian@example.com", firstName="Brian")
    told = caller.result("/rest/v1/leads.json", filterType="id", filterValues="7149", fields=ALL)[0]
    assert list(told) == ALL.split(",")
    assert told == {
        **dict.fromkeys(FIELDS), "boolean_field": False, "id": 7149, "email": "brian@example.com",
        "firstName": "Brian", "lastName": None,
    }  # fmt: skip


def test_values_read_back_as_recorded(caller: Caller) -> None:
    written = {
        "textarea_field": "text is here", "boolean_field": True, "email_field": "field@example.com", "integer_field": 5,
        "float_field": 5.4, "datetime_field": "2020-08-30T05:49:48.000Z", "date_field": "2020-08-30", "score_field": 10,
        "percent_field": 99, "currency_field": 34.66,
    }  # fmt: skip
    sync(caller, email="brian2@example.com", firstName="Evan", **written)
    told = caller.result("/rest/v1/leads.json", filterType="id", filterValues="7149", fields=",".join(FIELDS))[0]
    assert told == {**written, "id": 7149, "datetime_field": "2020-08-30T05:49:48Z"}
    sync(caller, email="brian2@example.com", **dict.fromkeys(FIELDS))
    told = caller.result("/rest/v1/lead/7149.json", fields=",".join(FIELDS))[0]
    assert told == {**dict.fromkeys(FIELDS), "id": 7149, "boolean_field": False}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("integer_field", 14.1),
        ("float_field", "14c"),
        ("datetime_field", "yesterday"),
        ("percent_field", "100%"),
        ("boolean_field", "other"),
        ("email_field", "bademail"),
    ],
)
def test_a_value_of_the_wrong_type_skips_the_whole_record_in_these_words(
    caller: Caller, field: str, value: Any
) -> None:
    sync(caller, email="brian2@example.com", firstName="Maria")
    record = {"email": "brian2@example.com", "id": 7149, "firstName": "Eve", field: value}
    told = caller.post("/rest/v1/leads.json", {"lookupField": "id", "action": "updateOnly", "input": [record]})
    message = f"Invalid value for field '{field}' and value '{value}'"
    reasons = [{"code": "1003", "message": message}]
    assert same(told) == {"result": [{"status": "skipped", "reasons": reasons}], "success": True}
    assert caller.result("/rest/v1/lead/7149.json")[0]["firstName"] == "Maria"


def test_a_lead_is_deleted_by_post_with_the_method_in_the_query(caller: Caller) -> None:
    sync(caller, email="brian2@example.com")
    told = caller.post("/rest/v1/leads.json", {"input": [{"id": 7149}]}, params={"_method": "DELETE"})
    assert same(told) == {"result": [{"id": 7149, "status": "deleted"}], "success": True}
    assert caller.result("/rest/v1/leads.json", filterType="id", filterValues="7149") == []


def test_a_list_is_looked_for_made_filled_and_emptied(caller: Caller) -> None:
    sync(caller, email="brian@example.com", firstName="Brian")
    sync(caller, email="brian2@example.com", firstName="Sally")
    assert same(caller.get("/rest/asset/v1/staticList/byName.json", name="(test) Churned")) == NOTHING
    folder = caller.get("/rest/asset/v1/folder/byName.json", name="Group Lists")
    assert same(folder)["result"][0] == {
        "name": "Group Lists", "description": None, "createdAt": "2020-08-14T20:43:13Z+0000",
        "updatedAt": "2020-08-14T20:43:13Z+0000", "url": None, "folderId": {"id": 12, "type": "Folder"},
        "folderType": "List", "parent": {"id": 5, "type": "Folder"}, "path": "/Lead Database/Default/Group Lists",
        "isArchive": False, "isSystem": True, "accessZoneId": 1, "workspace": "Default", "id": 12,
    }  # fmt: skip
    form = {"name": "(test) Churned", "folder": '{"type":"Folder","id":12}'}
    made = caller.answer("POST", "/rest/asset/v1/staticLists.json", data=form).json()
    list_ = made["result"][0]
    assert same(made) == {
        "success": True, "errors": [], "warnings": [],
        "result": [
            {
                "id": list_["id"], "name": "(test) Churned", "createdAt": "2021-11-23T22:57:08Z+0000",
                "updatedAt": "2021-11-23T22:57:08Z+0000", "folder": {"id": 12, "type": "Folder"},
                "computedUrl": list_["computedUrl"], "workspace": "Default",
            }
        ],
    }  # fmt: skip
    assert list_["computedUrl"].endswith(f"#ST{list_['id']}A1")
    assert caller.get("/rest/asset/v1/staticList/byName.json", name="(test) Churned")["result"] == [list_]

    members, alias = f"/rest/v1/lists/{list_['id']}/leads.json", f"/rest/v1/list/{list_['id']}/leads.json"
    added = {"result": [{"id": 7149, "status": "added"}], "success": True}
    assert same(caller.post(members, {"input": [{"id": 7149}]})) == added
    assert same(caller.post(members, {"input": [{"id": 7149}]})) == added  # again, and no complaint
    told = caller.answer("POST", alias, data={"listId": list_["id"], "_method": "GET"}).json()
    assert [each["id"] for each in same(told)["result"]] == [7149]
    assert told.keys() == {"result", "success"}
    gone = caller.answer("DELETE", members, params={"id": ["7149", "7150"]}).json()
    assert same(gone) == {
        "result": [
            {"id": 7149, "status": "removed"},
            {"id": 7150, "status": "skipped", "reasons": [{"code": "1015", "message": "Lead not in list"}]},
        ],
        "success": True,
    }
    told = caller.answer("POST", alias, data={"listId": list_["id"], "_method": "GET"}).json()
    assert same(told) == {"result": [], "success": True}
