"""What is no identity, what may not be one person, and how many identities a person may have."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from tests.identity.compiled import Compiled
from tests.identity.people import Row, all_of, at, event, groups, ids, one, person

LINKS = ("person_link", "identity_guard", "int_person_by_identity", "int_event_people", "int_person_identities_beyond")
CRM = {"name": "CRMID", "type": "cross_device", "unique": True}


def guards(connection: duckdb.DuckDBPyConnection) -> dict[str | None, str]:
    return dict(all_of(connection, "select value, reason from identity_guard"))


def build(project: Compiled, people: list[Row], events: list[Row] | None = None, **identity: Any) -> Any:
    return project.build({"person": people, "activity": events or []}, only=LINKS, identity=identity)


def test_values_that_are_nobodys_are_shown_with_their_reason(project: Compiled) -> None:
    told = {
        "test@test.com": "placeholder",
        "noemail@acme.example": "placeholder",
        "bob@mailinator.com": "disposable mailbox",
        "info@acme.example": "role mailbox",
        "fired@acme.example": "placeholder",  # of the set-up's own
        "someone@gmail.com": None,
    }
    people = [person(f"{number}{copy}", email) for number, email in enumerate(told) for copy in "ab"]
    connection = build(project, people, guards={"placeholder_values": ["Fired@acme.example"]})
    assert guards(connection) == {email: reason for email, reason in told.items() if reason}
    assert len(groups(connection)) == 2 * 5 + 1
    assert one(connection, "select records from identity_guard where value = 'test@test.com'") == (2,)
    refused = all_of(connection, "select distinct right_node, refused_because from person_link")
    assert set(refused) == {(f"Email:{email}", reason) for email, reason in told.items()}


def test_a_value_of_more_people_than_the_bound_is_no_identity(project: Compiled) -> None:
    key = [{"namespace": "loyalty", "value": "0815"}]
    few = [person(f"a{n}", first_name=f"F{'x' * n}", last_name="L", extra_identities=key) for n in range(1, 4)]
    assert len(groups(build(project, few, limits={"people_per_value": 3}))) == 1
    many = build(project, few, limits={"people_per_value": 2})
    assert len(groups(many)) == 3
    assert guards(many) == {"0815": "tied to 3 people"}
    assert len(groups(build(project, few, limits={"people_per_value": 2}, guards={"data": False}))) == 1
    own = {"name": "loyalty", "type": "partner", "people_per_value": 5}
    assert len(groups(build(project, few, namespaces=[own], limits={"people_per_value": 2}))) == 1


def test_an_id_under_two_different_names_in_one_system_is_shared(project: Compiled) -> None:
    key = [{"namespace": "loyalty", "value": "0815"}]
    ann = person("a", first_name="Ann", last_name="Smith", extra_identities=key)
    bob = person("b", first_name="Bob", last_name="Jones", extra_identities=key)
    assert guards(build(project, [ann, bob])) == {"0815": "shared by different people"}
    assert guards(build(project, [ann, {**bob, "last_name": "Smith"}])) == {}


def test_a_user_id_of_many_emails_in_events_is_no_identity(project: Compiled) -> None:
    events = [event(f"e{n}", at(2), userId="demo", Email=f"u{n}@x.example") for n in range(4)]
    connection = build(project, [], events, limits={"people_per_value": 3})
    assert guards(connection) == {"demo": "tied to 4 people"}
    assert len(groups(connection)) == 4


def test_an_address_that_spells_another_name_is_not_ones_own(project: Compiled) -> None:
    people = [
        person("jose", "jose_nunez@x.example", first_name="José", last_name="Núñez"),
        person("pepe", "jose_nunez@x.example", first_name="Pepe", last_name="Nunes", source_name="other"),
        person("begona", "jose_nunez@x.example", first_name="Begoña", last_name="Urrutia", source_name="third"),
        person("desk", "desk@x.example", first_name="Ann", last_name="Smith"),
        person("desk2", "desk@x.example", first_name="Bob", last_name="Jones", source_name="other"),
    ]
    connection = build(project, people)
    assert groups(connection) == {
        frozenset({"jose", "pepe", "Email:jose_nunez@x.example"}),
        frozenset({"begona"}),
        frozenset({"desk", "desk2", "Email:desk@x.example"}),
    }
    refused = "select source_key, refused_because from person_link where refused_because is not null"
    assert all_of(connection, refused) == [("begona", "address that spells the name of another")]


def test_phones_join_nobody_unless_they_are_named(project: Compiled) -> None:
    people = [
        person("a", mobile_phone="+1 (555) 010-2345", first_name="Ann"),
        person("b", mobile_phone="0015550102345", first_name="ANN"),
        person("c", mobile_phone="+49 40 1", first_name="Cem"),
        person("d", mobile_phone="004940 1", first_name="Dora"),
        person("e", mobile_phone="000000"),
        person("f", mobile_phone="111111"),
    ]
    assert len(groups(build(project, people))) == 6
    connection = build(project, people, namespaces=[{"name": "Phone", "type": "phone"}])
    assert frozenset({"a", "b", "Phone:+15550102345"}) in groups(connection)
    assert len(groups(connection)) == 5
    assert guards(connection) == {
        "+49401": "shared by different people", "000000": "placeholder", "111111": "placeholder"
    }  # fmt: skip


def test_a_person_with_too_many_identities_loses_the_oldest_cookies_first_and_keeps_what_they_did(
    project: Compiled,
) -> None:
    people = [person("a", "a@x.example"), person("b", "a@x.example")]
    events = [event(f"e{day}", at(day), Email="a@x.example", ECID=str(day) * 38) for day in range(2, 6)]
    events += [event("old", at(2), Email="a@x.example", userId="u"), event("anonymous", at(2), ECID="2" * 38)]
    connection = build(project, people, events, limits={"identities_per_person": 5})
    assert groups(connection) == {
        frozenset({"a", "b", "Email:a@x.example", "ECID:" + "5" * 38, "userId:u"}),
    }
    reason = "beyond the 5 identities of a person"
    beyond = all_of(connection, "select value, reason from int_person_identities_beyond order by value")
    assert beyond == [(str(day) * 38, reason) for day in (2, 3, 4)]
    assert one(
        connection, "select count(*) from person_link where refused_because = ?".replace("?", f"'{reason}'")
    ) == (3,)
    assert one(connection, "select count(*), count(distinct person_id) from int_event_people") == (6, 1)


def test_an_event_of_two_people_is_set_aside_and_counted(project: Compiled) -> None:
    both = {**event("e", at(3)), "identities": [{"namespace": "CRMID", "value": value} for value in ("a", "b")]}
    events = [event("e1", at(2), CRMID="a"), event("e2", at(2), CRMID="b"), both]
    connection = build(project, [], events, namespaces=[CRM])
    assert len(groups(connection)) == 2
    assert all_of(connection, "select namespace, value, reason, events from identity_guard") == [
        ("CRMID", None, "event with two values of CRMID", 1)
    ]
    assert one(connection, "select count(*) from int_event_people") == (2,)


def test_forms_lengths_and_crowds_are_reported(project: Compiled) -> None:
    long, crowd = "x" * 1025, {f"n{number}": "v" for number in range(21)}
    events = [event("e1", at(2), Email="a@x.example", ECID="123", loyalty=long), event("e2", at(2), **crowd)]
    ecid = {"name": "ECID", "type": "cookie", "pattern": "[0-9]{38}"}
    connection = build(project, [person("r", extra_identities=[
        {"namespace": name, "value": value} for name, value in crowd.items()
    ])], events, namespaces=[ecid])  # fmt: skip
    assert all_of(connection, "select namespace, value, reason, records, events from identity_guard order by 3") == [
        (None, None, "event with more than 20 identities", 0, 1),
        ("loyalty", long[:80], "longer than 1,024 characters", 0, 1),
        ("ECID", "123", "not of the form [0-9]{38}", 0, 1),
        (None, None, "record with more than 20 identities", 1, 0),
    ]


def test_a_link_that_would_bring_a_second_crm_id_says_so(project: Compiled) -> None:
    people = [
        person("a", "a@x.example", extra_identities=[{"namespace": "CRMID", "value": "1"}], updated_at=at(2)),
        person("b", "a@x.example", extra_identities=[{"namespace": "CRMID", "value": "2"}], updated_at=at(3)),
    ]
    connection = build(project, people, namespaces=[CRM])
    assert groups(connection) == {frozenset({"a", "CRMID:1"}), frozenset({"b", "CRMID:2", "Email:a@x.example"})}
    why = "select kind, source_key, source_name, last_seen_at, refused_because from person_link "
    assert all_of(connection, why + "where refused_because is not null") == [
        ("e-mail", "a", "crm", at(2), "would bring a second CRMID (1, 2)")
    ]


def test_a_decision_beats_guards_and_keeps_people_apart(project: Compiled) -> None:
    emails = {"a": "info@x.example", "b": "info@x.example", "c": "c@x.example", "d": "c@x.example"}
    connection = build(project, [person(key, email) for key, email in emails.items()])
    assert len(groups(connection)) == 3
    decided = """
        create or replace table warehouse.intermediate.int_identity_decisions as
        select * from (values
            ('person', 'a', 'b', 'same', 'review', 'eve', timestamp '2026-02-03'),
            ('person', 'c', 'd', 'different', 'review', 'eve', timestamp '2026-02-03')
        ) as told (kind, left_key, right_key, decision, cause, decided_by, decided_at)
    """
    project.rebuild(connection, decided, LINKS, after="int_identity_decisions")
    told = {node.removeprefix("b2b_person:"): person_id for node, person_id in ids(connection).items()}
    assert told["a"] == told["b"]
    assert told["c"] != told["d"]
    refused = "select kind, refused_because from person_link where refused_because like 'decided%'"
    assert all_of(connection, refused) == [("e-mail", "decided to be different on 2026-02-03 by eve")]
    assert one(connection, "select refused_because from person_link where kind = 'decision'") == (None,)


@pytest.mark.parametrize(("kind", "joined"), [("merge", True), ("review", False)])
def test_a_match_is_the_weakest_link(project: Compiled, kind: str, joined: bool) -> None:
    crm = lambda value: [{"namespace": "CRMID", "value": value}]  # noqa: E731
    people = [person("a"), person("b", extra_identities=crm("1")), person("c", extra_identities=crm("2"))]
    connection = build(project, people, namespaces=[CRM])
    matched = f"""
        create or replace table warehouse.intermediate.int_person_matches as
        select *, 0.99 as probability, '' as evidence, '{kind}' as decision
        from (values ('a', 'b'), ('b', 'c')) as told (left_key, right_key)
    """
    project.rebuild(connection, matched, LINKS, after="int_person_matches")
    together = {frozenset({"a", "b", "CRMID:1"}), frozenset({"c", "CRMID:2"})}
    apart = {frozenset({"a"}), frozenset({"b", "CRMID:1"}), frozenset({"c", "CRMID:2"})}
    assert groups(connection) == (together if joined else apart)
    if joined:
        refused = one(connection, "select kind, refused_because from person_link where refused_because is not null")
        assert refused == ("match", "would bring a second CRMID (1, 2)")
