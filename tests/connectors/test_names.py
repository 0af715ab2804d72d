"""Which file holds which object."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from muster.config.models import Source
from muster.connectors import discover, vendor_objects
from muster.connectors.vendor import bare_name
from muster.errors import SourceError
from muster.settings import Settings

OBJECTS = {
    "salesforce": {
        "Account.csv": "account",
        "Accounts.csv": "account",
        "ACCOUNT.CSV": "account",
        "sf_account_data.csv": "account",
        "sf_account_history_data.csv": "sf_account_history_data",
        "salesforce_accounts.csv": "account",
        "Contact_2026-11-24.csv": "contact",
        "contact-part2.csv.gz": "contact",
        "contacts__2026-11-23T06-00-00Z.csv": "contact",
        "Contact (2).csv": "contact",
        "contacts/full/dt=2026-11-23/part-00001.csv.gz": "contact",
        "OpportunityContactRole.csv": "opportunitycontactrole",
        "opportunity_contact_roles.ndjson": "opportunitycontactrole",
        "CampaignMember.parquet": "campaignmember",
        "AccountContactRelation.csv": "accountcontactrelation",
        "Branch__c.csv": "branch__c",
        "Case.csv": "case",
        "sf_product_2_data.csv": "sf_product_2_data",
    },
    "hubspot": {
        "hubspot_contacts.csv": "contacts",
        "hubspot-crm-exports-all-contacts-2026-11-24-1.csv": "contacts",
        "company_data.csv": "companies",
        "deals.json": "deals",
        "hubspot_activities.csv": "activities",
        "engagements.json": "activities",
        "contact_list_data.csv": "lists",
        "contact_list_member_data.csv": "list_members",
        "deal_contact_data.csv": "associations",
        "email_event_bounce_data.csv": "email_event_bounce_data",
        "contact_property_history_data.csv": "contact_property_history_data",
    },
    "marketo": {
        "marketo_lead_data.csv": "leads",
        "leads.json": "leads",
        "marketo_lead_describe_data.csv": "marketo_lead_describe_data",
        "activities_20261124.csv": "activities",
        "marketo_activity_click_email_data.csv": "activities",
        "deletedleads.json": "activities",
        "bulk_leads.csv": "leads",
        "leads_rest_2026-11-24.json": "leads",
        "programMembers.csv": "program_members",
        "program_memberships.csv": "program_members",
        "static_list_members.csv": "static_list_members",
        "named_accounts.csv": "named_accounts",
        "opportunity_roles.csv": "opportunity_roles",
        "marketo_campaign_data.csv": "marketo_campaign_data",
    },
}


@pytest.mark.parametrize(
    ("type_", "file", "object_"),
    [(type_, file, object_) for type_, files in OBJECTS.items() for file, object_ in files.items()],
)
def test_the_name_of_a_file_says_which_object_it_holds(
    source: Callable[..., Source], settings: Settings, type_: str, file: str, object_: str
) -> None:
    found = discover(source(type_, {file: "id\n1\n"}), settings)
    assert [each.object for each in found] == [object_]


def test_files_of_one_object_are_one_export_under_the_first_ones_name(
    source: Callable[..., Source], settings: Settings
) -> None:
    files = dict.fromkeys(("Contact_2026-11-24.csv", "Contact_2026-11-25.csv", "more/contacts.json"), "")
    (found,) = discover(source(files=files), settings)
    assert found.name == "Contact"
    assert [path.name for path in found.files] == ["Contact_2026-11-24.csv", "Contact_2026-11-25.csv", "contacts.json"]


def test_a_listed_object_takes_its_files_and_its_name(source: Callable[..., Source], settings: Settings) -> None:
    objects = [
        {"object": "Task", "files": ["*_activities.csv"], "key": ["*"]},
        {"object": "Firms", "files": ["*_accounts.csv"]},
    ]
    files = {"salesforce_activities.csv": "a\n1\n", "salesforce_accounts.csv": "Id\n1\n", "account.csv": "Id\n1\n"}
    found = discover(source(files=files, objects=objects), settings)
    assert [(each.name, each.object, each.spec is not None) for each in found] == [
        ("account", "account", False),
        ("Firms", "firms", True),
        ("Task", "task", True),
    ]


def test_names_are_unique_in_a_source(source: Callable[..., Source], settings: Settings) -> None:
    objects = [{"object": "Account", "files": ["first/*"], "key": ["*"]}]
    found = discover(source(files={"first/x.csv": "a\n", "second/Account.csv": "a\n"}, objects=objects), settings)
    assert [each.name for each in found] == ["Account", "Account_2"]


def test_events_are_told_by_their_columns_where_the_name_says_nothing(
    source: Callable[..., Source], settings: Settings
) -> None:
    files = {"ecom.csv": "user_id,event,timestamp\n", "agents.csv": "root_id,agent\n", "web_events.csv": ""}
    found = discover(source("events", files), settings)
    assert {each.object: len(each.files) for each in found} == {"events": 2, "agents": 1}


def test_two_tables_of_one_class_are_two_exports(source: Callable[..., Source], settings: Settings) -> None:
    objects = [
        {"object": "leads", "files": ["people.csv"], "class": "person", "key": ["lead_id"]},
        {"object": "contacts", "files": ["people.csv"], "class": "person", "key": ["contact_id"]},
    ]
    found = discover(source("table", {"people.csv": "lead_id,contact_id\n"}, objects=objects), settings)
    assert [(each.name, each.object) for each in found] == [("contacts", "person"), ("leads", "person")]


def test_half_written_and_foreign_files_are_no_objects(source: Callable[..., Source], settings: Settings) -> None:
    files = dict.fromkeys(
        ("Account.csv.part", ".Lead.csv", "_x/Lead.csv", "ORIGIN.md", "LICENSE.origin", "notes.xlsx"), "x"
    )
    assert discover(source(files=files), settings) == []


def test_an_absent_folder_is_one_line_of_error(
    source: Callable[..., Source], settings: Settings, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match=r"^the path of source 'crm': .*/nowhere is not there; create it"):
        discover(source(path=str(tmp_path / "nowhere")), settings)


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("First Name", "firstname"),
        ("Record ID", "id"),
        ("property_jobtitle", "jobtitle"),
        ("Email", "email"),
        ("Shoe", None),
    ],
)
def test_headings_of_hubspots_pages_are_its_fields(heading: str, field: str | None) -> None:
    assert vendor_objects("hubspot")["contacts"].field_of(heading) == field


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("Account.csv", "Account"),
        ("Account-2026-11-24.csv", "Account"),
        ("Account_20261124T060000Z_part_3.csv.gz", "Account"),
        ("Branch__c.csv", "Branch__c"),
        ("part-00001.csv", ""),
        ("2026-11-24.ndjson", ""),
    ],
)
def test_times_and_parts_are_not_in_the_name(file: str, name: str) -> None:
    assert bare_name(file) == name


CONTACT = "ID,ACCOUNTID,FIRSTNAME,LASTNAME,EMAIL,TITLE,REGION__C\n"
HEADED = {
    "extract.csv": (CONTACT, "contact"),
    "bulkQuery_result_7505g000004.csv": (CONTACT, "contact"),
    "Acme Contacts EMEA.csv": (CONTACT, "contact"),
    "Acme Contacts History.csv": (CONTACT, "acme_contacts_history"),
    "emea.csv": (CONTACT, "emea"),
    "report1700000000.csv": ("Account ID,Account Name,Employees,Industry\n", "account"),
    "Contact_Plan__c.csv": (CONTACT, "contact_plan__c"),
    "Our contacts.csv": ("Id,Name,Colour\n", "our_contacts"),
}


@pytest.mark.parametrize("file", HEADED)
def test_headings_decide_where_a_name_tells_little(
    source: Callable[..., Source], settings: Settings, file: str
) -> None:
    text, object_ = HEADED[file]
    assert [each.object for each in discover(source("salesforce", {file: text}), settings)] == [object_]


def test_events_may_be_called_anything(source: Callable[..., Source], settings: Settings) -> None:
    listed = source("events", {"weblog.csv": "who,at\n"}, objects=[{"object": "weblog", "files": ["weblog.csv"]}])
    assert [(each.name, each.object) for each in discover(listed, settings)] == [("weblog", "events")]


def test_ignored_files_are_no_part_of_a_source(source: Callable[..., Source], settings: Settings) -> None:
    files = {"Account.csv": "Id\n1\n", "old/Account.csv": "Id\n2\n"}
    (found,) = discover(source("salesforce", files, ignore=["old/*"]), settings)
    assert [path.parent.name for path in found.files] == ["exports"]
