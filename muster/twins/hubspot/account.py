"""A HubSpot account as a twin: one private app, one public app, contacts, companies, deals and what goes with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from muster.errors import SourceError
from muster.twins.calls import route
from muster.twins.hubspot import associations, lists
from muster.twins.hubspot.association_calls import AssociationCalls
from muster.twins.hubspot.associations import Associations
from muster.twins.hubspot.batches import INPUT_ERROR, ObjectBatches
from muster.twins.hubspot.definitions import Definitions
from muster.twins.hubspot.errors import (
    Refusal,
    expired,
    missing_scopes,
    too_many_calls,
    too_often_searched,
    unauthorised,
)
from muster.twins.hubspot.gate import Gate, Limits
from muster.twins.hubspot.history import History
from muster.twins.hubspot.index import Index
from muster.twins.hubspot.kinds import Kinds
from muster.twins.hubspot.labels import Labels
from muster.twins.hubspot.list_calls import ListCalls
from muster.twins.hubspot.lists import Lists
from muster.twins.hubspot.loading import load_records
from muster.twins.hubspot.oauth import Tokens
from muster.twins.hubspot.objects import Objects
from muster.twins.hubspot.people_and_stages import OWNERS, ZONE, PeopleAndStages
from muster.twins.hubspot.property_calls import PropertyCalls
from muster.twins.hubspot.records import Records
from muster.twins.hubspot.rendering import Batches
from muster.twins.hubspot.search import Search
from muster.twins.hubspot.writing import Writing
from muster.twins.server import Twin
from muster.twins.store import Key, Store

#: The account where none is named.
PORTAL = 4242
_TOKEN_PATHS = ("/oauth/v1/token", "/oauth/v3/token", "/oauth/2026-03/token", "/oauth/2026-09/token")


class HubSpotTwin(Twin):
    """The account. `limits` has `search_delay` besides the vendor's own: seconds until a search sees a write."""

    name = "hubspot"

    def __init__(
        self, store: Store | None = None, *, portal: int = PORTAL, client_id: str = "", client_secret: str = ""
    ) -> None:
        super().__init__(store)
        self.tokens = Tokens(self.clock, portal, client_id, client_secret)
        counters, batches = Limits.of(self.clock, ZONE), Batches()
        self.index = Index(self.clock)
        self.limits = {**counters.named(), "search_delay": self.index}
        self.kinds, self.definitions = Kinds(), Definitions(self.store)
        self.records = Records(self.store, self.definitions)
        for name in self.definitions.objects:
            if self.kinds.find(name) is None:
                self.kinds.add(name)
        self.records.begin(*self.kinds)
        history = History(self.store)
        writing = Writing(self.records, self.index, history, portal)
        self.associations = Associations(self.kinds, self.records, writing, Labels(self.store))
        self.lists = Lists(self.kinds, self.records)
        self._gate = Gate(self.tokens, counters, self.calls)
        self._objects = Objects(self.kinds, self.records, writing, history, self.associations, self.lists)
        self._people = PeopleAndStages(self.kinds, self.records, portal, counters)
        self._parts = (
            ObjectBatches(
                *(self.kinds, self.records, writing, history, self.associations, self._objects, batches),
                unlucky=lambda: self.faults.strikes(INPUT_ERROR),
            ),
            Search(self.kinds, self.records, self.index),
            AssociationCalls(self.kinds, self.records, self.associations, batches),
            self._objects,
            ListCalls(self.kinds, self.lists, batches),
            PropertyCalls(self.kinds, self.definitions, batches, self.clock),
            self._people,
        )
        self._define_faults()

    def routes(self) -> list[BaseRoute]:
        guard, tokens = self._gate.open, self.tokens
        return [
            *(route(path, guard(tokens.give), ["POST"]) for path in _TOKEN_PATHS),
            *(route(f"{path}/introspect", guard(tokens.introspect), ["POST"]) for path in _TOKEN_PATHS[1:]),
            *(route(f"{path}/revoke", guard(tokens.revoke), ["POST"]) for path in _TOKEN_PATHS[1:]),
            route("/oauth/v1/access-tokens/{token}", guard(tokens.tell_access)),
            route("/oauth/v1/refresh-tokens/{token}", guard(tokens.tell_refresh)),
            route("/oauth/v1/refresh-tokens/{token}", guard(tokens.revoke), ["DELETE"]),
            *(each for part in self._parts for each in part.routes(self._gate)),
        ]

    def load(self, object_: str, table: pa.Table) -> int:
        """Rows of an object under property names, or of `associations`, `lists`, `list_members` or `owners`.

        An object that HubSpot does not have becomes one of the account's own.
        """
        others = {
            associations.TABLE: self.associations.load,
            lists.TABLE: self.lists.load,
            lists.MEMBERS: self.lists.load_members,
            OWNERS: self._people.load,
        }
        if object_ in others:
            return others[object_](table)
        if object_ in self.store.objects and self.kinds.find(object_) is None:
            raise SourceError(f"'{object_}' cannot be loaded here: the twin keeps it by itself")
        kind = self.kinds.find(object_)
        if kind is None:
            kind = self.kinds.add(object_)
            self.records.begin(kind)
        return load_records(self.records, kind, table)

    def delete(self, object_: str, keys: Iterable[Key]) -> int:
        """Archive records, as a user would; anything else is marked deleted."""
        kind = self.kinds.find(object_)
        if kind is None:
            return super().delete(object_, keys)
        before = self.store.count(kind.name)
        self._objects.remove(kind, [key if isinstance(key, str) else key[0] for key in keys])
        return before - self.store.count(kind.name)

    def credentials(self) -> Mapping[str, str]:
        tokens = self.tokens
        return {
            "token": tokens.token,
            "client_id": tokens.client_id,
            "client_secret": tokens.client_secret,
            "refresh_token": tokens.refresh_token,
        }

    def _define_faults(self) -> None:
        """HubSpot's own: limits, a locked record, an account on the move, tokens, scopes, inputs of a batch."""
        define = self.faults.define
        define("429", lambda request: self._refuse(_limited(request)))
        define("423", lambda request: self._refuse(Refusal(423, "This resource is locked; try again later", "LOCKED")))
        moving = Refusal(
            477, "This account is being moved to another hosting location", "", headers={"Retry-After": "5"}
        )
        define("477", lambda request: self._refuse(moving))
        define("expire", self._expire)
        define("revoke", lambda request: self._refuse(unauthorised()))
        define("scopes", lambda request: self._refuse(missing_scopes(["crm.objects.contacts.read"])))
        define(INPUT_ERROR)

    def _expire(self, request: Request) -> Response | None:
        """Access tokens of OAuth are past their time; a private app's is refused this once."""
        self.tokens.expire()
        if self.tokens.token in request.headers.get("authorization", ""):
            return self._refuse(expired(1))
        return None

    def _refuse(self, refusal: Refusal) -> Response:
        return self._gate.refused(refusal)


def _limited(request: Request) -> Refusal:
    return too_often_searched() if request.url.path.endswith("/search") else too_many_calls("TEN_SECONDLY_ROLLING")
