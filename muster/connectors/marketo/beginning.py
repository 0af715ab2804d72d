"""When an instance began, for a history without `since`: nothing tells it, so it is found in a few calls.

Asked are the oldest programs and lists, the first New Lead activities that are still kept, and leads of the smallest
ids, closing in on them three hundred ids a call. What is still older, since ids need not be in the order of time, is
found by looking back from there (`plans.Windows.back`). (Our decision.)
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from muster.connectors.marketo import times
from muster.connectors.marketo.api import BATCH, Marketo, Record
from muster.connectors.marketo.describe import Descriptions
from muster.connectors.marketo.feed import ACTIVITIES
from muster.connectors.marketo.refusals import Refused

#: No instance is older than the product.
_FIRST = datetime(2006, 1, 1, tzinfo=UTC)
#: Calls at most to close in on the smallest lead id, and pages to look for the first New Lead.
_ROUNDS, _PAGES = 8, 5
#: Lead ids are tried up to here while none is known.
_LARGEST = 2**31 - 1


def beginning_of(api: Marketo, descriptions: Descriptions) -> datetime:
    """The start of the day on which the oldest thing that was found came to be; now, where there is nothing."""
    found = [api.now]
    found += _moments(_asked(api, "/rest/asset/v1/programs.json", maxReturn=200), "createdAt")
    found += _moments(_asked(api, "/rest/v1/lists.json", batchSize=BATCH), "createdAt")
    first = _first_leads(api, descriptions)
    found += _moments(first, "activityDate")
    found += _smallest_ids(api, [int(each["leadId"]) for each in first if each.get("leadId")])
    oldest = max(_FIRST, min(found))
    return oldest.replace(hour=0, minute=0, second=0, microsecond=0)


def _first_leads(api: Marketo, descriptions: Descriptions) -> list[Record]:
    """The oldest New Lead activities that are kept."""
    try:
        types = descriptions.types_named("New Lead")
        token = api.ask("/rest/v1/activities/pagingtoken.json", {"sinceDatetime": times.written(_FIRST)}).token
        for _ in range(_PAGES if types else 0):
            page = api.ask(ACTIVITIES, {"nextPageToken": token, "activityTypeIds": types})
            if page.records or not page.more:
                return list(page.records)
            token = page.token
    except Refused:
        pass  # without the permission the leads alone tell
    return []


def _smallest_ids(api: Marketo, known: list[int]) -> list[datetime]:
    """When leads of small ids were created: each round tries ids spread evenly below the smallest that is known."""
    moments: list[datetime] = []
    smallest = min(known, default=None)
    for _ in range(_ROUNDS):
        tried = _spread(smallest)
        asked = {"filterType": "id", "filterValues": tried, "fields": ["id", "createdAt"], "batchSize": BATCH}
        found = api.ask("/rest/v1/leads.json", asked).records
        moments += _moments(found, "createdAt")
        fewer = min((int(each["id"]) for each in found), default=smallest)
        if fewer == smallest or fewer is None or fewer <= tried[0]:
            break
        smallest = fewer
    return moments


def _spread(below: int | None) -> list[int]:
    """Up to 300 ids: evenly below one, itself too, or over all magnitudes where none is known."""
    if below is None:
        return sorted({int(_LARGEST ** (step / (BATCH - 1))) for step in range(BATCH)})
    return sorted({1 + (below - 1) * step // (BATCH - 1) for step in range(BATCH)})


def _asked(api: Marketo, path: str, **params: int) -> list[Record]:
    try:
        return list(api.ask(path, params).records)
    except Refused:
        return []


def _moments(records: Iterable[Record], name: str) -> list[datetime]:
    found = (times.read_or_none(each.get(name)) for each in records)
    return [moment for moment in found if moment]
