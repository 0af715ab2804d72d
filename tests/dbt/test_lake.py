"""How staging reads the lake: what is there, in its newest reading, and nothing where nothing is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import duckdb

from muster.settings import Settings
from tests.dbt.conftest import NOW, Seam, dbt, put, take_in
from tests.dbt.exports import Exports


def test_an_object_that_nobody_exported_is_an_empty_table(seam: Seam) -> None:
    assert seam("campaign", "crm", "source_key", "campaign_name", "is_active") == []


def test_later_rows_win_and_a_changed_mapping_replaces_what_was_read_before(tmp_path: Path) -> None:
    settings = Settings.at(tmp_path / "config", tmp_path / "data")
    files = {"people-1.csv": "no,who\n1,Ada\n2,Bo\n", "people-2.csv": "no,who,gone\n1,Ada King,\n2,Bo,yes\n"}

    def mapped(column: str) -> Exports:
        columns = {"who": column, "gone": "isDeleted"}
        spec = {"object": "people", "class": "person", "files": ["*.csv"], "key": ["no"], "columns": columns}
        return Exports("table", files, "sheet", {"objects": [spec]})

    for number, column in enumerate(("b2b.companyName", "person.name.fullName")):
        take_in([put("sheet", mapped(column), tmp_path / "exports")], settings, NOW + timedelta(hours=number))
    dbt(settings, "build", "--select", "+stg_table__people")
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        chosen = "select full_name, company_name, is_deleted from staging.stg_table__people order by record_id"
        assert connection.execute(chosen).fetchall() == [("Ada King", None, False), ("Bo", None, True)]


def test_the_project_is_parsed_without_a_lake_and_without_a_deprecation(tmp_path: Path) -> None:
    settings = Settings.at(tmp_path / "config", tmp_path / "data")
    settings.data.mkdir()
    told = dbt(settings, "parse", "--show-all-deprecations")
    assert "deprecat" not in told.lower()
    assert not settings.warehouse.exists()
