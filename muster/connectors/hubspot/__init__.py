"""HubSpot: exports by its pages (human headings), by its API (`properties`, `associations`) or by Fivetran."""

from muster.connectors.exports.batch import Reading
from muster.connectors.hubspot.objects import OBJECTS
from muster.connectors.vendor import Vendor

HUBSPOT = Vendor(
    type="hubspot",
    label="HubSpot",
    objects=OBJECTS,
    keys=(("id",), ("hs_object_id",), ("Record ID",)),
    deleted=("archived", "is_deleted", "isDeleted", "_fivetran_deleted"),
    reading=Reading(flatten=("properties", "list")),
)
