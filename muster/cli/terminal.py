"""The terminal for us, a log file for everybody else.

Dagster and dbt write to this process's standard output and error from several layers; while they run, both go to a
file, and only our own console still reaches the terminal.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console


@contextmanager
def others_to_file(log: Path, quiet: bool = False) -> Iterator[Console]:
    """Send all output below this process to `log`; yields a console on the terminal as it was."""
    log.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    terminal, errors = os.dup(1), os.dup(2)
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.dup2(target, 1)
        os.dup2(target, 2)
        with os.fdopen(os.dup(terminal), "w", encoding="utf-8") as screen:
            yield Console(file=screen, quiet=quiet)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(terminal, 1)
        os.dup2(errors, 2)
        for descriptor in (terminal, errors, target):
            os.close(descriptor)
