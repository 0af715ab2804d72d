"""The sample rows of the language's tests, published as a snapshot, with memberships of two audiences."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import duckdb
from pyroaring import BitMap

from muster.audiences import MembershipStore
from muster.schema import ENTITIES
from muster.settings import Settings
from muster.snapshot import Snapshot
from muster.sql import literal
from muster.state import StateStore
from tests.pql.sample import NOW, ROWS, SCHEMA, database

#: Audiences that rules of the sample ask about.
SEGMENTS = {"visitors": ("person", [1, 2]), "large": ("account", [1, 3])}
#: What a real snapshot has besides, by which people and accounts are found.
MORE = {
    "person": ", first_name as full_name, null::varchar as last_name, null::varchar as company_name",
    "account": """, account_number as account_id, null::varchar as domain, null::varchar as account_type,
        null::varchar as billing_city, country as billing_country""",
}
IDENTITIES = "select 'Email' as namespace, work_email as value, person_id from person"
INSTANT = NOW.replace(tzinfo=UTC)


def publish_sample(settings: Settings, version: str = "sample", at: datetime | None = None) -> Snapshot:
    """A snapshot with every table of the sample, in force from now on."""
    folder = settings.snapshots / version
    folder.mkdir(parents=True)
    with database(ROWS) as connection:
        for name in SCHEMA.classes:
            query = f"select *{MORE.get(name, '')} from {name}"
            connection.execute(f"copy ({query}) to {literal(folder / f'{name}.parquet')} (format parquet)")
        path = literal(folder / "person_identity.parquet")
        connection.execute(f"copy ({IDENTITIES}) to {path} (format parquet)")
        for entity in ENTITIES.values():
            _register(connection, entity, folder / f"register_{entity}.parquet")
    created = (at or INSTANT - timedelta(hours=1)).isoformat()
    (folder / "schema.json").write_text(SCHEMA.to_json())
    (folder / "snapshot.json").write_text(json.dumps({"version": version, "created_at": created, "rows": {}}))
    (settings.snapshots / "CURRENT").write_text(version)
    return Snapshot(folder)


def keep(store: MembershipStore, audience: str, members: list[int], at: datetime, **told: object) -> None:
    """Add a version of an audience."""
    before = store.latest(audience)
    last = before.members if before else BitMap()
    now = BitMap(members)
    row = {"entity": "person", "rule": "true", "snapshot": "sample", "held": False, "cause": "a test", **told}
    store.add(before, now, audience=audience, now=at, entered=len(now - last), exited=len(last - now), **row)  # type: ignore[arg-type]


def open_store(settings: Settings) -> MembershipStore:
    """A store with the audiences that rules of the sample ask about."""
    store = MembershipStore(settings, StateStore(settings.state_url))
    for name, (entity, members) in SEGMENTS.items():
        keep(store, name, members, INSTANT - timedelta(minutes=30), entity=entity)
    return store


def _register(connection: duckdb.DuckDBPyConnection, entity: str, path: object) -> None:
    key = "person_id" if entity == "person" else "account_number"
    connection.execute(f"""
        copy (
            select 'n:' || {key} as node, {key} as id, _ord as ord, null::varchar as merged_into,
                null::timestamp as first_seen, true as is_present
            from {entity}
        ) to {literal(str(path))} (format parquet)
    """)
