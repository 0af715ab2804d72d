"""The twin of Marketo Engage: REST and bulk APIs of one instance, as the vendor's pages and recorded traffic show them.

`gateway` is the way of every call; each family of paths has a module with its `RULES`; `twin` joins them.
"""

from muster.twins.marketo.identity import Service
from muster.twins.marketo.request import User
from muster.twins.marketo.twin import MarketoTwin, open_twin

__all__ = ["MarketoTwin", "Service", "User", "open_twin"]
