"""What the HubSpot reader makes of answers, moments and records; answers are in the shapes of the vendor's traffic."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest
from requests.structures import CaseInsensitiveDict

from muster.config.models import Source
from muster.connectors.http.answer import Answer
from muster.connectors.http.budget import Budget
from muster.connectors.http.limits import Daily, Limits
from muster.connectors.http.verdict import Again, Good, Refused, Renew, Spent, Verdict
from muster.connectors.hubspot.client import iso, judge, milliseconds
from muster.connectors.hubspot.pace import Pace
from muster.connectors.hubspot.paths import path
from muster.connectors.hubspot.place import Place
from muster.connectors.hubspot.reader import objects_of
from muster.connectors.hubspot.rows import losers_table, records_table
from muster.connectors.vendors import VENDORS

DAY = 86_400_000


@pytest.fixture
def budget(tmp_path: Path) -> Budget:
    return Budget(tmp_path / "b.db", "HubSpot", Limits(daily=(Daily(250_000),)))


def judged(budget: Budget, status: int, told: Any = None, headers: Mapping[str, str] | None = None) -> Verdict:
    kind = {"Content-Type": "application/json;charset=utf-8"}
    return judge(budget)(Answer(status, CaseInsensitiveDict({**kind, **(headers or {})}), orjson.dumps(told or {})))


def test_the_two_forms_of_too_many_calls_wait_their_time(budget: Budget) -> None:
    search = {
        "status": "error",
        "message": "You have reached your secondly limit.",
        "correlationId": "f5a5d4d0-5c5c-4a3f-8f3c-1c1b2d8d2f2a",
        "category": "RATE_LIMITS",
    }
    burst = {
        "status": "error",
        "message": "You have reached your ten_secondly_rolling limit.",
        "errorType": "RATE_LIMIT",
        "policyName": "TEN_SECONDLY_ROLLING",
    }
    assert judged(budget, 429, search) == Again(search["message"], 1.0, everyone=True)
    assert judged(budget, 429, burst) == Again(burst["message"], 10.0, everyone=True)
    assert judged(budget, 429, burst, {"Retry-After": "4"}) == Again(burst["message"], 4.0, everyone=True)


def test_a_spent_day_is_not_tried_again(budget: Budget) -> None:
    daily = {"message": "You have reached your daily limit.", "errorType": "RATE_LIMIT", "policyName": "DAILY"}
    assert isinstance(judged(budget, 429, daily), Spent)


def test_other_statuses_have_their_meaning(budget: Budget) -> None:
    assert judged(budget, 200, {"results": []}) == judged(budget, 207, {"results": []}) == Good()
    assert isinstance(judged(budget, 401, {"category": "EXPIRED_AUTHENTICATION", "message": "expired"}), Renew)
    assert judged(budget, 423) == Again("the record is locked", 2.0)
    moving = judged(budget, 477, headers={"Retry-After": "86400"})
    assert isinstance(moving, Again)
    assert moving.after == 86_400.0
    scopes = {"errors": [{"context": {"requiredGranularScopes": ["crm.objects.deals.read"]}}], "message": "no"}
    refused = judged(budget, 403, scopes)
    assert isinstance(refused, Refused)
    assert "crm.objects.deals.read" in refused.reason


def test_the_headers_tell_the_budget_what_is_left(budget: Budget) -> None:
    told = {
        "X-HubSpot-RateLimit-Daily": "250000",
        "X-HubSpot-RateLimit-Daily-Remaining": "249937",
        "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
        "X-HubSpot-RateLimit-Max": "100",
        "X-HubSpot-RateLimit-Remaining": "98",
    }
    judged(budget, 200, {}, told)
    assert budget.left() == 249_937
    judged(budget, 200)
    assert budget.left() == 249_937


@pytest.mark.parametrize(
    ("area", "version", "parts", "where"),
    [
        ("objects", "v3", ("contacts",), "/crm/v3/objects/contacts"),
        ("objects", "2026-09", ("deals", "search"), "/crm/objects/2026-09/deals/search"),
        ("associations", "v3", ("contacts", "companies", "batch", "read"),
         "/crm/v4/associations/contacts/companies/batch/read"),
        ("associations", "2026-09", ("deals", "contacts", "batch", "read"),
         "/crm/associations/2026-09/deals/contacts/batch/read"),
        ("lists", "v3", ("7", "memberships"), "/crm/v3/lists/7/memberships"),
        ("lists", "2026-03", ("search",), "/crm/lists/2026-03/search"),
        ("properties", "2026-09", ("contacts",), "/crm/properties/2026-09/contacts"),
        ("token", "v3", (), "/oauth/v1/token"),
        ("token", "2026-09", (), "/oauth/2026-09/token"),
    ],
)  # fmt: skip
def test_paths_of_both_schemes(area: Any, version: str, parts: tuple[str, ...], where: str) -> None:
    assert path(area, version, *parts) == where


def test_moments_are_read_in_all_forms_and_written_in_one() -> None:
    moment = milliseconds("2022-02-17T19:17:21.592Z")
    assert moment == 1645125441592 == milliseconds("1645125441592")
    assert iso(moment) == "2022-02-17T19:17:21.592Z"
    assert milliseconds("2022-02-17") == milliseconds("2022-02-17T00:00:00Z")
    assert milliseconds(None) == milliseconds("") == 0


def test_records_become_columns_of_text() -> None:
    records = [
        {
            "id": "51",
            "properties": {"email": "ada@example.com", "firstname": "", "createdate": "2022-02-17T19:17:21.592Z"},
            "createdAt": "2022-02-17T19:17:21.592Z",
            "updatedAt": "2022-02-17T19:17:22Z",
            "archived": False,
        },
        {"id": "52", "properties": {"email": None}, "archived": True, "archivedAt": "2022-03-01T00:00:00.1Z"},
    ]
    table = records_table(records, ["email", "firstname", "createdate", "Archived"])
    assert table.to_pylist() == [
        {
            "id": "51", "createdAt": "2022-02-17T19:17:21.592Z", "updatedAt": "2022-02-17T19:17:22.000Z",
            "archivedAt": None, "archived": "false", "email": "ada@example.com", "firstname": None,
            "createdate": "2022-02-17T19:17:21.592Z",
        },
        {
            "id": "52", "createdAt": None, "updatedAt": None, "archivedAt": "2022-03-01T00:00:00.1Z",
            "archived": "true", "email": None, "firstname": None, "createdate": None,
        },
    ]  # fmt: skip
    assert all(field.type == pa.string() for field in table.schema)


def test_values_that_are_no_text_are_written_as_such() -> None:
    records = [{"id": 51, "properties": {"age": 3.5, "vip": True, "tags": ["a"]}, "archived": False}]
    assert records_table(records, ["age", "vip", "tags"]).to_pylist()[0] | {} == {
        "id": "51", "createdAt": None, "updatedAt": None, "archivedAt": None, "archived": "false",
        "age": "3.5", "vip": "true", "tags": '["a"]',
    }  # fmt: skip


def test_merged_records_are_gone() -> None:
    assert losers_table(["1; 2;", None, "2;3"]).to_pylist() == [{"id": each, "archived": "true"} for each in "123"]
    assert losers_table([None]).num_rows == 0


def test_what_is_read_whole_takes_a_twentieth_of_the_day() -> None:
    pace = Pace(100_000, free=20)
    assert pace.is_due(20, 1, 2)
    assert pace.is_due(5000, 0, 1)
    assert not pace.is_due(5000, DAY, 2 * DAY - 1)
    assert pace.is_due(5000, DAY, 2 * DAY)
    assert not pace.is_due(50_000, DAY, 10 * DAY)
    assert pace.is_due(5000, DAY, DAY - 1)  # a clock that was put back


def test_a_history_that_is_to_begin_earlier_is_read_again() -> None:
    fresh = Place.of(None).beginning(500)
    assert (fresh.is_history, fresh.first) == (True, 500)
    read = Place.of(Place(since=9000, first=500).position)
    assert read.beginning(500) == read.beginning(700) == read
    assert read.beginning(0) == Place(listing="history", first=0)


def source(**more: Any) -> Source:
    return Source.model_validate({"name": "hub", "type": "hubspot", "connection": {"token": "t", **more}})


def test_objects_are_told_without_a_call() -> None:
    assert objects_of(source()) == [
        "contacts", "companies", "deals", "associations", "activities", "lists", "list_members",
    ]  # fmt: skip
    assert objects_of(source(include=["tickets", "deals"], exclude=["activities", "lists"])) == [
        "contacts", "companies", "deals", "associations", "list_members", "tickets",
    ]  # fmt: skip
    assert all(VENDORS["hubspot"].named(each) for each in objects_of(source()))
