"""Marketo Engage: bulk extracts, answers of the REST API kept as files, or Fivetran's tables.

A bulk extract writes `null` for an empty cell and may hold carriage returns and NULs that mean nothing.
"""

from muster.connectors.exports.batch import Reading
from muster.connectors.marketo.objects import OBJECTS
from muster.connectors.vendor import Vendor

MARKETO = Vendor(
    type="marketo",
    label="Marketo",
    objects=OBJECTS,
    keys=(("id",),),
    deleted=("isDeleted", "is_deleted", "_fivetran_deleted"),
    reading=Reading(nulls=("null",), drop=b"\r\0"),
)
