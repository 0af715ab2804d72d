"""What becomes of a delivery when a call to its destination does not end well."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from muster.connectors.destination import Delivery
from muster.errors import SourceError, TransientDelivery


@contextmanager
def reaching(delivery: Delivery) -> Iterator[None]:
    """The client's own errors mean that the same plan may work later: once the vendor is in reach again, its day is
    over, or the credentials are mended."""
    try:
        yield
    except SourceError as error:
        raise TransientDelivery(f"{delivery.name}: {error}") from None
