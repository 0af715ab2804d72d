"""What is wanted: paths along relations, content hashes, digests, merged ids."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from pyroaring import BitMap

from muster import sql
from muster.activation import due
from muster.activation.wanted import render, wanted_digest
from muster.errors import ConfigError, SnapshotError
from muster.governance.consent import BARRED
from tests.activation.small_world import World, account, moved, person, write_snapshot

LINKS = [
    {"account_person_id": "1", "account_id__ord": 0, "person_id__ord": 0, "person_role": "Influencer"},
    {"account_person_id": "2", "account_id__ord": 1, "person_id__ord": 0, "person_role": "Decision Maker"},
    {"account_person_id": "3", "account_id__ord": 1, "person_id__ord": 1, "person_role": None},
]
ACCOUNTS = [account(0, account_name="Parent"), account(1, account_name="Child", parent_account_id__ord=0)]


def rendered(
    world: World, fields: dict[str, str], of: str = "people", members: tuple[int, ...] = (0, 1)
) -> list[dict[str, Any]]:
    people = [person(0, account_id__ord=1), person(1)]
    snapshot = write_snapshot(world.settings, "v1", people, ACCOUNTS, LINKS)
    with sql.connect() as connection:
        render(connection, snapshot, of, fields, BitMap(members), BARRED.empty_table())
        found = connection.execute("select * exclude (_hash, _merged_ids) from wanted order by _id")
        names = [item[0] for item in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def test_values_come_from_the_class_and_along_to_one_relations(world: World) -> None:
    fields = {"mail": "workEmail.address", "account": "account.accountName", "parent": "account.parent.accountName"}
    assert rendered(world, fields) == [
        {"_id": "p_0", "mail": "p0@example.com", "account": "Child", "parent": "Parent"},
        {"_id": "p_1", "mail": "p1@example.com", "account": None, "parent": None},
    ]


def test_accounts_are_wanted_as_people_are(world: World) -> None:
    assert rendered(world, {"name": "accountName", "above": "parent.accountName"}, of="accounts") == [
        {"_id": "a_0", "name": "Parent", "above": None},
        {"_id": "a_1", "name": "Child", "above": "Parent"},
    ]


def test_a_to_many_path_gives_a_sorted_list_where_lists_are_taken(world: World) -> None:
    fields = {"roles": "accountPersons.personRole", "names": "accounts.accountName"}
    assert rendered(world, fields) == [
        {"_id": "p_0", "roles": ["Decision Maker", "Influencer"], "names": ["Child", "Parent"]},
        {"_id": "p_1", "roles": None, "names": ["Child"]},
    ]


def test_only_members_are_wanted(world: World) -> None:
    assert [row["_id"] for row in rendered(world, {"mail": "workEmail.address"}, members=(1,))] == ["p_1"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"roles": "accountPersons.personRole"}, "accountPersons.personRole gives several values, by way of"),
        ({"mail": "workEmail.adress"}, "person has no 'workEmail.adress' (did you mean workEmail.address?)"),
        ({"name": "account.acountName"}, "account.acountName: account has no 'acountName' (did you mean accountName?)"),
        ({"account": "account"}, "account names a relation and no value"),
        ({"name": "person.name"}, "person.name holds several attributes (name one, such as person.name.firstName)"),
        ({"_id": "workEmail.address"}, "_id is a column that Muster writes itself"),
        ({"Mail": "workEmail.address", "mail": "workEmail.address"}, "mail and Mail differ in case only"),
    ],
)
def test_a_field_that_cannot_be_mapped_is_refused_by_name(world: World, fields: dict[str, str], message: str) -> None:
    world.use(fields=fields)
    with pytest.raises(ConfigError) as caught:
        world.evaluate([person(0)])
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert due(world.store) == []


def test_all_wrong_fields_are_told_at_once(world: World) -> None:
    world.use(fields={"a": "nope", "b": "accountPersons.personRole", "c": "workEmail.address"})
    with pytest.raises(ConfigError) as caught:
        world.evaluate([person(0)])
    assert len(caught.value.problems) == 2


def test_types_are_kept_and_times_are_cut_to_milliseconds(world: World) -> None:
    world.use(
        format="parquet",
        fields={
            "score": "b2b.personScore",
            "converted": "b2b.isConverted",
            "born": "person.birthDate",
            "updated": "extSourceSystemAudit.lastUpdatedDate",
            "departments": "extendedWorkDetails.departments",
        },
    )
    known = person(
        0, person_score=1.5, is_converted=True, birth_date=date(1980, 2, 29), departments=["Sales", "IT"],
        updated_at=datetime(2026, 1, 2, 3, 4, 5, 678901),
    )  # fmt: skip
    world.evaluate([known])
    world.deliver()
    assert world.received()["p_0"] == {
        "score": 1.5,
        "converted": True,
        "born": date(1980, 2, 29),
        "updated": datetime(2026, 1, 2, 3, 4, 5, 678000),
        "departments": ["Sales", "IT"],
    }


def test_members_that_the_snapshot_does_not_have_are_an_error_and_not_left_out(world: World) -> None:
    with pytest.raises(SnapshotError, match="gives 1 rows for the 2 members"):
        world.evaluate([person(0)], members=[0, 7])


def test_a_snapshot_that_lost_a_table_is_an_error(world: World) -> None:
    snapshot = write_snapshot(world.settings, "v1", [person(0)])
    snapshot.register("person").unlink()
    with sql.connect() as connection, pytest.raises(SnapshotError, match=r"register_person\.parquet"):
        render(connection, snapshot, "people", {"mail": "workEmail.address"}, BitMap([0]), BARRED.empty_table())


def digest(world: World, people: list[dict[str, Any]], fields: dict[str, str] | None = None) -> str:
    snapshot = write_snapshot(world.settings, "v1", people)
    with sql.connect() as connection:
        members = BitMap(row["_ord"] for row in people)
        render(connection, snapshot, "people", fields or {"mail": "workEmail.address"}, members, BARRED.empty_table())
        return wanted_digest(connection, "wanted")


def test_the_digest_knows_content_mapping_and_members_but_no_order(world: World) -> None:
    people = [person(0), person(1)]
    plain = digest(world, people)
    assert digest(world, people[::-1]) == plain
    assert digest(world, people[:1]) != plain
    assert digest(world, [people[0], moved(people[1], work_email=None)]) != plain
    swapped = [moved(people[0], work_email="p1@example.com"), moved(people[1], work_email="p0@example.com")]
    assert digest(world, swapped) != plain
    assert digest(world, people, {"mail": "person.name.firstName"}) != plain
    assert digest(world, people, {"address": "workEmail.address"}) != plain
    assert digest(world, []) != plain


def test_the_same_value_by_another_path_is_a_change(world: World) -> None:
    """The mapping is part of what is wanted: a receiver must be able to tell that a column means something else."""
    world.use(mode="incremental", fields={"label": "workEmail.address"})
    world.evaluate([person(0, first_name="same", work_email="same")])
    world.deliver()
    world.use(mode="incremental", fields={"label": "person.name.firstName"})
    world.evaluate([person(0, first_name="same", work_email="same")])
    assert world.deliver().updated == 1
