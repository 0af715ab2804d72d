"""Associations over HTTP, v4 and by date: of one record, in batches, and the labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from muster.twins.calls import Call, Handler, answer
from muster.twins.hubspot.asking import Body, body_of, checked, cursor, inputs_of, limit_in, list_of
from muster.twins.hubspot.associations import Associations, Link
from muster.twins.hubspot.errors import Refusal, gone_records, invalid, not_found
from muster.twins.hubspot.gate import Gate
from muster.twins.hubspot.kinds import Kind, Kinds
from muster.twins.hubspot.labels import THEIRS, Label
from muster.twins.hubspot.paths import forms, routes
from muster.twins.hubspot.records import Records
from muster.twins.hubspot.rendering import Batches, paged

#: Associated records of a page; inputs of a batch that reads, and of one that writes.
PAGE, READ, WRITE = 500, 1_000, 2_000
_NONE = "crm.associations.NO_ASSOCIATIONS_FOUND"


class AssociationCalls:
    """Handlers of associations."""

    def __init__(self, kinds: Kinds, records: Records, associations: Associations, batches: Batches) -> None:
        self._kinds, self._records, self._associations, self._batches = kinds, records, associations, batches

    def routes(self, gate: Gate) -> list[Route]:
        def guarded(handler: Handler, access: str) -> Handler:
            return gate.guarded(handler, scope=lambda call: self._pair(call)[0].scope(access), lane="associations")

        one = "/{type}/{id}/associations"
        pair, batch = "/{type}/{to}/labels", "/{type}/{to}/batch"
        labels = ["/crm/v4/associations" + pair, *forms("associations", pair, old=None), f"/crm/associations/v4{pair}"]
        single = [f"{path}/{{to}}/{{to_id}}" for path in forms("objects", one, old="v4")]
        every = [
            *routes([f"{path}/{{type_id}}" for path in labels], guarded(self.remove_label, "write"), ["DELETE"]),
            *routes(labels, guarded(self.labels, "read")),
            *routes(labels, guarded(self.create_label, "write"), ["POST"]),
            *routes(labels, guarded(self.rename_label, "write"), ["PUT"]),
            *routes(
                forms("objects", f"{one}/default/{{to}}/{{to_id}}", old="v4"), guarded(self.default, "write"), ["PUT"]
            ),
            *routes(single, guarded(self.put, "write"), ["PUT"]),
            *routes(single, guarded(self.delete, "write"), ["DELETE"]),
            # a page of one record's associations has no path in 2026-09
            *routes(forms("objects", one + "/{to}", old="v4", dates=["2026-03"]), guarded(self.page, "read")),
        ]
        # what the versions answer where all went well: created 201 and archived 204, which became 200 one by one
        for path, created, archived in zip(
            forms("associations", batch, old="v4"), (201, 201, 200), (204, 200, 200), strict=True
        ):
            every += [
                *routes([f"{path}/create"], guarded(self._create(created), "write"), ["POST"]),
                *routes([f"{path}/associate/default"], guarded(self.batch_default, "write"), ["POST"]),
                *routes([f"{path}/read"], guarded(self.batch_read, "read"), ["POST"]),
                *routes([f"{path}/archive"], guarded(self._archive(archived), "write"), ["POST"]),
                *routes([f"{path}/labels/archive"], guarded(self._archive_labels(archived), "write"), ["POST"]),
            ]
        return every

    def page(self, call: Call) -> Response:
        origin, target = self._pair(call)
        id_ = call.params["id"]
        if not self._records.there(origin, [id_]):
            raise not_found()
        limit = limit_in(call, PAGE, PAGE)
        found = self._associations.of(origin, [id_], target).get(id_, {})
        results, after = _part(found, cursor(call.query.get("after")), limit)
        return answer(paged(results, after, call))

    def put(self, call: Call) -> Response:
        """Associate two records by the types in the body."""
        origin, target = self._pair(call)
        specs = call.json()
        if not isinstance(specs, list) or not specs:
            raise invalid("Invalid input JSON: a list of association types was expected")
        labels = [self._associations.label(origin, target, spec) for spec in specs]
        ids = call.params["id"], call.params["to_id"]
        self._associations.link([Link(label, *ids) for label in labels])
        return answer(_between(origin, ids[0], target, ids[1], labels), 201)

    def delete(self, call: Call) -> Response:
        origin, target = self._pair(call)
        self._associations.part(origin, call.params["id"], target, call.params["to_id"])
        return Response(status_code=204)

    def default(self, call: Call) -> Response:
        started = self._now()
        origin, target = self._pair(call)
        link = Link(self._associations.labels.default(origin, target), call.params["id"], call.params["to_id"])
        self._associations.link([link])
        return self._batches.answer(started, self._now(), self._both_ways(link))

    def batch_default(self, call: Call) -> Response:
        origin, target = self._pair(call)
        label = self._associations.labels.default(origin, target)
        inputs = inputs_of(body_of(call), WRITE, "from", "to")
        links = [[Link(label, *_ends(each))] for each in inputs]
        return self._linked(links, lambda found: self._both_ways(found[0]), 200)

    def batch_read(self, call: Call) -> Response:
        started = self._now()
        origin, target = self._pair(call)
        asked = {str(each["id"]): cursor(each.get("after")) for each in inputs_of(body_of(call), READ, "id")}
        there = self._records.there(origin, asked)
        found = self._associations.of(origin, there, target)
        errors = [_none(origin, id_, target).in_batch() for id_ in asked if id_ in there and id_ not in found]
        if len(there) < len(asked):
            errors.append(gone_records(origin.singular, [id_ for id_ in asked if id_ not in there]).in_batch())
        results = []
        for id_, others in found.items():
            page, after = _part(others, asked[id_], PAGE)
            told: dict[str, Any] = {"from": {"id": id_}, "to": page}
            if after is not None:
                told["paging"] = {"next": {"after": after, "link": f"{call.origin}{call.path}?after={after}"}}
            results.append(told)
        return self._batches.answer(started, self._now(), results, errors)

    def labels(self, call: Call) -> Response:
        origin, target = self._pair(call)
        self._associations.labels.default(origin, target)
        return answer({"results": [each.told() for each in self._associations.labels.between(origin, target)]})

    def create_label(self, call: Call) -> Response:
        body = body_of(call, "label", "name")
        made = self._associations.labels.create(
            *self._pair(call), body["label"], body["name"], body.get("inverseLabel")
        )
        return answer({"results": [each.told() for each in made]})

    def rename_label(self, call: Call) -> Response:
        body = body_of(call, "associationTypeId", "label")
        self._associations.labels.rename(*self._pair(call), int(body["associationTypeId"]), body["label"])
        return Response(status_code=204)

    def remove_label(self, call: Call) -> Response:
        type_id = call.params["type_id"]
        if not type_id.isdigit():
            raise not_found()
        self._associations.drop(self._associations.labels.remove(*self._pair(call), int(type_id)))
        return Response(status_code=204)

    def _create(self, status: int) -> Handler:
        def create(call: Call) -> Response:
            origin, target = self._pair(call)
            links = []
            for each in inputs_of(body_of(call), WRITE, "from", "to", "types"):
                labels = [self._associations.label(origin, target, spec) for spec in list_of(each, "types")]
                links.append([Link(label, *_ends(each)) for label in labels])

            def told(linked: Sequence[Link]) -> list[dict[str, Any]]:
                ids = linked[0].origin_id, linked[0].target_id
                return [_between(origin, ids[0], target, ids[1], [each.label for each in linked])]

            return self._linked([each for each in links if each], told, status)

        return create

    def _archive(self, status: int) -> Handler:
        def archive(call: Call) -> Response:
            started = self._now()
            origin, target = self._pair(call)
            for each in inputs_of(body_of(call), WRITE, "from", "to"):
                for to in list_of(each, "to"):
                    ids = str(checked(each["from"], "id")["id"]), str(checked(to, "id")["id"])
                    self._associations.part(origin, ids[0], target, ids[1])
            return self._done(started, status)

        return archive

    def _archive_labels(self, status: int) -> Handler:
        def archive_labels(call: Call) -> Response:
            started = self._now()
            origin, target = self._pair(call)
            for each in inputs_of(body_of(call), WRITE, "from", "to", "types"):
                labels = [self._associations.label(origin, target, spec) for spec in list_of(each, "types")]
                self._associations.unlink([Link(label, *_ends(each)) for label in labels])
            return self._done(started, status)

        return archive_labels

    def _done(self, started: Any, status: int) -> Response:
        return Response(status_code=204) if status == 204 else self._batches.answer(started, self._now(), [])

    def _linked(self, wanted: Sequence[Sequence[Link]], told: Any, status: int) -> Response:
        """Associate, input by input: one whose record is not there fails by itself."""
        started, results, errors = self._now(), list[dict[str, Any]](), list[dict[str, Any]]()
        for links, refusal in zip(wanted, self._associations.link_each(wanted), strict=True):
            if refusal is None:
                results += told(links)
            else:
                ends = {"fromObjectId": [links[0].origin_id], "toObjectId": [links[0].target_id]}
                errors.append(refusal.in_batch(**ends))
        return self._batches.answer(started, self._now(), results, errors, status)

    def _both_ways(self, link: Link) -> list[dict[str, Any]]:
        ways = [(link.origin_id, link.target_id, link.label)]
        ways.append((link.target_id, link.origin_id, self._associations.labels.back(link.label)))
        return [
            {
                "from": {"id": origin},
                "to": {"id": target},
                "associationSpec": {"associationCategory": label.category, "associationTypeId": label.type_id},
            }
            for origin, target, label in ways
        ]

    def _pair(self, call: Call) -> tuple[Kind, Kind]:
        return self._kinds[call.params["type"]], self._kinds[call.params["to"]]

    def _now(self) -> Any:
        return self._records.store.clock.now()


def _ends(given: Body) -> tuple[str, str]:
    return str(checked(given["from"], "id")["id"]), str(checked(given["to"], "id")["id"])


def _part(others: dict[str, list[Label]], after: int, limit: int) -> tuple[list[dict[str, Any]], str | None]:
    """A page of a record's associations; ids are numbers in these answers."""
    behind = [(int(id_), types) for id_, types in others.items() if int(id_) > after]
    page = [{"toObjectId": id_, "associationTypes": [each.told() for each in types]} for id_, types in behind[:limit]]
    return page, str(behind[limit - 1][0]) if len(behind) > limit else None


def _between(origin: Kind, origin_id: str, target: Kind, target_id: str, labels: Sequence[Label]) -> dict[str, Any]:
    return {
        "fromObjectTypeId": origin.type_id,
        "fromObjectId": int(origin_id),
        "toObjectTypeId": target.type_id,
        "toObjectId": int(target_id),
        "labels": [each.label for each in labels if each.category == THEIRS or each.label],
    }


def _none(origin: Kind, id_: str, target: Kind) -> Refusal:
    told = f"No {target.singular} is associated with {origin.singular} {id_}."
    context = {"fromObjectId": [id_], "fromObjectType": [origin.singular], "toObjectType": [target.singular]}
    return Refusal(404, told, "OBJECT_NOT_FOUND", sub_category=_NONE, context=context)
