"""What an activation wants: everyone in the audience, with mapped values, content hash, and a digest of the whole.

`want` is called at the end of an evaluation. It keeps the rows and raises the wanted version where they differ from
those wanted last; from then on a delivery needs neither snapshot nor membership, and delivers just these rows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
from pyroaring import BitMap

from muster import sql
from muster.activation import rows
from muster.activation.folders import Folders
from muster.activation.ledger import Ledger
from muster.activation.mapping import mistakes, query
from muster.activation.registry import open_destination
from muster.audiences.bitmaps import to_arrow
from muster.config.models import Activation, Audience, Configuration
from muster.errors import ConfigError, Problem, SnapshotError
from muster.governance.consent import barred
from muster.governance.labels import Violation, violations
from muster.locks import exclusive
from muster.schema import Schema
from muster.settings import Settings
from muster.snapshot import Snapshot
from muster.state import StateStore


@dataclass(frozen=True)
class Wanted:
    """What is wanted of one activation now; `changed` says whether its version was raised by this."""

    destination: str
    audience: str
    version: int
    rows: int
    changed: bool


def want(
    settings: Settings,
    store: StateStore,
    configuration: Configuration,
    snapshot: Snapshot,
    audience: str,
    members: BitMap,
    membership_version: int,
    now: datetime,
    held: str | None = None,
) -> list[Wanted]:
    """Say that `members` (ordinals in `snapshot`) are the audience now, for each of its activations.

    `held` is a guard's reason to keep this membership back; without one, an earlier reason is lifted. Raises
    ConfigError, naming every field that cannot be mapped, before anything is changed.
    """
    configured = configuration.audience(audience)
    if configured is None:
        raise ConfigError([Problem(f"audiences/{audience}.yml", 0, "there is no such audience")])
    check_fields(settings, configuration, snapshot, configured)
    told = _Told(snapshot, configured, members, membership_version, now, held)
    with exclusive(settings, f"want-{audience}"):
        return [_want_one(settings, Ledger(store), configuration, item, told) for item in configured.deliveries]


def check_fields(settings: Settings, configuration: Configuration, snapshot: Snapshot, audience: Audience) -> None:
    """Raise ConfigError with every field of an audience's activations that cannot be mapped, or may not be."""
    file = f"audiences/{audience.name}.yml"
    problems = [
        Problem(file, 0, f"activation to {item.destination}: {denied}", "`muster check` says how to mend it")
        for item in audience.deliveries
        for denied in denied_uses(configuration, snapshot.schema, audience, item)
    ]
    problems += [
        Problem(file, 0, f"activation to {item.destination}: {wrong.what}", wrong.mend)
        for item in audience.deliveries
        for wrong in mistakes(
            snapshot.schema,
            audience.of,
            item.fields,
            open_destination(settings, configuration, item.destination).nested,
        )
    ]
    if problems:
        raise ConfigError(problems)


def denied_uses(
    configuration: Configuration, schema: Schema, audience: Audience, activation: Activation
) -> list[Violation]:
    """What the policies say against one activation."""
    destination = configuration.destination(activation.destination)
    actions = destination.marketing_actions if destination else []
    audiences = {item.name: item for item in configuration.audiences}
    return violations(schema, audience, audiences, activation, actions, configuration.governance.policies)


@dataclass(frozen=True)
class _Told:
    """What an evaluation says of an audience."""

    snapshot: Snapshot
    audience: Audience
    members: BitMap
    membership_version: int
    now: datetime
    held: str | None


