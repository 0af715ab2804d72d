"""Records point at each other as they should, and the truth says whose they are."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from muster.world import INSTANCES, WorldSummary

Reader = Callable[[Path], list[dict[str, str]]]
Result = Callable[[Path], list[dict[str, Any]]]
REFERENCES = [
    ("Account", "ParentId", "Account"),
    ("Lead", "ConvertedContactId", "Contact"),
    ("Lead", "ConvertedAccountId", "Account"),
    ("Opportunity", "AccountId", "Account"),
    ("Opportunity", "CampaignId", "Campaign"),
    ("OpportunityContactRole", "OpportunityId", "Opportunity"),
    ("OpportunityContactRole", "ContactId", "Contact"),
    ("Campaign", "ParentId", "Campaign"),
    ("CampaignMember", "CampaignId", "Campaign"),
    ("CampaignMember", "LeadId", "Lead"),
    ("CampaignMember", "ContactId", "Contact"),
    ("AccountContactRelation", "AccountId", "Account"),
    ("AccountContactRelation", "ContactId", "Contact"),
    ("Event", "WhoId", "Contact"),
    ("Contact", "OwnerId", "User"),
]


def truth(world: WorldSummary, name: str) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = pq.read_table(world.folder / "truth" / f"{name}.parquet").to_pylist()
    return records


def test_salesforce_references_resolve(first: WorldSummary, rows: Reader) -> None:
    files = {path.stem: rows(path) for path in (first.folder / "salesforce").iterdir()}
    for name, column, target in REFERENCES:
        known = {row["Id"] for row in files[target]}
        assert {row[column] for row in files[name] if row[column]} <= known, (name, column)


def test_only_the_intended_contacts_are_orphans(first: WorldSummary, rows: Reader) -> None:
    accounts = {row["Id"] for row in rows(first.folder / "salesforce" / "Account.csv")}
    contacts = rows(first.folder / "salesforce" / "Contact.csv")
    assert sum(row["AccountId"] not in accounts for row in contacts) == first.orphans > 0


def test_marketo_references_resolve(first: WorldSummary, rows: Reader, result: Result) -> None:
    for instance in ("marketo-na", "marketo-emea"):
        folder = first.folder / instance
        leads = {row["id"]: row for row in rows(folder / "leads.csv")}
        companies = {str(record["id"]) for record in result(folder / "companies.json")}
        programs = {str(record["id"]) for record in result(folder / "programs.json")}
        lists = {str(record["id"]) for record in result(folder / "static_lists.json")}
        assert {row["contactCompany"] for row in leads.values()} <= companies
        assert {row["leadId"] for row in rows(folder / "activities.csv")} <= leads.keys()
        for row in rows(folder / "program_members.csv"):
            assert row["leadId"] in leads and row["programId"] in programs
        for row in rows(folder / "static_list_members.csv"):
            assert row["leadId"] in leads and row["listId"] in lists


def test_the_synced_instance_names_crm_records_and_the_other_names_none(first: WorldSummary, rows: Reader) -> None:
    contacts = {row["Id"] for row in rows(first.folder / "salesforce" / "Contact.csv")}
    leads = {row["Id"] for row in rows(first.folder / "salesforce" / "Lead.csv")}
    for row in rows(first.folder / "marketo-na" / "leads.csv"):
        assert row["sfdcContactId"] in contacts | {"null"} and row["sfdcLeadId"] in leads | {"null"}
        assert {"Contact": row["sfdcContactId"], "Lead": row["sfdcLeadId"], "null": ""}[row["sfdcType"]] != "null"
    assert {row["sfdcType"] for row in rows(first.folder / "marketo-emea" / "leads.csv")} == {"null"}


def test_the_truth_names_every_person_record_once(first: WorldSummary, rows: Reader) -> None:
    told = truth(first, "people")
    for source, name, column in (
        ("salesforce", "Contact", "Id"),
        ("salesforce", "Lead", "Id"),
        ("marketo-na", "leads", "id"),
        ("marketo-emea", "leads", "id"),
    ):
        written = Counter(row[column] for row in rows(first.folder / source / f"{name}.csv"))
        assert Counter(r["record_id"] for r in told if (r["source"], r["object"]) == (source, name)) == written
    sample = next(r for r in told if r["source"] == "marketo-na")
    assert sample["source_key"] == f"{sample['record_id']}@{INSTANCES['marketo-na']}.Marketo"


def test_the_truth_agrees_with_what_the_records_say(first: WorldSummary, rows: Reader) -> None:
    owner = {(r["source"], r["record_id"]): r["person"] for r in truth(first, "people")}
    for row in rows(first.folder / "marketo-na" / "leads.csv"):
        if row["sfdcContactId"] != "null":
            assert owner["marketo-na", row["id"]] == owner["salesforce", row["sfdcContactId"]]
    for row in rows(first.folder / "salesforce" / "Lead.csv"):
        if row["ConvertedContactId"]:
            assert owner["salesforce", row["Id"]] == owner["salesforce", row["ConvertedContactId"]]


def test_an_own_address_belongs_to_one_person_and_a_shared_one_to_several(first: WorldSummary) -> None:
    people: dict[tuple[str, str], set[int]] = {}
    for record in truth(first, "people"):
        if record["email"]:
            people.setdefault((record["mailbox"], record["email"].lower()), set()).add(record["person"])
    for (mailbox, _), owners in people.items():
        assert len(owners) == 1 or mailbox != "own"
        assert len(owners) <= 2 or mailbox != "pair"
    assert any(len(owners) == 2 for (mailbox, _), owners in people.items() if mailbox == "pair")
    assert any(len(owners) > 1 for (mailbox, _), owners in people.items() if mailbox == "role")


def test_every_account_record_belongs_to_one_company(first: WorldSummary, rows: Reader, result: Result) -> None:
    told = truth(first, "accounts")
    assert {r["record_id"] for r in told if r["object"] == "Account"} == {
        row["Id"] for row in rows(first.folder / "salesforce" / "Account.csv")
    }
    for instance in ("marketo-na", "marketo-emea"):
        written = {str(record["id"]) for record in result(first.folder / instance / "companies.json")}
        assert {r["record_id"] for r in told if r["source"] == instance} == written
    # three levels of one family
    parents = {r["company"]: r["parent"] for r in told}
    assert parents[3] == 1 and parents[1] == 0 and parents[0] is None


def test_all_documented_use_cases_have_members(first: WorldSummary) -> None:
    members = Counter(record["use_case"] for record in truth(first, "audiences"))
    assert set(members) == set(range(1, 14))


def test_a_visitor_is_anonymous_until_a_form_or_a_login_gives_a_name(first: WorldSummary) -> None:
    named: dict[str, str] = {}
    anonymous, ties = set(), set()
    for path in sorted((first.folder / "web").iterdir()):
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.endswith("}"):
                continue
            event = json.loads(line)
            ecid = event["identityMap"]["ECID"][0]["id"]
            if "Email" in event["identityMap"]:
                named[ecid] = event["identityMap"]["Email"][0]["id"]
                if ecid in anonymous:
                    ties.add(event["eventType"])
                    anonymous.discard(ecid)
            else:
                assert ecid not in named, "a known visitor became anonymous again"
                anonymous.add(ecid)
    assert ties == {"web.formFilledOut", "userAccount.login"}
    assert anonymous


def test_nothing_happened_on_the_day_of_the_export(first: WorldSummary, rows: Reader) -> None:
    until = first.as_of.isoformat()
    assert all(row["SystemModstamp"] < until for row in rows(first.folder / "salesforce" / "Contact.csv"))
    assert all(row["activityDate"] < until for row in rows(first.folder / "marketo-emea" / "activities.csv"))
