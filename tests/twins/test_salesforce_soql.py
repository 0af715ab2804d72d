"""SOQL: conditions against a plain Python filter, the shapes of answers, and the vendor's words for mistakes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.twins.salesforce import SalesforceTwin
from muster.twins.salesforce.ids import full
from muster.twins.salesforce.soql.periods import period
from muster.twins.server import serve
from tests.twins.salesforce_org import ACME, ADA, BO, BOLT, LEE, NOW, USER, Api, bare, org, table

TEXTS = ["", "a", "A", "b", "it's", "100%", "a_b", "back\\slash", "über", "ÜBER", "line\nbreak", 'say "x"', "a;b"]
NUMBERS = [None, -3, 0, 2, 2.5, 40, 1e12]
MOMENTS = ["2026-10-31T23:59:59Z", "2026-11-01T00:00:00Z", "2026-11-01T00:00:01Z", "2026-11-22T12:00:00Z"]
DAYS = [None, "2026-11-01", "2026-11-02", "2026-12-31"]
ROWS = [
    {
        "Id": f"0017x{number:010}",
        "Name": TEXTS[number % len(TEXTS)] or None,
        "AnnualRevenue": None if (value := NUMBERS[number % len(NUMBERS)]) is None else str(value),
        "NumberOfEmployees": None if number % 5 == 0 else str(number % 7),
        "Checked__c": [None, "1", "0", "true"][number % 4],
        "Day__c": DAYS[number % len(DAYS)],
        "SystemModstamp": MOMENTS[number % len(MOMENTS)],
        "Site": f"Site {number % 3}" if number % 4 else None,
    }
    for number in range(60)
]


@cache
def accounts() -> SalesforceTwin:
    twin = SalesforceTwin()
    twin.clock.speed = 0
    twin.clock.set(NOW)
    twin.admin.define("Account", {"Checked__c": "boolean", "Day__c": "date"})
    twin.load("Account", table(ROWS))
    return twin


def select(soql: str) -> list[dict[str, Any]]:
    twin = accounts()
    statement = twin.org.compiler().compile(soql)
    return [bare(orjson.loads(row["line"])) for row in twin.store.rows(statement.rows)]


FIELDS = "Id, Name, AnnualRevenue, NumberOfEmployees, Checked__c, Day__c, SystemModstamp, Site"
RECORDS = {record["Id"]: record for record in select(f"SELECT {FIELDS} FROM Account")}


@dataclass(frozen=True)
class Filter:
    """A condition as SOQL, and what it means."""

    soql: str
    holds: Callable[[dict[str, Any]], bool]


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


def wildcards(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile("".join({"%": ".*", "_": "."}.get(each, re.escape(each)) for each in pattern), re.I | re.S)
    return lambda text: compiled.fullmatch(text) is not None


ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def comparison(field: str, operator: str, literal: str, value: Any, fold: Callable[[Any], Any]) -> Filter:
    def holds(record: dict[str, Any]) -> bool:
        own = record[field]
        if operator in ("=", "!="):
            same = (own is None and value is None) or (
                own is not None and value is not None and fold(own) == fold(value)
            )
            return same == (operator == "=")
        return own is not None and ORDERED[operator](fold(own), fold(value))

    return Filter(f"{field} {operator} {literal}", holds)


def kept(moment: str) -> str:
    return moment.replace("Z", ".000+0000")


@st.composite
def comparisons(draw: st.DrawFn) -> Filter:
    operator = draw(st.sampled_from(["=", "!=", "<", "<=", ">", ">="]))
    equal = operator in ("=", "!=")
    kind = draw(st.sampled_from(["text", "number", "moment", "day", "checkbox", "null", "like", "in"]))
    if kind == "text":
        value = draw(st.sampled_from(TEXTS[1:]))
        return comparison("Name", operator, quoted(value), value, str.lower)
    if kind == "number":
        value = draw(st.sampled_from([*NUMBERS[1:], 3, 0.5]))
        return comparison("AnnualRevenue", operator, str(value) if value < 1e9 else f"{value:.0f}", value, float)
    if kind == "moment":
        value = draw(st.sampled_from(MOMENTS))
        return comparison("SystemModstamp", operator, value, kept(value), str)
    if kind == "day":
        day = draw(st.sampled_from(DAYS[1:]))
        return comparison("Day__c", operator, str(day), day, str)
    if kind == "checkbox":
        value = draw(st.booleans())
        return comparison("Checked__c", "=" if equal else "!=", str(value).lower(), value, bool)
    if kind == "null":
        field = draw(st.sampled_from(["Name", "AnnualRevenue", "Day__c", "Site"]))
        return comparison(field, "=" if equal else "!=", "null", None, str)
    if kind == "like":
        pattern = draw(st.sampled_from(["a%", "%S%", "_", "%'%", "%b", "%e\\n%", "%"]))
        matches = wildcards(pattern.replace("\\n", "\n"))
        literal = pattern.replace("'", "\\'")
        return Filter(f"Name LIKE '{literal}'", lambda record: record["Name"] is not None and matches(record["Name"]))
    values = draw(st.lists(st.sampled_from(TEXTS[1:]), min_size=1, max_size=4))
    negated, listed = draw(st.booleans()), ", ".join(map(quoted, values))
    folded = {value.lower() for value in values}
    return Filter(
        f"Name {'NOT ' if negated else ''}IN ({listed})",
        lambda record: (record["Name"] is not None and record["Name"].lower() in folded) != negated,
    )


def joined(parts: list[Filter], operator: str) -> Filter:
    fold = all if operator == "AND" else any
    return Filter(
        f" {operator} ".join(f"({part.soql})" for part in parts),
        lambda record: fold(part.holds(record) for part in parts),
    )


FILTERS = st.recursive(
    comparisons(),
    lambda inner: st.one_of(
        st.builds(joined, st.lists(inner, min_size=2, max_size=3), st.sampled_from(["AND", "OR"])),
        inner.map(lambda part: Filter(f"NOT ({part.soql})", lambda record: not part.holds(record))),
    ),
    max_leaves=6,
)


@settings(max_examples=250, deadline=None)
@given(FILTERS)
def test_conditions_hold_for_what_python_says(condition: Filter) -> None:
    found = {record["Id"] for record in select(f"SELECT Id FROM Account WHERE {condition.soql}")}
    assert found == {id_ for id_, record in RECORDS.items() if condition.holds(record)}, condition.soql


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["Name", "AnnualRevenue", "NumberOfEmployees", "Day__c", "SystemModstamp"]),
    st.booleans(),
    st.booleans(),
    st.integers(0, 70),
    st.integers(0, 70),
)
def test_rows_come_in_order(field: str, descending: bool, nulls_last: bool, limit: int, offset: int) -> None:
    order = f"{field} {'DESC' if descending else 'ASC'} NULLS {'LAST' if nulls_last else 'FIRST'}"
    found = [each["Id"] for each in select(f"SELECT Id FROM Account ORDER BY {order} LIMIT {limit} OFFSET {offset}")]
    known = sorted((each for each in RECORDS.values() if each[field] is not None), key=lambda each: each["Id"])
    known.sort(
        key=lambda each: each[field].lower() if isinstance(each[field], str) else each[field], reverse=descending
    )
    nulls = sorted((each for each in RECORDS.values() if each[field] is None), key=lambda each: each["Id"])
    expected = [each["Id"] for each in (known + nulls if nulls_last else nulls + known)]
    assert found == expected[offset : offset + limit]


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=("Cs",)), min_size=1))
def test_any_text_can_be_asked_for(text: str) -> None:
    soql = "SELECT Id FROM Account WHERE Name = " + quoted(text)
    wanted = {id_ for id_, record in RECORDS.items() if (record["Name"] or "").lower() == text.lower()}
    assert {each["Id"] for each in select(soql)} >= wanted


def test_periods_and_their_edges() -> None:
    monday = date(2026, 11, 23)
    assert period("this_week", monday) == (date(2026, 11, 22), date(2026, 11, 29))
    assert period("last_month", monday) == (date(2026, 10, 1), date(2026, 11, 1))
    assert period("next_quarter", monday) == (date(2027, 1, 1), date(2027, 4, 1))
    assert period("last_n_days:3", monday) == (date(2026, 11, 20), date(2026, 11, 24))
    assert period("n_years_ago:1", monday) == (date(2025, 1, 1), date(2026, 1, 1))
    told = ("= YESTERDAY", "< LAST_WEEK", "> LAST_N_DAYS:30", "= THIS_MONTH", "!= THIS_MONTH")
    found = [len(select(f"SELECT Id FROM Account WHERE SystemModstamp {each}")) for each in told]
    assert found == [15, 45, 0, 45, 15]
    assert period("today", monday)[1] - period("today", monday)[0] == timedelta(1)


# -- shapes ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with serve(org()) as running:
        yield Api(running)


def test_values_have_their_types_and_records_their_attributes(api: Api) -> None:
    soql = f"SELECT id, NAME, annualrevenue, NumberOfEmployees, IsDeleted, CreatedDate FROM account WHERE Id = '{ACME}'"
    answer = api.get("/query", q=soql).json()
    assert answer["records"] == [
        {
            "attributes": {"type": "Account", "url": f"/services/data/v66.0/sobjects/Account/{ACME}"},
            "Id": ACME,
            "Name": "Acme",
            "AnnualRevenue": 1250000.0,
            "NumberOfEmployees": 40,
            "IsDeleted": False,
            "CreatedDate": "2024-01-19T09:42:24.000+0000",
        }
    ]
    assert list(answer) == ["totalSize", "done", "records"]
    assert isinstance(answer["records"][0]["NumberOfEmployees"], int)


def test_nothing_found_is_as_recorded(api: Api) -> None:
    told = api.get("/query", q="SELECT Id FROM Account WHERE Name = 'nobody'")
    assert told.json() == {"totalSize": 0, "done": True, "records": []}


def test_parents_are_objects_inside(api: Api) -> None:
    found = api.query("SELECT Id, Account.Name, Account.Owner.Name, Account.BillingAddress FROM Contact ORDER BY Id")
    assert found[0]["Account"]["Name"] == "Acme"
    assert found[0]["Account"]["Owner"] == {"Name": "Olga Owner"}
    assert found[0]["Account"]["BillingAddress"]["city"] == "Rome"
    assert api.query(f"SELECT Owner.Name FROM Account WHERE Id = '{BOLT}'") == [{"Owner": None}]


def test_a_parent_can_be_of_several_objects(api: Api) -> None:
    for who in (ADA, LEE):
        api.call("POST", "/sobjects/Task", json={"Subject": "Call", "WhoId": who, "WhatId": ACME})
    found = api.query("SELECT WhoId, Who.Name, Who.Type, What.Name FROM Task ORDER BY WhoId")
    assert [(each["Who"]["Name"], each["Who"]["Type"]) for each in found] == [
        ("Ada Byron", "Contact"),
        ("Lee May", "Lead"),
    ]
    assert {each["What"]["Name"] for each in found} == {"Acme"}


def test_children_are_lists_inside(api: Api) -> None:
    inner = "SELECT LastName FROM Contacts WHERE Title = null ORDER BY LastName LIMIT 5"
    soql = f"SELECT Id, ({inner}) FROM Account ORDER BY Id"
    acme, bolt = api.get("/query", q=soql).json()["records"]
    assert acme["Contacts"]["totalSize"] == 1
    assert acme["Contacts"]["done"]
    assert acme["Contacts"]["records"][0]["LastName"] == "Lind"
    assert "nextRecordsUrl" not in acme["Contacts"]
    assert bolt["Contacts"] is None


def test_many_children_are_read_on(api: Api) -> None:
    rows = [
        {"Id": f"0038x{n:010}", "LastName": f"Many {n:04}", "AccountId": BOLT, "IsDeleted": None} for n in range(450)
    ]
    api.running.twin.load("Contact", table(rows))
    soql = f"SELECT Id, (SELECT LastName FROM Contacts ORDER BY LastName) FROM Account WHERE Id = '{BOLT}'"
    children = api.get("/query", q=soql).json()["records"][0]["Contacts"]
    assert (children["totalSize"], children["done"], len(children["records"])) == (450, False, 200)
    rest = api.get(children["nextRecordsUrl"]).json()
    assert [each["LastName"] for each in children["records"] + rest["records"]] == [row["LastName"] for row in rows]
    api.running.twin.store.hard_delete("Contact", [full(row["Id"]) for row in rows])


def test_groups_and_measures(api: Api) -> None:
    assert api.get("/query", q="SELECT COUNT() FROM Contact").json() == {"totalSize": 2, "done": True, "records": []}
    found = api.query(
        "SELECT AccountId, COUNT(Id), MIN(LastName) first FROM Contact GROUP BY AccountId HAVING COUNT(Id) > 1"
    )
    assert found == [{"AccountId": ACME, "expr0": 2, "first": "Byron"}]
    assert api.query("SELECT SUM(AnnualRevenue) total FROM Account") == [{"total": 1250000.0}]


def test_queries_inside_conditions(api: Api) -> None:
    assert api.query("SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact)") == [{"Id": ACME}]
    assert api.query("SELECT Id FROM Account WHERE Id NOT IN (SELECT AccountId FROM Contact)") == [{"Id": BOLT}]
    assert api.query("SELECT Id FROM Contact WHERE Account.Name = 'acme' AND Title != 'CTO'") == [{"Id": BO}]


def test_ids_of_either_length_are_the_same(api: Api) -> None:
    assert api.query(f"SELECT Id FROM Contact WHERE AccountId = '{ACME[:15]}' ORDER BY Id") == [{"Id": ADA}, {"Id": BO}]
    assert api.query(f"SELECT OwnerId FROM Account WHERE Id = '{ACME[:15]}'") == [{"OwnerId": USER}]


def test_all_fields_at_once(api: Api) -> None:
    fields = {each["name"] for each in api.get("/sobjects/Contact/describe").json()["fields"]}
    assert set(api.query("SELECT FIELDS(ALL) FROM Contact LIMIT 1")[0]) == fields
    assert set(api.query("SELECT FIELDS(CUSTOM) FROM Contact LIMIT 1")[0]) == {"Score__c"}


# -- mistakes ----------------------------------------------------------------------------------------------------------

WSDL = "Please reference your WSDL or the describe call for the appropriate names."
NO_COLUMN = (
    "No such column 'Nam' on entity 'Account'. If you are attempting to use a custom field, be sure to append the "
    f"'__c' after the custom field name. {WSDL}"
)
NO_OBJECT = (
    "sObject type 'Nope' is not supported. If you are attempting to use a custom object, be sure to append the '__c' "
    f"after the entity name. {WSDL}"
)
IS_NULL = "SELECT Id FROM Account WHERE Name IS NULL"


@pytest.mark.parametrize(
    ("soql", "code", "column", "what"),
    [
        ("SELECT Id, Nam FROM Account", "INVALID_FIELD", 12, NO_COLUMN),
        ("SELECT Id FROM Nope", "INVALID_TYPE", 16, NO_OBJECT),
        (IS_NULL, "MALFORMED_QUERY", 35, "unexpected token: 'IS'"),
        ("SELECT Id FROM", "MALFORMED_QUERY", 15, "unexpected token: '<EOF>'"),
    ],
)
def test_mistakes_are_marked_as_the_vendor_marks_them(api: Api, soql: str, code: str, column: int, what: str) -> None:
    message = f"\n{soql}\n{' ' * (column - 1)}^\nERROR at Row:1:Column:{column}\n{what}"
    assert api.refused(soql) == {"message": message, "errorCode": code}


@pytest.mark.parametrize(
    ("soql", "code", "part"),
    [
        ("SELECT Id, Who.Name FROM Account", "INVALID_FIELD", "Didn't understand relationship 'Who' in field path"),
        ("SELECT Id, (SELECT Id FROM Foos) FROM Account", "INVALID_TYPE", "'Foos' in FROM part of query call"),
        ("SELECT Id, Id FROM Account", "INVALID_FIELD", "duplicate field selected: Id"),
        ("SELECT Id FROM Account WHERE Description = 'x'", "INVALID_FIELD", "can not be filtered in a query call"),
        ("SELECT Id FROM Account ORDER BY BillingAddress", "INVALID_FIELD", "can not be sorted in a query call"),
        ("SELECT Id FROM Account WHERE CreatedDate > '2026-01-01T00:00:00Z'", "INVALID_FIELD", "not be enclosed"),
        ("SELECT Id FROM Account WHERE SystemModstamp > 2026-01-01", "INVALID_FIELD", "must be of type dateTime"),
        ("SELECT Id FROM Account WHERE Name = 5", "INVALID_FIELD", "should be enclosed in quotes"),
        ("SELECT Id FROM Account WHERE OwnerId = 'x'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: x"),
        ("SELECT Id FROM Account WHERE Id LIKE '001%'", "INVALID_QUERY_FILTER_OPERATOR", "operator on id field"),
        ("SELECT Id FROM Account WHERE Sic = 'a' AND Sic = 'b' OR Sic = 'c'", "MALFORMED_QUERY", "token: 'OR'"),
        ("SELECT Id FROM Account WHERE Name = 'open", "MALFORMED_QUERY", "unexpected token: '''"),
        ("SELECT Name, COUNT(Id) FROM Account", "MALFORMED_QUERY", "Field must be grouped or aggregated: Name"),
        ("SELECT FIELDS(ALL) FROM Account", "MALFORMED_QUERY", "must have a LIMIT of at most 200"),
        ("SELECT FIELDS(ALL) FROM Account LIMIT 201", "MALFORMED_QUERY", "must have a LIMIT of at most 200"),
        ("SELECT Id FROM Account OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000"),
        ("SELECT A.B.C.D.E.F.Name FROM Account", "INVALID_FIELD", "deeper than 5 relationships"),
        ("DELETE FROM Account", "MALFORMED_QUERY", "unexpected token: 'DELETE'"),
        ("", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
    ],
)  # fmt: skip
def test_mistakes_have_their_code(api: Api, soql: str, code: str, part: str) -> None:
    error = api.refused(soql)
    assert error["errorCode"] == code
    assert part in error["message"]


def test_a_long_query_shows_the_place_only(api: Api) -> None:
    fields = "Id, Name, AccountNumber, BillingCity, BillingCountry, BillingState, Typo, Phone, Sic, Site, Rating, Type"
    shown = "BillingCountry, BillingState, Typo, Phone, Sic, Site, Rating"
    lines = api.refused(f"SELECT {fields} FROM Account")["message"].split("\n")
    assert lines[1:3] == [shown, " " * shown.index("Typo") + "^"]
