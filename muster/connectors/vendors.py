"""All vendors that there is a connector for, by their type in `sources.yml`."""

from __future__ import annotations

from collections.abc import Mapping

from muster.connectors.events import EVENTS
from muster.connectors.hubspot import HUBSPOT
from muster.connectors.marketo import MARKETO
from muster.connectors.salesforce import SALESFORCE
from muster.connectors.table import TABLE
from muster.connectors.vendor import Vendor, VendorObject

VENDORS: Mapping[str, Vendor] = {each.type: each for each in (SALESFORCE, HUBSPOT, MARKETO, EVENTS, TABLE)}


def vendor_objects(type_: str) -> Mapping[str, VendorObject]:
    """The objects that a type of source knows, by the vendor's own names for them."""
    return {each.name: each for each in VENDORS[type_].objects}
