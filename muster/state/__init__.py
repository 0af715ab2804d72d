"""The state store: versions, batches and numbers, in SQLite (WAL) by default or PostgreSQL by URL.

Bulk content (members, delivered rows) lies in files that the rows here name; sensors read these rows only.
"""

from muster.state.store import StateStore, metadata

__all__ = ["StateStore", "metadata"]
