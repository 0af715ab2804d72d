"""One Marketo instance as its streams see it: its calls, what it says of itself, and what the lake has of it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from muster.config.connections import MarketoConnection
from muster.connectors.http.budget import Budget
from muster.connectors.marketo import times
from muster.connectors.marketo.api import Marketo
from muster.connectors.marketo.beginning import beginning_of
from muster.connectors.marketo.bulk import Extracts
from muster.connectors.marketo.cadence import Cadence
from muster.connectors.marketo.describe import Descriptions
from muster.connectors.marketo.feed import Feeds
from muster.connectors.marketo.known import Known
from muster.connectors.marketo.plans import Windows
from muster.connectors.sync.stream import Estimate

#: A file of an extract is to be at most this part of the day's megabytes. (Our decision.)
_FILE = 8
#: Calls that one piece of a history takes: create, enqueue, a few looks, the file.
_CALLS_A_PIECE = 6


@dataclass
class Instance:
    """What all streams of one source share."""

    connection: MarketoConnection
    api: Marketo
    budget: Budget
    known: Known
    sleep: Callable[[float], None] = time.sleep

    @cached_property
    def descriptions(self) -> Descriptions:
        return Descriptions(self.api)

    @cached_property
    def cadence(self) -> Cadence:
        return Cadence(self.connection.calls_per_day * self.connection.share)

    @cached_property
    def beginning(self) -> datetime:
        """Where history begins: as configured, or found."""
        since = self.connection.since
        return times.midnight(since) if since else beginning_of(self.api, self.descriptions)

    @property
    def feeds(self) -> Feeds:
        """For one read: paging tokens are of its time."""
        return Feeds(self.api, self.overlap)

    @property
    def overlap(self) -> timedelta:
        """What is read again each time; a second at least, for times are told in whole seconds."""
        return max(self.connection.overlap, timedelta(seconds=1))

    def windows(self, filter_: str, start: datetime, end: datetime) -> Windows:
        """The history between two times; with a look at what was before, where nobody said when it begins."""
        found = start == self.beginning and not self.connection.since
        return Windows(filter_, start, end, self.target, back=start if found else None)

    @property
    def target(self) -> int:
        """Bytes that a file is to have at most."""
        return int(self.connection.megabytes_per_day * 1_000_000 * self.connection.share) // _FILE

    def extracts(self, stream: str, warn: Callable[[str], None]) -> Extracts:
        """The jobs of a stream; what a killed run left of their files is removed."""
        folder = self.known.settings.data / "extracts" / self.known.source.name / stream
        shutil.rmtree(folder, ignore_errors=True)
        return Extracts(self.api, self.budget, self.connection.pause.total_seconds(), folder, warn, self.sleep)

    def estimate_pieces(self, pieces: int, what: str) -> Estimate:
        """What so many extracts take: each about two looks long, two at a time."""
        poll = self.connection.pause
        return Estimate(
            None,
            pieces * _CALLS_A_PIECE,
            pieces * poll.total_seconds(),
            f"{what} in {pieces} bulk extracts, two at a time; a day has"
            f" {self.connection.megabytes_per_day * self.connection.share:,.0f} MB for them",
        )


def estimate_calls(calls: int, how: str) -> Estimate:
    """What calls alone take, at half of the vendor's rate."""
    return Estimate(None, calls, max(1.0, 0.4 * calls), how)


def is_over(state: object, now: datetime, length: timedelta) -> bool:
    """Whether a written time is longer ago than that, or there is none."""
    moment = times.read_or_none(state)
    return moment is None or now - moment >= length
