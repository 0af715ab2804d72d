"""Where records come from: a connector a vendor, and what takes their exports into the lake."""

from muster.connectors.discovery import ExportObject, discover
from muster.connectors.intake import LoadReport, load, pending, totals
from muster.connectors.vendor import VendorObject
from muster.connectors.vendors import vendor_objects

__all__ = ["ExportObject", "LoadReport", "VendorObject", "discover", "load", "pending", "totals", "vendor_objects"]
