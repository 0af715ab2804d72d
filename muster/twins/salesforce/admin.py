"""What people do in an org by hand, and no REST call does; here below the control URL.

GET    /_twin/hidden               what is hidden from the integration user, by object
POST   /_twin/hidden               {OBJECT: [FIELD, …]} hides fields, {OBJECT: true} the object, {OBJECT: false} nothing
POST   /_twin/fields/OBJECT        {NAME: TYPE} adds or changes fields, such as {"Score__c": "double(18,2) unique"};
                                   {NAME: null} takes one away
POST   /_twin/merge/OBJECT         {"winner": ID, "losers": [ID, …]}
POST   /_twin/convert              {"lead": ID}, with "account", "contact" (ids) or "opportunity" (a name) where wanted
POST   /_twin/undelete/OBJECT      [ID, …]
POST   /_twin/sessions/end         ends all sessions
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from starlette.responses import Response
from starlette.routing import BaseRoute

from muster.twins.calls import Call, Handler, answer, route
from muster.twins.salesforce.bin import Bin
from muster.twins.salesforce.catalogue import field_of
from muster.twins.salesforce.convert import convert
from muster.twins.salesforce.errors import Refusal
from muster.twins.salesforce.ids import full
from muster.twins.salesforce.loads import new_entity
from muster.twins.salesforce.org import Org
from muster.twins.salesforce.schema import Entity


class Admin:
    """The org's administrator and its users."""

    def __init__(self, org: Org, bin_: Bin, end_sessions: Callable[[], None]) -> None:
        self._org, self._bin, self._end_sessions = org, bin_, end_sessions

    def hide(self, object_: str, fields: Iterable[str] | None = None) -> None:
        """Take an object from the integration user, or some of its fields."""
        self._org.view.hide(object_, fields)
        self._org.schema_changed = self._org.now

    def show(self, object_: str) -> None:
        self._org.view.show(object_)
        self._org.schema_changed = self._org.now

    def define(self, object_: str, fields: Mapping[str, str | None]) -> None:
        """Add fields, or change their types, in the catalogue's words; None takes one away. An object that is not
        there yet is made. Raises ValueError for words that are none."""
        entity = self._org.schema.entity(object_) or new_entity(self._org.schema, object_)
        self._org.view.table(entity)
        for name, told in fields.items():
            if told is None:
                entity.drop(name)
            else:
                entity.put(field_of(f"{name} {told}"))
        self._org.schema_changed = self._org.now

    def merge(self, object_: str, winner: str, losers: Sequence[str]) -> None:
        self._bin.merge(self._entity(object_), full(winner), [full(each) for each in losers])

    def convert(
        self, lead: str, *, account: str | None = None, contact: str | None = None, opportunity: str | None = None
    ) -> dict[str, str | None]:
        return convert(self._org, full(lead), account=account, contact=contact, opportunity=opportunity)

    def undelete(self, object_: str, ids: Sequence[str]) -> int:
        return self._bin.undelete(self._entity(object_), [full(each) for each in ids])

    def _entity(self, object_: str) -> Entity:
        found = self._org.schema.entity(object_)
        if found is None:
            raise ValueError(f"there is no object '{object_}' in this org")
        return found

    # -- over HTTP -------------------------------------------------------------------------------------------------

    def routes(self) -> list[BaseRoute]:
        table: list[tuple[str, str, Handler]] = [
            ("GET", "/hidden", lambda call: answer(self._org.view.hidden)),
            ("POST", "/hidden", self._hide),
            ("POST", "/fields/{object}", self._define),
            ("POST", "/merge/{object}", self._merge),
            ("POST", "/convert", self._convert),
            ("POST", "/undelete/{object}", self._undelete),
            ("POST", "/sessions/end", self._end),
        ]
        return [route(path, _checked(handler), [method]) for method, path, handler in table]

    def _hide(self, call: Call) -> Response:
        for object_, what in call.json().items():
            if what is False:
                self.show(object_)
            else:
                self.hide(object_, None if what is True else what)
        return answer(self._org.view.hidden)

    def _define(self, call: Call) -> Response:
        self.define(call.params["object"], call.json())
        return answer({})

    def _merge(self, call: Call) -> Response:
        told = call.json()
        self.merge(call.params["object"], told["winner"], told["losers"])
        return answer({})

    def _convert(self, call: Call) -> Response:
        told = call.json()
        wanted = {name: told.get(name) for name in ("account", "contact", "opportunity")}
        return answer(self.convert(told["lead"], **wanted))

    def _undelete(self, call: Call) -> Response:
        return answer({"undeleted": self.undelete(call.params["object"], call.json())})

    def _end(self, call: Call) -> Response:
        self._end_sessions()
        return answer({})


def _checked(handler: Handler) -> Handler:
    def checked(call: Call) -> Response:
        try:
            return handler(call)
        except (Refusal, ValueError, TypeError, KeyError, AttributeError) as error:
            return Response(f"{error}\n", 400, media_type="text/plain")

    return checked
