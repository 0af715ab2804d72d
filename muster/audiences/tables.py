"""Membership as tables for analytics: who is in or was lately, and every entry and exit, by id.

    <data>/memberships/_tables/membership.parquet      a row for each audience and member, one file
    <data>/memberships/_tables/events/<instant>.parquet  a row for each change, a file for each evaluation

Both follow from the versions. The first names, in its footer, the version of each audience that it has, so that what a
killed evaluation left out is made up for by the next, and both can be made again from nothing. Drafts are not in them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import duckdb
import pyarrow as pa

from muster import sql
from muster.audiences.external import OWN_COLUMNS, list_rows
from muster.audiences.membership import EXITED_FOR, Membership, MembershipStore
from muster.audiences.merges import merged_ordinals
from muster.audiences.moves import Moves, moves
from muster.config.models import Audience
from muster.durable import draft_of, put
from muster.settings import Settings
from muster.snapshot import Snapshot, versions
from muster.snapshot.publish import NUMBERED
from muster.sql import identifier, literal, scan

#: Below `<data>/memberships/`; no audience has such a name.
TABLES = "_tables"
METADATA_KEY = "muster"
_EVENTS = {
    "audience": "varchar", "entity": "varchar", "entity_id": "varchar", "event": "varchar", "other_id": "varchar",
    "happened_at": "timestamp", "version": "integer", "snapshot": "varchar", "cause": "varchar",
}  # fmt: skip
_CURRENT = {
    "audience": "varchar", "entity": "varchar", "entity_id": "varchar", "status": "varchar",
    "entered_at": "timestamp", "exited_at": "timestamp", "version": "integer", "cause": "varchar",
}  # fmt: skip


@dataclass(frozen=True)
class Tables:
    """Where the tables of a set-up lie."""

    settings: Settings

    @property
    def membership(self) -> Path:
        return self.settings.memberships / TABLES / "membership.parquet"

    def events(self, instant: datetime) -> Path:
        return self.settings.memberships / TABLES / "events" / f"{instant.astimezone(UTC):%Y%m%dT%H%M%S%fZ}.parquet"

    def tabled(self) -> dict[str, int]:
        """By audience, the version that the table of membership has."""
        if not self.membership.exists():
            return {}
        with sql.connect() as connection:
            rows = connection.execute(
                f"select decode(value) from parquet_kv_metadata({literal(self.membership)})"
                f" where decode(key) = '{METADATA_KEY}'"
            ).fetchall()
        return {str(name): int(version) for name, version in json.loads(rows[0][0]).items()} if rows else {}


def write_tables(store: MembershipStore, audiences: Sequence[Audience], snapshot: Snapshot, now: datetime) -> bool:
    """Bring the tables to the newest versions of the audiences that are no drafts; False where they are there already.

    Audiences that are not configured any more leave the table of membership; their events stay.
    """
    tables = Tables(store.settings)
    shown = {item.name: item for item in audiences if item.status != "draft"}
    tabled = {name: version for name, version in tables.tabled().items() if name in shown}
    latest = store.versions(shown)
    if latest == tabled and latest.keys() == tables.tabled().keys() and tables.membership.exists():
        return False
    pending = [item for name in latest for item in store.since(name, tabled.get(name, 0))]
    merged = {entity: merged_ordinals(snapshot, entity) for entity in NUMBERED}
    with sql.connect() as connection:
        _begin(connection, tables, shown)
        for instant, items in groupby(sorted(pending, key=_instant), key=_instant):
            changed = {item.audience: item for item in items}
            everyone = {item.audience: item for item in store.made_at(instant) if item.audience in shown} | changed
            steps = [(store.before(item), item) for item in everyone.values()]
            _ids(connection, store.settings, snapshot, {item.snapshot for step in steps for item in step if item})
            _load_events(connection, [(item, moves(before, item, merged)) for before, item in steps])
            _copy(connection, "select * from events order by audience, event, entity_id", tables.events(instant))
            _fold(connection, list(changed))
        _write(connection, store.settings, tables, shown, latest, now)
    return True


def _instant(item: Membership) -> datetime:
    return item.evaluated_at


def _ids(connection: duckdb.DuckDBPyConnection, settings: Settings, snapshot: Snapshot, made_on: set[str]) -> None:
    """The table `ids`: the id of each ordinal, by the snapshot in force and those of the versions that are kept."""
    kept = set(versions(settings)) & made_on - {snapshot.version}
    of = [snapshot, *(Snapshot(settings.snapshots / version) for version in sorted(kept))]
    listed = " union ".join(
        f"select '{entity}' as entity, ord, id from {scan(each.register(entity))}" for entity in NUMBERED for each in of
    )
    connection.execute(f"create or replace temp table ids as {listed}")


def _begin(connection: duckdb.DuckDBPyConnection, tables: Tables, shown: dict[str, Audience]) -> None:
    """The table `current`, as it was written last, of the audiences that are still there."""
    listed = ", ".join(f"{name} {type_}" for name, type_ in _CURRENT.items())
    connection.execute(f"create or replace temp table current ({listed})")
    if tables.membership.exists() and shown:
        names = ", ".join(map(literal, shown))
        columns = ", ".join(_CURRENT)
        connection.execute(
            f"insert into current select {columns} from {scan(tables.membership)} where audience in ({names})"
        )


def _load_events(connection: duckdb.DuckDBPyConnection, rows: Sequence[tuple[Membership, Moves]]) -> None:
    """The table `events`: what each version changed, by id."""
    connection.register("moved", pa.concat_tables(_moved(rows)) if rows else _MOVED.empty_table())
    connection.register("made", _made([item for item, _ in rows]))
    connection.execute("""
        create or replace temp table events as
        select made.audience, moved.entity, ids.id as entity_id, moved.event, others.id as other_id, made.happened_at,
            made.version, made.snapshot, made.cause
        from moved
        inner join made on made.number = moved.number
        inner join ids on ids.entity = moved.entity and ids.ord = moved.ord
        left join ids as others on others.entity = moved.entity and others.ord = moved.other
    """)
    connection.unregister("moved")
    connection.unregister("made")


_MOVED = pa.schema(
    {"number": pa.int32(), "entity": pa.string(), "event": pa.string(), "ord": pa.uint32(), "other": pa.uint32()}
)


def _moved(rows: Sequence[tuple[Membership, Moves]]) -> Iterator[pa.Table]:
    yield _MOVED.empty_table()
    for number, (_, moved) in enumerate(rows):
        for event, entity, ordinals, others in moved.rows():
            count = len(ordinals)
            columns = [
                pa.repeat(pa.scalar(number, pa.int32()), count), pa.repeat(entity, count), pa.repeat(event, count),
                ordinals, others if others is not None else pa.nulls(count, pa.uint32()),
            ]  # fmt: skip
            yield pa.table(columns, schema=_MOVED)


def _made(items: Sequence[Membership]) -> pa.Table:
    return pa.table(
        {
            "number": pa.array(range(len(items)), pa.int32()),
            "audience": pa.array([item.audience for item in items], pa.string()),
            "happened_at": pa.array([item.evaluated_at.replace(tzinfo=None) for item in items], pa.timestamp("us")),
            "version": pa.array([item.version for item in items], pa.int32()),
            "snapshot": pa.array([item.snapshot for item in items], pa.string()),
            "cause": pa.array([item.cause for item in items], pa.string()),
        }
    )


def _fold(connection: duckdb.DuckDBPyConnection, audiences: Sequence[str]) -> None:
    """Bring `current` to what `events` say of these audiences.

    Who was merged into somebody is that one from then on, in since the earlier of the two came in.
    """
    names = ", ".join(map(literal, audiences))
    connection.execute(f"""
        create or replace temp table next as
        with changed as (select * from events where audience in ({names})),
        touched as (
            select audience, entity, entity_id,
                bool_or(event = 'exited') as has_exited,
                bool_or(event = 'entered') as has_entered,
                bool_or(event = 'merged_away') as is_away,
                bool_or(event = 'merged_in') as has_taken,
                any_value(happened_at) as happened_at, any_value(version) as version, any_value(cause) as cause
            from changed group by audience, entity, entity_id
        ),
        inherited as (
            select changed.audience, changed.other_id as entity_id, min(current.entered_at) as entered_at
            from changed
            inner join current using (audience, entity, entity_id)
            where changed.event = 'merged_away' and current.status = 'realized'
            group by all
        )
        select current.* from current
        left join inherited using (audience, entity_id)
        anti join touched on touched.audience = current.audience and touched.entity_id = current.entity_id
        where inherited.entity_id is null
        union all
        select current.* replace (least(current.entered_at, inherited.entered_at) as entered_at)
        from current
        inner join inherited using (audience, entity_id)
        anti join touched on touched.audience = current.audience and touched.entity_id = current.entity_id
        union all
        select touched.audience, touched.entity, touched.entity_id,
            case when has_exited then 'exited' else 'realized' end,
            case
                when has_entered then happened_at
                else coalesce(inherited.entered_at, current.entered_at, happened_at)
            end,
            case when has_exited then coalesce(current.exited_at, happened_at) end,
            touched.version, touched.cause
        from touched
        left join inherited using (audience, entity_id)
        left join current on current.audience = touched.audience and current.entity_id = touched.entity_id
        where not is_away
    """)
    connection.execute("create or replace temp table current as select * from next")


def _write(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    tables: Tables,
    shown: dict[str, Audience],
    latest: dict[str, int],
    now: datetime,
) -> None:
    """The table of membership, without those who left more than 30 days ago, with the payload of lists."""
    since = literal((now - EXITED_FOR).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"))
    payloads = " union all ".join(_payloads(connection, settings, shown))
    _copy(
        connection,
        f"""
        select current.*, payloads.payload
        from current
        left join ({payloads}) as payloads using (audience, entity_id)
        where exited_at is null or exited_at >= timestamp {since}
        order by audience, entity_id
        """,
        tables.membership,
        {METADATA_KEY: json.dumps(latest)},
    )


def _payloads(connection: duckdb.DuckDBPyConnection, settings: Settings, shown: dict[str, Audience]) -> Iterator[str]:
    """SQL for what lists say of their members beside who they are, as JSON."""
    yield "select null::varchar as audience, null::varchar as entity_id, null::varchar as payload where false"
    for name, audience in shown.items():
        path = list_rows(settings, name)
        if audience.external is None or not path.exists():
            continue
        own = OWN_COLUMNS | {audience.external.identity.lower()}
        others = [identifier(column) for column in sql.columns(connection, scan(path)) if column.lower() not in own]
        if others:
            rows = f"(select {', '.join(others)}, _id from {scan(path)} where _id is not null)"
            packed = ", ".join(f"{column} := {column}" for column in others)
            yield f"select {literal(name)}, _id, to_json(struct_pack({packed}))::varchar from {rows}"


def _copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path, footer: dict[str, str] | None = None) -> None:
    told = ", ".join(f"{key}: {literal(value)}" for key, value in (footer or {}).items())
    fresh = draft_of(path)
    options = f"format parquet, compression zstd{f', kv_metadata {{{told}}}' if told else ''}"
    connection.execute(f"copy ({query}) to {literal(fresh)} ({options})")
    put(fresh, path)
