"""Members of named account lists.

Source: the "Named Account Lists" page; adding and removing both answer `added`, as its samples do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from muster.twins.marketo import times
from muster.twins.marketo.answers import Page
from muster.twins.marketo.errors import ApiError, told
from muster.twins.marketo.leads import columns_of, marks, rendered
from muster.twins.marketo.records import mark_deleted
from muster.twins.marketo.request import Request
from muster.twins.marketo.rules import Rule, either, write
from muster.twins.marketo.tokens import state_of, token

if TYPE_CHECKING:
    from muster.twins.marketo.twin import MarketoTwin

OBJECT = "named_account_list_members"
_READ, _WRITE = either("Named Account"), write("Named Account")
_DEFAULT = ("marketoGUID", "name", "updatedAt", "createdAt")


def _list(twin: MarketoTwin, request: Request) -> str:
    row = twin.store.get("named_account_lists", request.path("id"))
    if row is None or row["_deleted"]:
        raise ApiError(1013, message="Named account list not found")
    return str(row["marketoGUID"])


def _members(twin: MarketoTwin, request: Request) -> Page:
    list_ = _list(twin, request)
    asked = request.listed("fields")
    fields = twin.fields.chosen("named_accounts", ["marketoGUID", *asked] if asked else [], _DEFAULT)
    given, size = request.one("nextPageToken"), request.batch_size
    after = state_of(given, OBJECT)["after"] if given else 0
    rows = twin.store.rows(
        f"select members._seq as _place, {columns_of(twin, fields, 'named_accounts', 'accounts.')} "
        f"from named_accounts as accounts inner join {OBJECT} as members using (marketoGUID) "
        "where members.listGUID = ? and not members._deleted and not accounts._deleted and members._seq > ? "
        "order by _place limit ?",
        [list_, after, size + 1],
    )
    more = len(rows) > size
    page = [{"seq": seq, **rendered(fields, row)} for seq, row in enumerate(rows[:size])]
    return Page(page, token(of=OBJECT, after=rows[size - 1]["_place"]) if more else None, True if more else None)


def _asked(twin: MarketoTwin, request: Request) -> tuple[list[str], set[str]]:
    """The GUIDs of the input, and those of them that are accounts."""
    guids = [str(record.get("marketoGUID") or "") for record in request.inputs()]
    return guids, {row["marketoGUID"] for row in twin.store.get_many("named_accounts", guids) if not row["_deleted"]}


def _add(twin: MarketoTwin, request: Request) -> Page:
    list_, (guids, known) = _list(twin, request), _asked(twin, request)
    now = times.written(twin.clock.now())
    rows = [
        {"listGUID": list_, "marketoGUID": guid, "createdAt": now} for guid in dict.fromkeys(guids) if guid in known
    ]
    twin.store.upsert(OBJECT, rows)
    return Page([_told(seq, guid, guid in known) for seq, guid in enumerate(guids)])


def _remove(twin: MarketoTwin, request: Request) -> Page:
    list_, (guids, _) = _list(twin, request), _asked(twin, request)
    with twin.store.writing():
        sql = f"select marketoGUID from {OBJECT} where listGUID = ? and marketoGUID in ({marks(len(guids))})"
        there = {row["marketoGUID"] for row in twin.store.rows(f"{sql} and not _deleted", [list_, *guids])}
        mark_deleted(twin.store, OBJECT, [{"listGUID": list_, "marketoGUID": guid} for guid in there])
    return Page([_told(seq, guid, guid in there) for seq, guid in enumerate(guids)])


def _told(seq: int, guid: str, done: bool) -> dict[str, Any]:
    outcome: dict[str, Any] = {"status": "added"} if done else {"status": "skipped", "reasons": [told(1013)]}
    return {"seq": seq, "marketoGUID": guid, **outcome}


RULES = [
    Rule("GET", "/rest/v1/namedAccountList/{id}/namedAccounts.json", _members, _READ),
    Rule("POST", "/rest/v1/namedAccountList/{id}/namedAccounts.json", _add, _WRITE),
    Rule("POST", "/rest/v1/namedAccountList/{id}/namedAccounts/remove.json", _remove, _WRITE),
]
