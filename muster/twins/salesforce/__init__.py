"""The Salesforce twin: an org with REST, SOQL, collections and Bulk API 2.0, as the vendor's documents tell of them."""

from muster.twins.salesforce.sessions import Credentials
from muster.twins.salesforce.twin import SalesforceTwin, open_twin

__all__ = ["Credentials", "SalesforceTwin", "open_twin"]
