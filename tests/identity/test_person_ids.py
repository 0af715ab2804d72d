"""Ids last: what changes them, and what does not."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.identity.compiled import Compiled, Records
from tests.identity.people import Row, all_of, at, ids, one, person

REGISTER = ("int_person_register", "int_account_register")


def rebuilt(project: Compiled, people: list[Row]) -> dict[str, str]:
    """Build, publish, and say who is who."""
    connection = project.build({"person": people}, only=REGISTER)
    project.publish(connection)
    return dict(ids(connection))


def test_a_rebuild_with_nothing_changed_changes_no_id(project: Compiled) -> None:
    people = [person("a", "a@x.example"), person("b", "b@x.example"), person("c", "b@x.example")]
    first = rebuilt(project, people)
    assert first["b2b_person:b"] == first["b2b_person:c"] != first["b2b_person:a"]
    assert rebuilt(project, people) == first
    assert rebuilt(project, list(reversed(people))) == first


def test_a_linking_record_merges_into_the_older_id(project: Compiled) -> None:
    known, later = person("z", "z@x.example", created_at=at(5)), person("a", "a@x.example", created_at=at(1))
    older = rebuilt(project, [known])["b2b_person:z"]
    younger = rebuilt(project, [known, later])["b2b_person:a"]
    link = person("m", "z@x.example", external_key="a")
    connection = project.build({"person": [known, later, link]}, only=REGISTER)
    assert set(ids(connection).values()) == {older}
    assert one(connection, "select person_id, is_new, merged_ids from int_person_ids") == (older, False, [younger])
    merged = all_of(connection, "select node, id, merged_into from int_person_register where merged_into is not null")
    assert sorted(merged) == [("Email:a@x.example", younger, older), ("b2b_person:a", younger, older)]


def test_a_chain_of_merges_names_the_id_that_lives(project: Compiled) -> None:
    a, b, c = (person(key, f"{key}@x.example") for key in "abc")
    first: dict[str, str] = {}
    for people in ([a], [a, b], [a, b, c]):
        first |= rebuilt(project, people)
    rebuilt(project, [a, b, {**c, "external_key": "b"}])
    connection = project.build({"person": [a, {**b, "external_key": "a"}, {**c, "external_key": "b"}]}, only=REGISTER)
    told = dict(all_of(connection, "select distinct id, merged_into from int_person_register"))
    living = first["b2b_person:a"]
    assert told == {living: None, first["b2b_person:b"]: living, first["b2b_person:c"]: living}


def test_a_split_keeps_the_id_with_the_larger_part(project: Compiled) -> None:
    small = person("a", "a@x.example", created_at=at(1))
    large = [person(key, "b@x.example", created_at=at(2)) for key in "bcd"]
    joined = rebuilt(project, [{**small, "external_key": "b"}, *large])
    assert len(set(joined.values())) == 1
    split = rebuilt(project, [small, *large])
    assert split["b2b_person:b"] == joined["b2b_person:b"]
    assert split["b2b_person:a"] not in joined.values()


def test_the_part_with_the_oldest_record_does_not_take_the_id_that_stayed_elsewhere(project: Compiled) -> None:
    oldest = person("a", "a@x.example", created_at=at(1))
    others = [person(key, "b@x.example", created_at=at(2)) for key in "bcd"]
    alone = rebuilt(project, [oldest])["b2b_person:a"]  # the hash of record `a`
    assert rebuilt(project, [{**oldest, "external_key": "b"}, *others])["b2b_person:b"] == alone
    split = rebuilt(project, [oldest, *others])
    assert split["b2b_person:b"] == alone
    assert split["b2b_person:a"] != alone
    assert rebuilt(project, [oldest, *others]) == split


def test_a_person_who_comes_back_gets_their_id_back(project: Compiled) -> None:
    people = [person("a", "a@x.example"), person("b", "b@x.example")]
    first = rebuilt(project, people)
    assert set(rebuilt(project, people[:1])) == {"b2b_person:a", "Email:a@x.example"}
    assert rebuilt(project, people) == first


def test_a_device_that_changes_hands_takes_no_id_with_it(project: Compiled) -> None:
    tablets = [f"{number}{'7' * 37}" for number in range(1, 6)]
    first = rebuilt(project, [person("a", ecids=tablets), person("b", created_at=at(2))])
    second = rebuilt(project, [person("a", ecids=tablets), person("b", ecids=tablets, updated_at=at(9))])
    assert second["b2b_person:a"] == first["b2b_person:a"]
    assert second["b2b_person:b"] == first["b2b_person:b"] == second[f"ECID:{tablets[0]}"]


def test_accounts_keep_their_ids_as_people_do(project: Compiled) -> None:
    def build(*accounts: Row) -> dict[str, str]:
        connection = project.build({"account": accounts}, only=REGISTER)
        project.publish(connection)
        return dict(all_of(connection, "select source_key, account_id from int_account_by_key"))

    crm = {"source_key": "crm", "account_name": "Acme", "created_at": at(2)}
    copy = {"source_key": "copy", "account_name": "Acme", "created_at": at(1)}
    first = build(crm)
    assert build(crm, copy)["crm"] == first["crm"]
    joined = build(crm, {**copy, "external_key": "crm"})
    assert set(joined.values()) == {first["crm"]}


worlds = st.lists(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 5)), min_size=1, max_size=8),
    min_size=1,
    max_size=4,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=worlds)
def test_through_any_history_ids_are_unique_and_the_register_complete(
    project: Compiled, history: list[list[tuple[str, int]]]
) -> None:
    project.forget_ids()
    for day in history:
        people = [person(key, f"{mailbox}@x.example", first_name="Ann") for key, mailbox in dict(day).items()]
        connection = project.build({"person": people}, only=REGISTER)
        clusters = one(connection, "select count(*), count(distinct person_id) from int_person_ids")
        assert clusters[0] == clusters[1]
        assert one(connection, "select count(*) - count(distinct (node, id)) from int_person_register") == (0,)
        living = dict(all_of(connection, "select node, id from int_person_register where merged_into is null"))
        assert living.items() >= ids(connection).items()
        known = {id_ for (id_,) in all_of(connection, "select distinct id from int_person_register")}
        project.publish(connection)
        again = project.build({"person": people}, only=REGISTER)
        assert ids(again) == ids(connection)
        merged = all_of(connection, "select merged_into from int_person_register where merged_into is not null")
        assert {heir for (heir,) in merged} <= known


def test_an_id_without_any_node_left_is_not_forgotten(project: Compiled) -> None:
    records: Records = {"person": [person("a", "a@x.example")]}
    connection = project.build(records, only=REGISTER)
    project.publish(connection)
    (known,) = one(connection, "select distinct id from int_person_register")
    later = project.build({}, only=REGISTER)
    assert all_of(later, "select node, id from int_person_register order by node") == [
        ("Email:a@x.example", known),
        ("b2b_person:a", known),
    ]
