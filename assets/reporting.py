"""How far an extract has come, while it runs: in the terminal as it moves, in the run's log now and then."""

import time

import dagster as dg

from muster.config.models import Source
from muster.connectors.sync.engine import Progress
from muster.progress import tell

#: Seconds between two lines of the log.
PAUSE = 10.0


class Reporter:
    """Passes progress on to whoever listens, and to the log of the step."""

    def __init__(self, context: dg.AssetExecutionContext, source: Source) -> None:
        self._context, self._source = context, source
        self._last = time.monotonic()

    def progress(self, name: str, progress: Progress) -> None:
        tell(f"{self._source.name}/{name}", progress.rows, progress.total)
        if progress.is_estimate:
            self._context.log.info(f"{name}: {progress.told}")
            return
        if time.monotonic() - self._last < PAUSE:
            return
        self._last = time.monotonic()
        of = f" of {progress.total:,}" if progress.total else ""
        self._context.log.info(f"{name}: {progress.rows:,}{of} rows ({progress.told})")
