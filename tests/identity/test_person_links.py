"""What makes records and events one person, and what does not."""

from __future__ import annotations

import pytest

from tests.identity.compiled import Compiled
from tests.identity.people import Row, all_of, at, event, groups, ids, one, person

LINKS = ("int_person_identity_links", "int_person_by_identity", "int_event_people")
KIOSK = "1" * 38


def grouped(project: Compiled, people: list[Row], events: list[Row] | None = None) -> set[frozenset[str]]:
    return groups(project.build({"person": people, "activity": events or []}, only=LINKS))


@pytest.mark.parametrize(
    "link",
    [
        {"external_key": "a"},
        {"crm_ids": ["a"]},
        {"converted_contact_source_key": "a"},
        {"extra_identities": [{"namespace": "email", "value": " A@x.example "}]},
    ],
)
def test_a_record_that_names_another_is_the_same_person(project: Compiled, link: Row) -> None:
    records = [person("a", "a@x.example"), person("b", **link)]
    assert grouped(project, records) == {frozenset({"a", "b", "Email:a@x.example"})}


def test_a_record_merged_away_leads_to_the_one_it_became(project: Compiled) -> None:
    loser = person("old", "old@x.example", is_deleted=True, merged_into_source_key="new")
    connection = project.build({"person": [person("new", "new@x.example"), loser]}, only=LINKS)
    assert groups(connection) == {frozenset({"old", "new", "Email:new@x.example"})}


def test_a_deleted_record_is_nobody(project: Compiled) -> None:
    gone = person("a", "a@x.example", is_deleted=True)
    later = event("e", at(3), "a", Email="a@x.example")
    assert grouped(project, [gone], [later]) == set()


def test_two_copies_of_a_record_that_is_not_there_are_one_person(project: Compiled) -> None:
    copies = [person("m1", external_key="crm"), person("m2", external_key="crm")]
    assert grouped(project, copies) == {frozenset({"m1", "m2", "crm"})}


@pytest.mark.parametrize(
    ("email", "reason"),
    [
        ("info@x.example", "role mailbox"),
        ("info+uk@x.example", "role mailbox"),
        ("spaceship@x.example", "role mailbox"),
        ("both@family.example", "listed as shared"),
    ],
)
def test_a_mailbox_of_no_single_person_links_nobody(project: Compiled, email: str, reason: str) -> None:
    records = [person("a", email, first_name="Ann"), person("b", email, first_name="Ann")]
    connection = project.build({"person": records, "activity": [event("e", at(2), Email=email)]}, only=LINKS)
    assert groups(connection) == {frozenset({"a"}), frozenset({"b"})}
    told = all_of(connection, "select distinct is_used, refused_because from int_person_identity_links")
    assert told == [(False, reason)]


@pytest.mark.parametrize(
    ("other", "is_shared"),
    [
        ({"first_name": "Bob", "last_name": "Jones"}, True),
        ({"first_name": "Ann", "last_name": "Jones"}, False),  # married
        ({"first_name": "Annie", "last_name": "Smith"}, False),  # called so
        ({"first_name": "ANN ", "last_name": "Smíth"}, False),
        ({"first_name": None, "last_name": "[not provided]"}, False),
        ({"first_name": "Bob", "last_name": "Jones", "source_name": "other"}, False),
        ({"first_name": "Bob", "last_name": "Jones", "is_deleted": True}, False),
    ],
)
def test_an_email_under_two_different_names_in_one_system_is_shared(
    project: Compiled, other: Row, is_shared: bool
) -> None:
    ann = person("a", "desk@x.example", first_name="Ann", last_name="Smith")
    connection = project.build({"person": [ann, person("b", "desk@x.example", **other)]}, only=["int_mailbox_guards"])
    guards = dict(all_of(connection, "select email, reason from int_mailbox_guards"))
    assert guards.get("desk@x.example") == ("shared by different people" if is_shared else None)


def test_three_names_that_share_a_part_in_pairs_are_still_different_people(project: Compiled) -> None:
    names = [("Ann", "Smith"), ("Ann", "Jones"), ("Bob", "Smith")]
    records = [
        person(f"r{index}", "desk@x.example", first_name=first, last_name=last)
        for index, (first, last) in enumerate(names)
    ]
    assert len(grouped(project, records)) == 3


