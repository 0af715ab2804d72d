"""Associations of contacts and deals: who is at which company, which deal is whose.

    the whole   all of them, at first and then from time to time: of a thousand records at a time, by their ids
    changes     of the records that changed since, and of those that a merged record is associated with
    the gone    of the records that were archived or merged since, from either side

An association that is made or unmade moves the modified date of a record as a rule, not always: reading all
of them finds the rest.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace

import pyarrow as pa

from muster.connectors.hubspot.changes import changes, count
from muster.connectors.hubspot.client import PAGE, PAIRED, Account, iso
from muster.connectors.hubspot.pairs import COLUMNS, associated, pairs_table
from muster.connectors.hubspot.records import MERGED, Reading
from muster.connectors.hubspot.rows import split
from muster.connectors.sync.stream import Chunk, Estimate, Position

PAIRS = (("contacts", "companies"), ("deals", "companies"), ("deals", "contacts"))
_FROM = ("contacts", "deals")
_TYPES = ("contacts", "companies", "deals")
_NOTHING = pa.table({})


@dataclass(frozen=True)
class Stand:
    """How far associations have been read, in milliseconds: all that changed up to `since`; all, since `listed`, which
    took so many `pages`. A listing under way `began` and stands in `type` at `after`."""

    since: int = 0
    listed: int = 0
    pages: int = 0
    began: int = 0
    type: str = ""
    after: str | None = None


#: Chunks, and the stand that they lead to.
_Steps = Generator[Chunk, None, Stand]


class Associations:
    """The stream of associations."""

    name = "associations"
    version: str | None = None

    def __init__(self, account: Account, reading: Reading) -> None:
        self._account, self._reading = account, reading

    def fields(self) -> Mapping[str, str]:
        return dict.fromkeys(COLUMNS, "string")

    def estimate(self, position: Position | None) -> Estimate:
        since = _stand(position).since
        rows = [count(self._account, type_, since) or 0 for type_ in _FROM]
        calls = sum(number // PAGE + 1 for number in rows) + sum(number // PAIRED + 1 for number in rows)
        return Estimate(None, calls, calls / self._reading.rate, f"of {sum(rows):,} records")

    def read(self, position: Position | None) -> Iterator[Chunk]:
        stand = _stand(position)
        if stand.type or self._reading.paces.associations.is_due(stand.pages, stand.listed, self._account.now):
            stand = yield from self._whole(stand)
        yield from self._changed(stand)

    def _whole(self, stand: Stand) -> _Steps:
        """All associations; those not given are gone, unless the listing was begun by an earlier read."""
        is_resumed = bool(stand.type)
        if not is_resumed:
            stand = replace(stand, began=self._account.now, type=_FROM[0], after=None, pages=0)
        for from_ in _FROM[_FROM.index(stand.type) :]:
            stand = replace(stand, type=from_)
            for ids, after, pages in self._listed(from_, stand.after):
                for to in _of(from_):
                    yield Chunk(pairs_table(self._account, from_, to, ids))
                stand = replace(stand, after=after, pages=stand.pages + pages)
                if after:
                    yield Chunk(_NOTHING, asdict(stand))
        since = stand.since if is_resumed and stand.since else stand.began
        stand = Stand(since=since, listed=stand.began, pages=stand.pages)
        for from_, to in () if is_resumed else PAIRS:
            yield Chunk(_NOTHING, whole={"fromObjectType": from_, "toObjectType": to})
        yield Chunk(_NOTHING, asdict(stand))
        return stand

    def _listed(self, type_: str, after: str | None) -> Iterator[tuple[list[str], str | None, int]]:
        """The ids of all records, as many as one call takes associations of, where to go on, and in how many pages."""
        ids: list[str] = []
        pages = 0
        while True:
            page = self._account.listed(type_, ["hs_object_id"], after)
            ids, pages, after = [*ids, *(each["id"] for each in page.records)], pages + 1, page.after
            if after is None or len(ids) + PAGE > PAIRED:
                yield ids, after, pages
                ids, pages = [], 0
            if after is None:
                return

    def _changed(self, stand: Stand) -> _Steps:
        until = self._account.now
        touched = self._touched(min(stand.since, until) - self._reading.overlap, until)
        for from_ in _FROM:
            ids = list(touched.changed[from_])
            for start in range(0, len(ids), PAIRED):
                for to in _of(from_):
                    part = ids[start : start + PAIRED]
                    yield Chunk(pairs_table(self._account, from_, to, part))
                    yield from (_whole(from_, to, from_id=each) for each in part)
        for from_, to in PAIRS:
            yield from (_whole(from_, to, from_id=each) for each in touched.gone[from_])
            yield from (_whole(from_, to, to_id=each) for each in touched.gone[to])
        stand = replace(stand, since=until)
        yield Chunk(_NOTHING, asdict(stand))
        return stand

    def _touched(self, since: int, until: int) -> _Touched:
        """The records whose associations may be others now."""
        touched = _Touched()
        for type_ in _TYPES:
            winners = []
            for found in changes(self._account, type_, [MERGED], since, until):
                for each in found.records:
                    touched.changed[type_][each["id"]] = None
                    if each["properties"].get(MERGED):
                        winners.append(each["id"])
                        touched.gone[type_] |= dict.fromkeys(split(each["properties"][MERGED]))
            touched.gone[type_] |= dict.fromkeys(self._archived(type_, since))
            for from_, to in PAIRS:
                if to == type_ and winners:
                    others = (str(each["toObjectId"]) for _, each in associated(self._account, to, from_, winners))
                    touched.changed[from_] |= dict.fromkeys(others)
        return touched

    def _archived(self, type_: str, since: int) -> Iterator[str]:
        """What was archived since then; nothing where that takes too many calls for each time."""
        after = None
        for _ in range(self._reading.paces.archived.free):
            page = self._account.listed(type_, ["hs_object_id"], after, archived=True)
            yield from (each["id"] for each in page.records if (each.get("archivedAt") or "9") >= iso(since))
            after = page.after
            if after is None:
                return


@dataclass(frozen=True)
class _Touched:
    """Ids by object type, in the order in which they were met."""

    changed: dict[str, dict[str, None]] = field(default_factory=lambda: {each: {} for each in _TYPES})
    gone: dict[str, dict[str, None]] = field(default_factory=lambda: {each: {} for each in _TYPES})


def _of(from_: str) -> Iterable[str]:
    return (to for one, to in PAIRS if one == from_)


def _whole(from_: str, to: str, *, from_id: str = "", to_id: str = "") -> Chunk:
    """All associations of one record to one object type have been given."""
    ids = {"fromObjectId": from_id, "toObjectId": to_id}
    return Chunk(_NOTHING, whole={"fromObjectType": from_, "toObjectType": to, **{k: v for k, v in ids.items() if v}})


def _stand(position: Position | None) -> Stand:
    return Stand(**position) if position else Stand()
