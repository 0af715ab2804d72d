"""HubSpot CRM as a local twin: objects, search, associations, lists and properties, in API v3/v4 and by date."""

from __future__ import annotations

from muster.errors import MusterError
from muster.twins.hubspot.account import PORTAL, HubSpotTwin
from muster.twins.store import Store

__all__ = ["HubSpotTwin", "open_twin"]


def open_twin(store: Store, *, instance: str = "", client_id: str = "", client_secret: str = "") -> HubSpotTwin:
    """The account with this id (a number). Raises MusterError where it is none."""
    if not (instance or "0").isdigit():
        raise MusterError(f"'{instance}' is no HubSpot account id; it is a number, such as --instance {PORTAL}")
    return HubSpotTwin(store, portal=int(instance or PORTAL), client_id=client_id, client_secret=client_secret)
