"""Taking a person or account apart that was made of two: the decisions that do it, and since when it was wrong.

Every record named is decided to be `different` from every other record of the profile. Whatever joined them, a shared
mailbox, a match, a decision of before, cannot join them again; what else they share goes by the rules of the graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Literal

from muster.errors import MusterError
from muster.identity.decisions.file import Decision
from muster.identity.decisions.history import history_of
from muster.identity.decisions.records import are_one, find, records_of
from muster.settings import Settings
from muster.snapshot import Snapshot, open_version, versions


@dataclass(frozen=True)
class Parting:
    """What an unmerge will do: `apart` and `rest` are source keys of records.

    `since` is when they became one, as far as the snapshots and the history tell; None where they were one from the
    first snapshot that is known.
    """

    kind: Literal["person", "account"]
    id: str
    apart: tuple[str, ...]
    rest: tuple[str, ...]
    since: datetime | None

    def decisions(self, by: str, note: str, now: datetime) -> list[Decision]:
        """One line a pair: each record apart against each that stays."""
        return [
            Decision(
                kind=self.kind,
                left=left,
                right=right,
                decision="different",
                cause="unmerge",
                decided_by=by,
                decided_at=now.replace(microsecond=0),
                note=note,
            )
            for left, right in product(self.apart, self.rest)
        ]


def plan(
    settings: Settings, snapshot: Snapshot, kind: Literal["person", "account"], identity: str, apart: Sequence[str]
) -> Parting:
    """Say what is to come apart; raises MusterError where a record is not the profile's, or none would stay."""
    id_ = find(snapshot, kind, identity)
    records = records_of(snapshot, kind, id_)
    named = list(dict.fromkeys(apart))
    for key in named:
        if key not in records:
            raise MusterError(f"{key} is no record of {id_}; its records are {', '.join(records[:12])}")
    rest = [key for key in records if key not in named]
    if not rest:
        raise MusterError(f"{id_} has no record but these; name those that belong to somebody else")
    return Parting(kind, id_, tuple(named), tuple(rest), _since(settings, snapshot, kind, id_, named, rest))


def _since(
    settings: Settings, snapshot: Snapshot, kind: str, id_: str, apart: list[str], rest: list[str]
) -> datetime | None:
    """When they became one: the first snapshot in a row that has them so, before that the history of merges."""
    kept = [open_version(settings, version) for version in versions(settings) if version <= snapshot.version]
    first = snapshot
    for earlier in reversed(kept):
        if not are_one(earlier, kind, apart, rest):
            return first.created_at
        first = earlier
    merges = [item.happened_at for item in history_of(snapshot, id_) if item.event == "merge" and item.other_id == id_]
    return max((at for at in merges if at <= first.created_at), default=None)
