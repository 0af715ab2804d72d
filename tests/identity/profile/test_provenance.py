"""Where a golden value is from: the record that is named really holds it, and it is the one that the rule means."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.identity.compiled import Compiled
from tests.identity.people import all_of, at, event, one, person

PLAIN = ("job_title", "first_name", "mobile_phone")
ADDRESS = ("work_street", "work_city", "work_country")
CONSENT = ("email_consent", "email_consent_reason")
FILLED = st.sampled_from([None, "x", "y", "z"])


@st.composite
def records(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Records of two people, changed at times of which some are equal and some unknown."""
    found = []
    for number in range(draw(st.integers(1, 6))):
        values: dict[str, Any] = {name: draw(FILLED) for name in (*PLAIN, *ADDRESS)}
        values["email_consent"] = draw(st.sampled_from([None, "y", "n"]))
        values["email_consent_reason"] = draw(FILLED)
        when = draw(st.none() | st.integers(1, 4).map(at))
        email = draw(st.sampled_from(["ann@x.example", "bob@x.example"]))
        kind = draw(st.sampled_from(["contact", "lead"]))
        found.append(person(f"k{number}", email, object=kind, updated_at=when, **values))
    return found


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records())
def test_a_golden_value_is_that_of_the_record_named(project: Compiled, people: list[dict[str, Any]]) -> None:
    connection = project.build({"person": people}, only=["person", "person_provenance", "person_component"])
    profiles = {row["person_id"]: row for row in rows(connection.execute("select * from person"))}
    named = rows(connection.execute("select * from person_provenance where policy <> 'identityGraph'"))
    record = {item["source_key"]: item for item in people}
    assert {(row["person_id"], row["column_name"]) for row in named} == {
        (person_id, column)
        for person_id, golden in profiles.items()
        for column in (*PLAIN, *ADDRESS, *CONSENT, "work_email")
        if golden[column] is not None
    }
    for row in named:
        assert record[row["source_key"]][row["column_name"]] == profiles[row["person_id"]][row["column_name"]]
        assert record[row["source_key"]]["updated_at"] == row["updated_at"]
    owner = dict(all_of(connection, "select person_component_id, person_id from person_component"))
    for person_id, golden in profiles.items():
        own = sorted((item for item in people if owner[item["source_key"]] == person_id), key=age)
        assert all(golden[column] == newest(own, column) for column in PLAIN)
        address = next((item for item in reversed(own) if any(item[part] for part in ADDRESS)), {})
        assert all(golden[column] == address.get(column) for column in ADDRESS)
        choices = [item for item in own if item["email_consent"]]
        choice = next((item for item in reversed(choices) if item["email_consent"] == "n"), (choices or [{}])[-1])
        assert all(golden[column] == choice.get(column) for column in CONSENT)


def test_what_only_an_event_knows_is_from_no_record(project: Compiled) -> None:
    seen = event("e", at(3), Email="new@x.example", ECID="1" * 38)
    connection = project.build({"activity": [seen]})
    told = all_of(connection, "select attribute, source_key, updated_at, policy from person_provenance order by all")
    assert told == [
        ("identityMap.ECID", None, at(3), "identityGraph"),
        ("workEmail.address", None, at(3), "identityGraph"),
    ]


def test_every_filled_attribute_is_from_somewhere(project: Compiled) -> None:
    """But for the keys of the profile, and what is of all its records together."""
    connection = project.build({
        "account": [{"source_key": "acme", "account_name": "Acme", "employees": 3, "domain": "acme.example"}],
        "person": [person("a", "ann@x.example", account_source_key="acme", departments=["IT"], person_score=3)],
    })  # fmt: skip
    family = {"ultimate_parent_account_id", "hierarchy_depth", "is_in_parent_cycle"}
    for entity, keys in {"person": {"account_id", "person_key"}, "account": {"account_key", *family}}.items():
        (golden,) = rows(connection.execute(f"select * from {entity}"))
        named = {column for (column,) in all_of(connection, f"select column_name from {entity}_provenance")}
        together = {f"{entity}_id", "created_at", "updated_at", "last_activity_at", "loaded_at", *keys}
        assert named == {column for column, value in golden.items() if value is not None} - together
    assert one(connection, "select count(distinct source_name) from person_provenance") == (1,)


def age(item: Mapping[str, Any]) -> tuple[datetime, bool, str]:
    """The order of `recency`: time, contacts after leads, key."""
    return (item["updated_at"] or datetime.min, item["object"] == "contact", item["source_key"])


def newest(own: list[dict[str, Any]], column: str) -> Any:
    return next((item[column] for item in reversed(own) if item[column] is not None), None)


def rows(result: Any) -> list[dict[str, Any]]:
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
