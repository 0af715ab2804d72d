"""Searches: operators, their limits, the ten thousand, the delay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.twins.hubspot_account import Account, filter_of

PATH = "/crm/v3/objects/companies/search"
CITIES = ["Paris", "Rome", "Berlin", None]


def load(hubspot: Account, **columns: list[Any]) -> None:
    size = len(next(iter(columns.values())))
    table = pa.table({"hs_object_id": [str(n) for n in range(1, size + 1)], **columns})
    assert hubspot.twin.load("companies", table) == size


@pytest.fixture
def companies(hubspot: Account) -> Account:
    load(
        hubspot,
        name=["Acme Ltd", "Acme-Nord", "Bolt", "acme", None],
        numberofemployees=["9", "10", "100", None, "-3.5"],
        domain=["acme.example", "nord.acme.example", "bolt.example", None, "x.example"],
        createdate=[f"2026-01-0{day}T00:00:00Z" for day in range(1, 6)],
    )
    return hubspot


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ([filter_of("name", "EQ", "ACME")], "4"),
        ([filter_of("name", "NEQ", "acme")], "123"),
        ([filter_of("numberofemployees", "LT", "10")], "15"),
        ([filter_of("numberofemployees", "LTE", 10)], "125"),
        ([filter_of("numberofemployees", "GT", "9")], "23"),
        ([filter_of("numberofemployees", "GTE", "9")], "123"),
        ([filter_of("numberofemployees", "BETWEEN", "9", highValue="10")], "12"),
        ([filter_of("name", "IN", values=["acme", "bolt"])], "34"),
        ([filter_of("name", "NOT_IN", values=["acme", "bolt"])], "12"),
        ([filter_of("name", "HAS_PROPERTY")], "1234"),
        ([filter_of("name", "NOT_HAS_PROPERTY")], "5"),
        ([filter_of("name", "CONTAINS_TOKEN", "acme")], "124"),
        ([filter_of("name", "CONTAINS_TOKEN", "acm")], ""),
        ([filter_of("name", "CONTAINS_TOKEN", "acm*")], "124"),
        ([filter_of("domain", "CONTAINS_TOKEN", "*.acme.example")], "2"),
        ([filter_of("name", "NOT_CONTAINS_TOKEN", "acme")], "3"),
        ([filter_of("createdate", "GTE", "1767398400000")], "345"),  # 2026-01-03
        ([filter_of("createdate", "LT", "2026-01-03")], "12"),
        ([filter_of("numberofemployees", "GT", "9"), filter_of("name", "CONTAINS_TOKEN", "acme")], "2"),
        ([filter_of("closedate_of_nothing", "HAS_PROPERTY")], None),
    ],
)
def test_operators(companies: Account, filters: list[dict[str, Any]], found: str | None):
    response = companies.call("POST", PATH, {"filterGroups": [{"filters": filters}], "limit": 200})
    if found is None:
        assert (response.status_code, response.json()["category"]) == (400, "VALIDATION_ERROR")
    else:
        assert "".join(each["id"] for each in response.json()["results"]) == found
        assert response.json()["total"] == len(found)


def test_groups_are_alternatives_and_text_is_searched(companies: Account):
    groups = [{"filters": [filter_of("name", "EQ", each)]} for each in ("acme", "bolt")]
    assert [each["id"] for each in companies.post(PATH, {"filterGroups": groups})["results"]] == ["3", "4"]
    assert companies.search("companies", query="acme nord") == ["2"]
    assert len(companies.search("companies")) == 5


def test_sorting(companies: Account):
    def order(*sorts: Any) -> str:
        return "".join(companies.search("companies", sorts=list(sorts)))

    assert order({"propertyName": "numberofemployees", "direction": "ASCENDING"}) == "51234"
    assert order({"propertyName": "numberofemployees", "direction": "DESCENDING"}) == "32154"
    assert order("-createdate") == "54321"
    assert companies.call("POST", PATH, {"sorts": ["name", "domain"]}).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"limit": 0 - 1},
        {"after": "x"},
        {"query": "x" * 3001},
        {"filterGroups": [{"filters": [filter_of("name", "EQ", "x")]}] * 6},
        {"filterGroups": [{"filters": [filter_of("name", "EQ", "x")] * 7}]},
        {"filterGroups": [{"filters": [filter_of("name", "EQ", "x")] * 5}] * 4},
        {"filterGroups": [{"filters": [filter_of("name", "LIKE", "x")]}]},
        {"filterGroups": [{"filters": [filter_of("name", "EQ")]}]},
        {"filterGroups": [{"filters": [filter_of("name", "IN", "x")]}]},
        {"filterGroups": [{"filters": [filter_of("numberofemployees", "GT", "many")]}]},
        {"filterGroups": [{"filters": [{"operator": "EQ", "value": "x"}]}]},
    ],
)
def test_what_a_search_refuses(companies: Account, body: dict[str, Any]):
    response = companies.call("POST", PATH, body)
    assert (response.status_code, response.json()["category"]) == (400, "VALIDATION_ERROR")


def test_pages_end_at_ten_thousand(hubspot: Account):
    load(hubspot, name=[f"Company {n}" for n in range(10_500)])
    page = hubspot.post(PATH, {"limit": 200, "after": "9600"})
    assert (page["total"], len(page["results"]), page["paging"]["next"]["after"]) == (10_500, 200, "9800")
    assert hubspot.post(PATH, {"limit": 200, "after": "9800"})["paging"]["next"]["after"] == "10000"
    assert hubspot.call("POST", PATH, {"limit": 200, "after": "10000"}).status_code == 400
    rest = [filter_of("hs_object_id", "GT", "10000")]
    assert hubspot.post(PATH, {"filterGroups": [{"filters": rest}]})["total"] == 500


def test_a_search_sees_writes_late_and_archived_records_never(hubspot: Account):
    hubspot.limit(search_delay=10)
    first = hubspot.company(name="First", city="Paris")
    assert hubspot.search("companies") == []
    hubspot.advance(11)
    assert hubspot.search("companies") == [first]
    hubspot.patch(f"/crm/v3/objects/companies/{first}", {"properties": {"city": "Rome"}})
    second = hubspot.company(name="Second", city="Rome")
    assert hubspot.search("companies", filter_of("city", "EQ", "Paris")) == [first]  # as it was
    assert hubspot.search("companies", filter_of("city", "EQ", "Rome")) == []
    assert hubspot.get(f"/crm/v3/objects/companies/{first}", properties="city")["properties"]["city"] == "Rome"
    hubspot.advance(11)
    assert hubspot.search("companies", filter_of("city", "EQ", "Rome")) == [first, second]
    hubspot.call("DELETE", f"/crm/v3/objects/companies/{first}")
    assert hubspot.search("companies") == [second]


def test_a_record_changed_again_and_again_is_seen_as_it_was_a_delay_ago(hubspot: Account):
    hubspot.limit(search_delay=10)
    id_ = hubspot.company(city="0")
    for city in range(1, 6):
        hubspot.advance(4)
        hubspot.patch(f"/crm/v3/objects/companies/{id_}", {"properties": {"city": str(city)}})
    seen = [city for city in range(6) if hubspot.search("companies", filter_of("city", "EQ", str(city)))]
    assert seen == [2]  # written 12 seconds ago; the next one 8


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(st.sampled_from(CITIES), st.one_of(st.none(), st.integers(-50, 50))), min_size=1, max_size=30
    ),
    groups=st.lists(
        st.lists(
            st.one_of(
                st.tuples(st.just("city"), st.sampled_from(["EQ", "NEQ", "HAS_PROPERTY"]), st.sampled_from(CITIES[:3])),
                st.tuples(
                    st.just("numberofemployees"),
                    st.sampled_from(["LT", "LTE", "GT", "GTE", "EQ"]),
                    st.integers(-50, 50),
                ),
            ),
            min_size=1,
            max_size=3,
        ),
        min_size=1,
        max_size=3,
    ),
)
def test_a_search_finds_what_a_plain_loop_finds(
    hubspot: Account, rows: list[tuple[str | None, int | None]], groups: list[list[tuple[str, str, Any]]]
):
    tests: dict[str, Callable[[Any, Any], bool]] = {
        "EQ": lambda a, b: a == b,
        "NEQ": lambda a, b: a != b,
        "HAS_PROPERTY": lambda a, b: True,
        "LT": lambda a, b: a < b,
        "LTE": lambda a, b: a <= b,
        "GT": lambda a, b: a > b,
        "GTE": lambda a, b: a >= b,
    }
    hubspot.twin.store.execute("delete from companies")
    load(hubspot, city=[row[0] for row in rows], numberofemployees=[None if n is None else str(n) for _, n in rows])
    due = []
    for at, (city, number) in enumerate(rows, 1):
        own = {"city": city, "numberofemployees": number}
        if any(
            all(own[name] is not None and tests[op](own[name], value) for name, op, value in each) for each in groups
        ):
            due.append(str(at))
    told = [{"filters": [filter_of(name, op, str(value)) for name, op, value in each]} for each in groups]
    assert [each["id"] for each in hubspot.post(PATH, {"filterGroups": told, "limit": 200})["results"]] == due
