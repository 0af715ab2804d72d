"""Programs and channels as assets: browse, find.

Source: the "Programs" and "Channels" pages. Browsing leaves out tags and costs, and the dates of an e-mail program: one
program by id or name has them (the pages, and `BrowseAllPrograms` against `ProgramResponse` of the Swagger file).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from muster.twins.marketo import times
from muster.twins.marketo.answers import Assets
from muster.twins.marketo.asset_pages import browse, by_id, by_name, nested, page_of
from muster.twins.marketo.channels import channels
from muster.twins.marketo.errors import ApiError
from muster.twins.marketo.leads import marks
from muster.twins.marketo.request import Request
from muster.twins.marketo.rules import READ_ASSET, Rule

if TYPE_CHECKING:
    from muster.twins.marketo.twin import MarketoTwin

OBJECT = "programs"
_TIMES = frozenset({"createdAt", "updatedAt", "startDate", "endDate"})
_NESTED = frozenset({"folder", "tags", "costs"})
#: Told by id and by name only.
_WHOLE = ("startDate", "endDate", "tags", "costs")
_ORDER = (
    "id",
    "name",
    "description",
    "createdAt",
    "updatedAt",
    "url",
    "type",
    "channel",
    "folder",
    "status",
    "workspace",
)
_FILTERS = {"id": "id", "programid": "id", "folderid": "folder ->> 'value'", "workspace": "workspace"}


def _told(row: dict[str, Any], *, whole: bool) -> dict[str, Any]:
    """All that was loaded of a program, the usual keys first, whether or not they have a value."""
    others = [name for name in row if name not in _ORDER and not name.startswith("_") and name != "isDeleted"]
    told: dict[str, Any] = {}
    for name in (*_ORDER, *others):
        value = row.get(name)
        if name in _WHOLE and not whole:
            continue
        if name in _TIMES:
            value = times.asset_time(value)
        elif name in _NESTED:
            value = nested(value)
        elif name == "id":
            value = int(row["id"])
        elif name == "headStart":
            value = value == "true"
        elif value is None:
            if name not in _ORDER:
                continue
            value = {"workspace": "Default"}.get(name, "")
        told[name] = value
    return told


def _browse(twin: MarketoTwin, request: Request) -> Assets:
    conditions, parameters = [], []
    if request.one("status"):
        conditions, parameters = ["lower(status) = ?"], [request.one("status").lower()]
    if kind := request.one("filterType").lower():
        wanted = request.listed("filterValues")
        if kind not in _FILTERS or not wanted:
            raise ApiError(1001, request.one("filterType"), "filterType") if wanted else ApiError(701, "filterValues")
        conditions.append(f"{_FILTERS[kind]} in ({marks(len(wanted))})")
        parameters += wanted
    return Assets([_told(row, whole=False) for row in browse(twin, request, OBJECT, conditions, parameters)])


def _by_id(twin: MarketoTwin, request: Request) -> Assets:
    return Assets([_told(row, whole=True) for row in by_id(twin, request, OBJECT)])


def _by_name(twin: MarketoTwin, request: Request) -> Assets:
    """With `includeTags` and `includeCosts` on demand."""
    found = [_told(row, whole=True) for row in by_name(twin, OBJECT, request.one("name"))]
    for told in found:
        for name in ("tags", "costs"):
            if not request.flag(f"include{name.capitalize()}"):
                told.pop(name, None)
    return Assets(found)


def _channels(twin: MarketoTwin, request: Request) -> Assets:
    offset, most = page_of(request)
    return Assets(channels(twin)[offset : offset + most])


def _channel_by_name(twin: MarketoTwin, request: Request) -> Assets:
    name = request.one("name") or request.one("Name")
    if not name:
        raise ApiError(701, "name")
    return Assets([channel for channel in channels(twin) if channel["name"] == name])


RULES = [
    Rule("GET", "/rest/asset/v1/programs.json", _browse, READ_ASSET),
    Rule("GET", "/rest/asset/v1/program/byName.json", _by_name, READ_ASSET),
    Rule("GET", "/rest/asset/v1/program/{id}.json", _by_id, READ_ASSET),
    Rule("GET", "/rest/asset/v1/channels.json", _channels, READ_ASSET),
    Rule("GET", "/rest/asset/v1/channel/byName.json", _channel_by_name, READ_ASSET),
]
