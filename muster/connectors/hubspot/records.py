"""Records of one object type: contacts, companies, deals, and any other that HubSpot keeps the same way.

At first the history is read, later what became of it:

    history     all records by the list endpoint, then those that are archived
    the whole   from time to time all records again: what was deleted for good, restored, or never shown by a search
    changes     by search, from the last moment that was seen, and somewhat before it: the index is late
    merges      a record that lives on names those that were merged into it; these are gone
    archivals   from the list of all archived records, those that came since; behind the changes, for the index goes on
                showing for a while what is archived
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from muster.connectors.hubspot.changes import changes, count
from muster.connectors.hubspot.client import PAGE, Account, Page, Record, iso
from muster.connectors.hubspot.pace import Paces
from muster.connectors.hubspot.place import Place
from muster.connectors.hubspot.rows import losers_table, records_table
from muster.connectors.sync.stream import Chunk, Estimate, Position

MERGED = "hs_merged_object_ids"
_NOTHING = pa.table({})

#: Chunks, and the place that they lead to.
_Steps = Generator[Chunk, None, Place]


@dataclass(frozen=True)
class Reading:
    """What all streams of one account are read by: how much is read again (`overlap`), where history begins (`since`;
    both in milliseconds), calls a second, and how often what must be read whole is."""

    overlap: int
    since: int
    rate: float
    paces: Paces


class Records:
    """The stream of one object type."""

    version: str | None = "updatedAt"

    def __init__(self, account: Account, type_: str, reading: Reading) -> None:
        self.name = type_
        self._account, self._reading = account, reading

    def fields(self) -> Mapping[str, str]:
        return self._account.properties(self.name)

    def estimate(self, position: Position | None) -> Estimate:
        place = Place.of(position)
        if place.is_history:
            rows = count(self._account, self.name)
        else:
            rows = count(self._account, self.name, place.since - self._reading.overlap)
        calls = -(-(rows or 0) // PAGE) + 1
        return Estimate(rows, calls, calls / self._reading.rate, f"{PAGE} records a call")

    def read(self, position: Position | None) -> Iterator[Chunk]:
        place = Place.of(position).beginning(self._reading.since)
        paces, now = self._reading.paces, self._account.now
        is_new = place.is_history
        if is_new:
            place = yield from self._history(place)
        elif place.listing or paces.records.is_due(place.pages, place.listed, now):
            place = yield from self._whole(place, now)
        place = yield from self._changes(place)
        if not is_new and paces.archived.is_due(place.archived_pages, place.archived, now):
            yield from self._archivals(place, now)

    def _history(self, place: Place) -> _Steps:
        """All there is; what happens meanwhile is among the changes since it began."""
        if not place.began:
            place = place.begin("history", self._account.now)
        if place.listing == "history":
            place = yield from self._listed(place)
            place = replace(place, listing="archived", archived=place.began, archived_pages=0)
        place = yield from self._listed(place)
        place = replace(place.ended(), since=place.began)
        yield Chunk(_NOTHING, place.position)
        return place

    def _changes(self, place: Place) -> _Steps:
        until = self._account.now
        place = replace(place, since=min(place.since, until))  # a clock that was put back
        for found in changes(self._account, self.name, self._asked, place.since - self._reading.overlap, until):
            place = replace(place, since=max(place.since, found.until))
            losers = losers_table(each["properties"].get(MERGED) for each in found.records)
            table = pa.concat_tables([self._searched(found.records), losers], promote_options="default")
            yield Chunk(table, place.position, self._file)
        return place

    def _archivals(self, place: Place, now: int) -> Iterator[Chunk]:
        """What was archived since the archived records were last listed."""
        since, after, pages = iso(place.archived - self._reading.overlap), None, 0
        while after or not pages:
            page = self._page(after, archived=True)
            table = self._table(page.records)
            recent = pc.fill_null(pc.greater_equal(table["archivedAt"], since), True)
            yield Chunk(table.filter(recent), file=self._file)
            after, pages = page.after, pages + 1
        yield Chunk(_NOTHING, replace(place, archived=now, archived_pages=pages).position)

    def _whole(self, place: Place, now: int) -> _Steps:
        """All records once more. What is missing is gone, where all was given since this read began and history is
        not bounded: a record that is older than its beginning is not given at all."""
        is_resumed = place.listing == "whole"
        place = yield from self._listed(place if is_resumed else place.begin("whole", now))
        is_all = not is_resumed and not place.first
        place = replace(place.ended(), since=place.began if is_all else place.since)
        yield Chunk(_NOTHING, place.position, whole={} if is_all else None)
        return place

    def _listed(self, place: Place) -> _Steps:
        """The rest of the listing under way."""
        while True:
            page = self._page(place.after, archived=place.listing == "archived")
            table = self._table(page.records)
            if place.first:
                table = table.filter(pc.greater_equal(table["updatedAt"], iso(place.first)))
            place = place.turned(page.after)
            yield Chunk(table, place.position if page.after else None, self._file)
            if not page.after:
                return place

    # -- what a type may do otherwise ------------------------------------------------------------------------------

    def _page(self, after: str | None, *, archived: bool) -> Page:
        return self._account.listed(self.name, self._asked, after, archived=archived)

    def _table(self, records: Sequence[Record]) -> pa.Table:
        """Records of a listing in columns."""
        return records_table(records, self._asked)

    def _searched(self, records: Sequence[Record]) -> pa.Table:
        """Records of a search in the same columns."""
        return self._table(records)

    @property
    def _asked(self) -> list[str]:
        return list(self._account.properties(self.name))

    @property
    def _file(self) -> str:
        return self.name
