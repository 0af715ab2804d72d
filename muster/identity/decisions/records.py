"""Finding a person or account in a snapshot's register, and the records that it is made of."""

from __future__ import annotations

from muster import sql
from muster.errors import MusterError
from muster.snapshot import Snapshot
from muster.snapshot.history import RECORDS


def find(snapshot: Snapshot, kind: str, identity: str) -> str:
    """The living id that is meant by an id (also one that was merged), a record's key, or a value such as an e-mail.

    Raises MusterError where nobody is, and where the value belongs to several.
    """
    with sql.connect() as connection:
        rows = connection.execute(
            f"""
            with register as (select * from {sql.scan(snapshot.register(kind))}),
            meant as (
                select coalesce(merged_into, id) as id from register where id = $identity
                union
                select id from register
                where merged_into is null
                    and (node in ($identity, $record || $identity) or substr(node, instr(node, ':') + 1) = $value)
            )
            select distinct id from meant order by id
            """,
            {"identity": identity, "record": RECORDS[kind], "value": identity.strip().lower()},
        ).fetchall()
    found = [str(row[0]) for row in rows]
    if not found:
        mend = "name an id, a record's key, or an identity such as an e-mail address"
        raise MusterError(f"no {kind} is known as {identity} in snapshot {snapshot.version}; {mend}")
    if len(found) > 1:
        raise MusterError(f"{identity} belongs to several: {', '.join(found[:6])}; name one of these ids")
    return found[0]


def records_of(snapshot: Snapshot, kind: str, id_: str) -> list[str]:
    """Source keys of all records that belong to an id, those that are gone for now among them, by name."""
    record = RECORDS[kind]
    with sql.connect() as connection:
        rows = connection.execute(
            f"""
            select distinct substr(node, {len(record) + 1}) from {sql.scan(snapshot.register(kind))}
            where id = ? and merged_into is null and starts_with(node, ?) order by all
            """,
            [id_, record],
        ).fetchall()
    return [str(row[0]) for row in rows]


def ordinal_of(snapshot: Snapshot, kind: str, id_: str) -> int:
    with sql.connect() as connection:
        rows = connection.execute(
            f"select ord from {sql.scan(snapshot.register(kind))} where id = ? limit 1", [id_]
        ).fetchall()
    return int(rows[0][0])


def are_one(snapshot: Snapshot, kind: str, some: list[str], others: list[str]) -> bool:
    """Whether any of `some` records belongs to the same id as any of the `others`."""
    record = RECORDS[kind]
    with sql.connect() as connection:
        rows = connection.execute(
            f"""
            with living as (
                select substr(node, {len(record) + 1}) as key, id from {sql.scan(snapshot.register(kind))}
                where merged_into is null and starts_with(node, ?)
            )
            select 1 from living as one inner join living as other using (id)
            where list_contains(?::varchar[], one.key) and list_contains(?::varchar[], other.key) limit 1
            """,
            [record, some, others],
        ).fetchall()
    return bool(rows)
