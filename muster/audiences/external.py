"""External audiences: a file whose rows name people or accounts by one identity each.

Rows are matched by the identities of the snapshot. What matches nobody, more than one or the same one again is set
aside with its reason, counted, and kept in the quarantine; the other columns stay with those that matched, as payload.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from pyroaring import BitMap

from muster import sql
from muster.audiences.bitmaps import from_query
from muster.audiences.membership import Membership, MembershipStore
from muster.config.audience import External
from muster.config.models import Audience
from muster.durable import draft_of, put
from muster.errors import RuleError
from muster.schema import ENTITIES
from muster.settings import Settings
from muster.snapshot import Snapshot
from muster.sql import identifier, literal, scan

#: Where the rows of lists lie, with whom they matched, below `<data>/memberships/`; no audience has such a name.
LISTS = "_lists"
#: What is written beside a file's own columns.
OWN_COLUMNS = {"_row", "_ord", "_id", "_reason"}
#: Namespaces of accounts and the columns of `account_component` that hold them.
ACCOUNT_NAMESPACES = {"b2b_account": "source_account_key", "Domain": "domain"}


@dataclass(frozen=True)
class Listed:
    """A list as it stands at an evaluation.

    `told` is what the version of membership says in the place of a rule: a new writing of the file is a new one, and
    begins the time until `expires_at` anew.
    """

    members: BitMap
    told: str
    expires_at: datetime
    is_expired: bool
    set_aside: dict[str, int]


def read_list(audience: Audience, snapshot: Snapshot, store: MembershipStore, now: datetime) -> Listed:
    """Who is on the list of an external audience at `now`; nobody once it has expired.

    RuleError where the file is not there (before it has expired), cannot be read, or lacks the column.
    """
    external = audience.external
    assert external is not None  # noqa: S101 (asked only of external audiences)
    path = store.settings.resolve(external.file)
    latest = store.latest(audience.name)
    told = _told(external, path) if path.is_file() else (latest.rule if latest else "")
    expires_at = _updated_at(store, latest, told, now) + external.expires
    if expires_at <= now:
        return Listed(BitMap(), told, expires_at, True, {})
    if not path.is_file():
        raise RuleError(
            f"audience {audience.name}: the list {external.file} is not there", expected=f"put it at {path}"
        )
    members, set_aside = _match(audience, external, path, snapshot, store.settings)
    return Listed(members, told, expires_at, False, set_aside)


def list_rows(settings: Settings, audience: str) -> Path:
    """The rows of a list as last read: `_row`; `_ord` and `_id`, or the `_reason` for none; and the file's columns."""
    return settings.memberships / LISTS / f"{audience}.parquet"


def _told(external: External, path: Path) -> str:
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()[:16]
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return (
        f"external {external.file} by {external.identity} ({external.namespace}),"
        f" written {written:%Y-%m-%d %H:%M:%S} UTC, content {digest}"
    )


def _updated_at(store: MembershipStore, latest: Membership | None, told: str, now: datetime) -> datetime:
    """The evaluation that first saw the file as it is: the oldest of the newest versions that say the same of it."""
    if latest is None or latest.rule != told:
        return now
    since = latest.evaluated_at
    for item in store.history(latest.audience):
        if item.rule != told:
            break
        since = item.evaluated_at
    return since


def list_columns(name: str, external: External, path: Path) -> list[str]:
    """The columns of a list's file; RuleError where it cannot be read."""
    with sql.connect() as connection, _readable(name, external):
        return list(sql.columns(connection, _read(path)))


