"""The readers of live sources, by their type in `sources.yml`; a vendor's own is imported when it is first needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from muster.config.models import Source
from muster.connectors.sync.stream import Reader
from muster.errors import SourceError
from muster.settings import Settings

_MODULES = {
    "marketo": "muster.connectors.marketo.reader",
    "salesforce": "muster.connectors.salesforce.reader",
    "hubspot": "muster.connectors.hubspot.reader",
    "table": "muster.connectors.postgres.reader",
}


@dataclass(frozen=True)
class LiveVendor:
    """What there is to a vendor's reader: the objects it would read, told without any call, and the reader itself."""

    objects: Callable[[Source], Sequence[str]]
    open: Callable[[Source, Settings], Reader]


def live(source: Source) -> LiveVendor:
    """The reader for a source that has a `connection`."""
    if source.connection is None or source.type not in _MODULES:
        raise SourceError(f"'{source.name}' is no live source; give it a 'connection' in sources.yml")
    module = import_module(_MODULES[source.type])
    return LiveVendor(
        cast(Callable[[Source], Sequence[str]], module.objects_of),
        cast(Callable[[Source, Settings], Reader], module.open_reader),
    )
