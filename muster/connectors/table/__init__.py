"""Tables of any shape, from a warehouse or a spreadsheet: `class` says what a row is, `columns` map to XDM paths.

The lake object is the class. Files that `sources.yml` does not list are kept under their own names.
"""

from muster.connectors.vendor import Vendor, VendorObject

_REFERRED = ("person", "account", "opportunity", "campaign", "marketing_list")
_KEYS = {
    "person": "b2b.personKey.sourceID",
    "account": "accountKey.sourceID",
    "account_person": "accountPersonKey.sourceID",
    "opportunity": "opportunityKey.sourceID",
    "opportunity_person": "opportunityPersonKey.sourceID",
    "campaign": "campaignKey.sourceID",
    "campaign_member": "campaignMemberKey.sourceID",
    "marketing_list": "marketingListKey.sourceID",
    "marketing_list_member": "marketingListMemberKey.sourceID",
    "activity": "_id",
}

TABLE = Vendor(
    type="table",
    label="Table",
    objects=tuple(
        VendorObject(name, name, ((key,), ("id",)), keyed=name != "activity", referred=name in _REFERRED)
        for name, key in _KEYS.items()
    ),
    keys=(("id",),),
    deleted=("isDeleted", "is_deleted", "deleted", "deletedAt", "deleted_at", "_fivetran_deleted"),
)
