"""The lake: every record that ever came in, as it came, in Parquet; append-only.

A load is one file read once. Nothing but the lake itself remembers what has been read.
"""

from muster.lake.loads import Load, loads

__all__ = ["Load", "loads"]
