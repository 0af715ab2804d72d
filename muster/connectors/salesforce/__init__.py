"""Salesforce: exports of an org, one file an object, as Bulk API, Data Loader, Data Export or Fivetran write them.

Read live by `reader`.
"""

from muster.connectors.salesforce.objects import OBJECTS
from muster.connectors.vendor import Vendor

SALESFORCE = Vendor(
    type="salesforce",
    label="Salesforce",
    objects=OBJECTS,
    keys=(("Id",),),
    deleted=("IsDeleted", "_fivetran_deleted"),
)
