"""What a timing depends on: the machine, and the versions of what computes."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from typing import Any

PACKAGES = ("muster", "duckdb", "dagster", "dbt-core", "dbt-duckdb", "polars", "pyarrow", "pyroaring", "sqlglot")


def machine() -> dict[str, Any]:
    """Cores this process may use, memory in GiB, system, load average of the last minute, versions."""
    return {
        "cores": cores(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "load": round(os.getloadavg()[0], 2),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
    }


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
