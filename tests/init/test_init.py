"""Exports that others wrote: what is proposed for them, and that the result loads and checks clean."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from muster.config.check import check
from muster.config.load import load
from muster.config.models import Configuration, SourceObject
from muster.errors import MusterError, SourceError
from muster.init import InitReport, init
from muster.init.table_words import TABLE_FIELDS
from muster.settings import Settings
from tests.config.project_schema import project_schema

Shared = Callable[[str], Path]
EXPORTS = [
    ("salesforce", "crm-builder-saas/salesforce"),
    ("hubspot", "crm-builder-saas/hubspot"),
    ("salesforce", "salesforce-data-cloud-workshop"),
    ("salesforce", "salesforce-tcrm-training"),
    ("salesforce", "salesforce-snowfakery-contact-roles"),
    ("salesforce", "salesforce-apex-recipes"),
    ("marketo", "fivetran-marketo-seeds"),
    ("hubspot", "fivetran-hubspot-seeds"),
    ("salesforce", "fivetran-salesforce-seeds"),
    ("table", "retentioneering-ecom-events"),
    ("table", "snowplow-web-events"),
    ("table", "febrl-1-2-3"),
    ("table", "sp500-constituents"),
    ("table", "senzing-truth-set"),
]


def made(place: Path, *exports: tuple[str, Path]) -> tuple[InitReport, Configuration]:
    report = init(place / "own", list(exports))
    return report, load(report.config)


def objects(configuration: Configuration, source: int = 0) -> dict[str, SourceObject]:
    return {item.object: item for item in configuration.sources.sources[source].objects}


@pytest.mark.parametrize(("kind", "name"), EXPORTS, ids=[name for _, name in EXPORTS])
def test_what_is_written_loads_and_checks_clean(tmp_path: Path, shared_data: Shared, kind: str, name: str) -> None:
    report, _ = made(tmp_path, (kind, shared_data(name)))
    assert [str(problem) for problem in check(Settings.at(report.config, report.data), project_schema())] == []


@pytest.mark.parametrize(
    "export",
    [item for item in EXPORTS if not item[1].startswith(("fivetran", "senzing"))],
    ids=[item[1] for item in EXPORTS if not item[1].startswith(("fivetran", "senzing"))],
)
def test_three_to_six_audiences_are_chosen_and_each_goes_out(
    tmp_path: Path, shared_data: Shared, export: tuple[str, str]
) -> None:
    report, configuration = made(tmp_path, (export[0], shared_data(export[1])))
    assert 3 <= len(report.audiences) <= 6
    assert all(audience.activate and audience.description for audience in configuration.audiences)


def test_salesforce_ids_of_another_system_stand_for_its_own(tmp_path: Path, shared_data: Shared) -> None:
    _, configuration = made(tmp_path, ("salesforce", shared_data("crm-builder-saas") / "salesforce"))
    found = objects(configuration)
    assert found["Account"].columns == {"External_ID__c": "Id"}
    assert found["Contact"].columns == {"External_ID__c": "Id", "Account_External_ID__c": "AccountId"}
    assert found["Opportunity"].columns == {
        "External_ID__c": "Id",
        "Account_External_ID__c": "AccountId",
        "Contact_External_ID__c": "ContactId",
    }
    assert found["Task"].files == ["salesforce_activities.csv"]
    assert found["Task"].columns == {
        "Contact_External_ID__c": "WhoId",
        "Opportunity_External_ID__c": "WhatId",
        "Account_External_ID__c": "AccountId",
    }


def test_hubspot_files_without_ids_are_keyed_by_what_is_unique_in_them(tmp_path: Path, shared_data: Shared) -> None:
    _, configuration = made(tmp_path, ("hubspot", shared_data("crm-builder-saas") / "hubspot"))
    found = objects(configuration)
    assert found["contacts"].key == ["email"]
    assert found["deals"].key == ["dealname"]
    # three domains stand for two companies each, which have the same name too
    assert found["companies"].key == ["domain", "city"]
    assert found["companies"].alias == ["domain"]
    assert found["contacts"].columns == {"Company Domain Name": "associatedcompanyid"}
    assert found["deals"].columns == {
        "Company Domain Name": "associatedcompanyid",
        "Contact Email": "associatedcontactid",
    }


def test_an_org_with_its_own_ids_needs_no_objects(tmp_path: Path, shared_data: Shared) -> None:
    report, configuration = made(tmp_path, ("salesforce", shared_data("salesforce-data-cloud-workshop")))
    assert objects(configuration) == {}
    assert "Case.csv" in report.ignored["salesforce-data-cloud-workshop"]


def test_an_event_table_is_recognised_by_its_headings(tmp_path: Path, shared_data: Shared) -> None:
    report, configuration = made(tmp_path, ("table", shared_data("retentioneering-ecom-events")))
    table = objects(configuration)["ecom"]
    assert (table.class_, table.key) == ("activity", [])
    assert table.columns == {"user_id": "identityMap.userId", "event": "eventType", "timestamp": "timestamp"}
    text = (report.config / "sources.yml").read_text("utf-8")
    assert "# not mapped: session_id, platform, acquisition_channel, user_cohort, user_lifecycle" in text


def test_a_table_that_nobody_knows_is_left_as_a_comment(tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text("alpha,beta\n1,2\n")
    report, configuration = made(tmp_path, ("table", tmp_path / "odd.csv"))
    assert objects(configuration) == {}
    assert "its columns: alpha, beta" in (report.config / "sources.yml").read_text("utf-8")


def test_two_exports_of_one_folder_name_get_names_of_their_own(tmp_path: Path) -> None:
    for place in ("a", "b"):
        (tmp_path / place / "crm").mkdir(parents=True)
        (tmp_path / place / "crm" / "Account.csv").write_text("Id,Name\n001,Acme\n")
    report, _ = made(tmp_path, ("salesforce", tmp_path / "a" / "crm"), ("salesforce", tmp_path / "b" / "crm"))
    assert report.sources == ["crm", "crm-2"]


def test_the_org_id_is_taken_from_the_data(tmp_path: Path) -> None:
    (tmp_path / "crm").mkdir()
    (tmp_path / "crm" / "Account.csv").write_text("Id,Name,Organization_Id__c\n001,Acme,00D5g000004KxqP\n")
    _, configuration = made(tmp_path, ("salesforce", tmp_path / "crm"))
    assert configuration.sources.sources[0].instance == "00D5g000004KxqP"


def test_rows_without_the_key_are_announced(tmp_path: Path) -> None:
    rows = "".join(f"p{number}@acme.example,{number % 7},X\n" for number in range(40))
    (tmp_path / "hubspot_contacts.csv").write_text(f"email,firstname,lastname\n{rows},1,X\n")
    report, configuration = made(tmp_path, ("hubspot", tmp_path / "hubspot_contacts.csv"))
    assert objects(configuration)["contacts"].key == ["email"]
    assert any("rows without it are set aside" in note for note in report.notes)


def test_a_configuration_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "crm").mkdir()
    (tmp_path / "crm" / "Account.csv").write_text("Id,Name\n001,Acme\n")
    made(tmp_path, ("salesforce", tmp_path / "crm"))
    with pytest.raises(MusterError, match="holds a configuration already"):
        init(tmp_path / "own", [("salesforce", tmp_path / "crm")])


def test_an_export_that_is_not_there_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is not there"):
        init(tmp_path / "own", [("salesforce", tmp_path / "nowhere")])
    assert not (tmp_path / "own").exists()


def test_the_report_ends_with_what_to_do_next(tmp_path: Path) -> None:
    (tmp_path / "crm").mkdir()
    (tmp_path / "crm" / "Account.csv").write_text("Id,Name\n001,Acme\n")
    report, _ = made(tmp_path, ("salesforce", tmp_path / "crm"))
    own = tmp_path / "own"
    assert report.settings == f"export MUSTER_CONFIG={own / 'config'} MUSTER_DATA={own / 'data'}"
    assert report.text.endswith(f"  {report.settings}\n  muster check\n  muster run")


def test_every_path_that_a_heading_may_mean_is_read_by_the_project() -> None:
    schema = project_schema()
    for class_name, headings in TABLE_FIELDS.items():
        known = schema.of(class_name).fields
        unknown = {path for path in headings.values() if path not in known and not path.startswith("identityMap.")}
        assert unknown == set(), class_name


def test_a_marketo_instance_is_tied_to_the_crm_whose_ids_it_holds(tmp_path: Path) -> None:
    for folder in ("crm", "other", "mk"):
        (tmp_path / folder).mkdir()
    (tmp_path / "crm" / "Contact.csv").write_text("Id,LastName\n003A,Hill\n003B,Vale\n")
    (tmp_path / "other" / "Contact.csv").write_text("Id,LastName\n003X,Moor\n")
    (tmp_path / "mk" / "leads.csv").write_text("id,lastName,sfdcContactId\n1,Hill,003A\n2,Vale,003B\n3,Dale,\n")
    exports = [("marketo", tmp_path / "mk"), ("salesforce", tmp_path / "other"), ("salesforce", tmp_path / "crm")]
    _, configuration = made(tmp_path, *exports)
    assert [source.crm for source in configuration.sources.sources] == ["crm", None, None]


def test_an_empty_file_and_one_with_a_header_only_are_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "crm").mkdir()
    (tmp_path / "crm" / "Account.csv").write_text("Id,Name\n001,Acme\n")
    (tmp_path / "crm" / "Campaign.csv").write_text("Id,Name,Status\n")
    (tmp_path / "crm" / "CampaignMember.csv").write_text("")
    report, configuration = made(tmp_path, ("salesforce", tmp_path / "crm"))
    assert report.objects["crm"] == ["Account", "Campaign", "CampaignMember"]
    assert objects(configuration) == {}


def test_ids_of_15_and_18_characters_are_found_in_one_another(tmp_path: Path) -> None:
    (tmp_path / "crm").mkdir()
    (tmp_path / "crm" / "Account.csv").write_text("ID,NAME\n0015g00000000AbAAI,Acme\n")
    (tmp_path / "crm" / "Contact.csv").write_text("ID,LASTNAME,ACCOUNTID\n0035g00000000AbAAI,Hill,0015g00000000Ab\n")
    report, _ = made(tmp_path, ("salesforce", tmp_path / "crm"))
    assert report.notes == []


def test_the_org_id_is_taken_from_the_name_of_a_weekly_export(tmp_path: Path) -> None:
    (tmp_path / "WE_00D5g000004KxqPEAS_1").mkdir()
    (tmp_path / "WE_00D5g000004KxqPEAS_1" / "Account.csv").write_text("Id,Name\n001,Acme\n")
    _, configuration = made(tmp_path, ("salesforce", tmp_path / "WE_00D5g000004KxqPEAS_1"))
    assert configuration.sources.sources[0].instance == "00D5g000004KxqPEAS"


def test_answers_of_an_interface_are_surveyed_with_their_properties(tmp_path: Path) -> None:
    people = [{"id": str(number), "properties": {"email": f"p{number}@acme.example"}} for number in range(3)]
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "contacts.json").write_text(json.dumps({"results": people}))
    report, _ = made(tmp_path, ("hubspot", tmp_path / "api"))
    assert report.audiences == ["reachable-by-mail"]


def test_tables_whose_keys_overlap_become_sources_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "contacts.csv").write_text("ID,Name,Email - Work\n1,Ada Hill,ada@acme.example\n2,Bo,\n")
    (tmp_path / "tables" / "customers.csv").write_text("customer_id,email,city\n2,kim@shop.example,Oslo\n")
    report, configuration = made(tmp_path, ("table", tmp_path / "tables"))
    assert report.sources == ["tables", "tables-customers"]
    tables, customers = configuration.sources.sources
    assert (tables.ignore, [item.object for item in tables.objects]) == (["customers.csv"], ["contacts"])
    assert Path(customers.path).name == "customers.csv"
    assert check(Settings.at(report.config, report.data), project_schema()) == []


def test_orders_are_activities_of_the_people_who_placed_them(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "customers.csv").write_text("customer_id,email,last_name\n7,ada@acme.example,Hill\n")
    (tmp_path / "shop" / "orders.csv").write_text("order_id,customer_id,order_date,total\n1,7,2026-05-01,9.5\n")
    _, configuration = made(tmp_path, ("table", tmp_path / "shop"))
    orders = objects(configuration)["orders"]
    assert (orders.class_, orders.key) == ("activity", ["order_id"])
    assert orders.columns == {"customer_id": "personKey.sourceKey", "order_date": "timestamp"}


def test_a_person_that_no_table_knows_is_an_identity_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("order_id,customer_id,order_date\n1,7,2026-05-01\n")
    _, configuration = made(tmp_path, ("table", tmp_path / "orders.csv"))
    assert objects(configuration)["orders"].columns["customer_id"] == "identityMap.customer_id"


def test_a_file_of_no_events_beside_events_is_left_as_a_comment(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "clicks.csv").write_text("event,user_id,ts\nclick,u1,2026-05-01\n")
    (tmp_path / "web" / "browsers.csv").write_text("root_id,agent\n1,Chrome\n")
    report, configuration = made(tmp_path, ("events", tmp_path / "web"))
    assert list(objects(configuration)) == ["clicks"]
    assert "its columns: root_id, agent" in (report.config / "sources.yml").read_text("utf-8")
    assert check(Settings.at(report.config, report.data), project_schema()) == []


def test_no_audience_is_chosen_that_would_be_empty(tmp_path: Path) -> None:
    (tmp_path / "crm").mkdir()
    (tmp_path / "crm" / "Contact.csv").write_text("Id,LastName,AccountId\n0031,Hill,0011\n0032,Vale,0012\n")
    (tmp_path / "crm" / "CampaignMember.csv").write_text("Id,CampaignId,ContactId,HasResponded\n00v1,7011,0031,false\n")
    report, _ = made(tmp_path, ("salesforce", tmp_path / "crm"))
    assert report.audiences == []
