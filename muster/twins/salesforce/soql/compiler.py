"""Text to statement: what a user may ask of an org at one moment, as SQL over the twin's tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from muster.twins.salesforce.errors import Refusal
from muster.twins.salesforce.schema import Entity
from muster.twins.salesforce.soql import tree
from muster.twins.salesforce.soql.errors import no_object
from muster.twins.salesforce.soql.parser import parse
from muster.twins.salesforce.soql.select import Select
from muster.twins.salesforce.soql.statement import Statement
from muster.twins.salesforce.view import View

OFFSET_LIMIT = 2_000


@dataclass(frozen=True)
class Compiler:
    """Compiles for one user at one moment. `deleted` shows what is in the bin; `bulk` refuses what Bulk cannot."""

    view: View
    now: datetime
    version: str
    deleted: bool = False
    bulk: bool = False

    def compile(self, text: str) -> Statement:
        """Raises QueryError for no SOQL and for what the org does not have, Refusal for what this API does not do."""
        query = parse(text)
        entity = self.entity(query, text)
        if self.bulk:
            _fit_for_bulk(query)
        if query.offset > OFFSET_LIMIT:
            what = f"Maximum SOQL offset allowed is {OFFSET_LIMIT}"
            raise Refusal(400, "NUMBER_OUTSIDE_VALID_RANGE", what)
        return Select(self, query, text, entity).statement()

    def entity(self, query: tree.Query, text: str) -> Entity:
        found = self.view.entity(query.object)
        if found is None:
            raise no_object(query.object, text, query.at)
        return found


def _fit_for_bulk(query: tree.Query) -> None:
    """What Bulk 2.0 does not do (the vendor's Bulk guide; the words of some refusals are ours)."""
    if any(isinstance(item, tree.Query) for item in query.items):
        raise _not_in_bulk("Aggregate Relationships not supported in Bulk V2 Query with CSV content type")
    if any(isinstance(item, tree.Call) and item.function == "fields" for item in query.items):
        raise _not_in_bulk("The SOQL FIELDS function is not supported in Bulk V2 Query")
    if query.groups or any(isinstance(item, tree.Call) for item in query.items):
        raise _not_in_bulk("Aggregate functions and GROUP BY are not supported in Bulk V2 Query")
    if query.offset_at:
        raise _not_in_bulk("OFFSET is not supported in Bulk V2 Query")


def _not_in_bulk(what: str) -> Refusal:
    return Refusal(400, "API_ERROR", what)
