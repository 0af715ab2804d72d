"""One line of the table: a set, what did the work, how right it was, seconds and memory."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from muster.identity.truth import Quality


@dataclass(frozen=True)
class Score:
    """What one way of matching did on one set."""

    set: str
    rows: int
    way: str
    quality: Quality
    seconds: float
    mebibytes: float | None = None


def run(arguments: Sequence[str]) -> tuple[float, float]:
    """Run a command in a process of its own: seconds, and the greatest memory of it in MiB."""
    began = time.perf_counter()
    told = f"import resource, subprocess; subprocess.run({list(arguments)!r}, check=True); " + (
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)"
    )
    done = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True)
    return time.perf_counter() - began, float(done.stdout.split()[-1])


def muster() -> str:
    return str(Path(sys.executable).parent / "muster")


def table(scores: Iterable[Score], title: str) -> Table:
    shown = Table(title=title, title_justify="left")
    for name in ("set", "way"):
        shown.add_column(name, no_wrap=True)
    for name in ("rows", "true pairs", "precision", "recall", "F1", "seconds", "MiB"):
        shown.add_column(name, justify="right", no_wrap=True)
    before = ""
    for each in scores:
        own = (each.set, each.way, str(each.rows), str(each.quality.true_pairs))
        figures = (f"{each.quality.precision:.4f}", f"{each.quality.recall:.4f}", f"{each.quality.f1:.4f}")
        spent = (f"{each.seconds:.1f}", "" if each.mebibytes is None else f"{each.mebibytes:.0f}")
        if before and before != each.set:
            shown.add_section()
        shown.add_row("" if before == each.set else own[0], *own[1:], *figures, *spent)
        before = each.set
    return shown