def _match(
    audience: Audience, external: External, path: Path, snapshot: Snapshot, settings: Settings
) -> tuple[BitMap, dict[str, int]]:
    columns = _checked_columns(audience.name, external, path)
    with sql.connect() as connection:
        with _readable(audience.name, external):
            connection.execute(f"""
                create temp table file as
                select row_number() over () as _row, {", ".join(f"{each}::varchar as {each}" for each in columns)}
                from {_read(path)}
            """)
        identity = identifier(external.identity)
        connection.execute(f"""
            create temp table matched as
            with named as ({_identities(snapshot, audience.of, external.namespace)}),
            held as (
                select value, min(ord) as ord, count(distinct ord) as holders from named
                where ord is not null group by value
            ),
            listed as (select _row, nullif(trim({identity}), '') as identity from file),
            found as (
                select listed._row, listed.identity,
                    coalesce(exact.ord, lowered.ord) as ord, coalesce(exact.holders, lowered.holders, 0) as holders
                from listed
                left join held as exact on exact.value = listed.identity
                left join held as lowered on lowered.value = lower(listed.identity)
            )
            select _row, ord,
                case
                    when identity is null then 'no identity'
                    when holders = 0 then 'matches nobody'
                    when holders > 1 then 'matches several'
                    when row_number() over (partition by ord order by _row) > 1 then 'listed before'
                end as reason
            from found
        """)
        members = from_query(connection, "select ord from matched where reason is null order by 1")
        aside = connection.execute(
            "select reason, count(*) from matched where reason is not null group by reason order by reason"
        ).fetchall()
        _keep(connection, snapshot, audience, settings)
    return members, {str(reason): int(count) for reason, count in aside}


def _read(path: Path) -> str:
    """SQL that reads a file as it stands: no row is skipped because it is unlike the others, it is an error instead."""
    if path.suffix.lower() != ".csv":
        return scan(path)
    with path.open(encoding="utf-8-sig", newline="") as handle:
        heading = handle.readline()
    delimiter = max(",;\t|", key=heading.count)
    names = next(csv.reader([heading], delimiter=delimiter), [])
    columns = ", ".join(f"{literal(name)}: 'varchar'" for name in names)
    return (
        f"read_csv({literal(path)}, auto_detect = false, header = true, delim = {literal(delimiter)},"
        f" quote = '\"', escape = '\"', columns = {{{columns}}})"
    )


@contextmanager
def _readable(name: str, external: External) -> Iterator[None]:
    """Tells that a file cannot be read; not what DuckDB says of it, which quotes rows."""
    try:
        yield
    except (duckdb.Error, UnicodeDecodeError, csv.Error) as error:
        kind = "CSV in UTF-8 with a heading" if external.file.lower().endswith(".csv") else "Parquet"
        told = f"audience {name}: {external.file} cannot be read as {kind} ({type(error).__name__})"
        raise RuleError(told, expected="the last list stays in force until it can be") from None


def _checked_columns(name: str, external: External, path: Path) -> list[str]:
    """The file's columns, quoted."""
    has = list_columns(name, external, path)
    if external.identity.lower() not in {column.lower() for column in has}:
        told = f"audience {name}: {external.file} has no column '{external.identity}'"
        raise RuleError(told, expected=f"its columns are {', '.join(has)}")
    if own := next((column for column in has if column.lower() in OWN_COLUMNS), None):
        told = f"audience {name}: '{own}' of {external.file} is a column that Muster writes itself"
        raise RuleError(told, expected="give it another heading")
    return [identifier(column) for column in has]


def _identities(snapshot: Snapshot, of: str, namespace: str) -> str:
    """SQL for the values of a namespace and the ordinals of those who have them."""
    if of == "people":
        table = snapshot.schema.classes["person_identity"]
        held = identifier(table.edges["person"].from_column)
        where = f"where lower(namespace) = lower({literal(namespace)})"
        return f"select value, {held} as ord from {scan(snapshot.parquet(table.table))} {where}"
    table = snapshot.schema.classes["account_component"]
    held = identifier(table.edges["account"].from_column)
    known = {name.lower(): column for name, column in ACCOUNT_NAMESPACES.items()}
    column = identifier(known[namespace.lower()])
    return f"select {column} as value, {held} as ord from {scan(snapshot.parquet(table.table))}"


def _keep(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, audience: Audience, settings: Settings) -> None:
    """All rows, with whom they matched or why not."""
    ids = f"(select distinct id, ord from {scan(snapshot.register(ENTITIES[audience.of]))} where merged_into is null)"
    path = list_rows(settings, audience.name)
    fresh = draft_of(path)
    connection.execute(f"""
        copy (
            select _row, case when reason is null then matched.ord end as _ord,
                case when reason is null then ids.id end as _id, reason as _reason, file.* exclude (_row)
            from file
            inner join matched using (_row)
            left join {ids} as ids on ids.ord = matched.ord
            order by _row
        ) to {literal(fresh)} (format parquet, compression zstd)
    """)
    put(fresh, path)
