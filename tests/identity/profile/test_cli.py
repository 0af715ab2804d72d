"""`muster profile` and `muster account` on a built world, as their user meets them."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pytest

from muster.snapshot import current
from tests.conftest import Installation


def asked(installation: Installation, *arguments: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(installation.muster(*arguments, "--json").stdout)
    return told


def table(installation: Installation, name: str) -> str:
    snapshot = current(installation.settings)
    assert snapshot is not None
    return f"read_parquet('{snapshot.parquet(name)}')"


@pytest.fixture(scope="module")
def known(built_world: Installation) -> dict[str, Any]:
    """Somebody with several records, an account and an e-mail address of their own."""
    query = f"""
        select person.person_id, any_value(person.work_email) as email, any_value(person.full_name) as name,
               list(component.person_component_id order by person_component_id) as keys
        from {table(built_world, "person")} as person
        inner join {table(built_world, "person_component")} as component using (person_id)
        where person.account_id is not null and person.work_email is not null and person.full_name is not null
        group by person.person_id having count(*) >= 3 order by count(*) desc, person.person_id limit 1
    """
    row = duckdb.sql(query).fetchall()[0]
    return dict(zip(("id", "email", "name", "keys"), row, strict=True))


def test_a_person_is_found_by_everything_they_are_known_by(built_world: Installation, known: dict[str, Any]) -> None:
    key = known["keys"][0]
    for text in (known["id"], known["email"].upper(), f"email:{known['email']}", key, key.split("@")[0]):
        found = asked(built_world, "profile", text)
        assert found.get("id") == known["id"] or known["id"] in {hit["id"] for hit in found["hits"]}, text


def test_a_golden_value_names_its_record(built_world: Installation, known: dict[str, Any]) -> None:
    told = asked(built_world, "profile", known["id"])
    assert [record["person_component_id"] for record in told["records"]["rows"]] != []
    assert {record["person_component_id"] for record in told["records"]["rows"]} == set(known["keys"])
    values = {item["path"]: item for item in told["attributes"]}
    assert values["person.name.fullName"]["value"] == known["name"]
    assert values["person.name.fullName"]["source_key"] in known["keys"]
    assert values["person.name.fullName"]["policy"] == "timestampOrdered"
    assert told["accounts"]["total"] >= 1


def test_the_page_is_for_reading(built_world: Installation, known: dict[str, Any]) -> None:
    page = built_world.muster("profile", known["id"]).stdout
    assert known["name"] in page
    assert "Records" in page and "Identities" in page
    assert "#1" in page


def test_memberships_and_destinations_are_those_of_the_stores(built_world: Installation) -> None:
    believed = next(iter(sorted((built_world.data / "deliveries").rglob("believed/*.parquet"))))
    who, audience = duckdb.sql(f"select _id from '{believed}' limit 1").fetchall()[0][0], believed.parent.parent.name
    kind = "profile" if who.startswith("p_") else "account"
    told = asked(built_world, kind, who)
    assert audience in {row["audience"] for row in told["destinations"]["rows"]}
    realized = {row["audience"] for row in told["audiences"]["rows"] if row["status"] == "realized"}
    assert audience in realized


def test_an_account_has_its_family_people_and_deals(built_world: Installation) -> None:
    query = f"""
        select parent_account_id, account_id from {table(built_world, "account")}
        where parent_account_id is not null order by account_id limit 1
    """
    parent, child = duckdb.sql(query).fetchall()[0]
    family = {row["account_id"]: row["relation"] for row in asked(built_world, "account", child)["family"]["rows"]}
    assert family[parent] in ("parent", "ultimate parent")
    told = asked(built_world, "account", parent)
    assert child in {row["account_id"] for row in told["family"]["rows"] if row["relation"] == "child"}
    assert told["people"]["total"] >= len(told["people"]["rows"])
    assert told["records"]["total"] >= 1


def test_a_website_finds_the_accounts_of_its_domain(built_world: Installation) -> None:
    query = f"select domain from {table(built_world, 'account')} where domain is not null order by domain limit 1"
    (domain,) = duckdb.sql(query).fetchall()[0]
    by_domain, by_website = (
        asked(built_world, "account", domain),
        asked(built_world, "account", f"HTTPS://www.{domain}/x"),
    )
    assert by_domain == by_website


def test_a_name_of_several_is_a_list_to_choose_from(built_world: Installation) -> None:
    query = f"""
        select last_name from {table(built_world, "person")} where last_name not like '% %'
        group by last_name having count(*) > 25 order by count(*) desc, last_name limit 1
    """
    (name,) = duckdb.sql(query).fetchall()[0]
    told = asked(built_world, "profile", name)
    assert told["total"] > len(told["hits"]) == 20
    assert told["hits"][0]["id"] in built_world.muster("profile", name).stdout


def test_nobody_is_an_exit_code_and_a_hint(built_world: Installation, known: dict[str, Any]) -> None:
    wrong = built_world.muster("profile", known["email"][:-1] + "x", check=False)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert known["email"] in wrong.stderr
    assert built_world.muster("account", "no such company anywhere", check=False).returncode == 1


def test_why_says_what_holds_two_records_together(built_world: Installation, known: dict[str, Any]) -> None:
    if not (current(built_world.settings) or pytest.fail("no snapshot")).parquet("person_link").exists():
        assert "no links" in built_world.muster("profile", known["id"], "--why", check=False).stderr
        return
    told = asked(built_world, "profile", known["id"], "--why")
    reached = {told["root"], *(end for link in told["links"] for end in (link["left"], link["right"]))}
    assert {f"b2b_person:{key}" for key in known["keys"]} <= reached
    between = asked(built_world, "profile", known["keys"][0], "--why", known["keys"][1])
    assert between["is_one"] and between["links"]
    assert all(link["refused_because"] is None for link in between["links"])


def test_nothing_personal_goes_to_a_log(built_world: Installation, known: dict[str, Any]) -> None:
    built_world.muster("profile", known["email"])
    logs = [path.read_text(errors="replace") for path in built_world.data.rglob("*.log")]
    assert not any(known["email"] in text for text in logs)
