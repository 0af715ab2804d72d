"""Lists, which the product calls segments, and their members. Both can only be read whole.

Of members this is dear: a list that tells when someone last joined and left it is read again when that, or its size,
has moved; all lists are read as often as their pages allow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import pyarrow as pa

from muster.connectors.hubspot.client import MEMBERS, Account, Record, Refusal
from muster.connectors.hubspot.records import Reading
from muster.connectors.hubspot.rows import plain_table, text
from muster.connectors.sync.stream import Chunk, Estimate, Position

_NOTHING = pa.table({})
_LIST = {
    "listId": "string", "name": "string", "objectTypeId": "string", "processingType": "string",
    "processingStatus": "string", "listVersion": "integer", "size": "integer", "createdAt": "datetime",
    "updatedAt": "datetime", "filtersUpdatedAt": "datetime", "createdById": "string", "updatedById": "string",
}  # fmt: skip
_MEMBER = {"listId": "string", "recordId": "string", "membershipTimestamp": "datetime"}
_CONTACTS = "0-1"
#: What says that the members of a list are others now.
_SIGNS = ("size", "listVersion", "hs_list_size", "hs_last_record_added_at", "hs_last_record_removed_at")


class Lists:
    """The stream of lists, of all object types."""

    name = "lists"
    version: str | None = None

    def __init__(self, account: Account, reading: Reading) -> None:
        self._account, self._reading = account, reading

    def fields(self) -> Mapping[str, str]:
        return _LIST

    def estimate(self, position: Position | None) -> Estimate:
        return Estimate(None, 1, 1 / self._reading.rate)

    def read(self, position: Position | None) -> Iterator[Chunk]:
        now = self._account.now
        for page in _pages(self._account):
            yield Chunk(plain_table([{**each, "size": _size(each)} for each in page], list(_LIST)))
        yield Chunk(_NOTHING, {"read": now}, whole={})


@dataclass(frozen=True)
class Stand:
    """How far members have been read: of each list what it was like and when it was read last, in milliseconds; and
    where the reading of one stands that is not ended."""

    lists: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    list: str = ""
    after: str | None = None


class ListMembers:
    """The stream of the members of all lists of contacts."""

    name = "list_members"
    version: str | None = None

    def __init__(self, account: Account, reading: Reading) -> None:
        self._account, self._reading = account, reading

    def fields(self) -> Mapping[str, str]:
        return _MEMBER

    def estimate(self, position: Position | None) -> Estimate:
        lists = self._lists()
        calls = sum(map(_pages_of, lists.values()))
        rows = sum(int(_size(each) or 0) for each in lists.values())
        return Estimate(rows, calls, calls / self._reading.rate, f"{len(lists)} lists")

    def read(self, position: Position | None) -> Iterator[Chunk]:
        stand = Stand(**position) if position else Stand()
        lists, now = self._lists(), self._account.now
        pages = sum(map(_pages_of, lists.values()))
        for list_ in [each for each in stand.lists if each not in lists]:
            stand = replace(stand, lists={each: told for each, told in stand.lists.items() if each != list_})
            yield Chunk(_NOTHING, asdict(stand), whole={"listId": list_})
        for list_, told in lists.items():
            before = stand.lists.get(list_, {})
            signs = {sign: text(_about(told, sign)) for sign in _SIGNS}
            due = self._reading.paces.members.is_due(pages, before.get("read", 0), now)
            if due or before.get("signs") != signs:
                is_resumed = stand.list == list_ and bool(stand.after)
                yield from self._members(stand, list_, stand.after if is_resumed else None)
                read = {"signs": None if is_resumed and before else signs, "read": now}
                stand = Stand({**stand.lists, list_: read})
                yield Chunk(_NOTHING, asdict(stand), whole=None if is_resumed else {"listId": list_})

    def _members(self, stand: Stand, list_: str, after: str | None) -> Iterator[Chunk]:
        """All members, or all from a place on; none where the list was deleted meanwhile."""
        while True:
            try:
                page = self._account.members(list_, after)
            except Refusal as refusal:
                if refusal.status == 404:
                    return
                raise
            after = page.after
            table = plain_table([{**each, "listId": list_} for each in page.records], list(_MEMBER))
            yield Chunk(table, asdict(replace(stand, list=list_, after=after)) if after else None)
            if not after:
                return

    def _lists(self) -> dict[str, Record]:
        found = (each for page in _pages(self._account) for each in page)
        return {str(each["listId"]): each for each in found if each.get("objectTypeId", _CONTACTS) == _CONTACTS}


def _pages(account: Account) -> Iterator[list[Record]]:
    offset: int | None = 0
    while offset is not None:
        page, offset = account.lists(offset)
        yield page


def _pages_of(told: Record) -> int:
    return int(_size(told) or 0) // MEMBERS + 1


def _size(told: Record) -> Any:
    size = told.get("size")
    return size if size is not None else _about(told, "hs_list_size")


def _about(told: Record, name: str) -> Any:
    """A member of a list, or what was asked about it besides."""
    return told.get(name, (told.get("additionalProperties") or {}).get(name))
