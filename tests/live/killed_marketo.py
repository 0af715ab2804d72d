"""Reads the leads of a Marketo twin, to be killed at it: `python -m tests.live.killed_marketo SETTINGS-JSON`.

Waits move the twin's clock through its control URL, after a moment of real time in which the kill may come.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import requests

from muster.config.models import Source
from muster.connectors.http.patience import Patience
from muster.connectors.marketo.reader import open_reader
from muster.connectors.sync import engine, feed
from muster.connectors.sync.engine import sync
from muster.settings import Settings


def main() -> None:
    told = json.loads(sys.argv[1])
    engine.NOTED_EVERY = feed.SECONDS = 0.0  # as if minutes of real time passed between two looks
    source = Source.model_validate(told["source"])
    settings = Settings.at(Path(told["config"]), Path(told["data"]))

    def wait(seconds: float) -> None:
        sys.stdout.write("waits\n")
        sys.stdout.flush()
        time.sleep(0.1)
        requests.post(f"{told['control']}/clock", json={"advance": seconds}, timeout=30)

    reader = open_reader(source, settings, Patience(sleep=wait))
    stream = next(each for each in reader.streams if each.name == "leads")
    sync(source, stream, settings, datetime.now(UTC))


if __name__ == "__main__":
    main()
