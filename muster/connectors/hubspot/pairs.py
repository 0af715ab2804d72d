"""Associations of many records to one object type, with all their labels (associations v4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson
import pyarrow as pa

from muster.connectors.hubspot.client import PAIRED, Account

#: The lake's columns. `label` is the role that the account's people gave, `typeId` the primary company's where it is
#: one, `associationTypes` all of both as HubSpot tells them.
COLUMNS = ("fromObjectType", "fromObjectId", "toObjectType", "toObjectId", "label", "typeId", "associationTypes")
#: The types of a contact's and of a deal's primary company.
_PRIMARY = (1, 5)


def associated(account: Account, from_: str, to: str, ids: Iterable[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each record's id with each of its associations, `{toObjectId, associationTypes}`; any number of records."""
    waiting: list[dict[str, str]] = [{"id": each} for each in ids]
    while waiting:
        inputs, waiting = waiting[:PAIRED], waiting[PAIRED:]
        for told in account.associated(from_, to, inputs):
            record = str(told["from"]["id"])
            for each in told.get("to") or []:
                yield record, each
            following = (told.get("paging") or {}).get("next") or {}
            if following.get("after"):
                waiting.append({"id": record, "after": following["after"]})


def pairs_table(account: Account, from_: str, to: str, ids: Iterable[str]) -> pa.Table:
    """The same in columns, a row for each two records."""
    types: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for record, each in associated(account, from_, to, ids):
        types.setdefault((record, str(each["toObjectId"])), []).extend(each.get("associationTypes") or [])
    rows = [(from_, record, to, other, *_told(several)) for (record, other), several in types.items()]
    columns = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
    return pa.table({name: pa.array(column, pa.string()) for name, column in zip(COLUMNS, columns, strict=True)})


def _told(types: Sequence[Mapping[str, Any]]) -> tuple[str | None, str | None, str | None]:
    """Label, type id and all types of an association."""
    known = {int(each["typeId"]): each for each in types}
    labels = {number: each["label"] for number, each in known.items() if each.get("label")}
    roles = sorted(label for number, label in labels.items() if number not in _PRIMARY)
    primary = [number for number in _PRIMARY if number in known]
    first = primary or sorted(known, key=lambda number: (number not in labels, number))
    told = orjson.dumps([known[number] for number in sorted(known)], option=orjson.OPT_SORT_KEYS).decode()
    label = "; ".join(roles) or next(iter(labels.values()), None)
    return label, str(first[0]) if first else None, told if known else None
