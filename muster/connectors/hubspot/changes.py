"""What changed since a moment, by the search endpoint.

A search gives at most 10,000 records, and what `after` numbers are rows that move while they are paged: a record that
changes meanwhile leaves its place and the next page begins one record too late. So no search is paged. Each asks anew
from the last moment that was seen, inclusive, which gives a few records twice and misses none. Where a whole page is of
one moment, all of that moment are read in the order of their ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from muster.connectors.hubspot.client import FOUND, Account, Record, milliseconds

_ID = "hs_object_id"


@dataclass(frozen=True)
class Found:
    """Records in the order of their change; all that changed before `until` (milliseconds) have now been given."""

    records: Sequence[Record]
    until: int


def changed_at(type_: str) -> str:
    """The property that tells when a record last changed."""
    return "lastmodifieddate" if type_ in ("contacts", "0-1") else "hs_lastmodifieddate"


def changes(account: Account, type_: str, properties: Sequence[str], since: int, until: int) -> Iterator[Found]:
    """Records that changed from `since` to `until`, both inclusive, in milliseconds."""
    when = changed_at(type_)
    asked = list(dict.fromkeys((*properties, when, _ID)))
    while True:
        span = [_filter(when, "GTE", since), _filter(when, "LTE", until)]
        page = account.search(type_, asked, span, when)
        last = milliseconds(page.records[-1]["properties"][when]) if page.records else until
        if len(page.records) < FOUND:
            yield Found(page.records, until)
            return
        if last > since:
            yield Found(page.records, last)
            since = last
        else:
            yield from _of_one_moment(account, type_, asked, since)
            since += 1


def count(account: Account, type_: str, since: int | None = None) -> int | None:
    """How many records there are, or changed since a moment."""
    when = changed_at(type_)
    return account.search(type_, [_ID], [_filter(when, "GTE", since)] if since else [], _ID, limit=1).total


def _of_one_moment(account: Account, type_: str, properties: Sequence[str], moment: int) -> Iterator[Found]:
    when, last = changed_at(type_), 0
    while True:
        page = account.search(type_, properties, [_filter(when, "EQ", moment), _filter(_ID, "GT", last)], _ID)
        yield Found(page.records, moment)
        if len(page.records) < FOUND:
            return
        last = int(page.records[-1]["id"])


def _filter(name: str, operator: str, value: int) -> dict[str, str]:
    return {"propertyName": name, "operator": operator, "value": str(value)}
