"""A live Marketo instance as streams of records.

    reader = open_reader(source, settings)
    for stream in reader.streams: for chunk in stream.read(position): …

Streams that ask by ids which others find come after those: companies and opportunity roles after leads, opportunities
after roles, memberships after activities.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from muster.config.connections import MarketoConnection
from muster.config.models import Source
from muster.connectors.http.budget import Budget
from muster.connectors.http.patience import Patience
from muster.connectors.marketo.activities import Activities
from muster.connectors.marketo.api import Marketo
from muster.connectors.marketo.client import open_client
from muster.connectors.marketo.companies import Companies
from muster.connectors.marketo.instance import Instance
from muster.connectors.marketo.known import Known
from muster.connectors.marketo.leads import Leads
from muster.connectors.marketo.limits import budget_of
from muster.connectors.marketo.lists import StaticListMembers, StaticLists
from muster.connectors.marketo.named_accounts import NamedAccounts
from muster.connectors.marketo.opportunities import Opportunities, OpportunityRoles
from muster.connectors.marketo.program_members import ProgramMembers
from muster.connectors.marketo.programs import Programs
from muster.connectors.sync.stream import Reader, Stream
from muster.errors import SourceError
from muster.settings import Settings

_STREAMS: Mapping[str, Callable[[Instance], Stream]] = {
    "leads": Leads,
    "companies": Companies,
    "opportunity_roles": OpportunityRoles,
    "opportunities": Opportunities,
    "named_accounts": NamedAccounts,
    "programs": Programs,
    "activities": Activities,
    "program_members": ProgramMembers,
    "static_lists": StaticLists,
    "static_list_members": StaticListMembers,
}


def objects_of(source: Source) -> list[str]:
    """What will be read, in reading order, without asking the instance. SourceError for an unknown name."""
    connection = _connection(source)
    for name in (*connection.include, *connection.exclude):
        if name.casefold() not in _STREAMS:
            raise SourceError(f"a Marketo instance has no object '{name}'; its objects are {', '.join(_STREAMS)}")
    left_out = {name.casefold() for name in connection.exclude}
    return [name for name in _STREAMS if name not in left_out]


def open_reader(
    source: Source,
    settings: Settings,
    patience: Patience = Patience(),
    budget: Budget | None = None,
) -> Reader:
    """The streams of a live source; nothing is asked before one is read. By default the instance's own budget."""
    connection = _connection(source)
    budget = budget or budget_of(connection, settings)
    clients = open_client(connection, budget, f"Marketo {source.instance_id}", patience)
    instance = Instance(connection, Marketo(clients), budget, Known(source, settings), patience.sleep)
    streams: Sequence[Stream] = [_STREAMS[name](instance) for name in objects_of(source)]
    return Reader(streams, budget.usage, budget.close)


def _connection(source: Source) -> MarketoConnection:
    if not isinstance(source.connection, MarketoConnection):
        raise SourceError(f"{source.name} is no live Marketo source; give it a 'connection' in sources.yml")
    return source.connection
