"""Exports that others wrote, from `muster init` to delivery, with the counts their owners state."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import MUSTER, Installation

Shared = Callable[[str], Path]


def set_up(place: Path, *exports: str) -> Installation:
    """`muster init`, then `muster check`, then `muster run`, as the README says."""
    arguments = [part for export in exports for part in ("--export", export)]
    done = subprocess.run(
        [MUSTER, "init", place / "own", *arguments], capture_output=True, text=True, check=False, env=dict(os.environ)
    )
    assert done.returncode == 0, done.stdout + done.stderr
    installation = Installation(place / "own" / "config", place / "own" / "data")
    installation.muster("check")
    installation.muster("run")
    return installation


def loaded(told: dict[str, Any]) -> dict[str, int]:
    return {item["object"]: item["loaded"] for source in told["sources"] for item in source["objects"]}


def rows_of(told: dict[str, Any], **expected: int) -> None:
    assert {name: told["marts"][name] for name in expected} == expected


def test_a_salesforce_org_reaches_the_marts_whole(tmp_path: Path, shared_data: Shared) -> None:
    told = set_up(tmp_path, f"salesforce={shared_data('salesforce-data-cloud-workshop')}").status()

    rows_of(told, account=22, opportunity=50, campaign=8, campaign_member=68, activity=75)
    assert told["marts"]["person_component"] == 102 + 60
    assert told["marts"]["account_person"] >= 22
    assert loaded(told)["Case"] == 40  # an object that no model reads is kept all the same
    assert len(told["audiences"]) >= 3
    assert any(item["sent"] for item in told["activations"])


@pytest.mark.slow
def test_a_large_export_with_dangling_leads_comes_in(tmp_path: Path, shared_data: Shared) -> None:
    told = set_up(tmp_path, f"salesforce={shared_data('salesforce-tcrm-training')}").status()

    rows_of(told, account=3610, opportunity=4833, activity=2303 + 2182)
    assert told["marts"]["person_component"] == 294


@pytest.mark.slow
def test_contact_roles_are_joined(tmp_path: Path, shared_data: Shared) -> None:
    installation = set_up(tmp_path, f"salesforce={shared_data('salesforce-snowfakery-contact-roles')}")
    told = installation.status()

    rows_of(told, account=1500, opportunity=5989, opportunity_person=5989)
    assert told["marts"]["person_component"] == 3000
    import duckdb

    roles = installation.settings.warehouse
    with duckdb.connect(str(roles), read_only=True) as connection:
        joined = connection.execute(
            "select count(*) from marts.opportunity_person where person_id is not null and opportunity_id is not null"
        ).fetchall()
    assert joined == [(5989,)]


@pytest.mark.slow
@pytest.mark.parametrize("vendor", ["hubspot", "salesforce"])
def test_one_business_comes_in_from_either_crm_by_mapped_keys(tmp_path: Path, shared_data: Shared, vendor: str) -> None:
    told = set_up(tmp_path, f"{vendor}={shared_data('crm-builder-saas') / vendor}").status()

    rows_of(told, account=400, person=1212, opportunity=653)


def test_an_event_table_of_any_shape_becomes_activities_of_people(tmp_path: Path, shared_data: Shared) -> None:
    told = set_up(tmp_path, f"table={shared_data('retentioneering-ecom-events')}").status()

    rows_of(told, activity=31106, person=600)


def test_several_exports_make_one_world(tmp_path: Path, shared_data: Shared) -> None:
    folder = shared_data("crm-builder-saas")
    told = set_up(tmp_path, f"salesforce={folder / 'salesforce'}", f"hubspot={folder / 'hubspot'}").status()

    rows_of(told, person=1212)  # one person by e-mail, though each CRM has its own record
    assert told["marts"]["person_component"] == 2424
