"""Exports that others wrote reach the lake whole: the rows that their origin sheets count."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from muster.config.models import Source
from muster.settings import Settings
from tests.connectors.conftest import rows_of, take_all

Shared = Callable[[str], Path]
SETS = [
    ("salesforce", "salesforce-data-cloud-workshop", ""),
    ("salesforce", "salesforce-tcrm-training", ""),
    ("salesforce", "salesforce-snowfakery-contact-roles", ""),
    ("salesforce", "salesforce-apex-recipes", ""),
    ("salesforce", "fivetran-salesforce-seeds", ""),
    ("hubspot", "fivetran-hubspot-seeds", ""),
    ("marketo", "fivetran-marketo-seeds", ""),
    ("salesforce", "crm-builder-saas", "salesforce"),
    ("hubspot", "crm-builder-saas", "hubspot"),
    ("events", "retentioneering-ecom-events", ""),
    ("events", "snowplow-web-events", ""),
    ("table", "dupehell-crm-medium", ""),
]


def counted(origin: Path, below: str) -> dict[str, int]:
    """File → rows, from the table in a set's `ORIGIN.md`."""
    rows = re.findall(r"^\| (\S+) \| (\d+) \| \d+ \| \d+ \|", origin.read_text(), re.MULTILINE)
    return {name.removeprefix(f"{below}/"): int(number) for name, number in rows if not below or name.startswith(below)}


@pytest.mark.parametrize(("type_", "name", "below"), SETS)
def test_a_set_of_exports_reaches_the_lake_whole(
    shared_data: Shared, settings: Settings, type_: str, name: str, below: str
) -> None:
    folder = shared_data(name)
    source = Source.model_validate({"name": "them", "type": type_, "path": str(folder / below)})
    reports = take_all(source, settings)
    expected = counted(folder / "ORIGIN.md", below)
    assert sorted(file for report in reports.values() for file in report.files) == sorted(expected)
    assert sum(report.loaded for report in reports.values()) == sum(expected.values())
    assert not any(report.set_aside for report in reports.values())
    for report in reports.values():
        held = rows_of(source, settings, report.object)
        assert len(held) == sum(expected[file] for file in report.files)
        assert all(row["_row_id"] for row in held)


def test_the_sets_objects_are_those_that_staging_reads(shared_data: Shared, settings: Settings) -> None:
    source = Source(name="org", type="salesforce", path=str(shared_data("salesforce-data-cloud-workshop")))
    objects = {report.object: report.loaded for report in take_all(source, settings).values()}
    assert objects == {
        "account": 22, "contact": 102, "lead": 60, "opportunity": 50, "campaign": 8, "campaignmember": 68, "task": 75,
        "accountcontactrelation": 22, "case": 40, "branch__c": 5,
    }  # fmt: skip


def test_ids_of_an_org_are_the_row_ids(shared_data: Shared, settings: Settings) -> None:
    source = Source(name="org", type="salesforce", path=str(shared_data("salesforce-data-cloud-workshop")))
    take_all(source, settings)
    people = {row["_row_id"] for row in rows_of(source, settings, "contact")}
    members = [row["ContactId"] for row in rows_of(source, settings, "campaignmember") if row["ContactId"]]
    assert len(members) == 34
    assert people.issuperset(members)


def test_lines_of_cells_with_line_breaks_are_those_of_the_file(shared_data: Shared, settings: Settings) -> None:
    folder = shared_data("crm-builder-saas") / "hubspot"
    take_all(source := Source(name="hub", type="hubspot", path=str(folder)), settings)
    lines = (folder / "hubspot_activities.csv").read_text().split("\n")
    rows = rows_of(source, settings, "activities")
    assert len(lines) > len(rows) + 1000
    for row in rows:
        assert lines[int(str(row["_line"])) - 1].startswith(f"{row['hs_activity_type']},{row['hs_timestamp']},")


def test_the_marketo_activities_of_all_files_are_one_object(shared_data: Shared, settings: Settings) -> None:
    source = Source(name="mkto", type="marketo", path=str(shared_data("fivetran-marketo-seeds")))
    take_all(source, settings)
    assert len({row["_row_id"] for row in rows_of(source, settings, "activities")}) == 831


def test_a_table_is_split_into_its_classes_by_their_keys(shared_data: Shared, settings: Settings) -> None:
    objects = [
        {
            "object": each, "class": class_, "files": ["records.csv.gz"], "key": [f"{each}_id"],
            "columns": {"email": "workEmail.address"} if class_ == "person" else {"account_name": "accountName"},
        }
        for each, class_ in (("lead", "person"), ("account", "account"))
    ]  # fmt: skip
    folder = shared_data("dupehell-crm-medium")
    source = Source.model_validate({"name": "dh", "type": "table", "path": str(folder), "objects": objects})
    reports = take_all(source, settings)
    for report in (reports["lead"], reports["account"]):
        assert report.read == report.loaded + report.set_aside == 12184
    assert reports["lead"].loaded == 5653 - 25  # so many leads of this set have lost their id