def test_identities_of_one_event_are_one_person(project: Compiled) -> None:
    login = event("e", at(2), Email="a@x.example", userId="u-1")
    assert grouped(project, [person("a", "a@x.example")], [login]) == {
        frozenset({"a", "Email:a@x.example", "userId:u-1"})
    }


def test_a_user_id_that_only_events_know_is_a_person(project: Compiled) -> None:
    events = [event("e1", at(2), userId="u-1"), event("e2", at(3), userId="u-2"), event("e3", at(4), userId="u-1")]
    connection = project.build({"activity": events})
    assert groups(connection) == {frozenset({"userId:u-1"}), frozenset({"userId:u-2"})}
    assert one(connection, "select count(*), count(person_id) from activity") == (3, 3)
    assert one(connection, "select count(*) from person") == (2,)


def test_a_browser_that_nobody_logged_in_on_stays_anonymous(project: Compiled) -> None:
    connection = project.build({"activity": [event("e", at(2), ECID=KIOSK), event("f", at(3), AAID="x", ECID=KIOSK)]})
    assert one(connection, "select count(*) from person") == (0,)
    assert one(connection, "select count(*), count(person_id) from activity") == (2, 0)


def test_the_last_to_log_in_owns_a_shared_device_and_what_was_done_on_it(project: Compiled) -> None:
    people = [person("kevin", "kevin@x.example"), person("nora", "nora@x.example", created_at=at(1, 2))]
    events = [
        event("e1", at(2), Email="kevin@x.example", ECID=KIOSK),
        event("e2", at(3), Email="nora@x.example", ECID=KIOSK),
        event("e3", at(4), ECID=KIOSK),
    ]
    nora_last = project.build({"person": people, "activity": events})
    who = dict(all_of(nora_last, "select activity_id, person_id from activity"))
    assert who["e1"] == ids(nora_last)["b2b_person:kevin"]
    assert who["e3"] == ids(nora_last)["b2b_person:nora"]
    refused = one(nora_last, "select left_node, refused_because from int_person_identity_links where not is_used")
    assert refused == ("Email:kevin@x.example", "device last used by another person")

    kevin_again = event("e4", at(5), Email="kevin@x.example", ECID=KIOSK)
    kevin_last = project.build({"person": people, "activity": [*events, kevin_again]})
    assert dict(all_of(kevin_last, "select activity_id, person_id from activity"))["e3"] == who["e1"]
    assert one(kevin_last, "select ecid from person where person_key = 'kevin'") == (KIOSK,)


def test_devices_seen_together_do_not_join_two_people(project: Compiled) -> None:
    people = [person("a", "a@x.example"), person("b", "b@x.example")]
    events = [
        event("e1", at(2), Email="a@x.example", ECID="1" * 38),
        event("e2", at(3), ECID="1" * 38, GAID="phone"),
        event("e3", at(4), GAID="phone", ECID="2" * 38),
        event("e4", at(5), Email="b@x.example", ECID="2" * 38),
    ]
    assert len(grouped(project, people, events)) == 2


@pytest.mark.parametrize("value", ["", "null", "undefined", "00000000-0000-0000-0000-000000000000", "(not set)"])
def test_a_value_that_means_not_known_links_nobody(project: Compiled, value: str) -> None:
    events = [
        event("e1", at(2), Email="a@x.example", userId=value),
        event("e2", at(3), Email="b@x.example", userId=value),
    ]
    assert grouped(project, [], events) == {frozenset({"Email:a@x.example"}), frozenset({"Email:b@x.example"})}


def test_an_event_of_an_unknown_record_is_kept_without_a_person(project: Compiled) -> None:
    connection = project.build({"activity": [event("e", at(2), "nobody")]})
    assert one(connection, "select person_id, person_key from activity") == (None, "nobody")


def test_used_links_are_all_that_holds_a_person_together(project: Compiled) -> None:
    people = [person("a", "a@x.example", ecids=["1" * 38]), person("b", "b@x.example", ecids=["1" * 38])]
    events = [event("e", at(2), Email="a@x.example", ECID="2" * 38), event("f", at(2), ECID="2" * 38, GAID="g")]
    connection = project.build({"person": people, "activity": events}, only=LINKS)
    crossing = """
        select count(*) from int_person_identity_links as links
        inner join int_person_clusters as one on links.left_node = one.node
        inner join int_person_clusters as two on links.right_node = two.node
        where links.is_used = (one.cluster <> two.cluster)
    """
    assert one(connection, crossing) == (0,)