def _want_one(
    settings: Settings, ledger: Ledger, configuration: Configuration, activation: Activation, told: _Told
) -> Wanted:
    destination, audience = activation.destination, told.audience.name
    before = ledger.activation(destination, audience)
    folders = Folders(settings, destination, audience)
    address = open_destination(settings, configuration, destination).address
    mapping = mapping_digest(told.audience.of, activation.fields)
    bars = configuration.governance.consent.of(destination)
    inputs = _short_digest([told.snapshot.version, str(told.membership_version), mapping, address, json.dumps(bars)])
    version = before.wanted_version if before else 0
    kept = folders.wanted(version).exists()
    if before and kept and before.wanted_inputs == inputs:
        ledger.hold(destination, audience, told.held, told.now)
        return Wanted(destination, audience, version, before.wanted_rows, changed=False)
    withheld = barred(told.snapshot, bars, told.now)
    members = told.members
    if told.audience.of == "people":
        members = members - BitMap(withheld["_ord"].to_pylist())
    with sql.connect() as connection:
        render(connection, told.snapshot, told.audience.of, activation.fields, members, withheld)
        digest = _short_digest([wanted_digest(connection, "wanted"), mapping, address])
        changed = before is None or before.wanted_digest != digest
        version += changed
        if changed or not kept:
            rows.write(connection, "select * from wanted order by _id", folders.wanted(version))
    ledger.want(
        destination, audience, version=version, digest=digest, inputs=inputs, rows=len(members),
        withheld=len(told.members) - len(members),
        membership=told.membership_version, snapshot=told.snapshot.version, held=told.held, now=told.now,
    )  # fmt: skip
    return Wanted(destination, audience, version, len(members), changed)


def render(
    connection: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    of: str,
    fields: Mapping[str, str],
    members: BitMap,
    withheld: pa.Table,
) -> None:
    """Make the table `wanted` in `connection`: `_id`, `_merged_ids`, the outputs, `_hash`; one row a member.

    `_merged_ids` are ids that were merged into this one at any time, or null. `_hash` covers the outputs' values and
    the mapping, not the id. Of people `withheld` (`_ord`) nothing is taken along. Raises SnapshotError where a member
    is not in the snapshot.
    """
    entity = snapshot.schema.of(of)
    for path in (snapshot.parquet(entity.table), snapshot.register(entity.name)):
        if not path.exists():
            raise SnapshotError(f"snapshot {snapshot.version} has no {path.name}; run `muster run` to publish anew")
    connection.register("members", to_arrow(members))
    connection.register("withheld", withheld)
    mapped, merges = query(snapshot, of, fields, "members", "withheld"), _merged(snapshot.register(entity.name))
    values = ", ".join(f"{sql.identifier(name)} := w.{sql.identifier(name)}" for name in fields)
    connection.execute(f"""
        create or replace temp table wanted as
        with w as ({mapped}), merged as ({merges})
        select w._id, merged._merged_ids, w.* exclude (_id),
            md5('{mapping_digest(of, fields)}' || to_json(struct_pack({values}))::varchar)::uuid as _hash
        from w left join merged on merged._id = w._id
    """)
    connection.unregister("members")
    connection.unregister("withheld")
    found = sql.count(connection, "wanted")
    if found != len(members):
        raise SnapshotError(
            f"snapshot {snapshot.version} gives {found} rows for the {len(members)} members of an audience of {of}; "
            "evaluate the audience on this snapshot"
        )


def wanted_digest(connection: duckdb.DuckDBPyConnection, relation: str) -> str:
    """A digest of who is wanted with which content, in whatever order the rows are."""
    found = connection.execute(
        f"select count(*), coalesce(bit_xor(md5_number(_id || _hash::varchar)), 0) from {relation}"
    ).fetchall()
    return f"{found[0][0]}:{found[0][1]:032x}"


def mapping_digest(of: str, fields: Mapping[str, str]) -> str:
    """Names the mapping itself, order included: the same value from another attribute is a change."""
    return _short_digest([of, *(part for item in fields.items() for part in item)])


def _merged(register: Path) -> str:
    """SQL for each id that lives on, with the ids that ended in it, through chains of merges."""
    return f"""
        with recursive step as (
            select distinct id as gone, merged_into as kept from {sql.scan(register)} where merged_into is not null
        ),
        trail as (
            select gone, kept from step
            union
            select trail.gone, step.kept from trail inner join step on step.gone = trail.kept
        )
        select kept as _id, list(gone order by gone) as _merged_ids from trail where gone <> kept group by kept
    """


def _short_digest(parts: list[str]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
