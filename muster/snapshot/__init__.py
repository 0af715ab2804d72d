"""Snapshots: immutable versions of the marts that everything after dbt reads, behind one atomic pointer."""

from muster.snapshot.publish import publish
from muster.snapshot.read import Snapshot, current, open_version, versions

__all__ = ["Snapshot", "current", "open_version", "publish", "versions"]
