"""Events: behaviour on the web and in products, one row an event, from any tracker.

A file holds events when its name says so, or when it has a column for the time and one for what happened.
"""

from muster.connectors.vendor import Vendor, VendorObject

EVENTS = Vendor(
    type="events",
    label="Events",
    objects=(
        VendorObject(
            "events",
            "events",
            (("_id",), ("event_id",), ("eventId",), ("messageId",), ("id",)),
            fields=("_id", "eventType", "timestamp"),
            files=("event*", "*event", "pageview", "clickstream"),
            columns=(
                (
                    "timestamp",
                    "time",
                    "ts",
                    "eventtime",
                    "eventtimestamp",
                    "occurredat",
                    "receivedat",
                    "collectortstamp",
                ),
                ("event", "eventtype", "eventname", "action", "type", "name"),
            ),
            keyed=False,
        ),
    ),
    keys=(("id",), ("_id",)),
    deleted=("isDeleted", "is_deleted"),
)
