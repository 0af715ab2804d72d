"""Twins as they are served in tests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from muster.twins.clock import Clock
from muster.twins.hubspot import HubSpotTwin
from muster.twins.server import Running, serve
from muster.twins.store import Store
from tests.twins.hubspot_account import Account
from tests.twins.toy import Toy


@pytest.fixture
def toy() -> Iterator[Running]:
    with serve(Toy()) as running:
        yield running


@pytest.fixture
def hubspot() -> Iterator[Account]:
    """An empty account whose time stands still and whose limits are far away."""
    twin = HubSpotTwin(Store(Clock(datetime(2026, 11, 23, 12, tzinfo=UTC), speed=0)))
    with serve(twin) as running:
        account = Account(running, twin)
        account.limit(ten_secondly=100_000, search_secondly=100_000, search_delay=0)
        yield account
