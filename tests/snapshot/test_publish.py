"""Publishing: ordinals for life, one atomic pointer, old versions left whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from muster.errors import SnapshotError
from muster.settings import Settings
from muster.snapshot import current, open_version, publish, versions

NOW = datetime(2026, 3, 1, 5, tzinfo=UTC)


def column(name: str, data_type: str, **meta: Any) -> dict[str, Any]:
    return {"name": name, "data_type": data_type, "description": name, "config": {"meta": meta}}


def model(name: str, *columns: dict[str, Any]) -> dict[str, Any]:
    return {
        "resource_type": "model", "name": name, "alias": name, "fqn": ["muster", "marts", name], "description": name,
        "config": {"meta": {}}, "columns": {item["name"]: item for item in columns},
    }  # fmt: skip


def edge(owner: str, column_name: str, to: str, field: str, name: str, inverse: str) -> dict[str, Any]:
    return {
        "resource_type": "test", "attached_node": f"model.muster.{owner}", "column_name": column_name,
        "config": {"meta": {"edge": {"name": name, "inverse": inverse}}},
        "test_metadata": {"name": "relationships", "kwargs": {"arguments": {"to": f"ref('{to}')", "field": field}}},
    }  # fmt: skip


MANIFEST = {
    "nodes": {
        "model.muster.person": model(
            "person", column("person_id", "varchar", key=True), column("city", "varchar", xdm="workAddress.city")
        ),
        "model.muster.account": model("account", column("account_id", "varchar", key=True)),
        "model.muster.account_person": model(
            "account_person", column("account_person_id", "varchar", key=True), column("person_id", "varchar"),
            column("account_id", "varchar"),
        ),
        "test.1": edge("account_person", "person_id", "person", "person_id", "person", "accountPersons"),
        "test.2": edge("account_person", "account_id", "account", "account_id", "account", "accountPersons"),
    }
}  # fmt: skip


def warehouse(settings: Settings, people: dict[str, str | None]) -> None:
    """A warehouse of these people (id → id it was merged into), all at one account."""
    settings.data.mkdir(parents=True, exist_ok=True)
    settings.warehouse.unlink(missing_ok=True)
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("create schema marts; create schema intermediate")
        connection.execute("create table marts.person (person_id varchar, city varchar)")
        connection.execute("create table marts.account as select 'a_1' as account_id")
        connection.execute(
            "create table marts.account_person (account_person_id varchar, person_id varchar, account_id varchar)"
        )
        register = "(node varchar, id varchar, merged_into varchar, first_seen timestamp, is_present boolean)"
        connection.execute(f"create table intermediate.int_person_register {register}")
        connection.execute(f"create table intermediate.int_account_register {register}")
        connection.execute(
            "insert into intermediate.int_account_register values ('n', 'a_1', null, '2026-01-01', true)"
        )
        for person, merged_into in people.items():
            row = [f"node:{person}", person, merged_into]
            connection.execute("insert into intermediate.int_person_register values (?, ?, ?, '2026-01-01', true)", row)
            if merged_into is None:
                connection.execute("insert into marts.person values (?, 'Oslo')", [person])
                connection.execute("insert into marts.account_person values (?, ?, 'a_1')", [f"x{person}", person])


def ordinals(settings: Settings) -> dict[str, int]:
    snapshot = current(settings)
    assert snapshot
    path = str(snapshot.register("person"))
    return dict(duckdb.execute("select distinct id, ord from read_parquet(?)", [path]).fetchall())


def test_an_ordinal_is_for_life(tmp_path: Path) -> None:
    settings = Settings.at(tmp_path / "config", tmp_path / "data")
    warehouse(settings, {"p_b": None, "p_c": None})
    publish(settings, MANIFEST, NOW)
    first = ordinals(settings)
    warehouse(settings, {"p_a": None, "p_b": None, "p_c": "p_b"})
    publish(settings, MANIFEST, NOW + timedelta(days=1))
    second = ordinals(settings)

    assert first == {"p_b": 0, "p_c": 1}
    assert second == {**first, "p_a": 2}


def test_after_the_pointer_was_moved_back_no_ordinal_comes_to_mean_somebody_else(tmp_path: Path) -> None:
    settings = Settings.at(tmp_path / "config", tmp_path / "data")
    warehouse(settings, {"p_a": None})
    good = publish(settings, MANIFEST, NOW)
    warehouse(settings, {"p_a": None, "p_bad": None})
    publish(settings, MANIFEST, NOW + timedelta(days=1))
    (settings.snapshots / "CURRENT").write_text(good.version)
    warehouse(settings, {"p_a": None, "p_c": None})
    publish(settings, MANIFEST, NOW + timedelta(days=2))

    assert ordinals(settings) == {"p_a": 0, "p_c": 2}


def test_tables_are_joined_by_ordinals(tmp_path: Path) -> None:
    settings = Settings.at(tmp_path / "config", tmp_path / "data")
    warehouse(settings, {"p_b": None, "p_a": None})
    snapshot = publish(settings, MANIFEST, NOW)
    edges = snapshot.schema.of("people").edges["accountPersons"]

    assert (edges.from_column, edges.to_column) == ("_ord", "person_id__ord")
    with snapshot.load({"person": ["_ord", "city"], "account_person": ["person_id__ord"]}) as connection:
        joined = connection.execute(
            "select count(*) from person inner join account_person on _ord = person_id__ord"
        ).fetchall()
    assert joined == [(2,)]
    assert snapshot.rows == {"person": 2, "account": 1, "account_person": 2}


def test_the_pointer_names_the_newest_and_old_versions_stay_readable(tmp_path: Path) -> None:
    settings = Settings.at(tmp_path / "config", tmp_path / "data")
    warehouse(settings, {"p_a": None})
    first = publish(settings, MANIFEST, NOW)
    second = publish(settings, MANIFEST, NOW)  # the same instant: still a later version

    assert versions(settings) == [first.version, second.version]
    assert current(settings) == second
    assert open_version(settings, first.version).rows["person"] == 1


def test_only_the_last_versions_are_kept(tmp_path: Path) -> None:
    settings = Settings.at(tmp_path / "config", tmp_path / "data")
    warehouse(settings, {"p_a": None})
    made = [publish(settings, MANIFEST, NOW + timedelta(days=day), keep=2).version for day in range(4)]

    assert versions(settings) == made[-2:]
    with pytest.raises(SnapshotError, match=made[0]):
        open_version(settings, made[0])


def test_without_a_warehouse_nothing_is_published(tmp_path: Path) -> None:
    settings = Settings.at(tmp_path / "config", tmp_path / "data")
    with pytest.raises(SnapshotError, match="build the dbt project first"):
        publish(settings, MANIFEST, NOW)
    assert current(settings) is None
