"""A world is the same every time, and a day adds files and touches none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from muster.errors import SourceError
from muster.world import WorldSummary, generate, next_day

Reader = Callable[[Path], list[dict[str, str]]]


def digest(folder: Path) -> dict[str, str]:
    """Every file below a folder, by path, with its hash."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def small(folder: Path, seed: int = 7) -> WorldSummary:
    return generate(folder, people=300, days=20, seed=seed, until=date(2026, 3, 2))


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        small(tmp_path / name)
        next_day(tmp_path / name)
    assert digest(tmp_path / "one") == digest(tmp_path / "two")


def test_another_seed_gives_another_world(tmp_path: Path) -> None:
    small(tmp_path / "one")
    small(tmp_path / "two", seed=8)
    one, two = digest(tmp_path / "one"), digest(tmp_path / "two")
    assert one["salesforce/Contact.csv"] != two["salesforce/Contact.csv"]


def test_a_day_adds_files_named_by_its_date_and_leaves_the_others_alone(tmp_path: Path) -> None:
    small(tmp_path)
    before = digest(tmp_path)
    summary = next_day(tmp_path)
    after = digest(tmp_path)
    replaced = {name for name in before if after[name] != before[name]}
    assert replaced <= {"world.json", "truth/people.parquet", "truth/accounts.parquet", "truth/audiences.parquet"}
    added = after.keys() - before.keys()
    assert added == set(summary.files) and all("2026-03-03" in name for name in added)


def test_a_day_that_was_cut_short_is_made_good_by_the_next_run(tmp_path: Path) -> None:
    small(tmp_path)
    marker = (tmp_path / "world.json").read_bytes()
    next_day(tmp_path)
    whole = digest(tmp_path)
    (tmp_path / "world.json").write_bytes(marker)
    (tmp_path / "salesforce" / "Lead_2026-03-03.csv").unlink()
    next_day(tmp_path)
    assert digest(tmp_path) == whole


def test_a_day_writes_only_what_changed_in_it(later: list[WorldSummary], rows: Reader) -> None:
    folder = later[0].folder
    for yesterday, today in pairwise(later):
        start, end = yesterday.as_of.isoformat(), today.as_of.isoformat()
        for name in ("Contact", "Lead", "Opportunity", "CampaignMember", "AccountContactRelation", "Task"):
            for row in rows(folder / "salesforce" / f"{name}_{end}.csv"):
                assert start <= row["LastModifiedDate"] < end
        for row in rows(folder / "marketo-na" / f"activities_{end}.csv"):
            assert start <= row["activityDate"] < end


def test_a_record_written_again_differs_from_what_was_written_before(later: list[WorldSummary], rows: Reader) -> None:
    folder = later[0].folder
    objects = (("salesforce", "Contact", "Id"), ("salesforce", "Lead", "Id"), ("marketo-na", "leads", "id"))
    for vendor, name, key in objects:
        known = {row[key]: row for row in rows(folder / vendor / f"{name}.csv")}
        for day in later[1:]:
            for row in rows(folder / vendor / f"{name}_{day.as_of}.csv"):
                if before := known.get(row[key]):
                    assert before != row
                known[row[key]] = row


def test_days_bring_leads_moves_stages_refusals_and_deletions(later: list[WorldSummary], rows: Reader) -> None:
    folder, days = later[0].folder, [day.as_of for day in later[1:]]
    old = {row["Id"]: row for row in rows(folder / "salesforce" / "Contact.csv")}
    deals = {row["Id"]: row for row in rows(folder / "salesforce" / "Opportunity.csv")}
    contacts = [row for day in days for row in rows(folder / "salesforce" / f"Contact_{day}.csv")]
    leads = [row for day in days for row in rows(folder / "salesforce" / f"Lead_{day}.csv")]
    steps = [row for day in days for row in rows(folder / "salesforce" / f"Opportunity_{day}.csv")]
    marketing = [row for day in days for row in rows(folder / "marketo-na" / f"leads_{day}.csv")]
    logged = {row["activityTypeId"] for day in days for row in rows(folder / "marketo-na" / f"activities_{day}.csv")}
    moved = [row for row in contacts if row["Id"] in old and row["AccountId"] != old[row["Id"]]["AccountId"]]
    assert moved and all(row["Title"] for row in moved)
    assert any(row["Id"] in deals and row["StageName"] != deals[row["Id"]]["StageName"] for row in steps)
    assert any(row["HasOptedOutOfEmail"] for row in contacts + leads)
    assert any(row["unsubscribed"] == "true" for row in marketing)
    assert any(row["IsDeleted"] for row in contacts + leads)
    assert any(row["isDeleted"] == "true" for row in marketing)
    assert {"6", "9", "12", "13", "37"} <= logged
    assert any(row["IsConverted"] for row in leads)
    assert later[-1].people > later[0].people and later[-1].companies > later[0].companies


def test_references_still_resolve_after_some_days(later: list[WorldSummary], rows: Reader) -> None:
    def every(name: str) -> list[dict[str, str]]:
        return [row for path in sorted(folder.iterdir()) if path.stem.split("_")[0] == name for row in rows(path)]

    folder = later[0].folder / "salesforce"
    accounts = {row["Id"] for row in every("Account")}
    contacts = {row["Id"] for row in every("Contact")}
    assert sum(row["AccountId"] not in accounts for row in every("Contact")) == sum(day.orphans for day in later)
    assert all(row["ContactId"] in contacts for row in every("OpportunityContactRole"))
    assert all(row["ContactId"] in contacts for row in every("AccountContactRelation"))


def test_companies_come_with_the_first_person_who_works_there(later: list[WorldSummary], rows: Reader) -> None:
    for instance in ("marketo-na", "marketo-emea"):
        folder = later[0].folder / instance
        leads = [row for path in folder.glob("leads*.csv") for row in rows(path)]
        answers = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("companies*.json")]
        companies = {str(record["id"]) for answer in answers for record in answer["result"]}
        assert {row["contactCompany"] for row in leads} <= companies


def test_a_folder_with_another_world_is_left_alone(tmp_path: Path) -> None:
    small(tmp_path)
    with pytest.raises(SourceError, match="another world"):
        small(tmp_path, seed=8)


def test_a_folder_without_a_world_has_no_next_day(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no world"):
        next_day(tmp_path)


def test_the_smallest_world_is_whole(tmp_path: Path) -> None:
    summary = generate(tmp_path, people=100, days=7, until=date(2026, 1, 5))
    assert summary.rows > 500 and summary.people == 100
