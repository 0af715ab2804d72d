"""The marts as the schema: what rules and mappings will find in the manifest."""

from __future__ import annotations

import pytest

from muster.schema import Schema
from tests.identity.compiled import Compiled


@pytest.fixture(scope="module")
def schema(compiled_once: Compiled) -> Schema:
    return Schema.from_manifest(compiled_once.manifest)


def test_dbt_reads_the_project_without_a_deprecation(compiled_once: Compiled) -> None:
    assert "eprecat" not in compiled_once.output


def test_every_mart_is_a_class_with_its_key(schema: Schema) -> None:
    assert set(schema.classes) == {
        "person", "person_component", "person_identity", "account", "account_person", "opportunity",
        "opportunity_person", "campaign", "campaign_member", "marketing_list", "marketing_list_member", "activity",
        "related_account", "person_link", "identity_guard", "account_hierarchy", "account_roll_up", "account_amount",
        "account_link", "account_match_review", "matching_metric", "account_component", "person_provenance",
        "account_provenance", "review_case",
    }  # fmt: skip
    keys = {name: f"{name.removesuffix('_provenance')}_id" for name in schema.classes}
    assert {name: item.key for name, item in schema.classes.items()} == keys


def test_every_model_and_column_is_described_and_every_mart_has_a_contract(compiled_once: Compiled) -> None:
    undescribed, loose = [], []
    for name in compiled_once.models:
        node = compiled_once.manifest["nodes"][f"model.muster.{name}"]
        columns = node["columns"].values()
        undescribed += [name] if not node["description"] else []
        undescribed += [f"{name}.{column['name']}" for column in columns if not column["description"]]
        if "marts" in node["fqn"] and not node["config"]["contract"]["enforced"]:
            loose.append(name)
    assert (undescribed, loose) == ([], [])


def test_relations_have_a_name_on_both_sides(schema: Schema) -> None:
    found = {
        (name, edge.name): edge.target
        for name, item in schema.classes.items()
        for edge in item.edges.values()
        if edge.many
    }
    assert found == {
        ("person", "personComponents"): "person_component",
        ("person", "identities"): "person_identity",
        ("person", "accountPersons"): "account_person",
        ("person", "opportunityPersons"): "opportunity_person",
        ("person", "campaignMembers"): "campaign_member",
        ("person", "listMembers"): "marketing_list_member",
        ("person", "xEvent"): "activity",
        ("person", "accountMatchReviews"): "account_match_review",
        ("account", "children"): "account",
        ("account", "accountComponents"): "account_component",
        ("account", "accountPersons"): "account_person",
        ("account", "opportunities"): "opportunity",
        ("account", "relatedAccountLinks"): "related_account",
        ("account", "ancestorLinks"): "account_hierarchy",
        ("account", "descendantLinks"): "account_hierarchy",
        ("account", "amounts"): "account_amount",
        ("account", "accountLinks"): "account_link",
        ("account", "accountMatchReviews"): "account_match_review",
        ("opportunity", "opportunityPersons"): "opportunity_person",
        ("campaign", "children"): "campaign",
        ("campaign", "opportunities"): "opportunity",
        ("campaign", "campaignMembers"): "campaign_member",
        ("marketing_list", "listMembers"): "marketing_list_member",
    }


def test_every_relation_leads_to_the_key_of_its_target(schema: Schema) -> None:
    for item in schema.classes.values():
        for edge in item.edges.values():
            if not edge.many:
                assert edge.to_column == schema.classes[edge.target].key, edge


def test_shortcuts_follow_relations_that_exist(schema: Schema) -> None:
    assert set(schema.of("people").shortcuts) == {"accounts", "opportunities"}
    assert set(schema.of("accounts").shortcuts) == {
        "people", "xEvent", "relatedAccounts", "ancestors", "descendants",
    }  # fmt: skip
    for start in (schema.of("people"), schema.of("accounts")):
        for path in start.shortcuts.values():
            place = start
            for step in path.split("."):
                place = schema.classes[place.edges[step].target]


def test_events_know_their_time_and_people_their_labels(schema: Schema) -> None:
    activity, person = schema.classes["activity"], schema.classes["person"]
    assert activity.time_path == "timestamp"
    assert activity.fields["timestamp"].type == "timestamp"
    assert person.fields["workEmail.address"].labels == ("I1",)
    assert person.fields["workEmail.address"].identity == "Email"
    assert person.fields["extendedWorkDetails.departments"].type == "array<string>"
