"""Single records: `/crm/v3/objects/{type}` and `…/{id}`, a page of them, merging and forgetting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from muster.twins.calls import Call, Handler, answer
from muster.twins.hubspot.asking import body_of, cursor, flag, limit_in, list_of, names_in
from muster.twins.hubspot.associations import Associations
from muster.twins.hubspot.errors import invalid
from muster.twins.hubspot.gate import Gate
from muster.twins.hubspot.history import History
from muster.twins.hubspot.kinds import CONTACT, Kind, Kinds
from muster.twins.hubspot.lists import Lists
from muster.twins.hubspot.paths import forms, routes
from muster.twins.hubspot.records import ARCHIVED_AT, ID, Records, Row
from muster.twins.hubspot.rendering import paged, readable, record
from muster.twins.hubspot.writing import Draft, Writing, Written

#: Records of a page at most, and of one with the history of values.
PAGE, PAGE_WITH_HISTORY = 100, 50


class Objects:
    """Handlers of single records."""

    def __init__(
        self,
        kinds: Kinds,
        records: Records,
        writing: Writing,
        history: History,
        associations: Associations,
        lists: Lists,
    ) -> None:
        self._kinds, self._records, self._writing, self._history = kinds, records, writing, history
        self._associations, self._lists = associations, lists

    def routes(self, gate: Gate) -> list[Route]:
        def read(handler: Handler) -> Handler:
            return gate.guarded(handler, scope=lambda call: self._kind(call).scope("read"))

        def write(handler: Handler) -> Handler:
            return gate.guarded(handler, scope=lambda call: self._kind(call).scope("write"))

        many, one = forms("objects", "/{type}"), forms("objects", "/{type}/{id}")
        return [
            *routes(forms("objects", "/{type}/merge"), write(self.merge), ["POST"]),
            *routes(forms("objects", "/{type}/gdpr-delete"), write(self.forget), ["POST"]),
            *routes(many, read(self.page)),
            *routes(many, write(self.create), ["POST"]),
            *routes(one, read(self.read)),
            *routes(one, write(self.update), ["PATCH"]),
            *routes(one, write(self.archive), ["DELETE"]),
        ]

    def page(self, call: Call) -> Response:
        kind = self._kind(call)
        dated = self._dated(call, kind)
        limit = limit_in(call, 10, PAGE_WITH_HISTORY if dated else PAGE)
        names = readable(self._records.definitions, kind, names_in(call, "properties"))
        read = self._records.archived if flag(call, "archived") else self._records.page
        rows, after = read(kind, cursor(call.query.get("after")), limit, [*names, *dated])
        return answer(paged(self._told(call, kind, rows, names), after, call))

    def read(self, call: Call) -> Response:
        kind, by = self._kind(call), call.query.get("idProperty")
        row = self._records.one(kind, call.params["id"], by, archived=flag(call, "archived"))
        names = readable(self._records.definitions, kind, names_in(call, "properties"))
        return answer(self._told(call, kind, [row], names)[0])

    def create(self, call: Call) -> Response:
        kind, body = self._kind(call), body_of(call, "properties")
        with self._records.store.writing():
            written = self._written(kind, Draft(None, body["properties"], body.get("objectWriteTraceId")))
            self._associations.at_creation(kind, written.row[ID], list_of(body, "associations"))
        return answer(record(written.row, kind, written.names), 201)

    def update(self, call: Call) -> Response:
        kind, body = self._kind(call), body_of(call, "properties")
        id_ = self._records.one(kind, call.params["id"], call.query.get("idProperty"))[ID]
        written = self._written(kind, Draft(id_, body["properties"]))
        return answer(record(written.row, kind, written.names))

    def archive(self, call: Call) -> Response:
        self.remove(self._kind(call), [call.params["id"]])
        return Response(status_code=204)

    def remove(self, kind: Kind, ids: list[str]) -> None:
        """Archive records with what hangs on them; unknown ones are passed over."""
        with self._records.store.writing():
            gone = [row[ID] for row in self._writing.archive(kind, ids)]
            self._associations.forget(kind, gone)
            self._lists.forget(kind, gone)

    def merge(self, call: Call) -> Response:
        """The second record goes into the first, which keeps its id and values and takes what it does not have."""
        kind, body = self._kind(call), body_of(call, "primaryObjectId", "objectIdToMerge")
        winner_id, loser_id = str(body["primaryObjectId"]), str(body["objectIdToMerge"])
        if winner_id == loser_id:
            raise invalid(f"Cannot merge {kind.singular} {winner_id} with itself")
        with self._records.store.writing():
            winner, loser = self._records.one(kind, winner_id), self._records.one(kind, loser_id)
            if winner[ID] == loser[ID]:
                raise invalid(f"{kind.singular.capitalize()} {loser_id} was merged into {winner[ID]} before")
            self._writing.archive(kind, [loser[ID]])
            self._records.remember_merge(kind, loser[ID], winner[ID])
            self._associations.move(kind, loser[ID], winner[ID])
            self._lists.move(kind, loser[ID], winner[ID])
            fresh = self._writing.stamp(kind, winner, _taken_over(kind, winner, loser))
        return answer(record(fresh, kind, kind.readable))

    def forget(self, call: Call) -> Response:
        """Delete for good, by id or e-mail address."""
        kind, body = self._kind(call), body_of(call, "objectId")
        found = self._records.many(kind, [str(body["objectId"])], body.get("idProperty"))
        for row in found.values():
            self.remove(kind, [row[ID]])
            self._records.store.hard_delete(kind.name, [row[ID]])
        return Response(status_code=204)

    def _written(self, kind: Kind, draft: Draft) -> Written:
        (written,) = self._writing.write(kind, [draft], partly=False)
        assert isinstance(written, Written)  # noqa: S101 (a refusal would have been raised)
        return written

    def _told(self, call: Call, kind: Kind, rows: list[Row], names: list[str]) -> list[dict[str, Any]]:
        dated, ids = self._dated(call, kind), [row[ID] for row in rows]
        others = [self._kinds[name] for name in names_in(call, "associations")]
        associated = {other.name: self._associations.brief(kind, ids, other) for other in others}
        told = []
        for row in rows:
            each = record(row, kind, names)
            if dated:
                each["propertiesWithHistory"] = self._history.of(kind, row, dated)
            links = {name: {"results": found[row[ID]]} for name, found in associated.items() if row[ID] in found}
            if links:
                each["associations"] = links
            told.append(each)
        return told

    def _dated(self, call: Call, kind: Kind) -> list[str]:
        names = names_in(call, "propertiesWithHistory")
        return [name for name in names if self._records.definitions.get(kind, name)]

    def _kind(self, call: Call) -> Kind:
        return self._kinds[call.params["type"]]


def _taken_over(kind: Kind, winner: Mapping[str, Any], loser: Mapping[str, Any]) -> dict[str, str | None]:
    """What a winner has after a merge that it had not before."""
    own = {ID, ARCHIVED_AT, "createdate", kind.modified, "hs_merged_object_ids", "hs_all_contact_vids"}
    changes = {
        name: value
        for name, value in loser.items()
        if value is not None and winner.get(name) is None and name not in own and not name.startswith("_")
    }
    merged = _joined(winner.get("hs_merged_object_ids"), loser[ID], loser.get("hs_merged_object_ids"))
    changes["hs_merged_object_ids"] = merged
    if kind is CONTACT:
        primary = winner.get("email") or loser.get("email")
        addresses = _joined(winner.get("hs_additional_emails"), loser.get("email"), loser.get("hs_additional_emails"))
        further = [each for each in addresses.split(";") if each and each != primary]
        changes |= {
            "hs_all_contact_vids": _joined(winner[ID], merged),
            "hs_additional_emails": _joined(*further) or None,
        }
    return changes


def _joined(*parts: str | None) -> str:
    """Values of a list property, each once."""
    return ";".join(dict.fromkeys(each for part in parts if part for each in part.split(";")))
