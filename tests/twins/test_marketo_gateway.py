"""What every call goes through: tokens, permissions, sizes, and the limits that all services of an instance share."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from muster.twins.marketo import MarketoTwin, Service, User
from tests.twins.marketo_calls import Caller, error_of, instance, lead, small_instance, table

READER = Service("reader", "r", User("reader@example.com", frozenset({"Read-Only Lead", "Read-Only Activity"})))
WRITER = Service("writer", "w", User("writer@example.com"))
CHEAP = "/rest/v1/leads/partitions.json"
RATE = ("606", "Max rate limit '100' exceeded with in '20' secs")


@pytest.fixture
def caller() -> Iterator[Caller]:
    with instance(WRITER, READER) as running:
        yield Caller(running, "writer", "w")


def test_a_token_ends_after_an_hour_and_the_next_one_is_another(caller: Caller) -> None:
    first = caller.login()
    caller.wait(3599.5)
    assert caller.login() == {**first, "expires_in": 0}
    assert caller.get(CHEAP)["success"]
    caller.wait(1)
    assert caller.error(CHEAP) == ("602", "Access token expired")
    assert caller.login()["access_token"] != first["access_token"]
    assert caller.get(CHEAP)["success"]


def test_services_have_tokens_of_their_own(caller: Caller) -> None:
    other = Caller(caller.running, "reader", "r")
    assert other.session.headers["Authorization"] != caller.session.headers["Authorization"]


def test_no_token_a_wrong_one_and_one_in_the_query(caller: Caller) -> None:
    good = str(caller.session.headers.pop("Authorization")).split()[1]
    assert caller.error(CHEAP) == ("600", "Empty access token")
    assert caller.error(CHEAP, access_token=good) == ("601", "Access token invalid")
    caller.session.headers["Authorization"] = "Bearer nonsense"
    assert caller.error(CHEAP) == ("601", "Access token invalid")
    caller.twin.query_token.limit = 1  # as it was until August 2026
    del caller.session.headers["Authorization"]
    assert caller.get(CHEAP, access_token=good)["success"]


def test_the_token_endpoint_takes_post_as_well(caller: Caller) -> None:
    query = {"grant_type": "client_credentials", **caller.client}
    told = caller.session.post(f"{caller.url}/identity/oauth/token", params=query, timeout=10).json()
    assert told["token_type"] == "bearer"


def test_permissions_are_the_role_of_the_user(caller: Caller) -> None:
    reader = Caller(caller.running, "reader", "r")
    assert reader.get(CHEAP)["success"]
    for method, path in (
        ("POST", "/rest/v1/leads.json"),
        ("GET", "/rest/v1/companies/describe.json"),
        ("GET", "/rest/asset/v1/programs.json"),
        ("GET", "/rest/v1/leads/schema/fields.json"),
        ("POST", "/rest/v1/activities/external.json"),
    ):
        assert error_of(reader.answer(method, path, json={}).json()) == ("603", "Access denied"), path
    assert reader.get("/rest/v1/activities/types.json")["success"]


def test_an_unknown_path_a_wrong_method_and_a_double_slash(caller: Caller) -> None:
    assert caller.error("/rest/v1/nonsense.json") == ("610", "Requested resource not found")
    assert caller.error("/rest/v1//leads.json") == ("610", "Requested resource not found")
    assert caller.error("/rest/v1/leads/push.json") == ("605", "HTTP Method not supported")


def test_a_long_address_is_414_and_goes_through_as_post(caller: Caller) -> None:
    caller.twin.load("leads", table(*(lead(number) for number in range(1, 301))))
    values = ",".join(f"p{number}@example.com" for number in range(1, 301))
    query = {"filterType": "email", "filterValues": values, "batchSize": "300", "fields": "id" + ",email" * 500}
    refused = caller.answer("GET", "/rest/v1/leads.json", params=query)
    assert refused.status_code == 414
    told = caller.answer("POST", "/rest/v1/leads.json", params={"_method": "GET"}, data=query).json()
    assert len(told["result"]) == 300
    assert caller.answer("POST", "/rest/v1/leads.json", data={**query, "_method": "GET"}).json()["success"]


def test_a_large_body_is_413(caller: Caller) -> None:
    body = {"input": [{"email": "a@example.com", "address": "x" * (1 << 20)}]}
    assert caller.answer("POST", "/rest/v1/leads.json", json=body).status_code == 413


def test_bodies_that_are_no_json(caller: Caller) -> None:
    send = {"data": b"{", "headers": {"content-type": "application/json"}}
    assert error_of(caller.answer("POST", "/rest/v1/leads.json", **send).json()) == ("609", "Invalid JSON")
    send = {"data": b"{}", "headers": {"content-type": "text/plain"}}
    assert error_of(caller.answer("POST", "/rest/v1/leads.json", **send).json()) == ("612", "Invalid Content Type")


def test_a_hundred_calls_in_any_twenty_seconds_for_all_services_together(caller: Caller) -> None:
    reader = Caller(caller.running, "reader", "r")
    for number in range(100):
        assert (reader if number % 2 else caller).get(CHEAP)["success"]
        caller.wait(0.1)
    assert caller.error(CHEAP) == RATE
    assert reader.error(CHEAP) == RATE
    caller.wait(10)  # 20.0 s after the first: it has just left the window
    assert caller.get(CHEAP)["success"]
    assert caller.error(CHEAP) == RATE


def test_codes_that_are_not_counted_use_nothing_up(caller: Caller) -> None:
    for _ in range(150):
        caller.error("/rest/v1/leads/push.json")  # 605
    assert caller.twin.daily.used == 0
    caller.error("/rest/v1/nonsense.json")  # 610
    assert caller.twin.daily.used == 1


def test_the_daily_quota_comes_back_at_midnight_central(caller: Caller) -> None:
    caller.twin.daily.limit = 3
    for _ in range(3):
        assert caller.get(CHEAP)["success"]
    assert caller.error(CHEAP) == ("607", "Daily quota reached")
    caller.twin.clock.set(datetime(2026, 11, 24, 5, 59, 59, tzinfo=UTC))  # 23:59:59 in Chicago
    caller.login()
    assert caller.error(CHEAP) == ("607", "Daily quota reached")
    caller.wait(1)
    assert caller.get(CHEAP)["success"]


def test_an_eleventh_call_at_once_is_refused(caller: Caller) -> None:
    caller.twin.faults.set(["busy"])
    told: list[dict[str, Any]] = []
    token = {"Authorization": str(caller.session.headers["Authorization"])}
    url = caller.url + CHEAP

    def call() -> None:
        told.append(requests.get(url, headers=token, timeout=20).json())

    calls = [threading.Thread(target=call) for _ in range(14)]
    for each in calls:
        each.start()
    for each in calls:
        each.join()
    refused = [error_of(each) for each in told if not each["success"]]
    assert refused == [("615", "Concurrent access limit '10' reached")] * 4


def test_usage_is_counted_by_user_and_day_and_errors_by_code(caller: Caller) -> None:
    reader = Caller(caller.running, "reader", "r")
    reader.get(CHEAP)
    reader.error("/rest/v1/nonsense.json")
    today = caller.result("/rest/v1/stats/usage.json")[0]
    users = {each["userId"]: each["count"] for each in today["users"]}
    assert (today["total"], users) == (3, {"reader@example.com": 2, "writer@example.com": 1})
    assert caller.result("/rest/v1/stats/errors.json")[0]["errors"] == [{"errorCode": "610", "count": 1}]
    caller.wait(86_400)
    caller.login()
    days = caller.result("/rest/v1/stats/usage/last7days.json")
    assert [day["date"] for day in days] == ["2026-11-24T06:00:00Z", "2026-11-23T06:00:00Z"]
    assert days[1]["total"] == 4
    assert caller.result("/rest/v1/stats/errors/last7days.json")[1]["total"] == 1


def test_faults_speak_marketo(caller: Caller) -> None:
    twin = caller.twin
    assert isinstance(twin, MarketoTwin)
    twin.faults.set(["606x1", "615x1", "604x1", "expirex1"])
    assert caller.error(CHEAP) == RATE
    assert caller.error(CHEAP)[0] == "615"
    assert caller.error(CHEAP) == ("604", "Request time-out")
    assert caller.error(CHEAP)[0] == "602"
    caller.login()
    assert caller.get(CHEAP)["success"]


def test_answers_carry_the_time_of_the_twin_and_bulk_ones_are_never_compressed(caller: Caller) -> None:
    small_instance(caller.twin)
    answer = caller.answer("GET", "/rest/v1/leads/describe.json", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["date"] == "Mon, 23 Nov 2026 18:00:00 GMT"
    listed = caller.answer("GET", "/bulk/v1/leads/export.json", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in listed.headers
