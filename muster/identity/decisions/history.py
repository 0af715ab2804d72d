"""The merges and splits of one person or account, as the snapshot tells them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from muster import sql
from muster.snapshot import Snapshot
from muster.snapshot.history import TABLE


@dataclass(frozen=True)
class Change:
    """`merge`: `id` lives on in `other_id`. `split`: a record of `id` left it for `other_id`.

    `cause` is what did it (`e-mail`, `external key`, `decision by Ann: twins`, `e-mail refused: role mailbox`), empty
    where that is not known; `version` the first snapshot that has it.
    """

    kind: str
    event: Literal["merge", "split"]
    id: str
    other_id: str
    happened_at: datetime
    version: str
    cause: str


def history_of(snapshot: Snapshot, id_: str) -> list[Change]:
    """What became of an id and of those that ended in it, oldest first."""
    path = snapshot.parquet(TABLE)
    if not path.exists():
        return []
    with sql.connect() as connection:
        rows = connection.execute(
            f"""
            with recursive ids as (
                select ? as id
                union
                select history.id from {sql.scan(path)} as history
                inner join ids on history.other_id = ids.id and history.event = 'merge'
            )
            select kind, event, id, other_id, happened_at, version, coalesce(cause, '')
            from {sql.scan(path)}
            where id in (select id from ids) or other_id in (select id from ids)
            order by happened_at, event, id, other_id
            """,
            [id_],
        ).fetchall()
    return [
        Change(kind, event, gone, other, happened_at.replace(tzinfo=UTC), version, cause)
        for kind, event, gone, other, happened_at, version, cause in rows
    ]
