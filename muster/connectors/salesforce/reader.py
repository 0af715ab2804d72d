"""The live reader of a Salesforce org: a stream an object.

    reader    what is read                        limits, auth, client    the org by HTTP
    describe  the fields there are now            soql, values, position  words, values, where to go on
    present   a pass over what changed            history, jobs           much at once, by Bulk API 2.0
    deletions what left no row

Built on the shared HTTP client and not on `simple-salesforce`, which keeps no budget, does not resume, takes records
one by one and brings a SOAP stack; it serves as the judge of the twin in the tests instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time
from math import ceil

import pyarrow as pa

from muster.config.connections import SalesforceConnection
from muster.config.models import Source
from muster.connectors.http.budget import Budget
from muster.connectors.http.patience import Patience
from muster.connectors.salesforce import soql
from muster.connectors.salesforce.client import Org
from muster.connectors.salesforce.deletions import deletions
from muster.connectors.salesforce.describe import Subject
from muster.connectors.salesforce.history import Manner
from muster.connectors.salesforce.jobs import PAGE
from muster.connectors.salesforce.limits import LIMITS
from muster.connectors.salesforce.position import Place
from muster.connectors.salesforce.present import one_pass
from muster.connectors.sync.stream import Chunk, Estimate, Position, Reader
from muster.errors import SourceError
from muster.settings import Settings

#: What is read unless the connection says otherwise, those first that others refer to.
STANDARD = (
    "User", "Account", "Contact", "Lead", "Campaign", "Opportunity", "OpportunityContactRole", "CampaignMember",
    "AccountContactRelation", "Task", "Event",
)  # fmt: skip
#: For estimates: rows in a page of REST, seconds a call, rows a second that a bulk job makes. (Our decision.)
_REST_PAGE, _CALL, _BULK_SPEED = 2_000, 0.7, 5_000


def objects_of(source: Source) -> list[str]:
    """The objects that are read: the standard ones, `include`d ones, less those to `exclude`."""
    connection = _connection(source)
    excluded = {name.casefold() for name in connection.exclude}
    wanted = {
        name.casefold(): name for name in [*map(soql.name, connection.include), *STANDARD]
    }  # standard spelling wins
    ordered = [*STANDARD, *connection.include]
    return [*dict.fromkeys(wanted[name.casefold()] for name in ordered if name.casefold() not in excluded)]


def open_reader(source: Source, settings: Settings, patience: Patience = Patience()) -> Reader:
    """The reader of a source; nothing is asked of the org yet."""
    connection, label = _connection(source), f"Salesforce {source.instance_id}"
    budget = Budget.of(settings, "salesforce", source.instance_id, LIMITS, connection.share, connection.speed)
    org = Org(connection, label, budget, patience)
    folder = settings.data / "downloads" / source.name
    manner = Manner(connection.bulk_from, connection.pause, connection.overlap, folder)
    since = soql.stamp(datetime.combine(connection.since, time(), UTC)) if connection.since else None
    streams = [SObject(Subject(org, name), manner, since) for name in objects_of(source)]
    return Reader(streams, budget.usage, budget.close)


class SObject:
    """One object of an org as a stream; its rows are known by Id and told apart by the time of their change.

    `since` is where its history begins, by the time of the last change: what has not changed since then is not read.
    """

    def __init__(self, subject: Subject, manner: Manner, since: str | None) -> None:
        self._subject, self._manner, self._since = subject, manner, since

    @property
    def name(self) -> str:
        return self._subject.name

    @property
    def version(self) -> str | None:
        return self._subject.stamp

    @property
    def warnings(self) -> Sequence[str]:
        """What the user should know and is no reason to stop."""
        return [self._subject.missing] if self._subject.missing else []

    def fields(self) -> Mapping[str, str]:
        return self._subject.described.fields

    def estimate(self, position: Position | None) -> Estimate:
        subject, place = self._subject, self._place(position)
        if not subject.described.fields:
            return Estimate(0, 0, 0.0, subject.missing)
        rows = subject.count(soql.since(subject.stamp, place.since, place.after))
        if rows is None:
            return Estimate(None, 1, 0.0, "by bulk job; too many to be counted in time")
        poll = max(1.0, self._manner.poll.total_seconds())
        if rows < self._manner.bulk_from:
            calls, waiting, how = 3 + ceil(rows / _REST_PAGE), 0.0, "by query"
        else:
            waiting = max(rows / _BULK_SPEED, poll)
            calls, how = 5 + ceil(rows / PAGE) + ceil(waiting / poll), "by bulk job"
        if calls > subject.org.left:
            how += f", more calls than the {subject.org.left:,} left today"
        return Estimate(rows, calls, waiting + calls * _CALL, how)

    def read(self, position: Position | None) -> Iterator[Chunk]:
        subject, place = self._subject, self._place(position)
        if not subject.described.fields:
            return
        began = soql.moment(place.began) if place.began else subject.org.now
        place = yield from one_pass(subject, place, self._manner)
        if not subject.stamp:  # all of it was read
            yield Chunk(pa.table({}), place.told, whole={})
            return
        yield Chunk(pa.table({}), place.told)
        yield from deletions(subject, place, self._manner, began)

    def _place(self, position: Position | None) -> Place:
        return Place(since=self._since) if position is None else Place.of(position)


def _connection(source: Source) -> SalesforceConnection:
    if not isinstance(source.connection, SalesforceConnection):
        raise SourceError(f"'{source.name}' is no live Salesforce source; give it a 'connection' in sources.yml")
    return source.connection
