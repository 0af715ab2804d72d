"""The Dagster instance of a set-up: `<data>/dagster`, configured by the checkout's dagster.yaml.

The instance is absolute and inside the data folder, so the UI shows what `muster run` did and the other way round.
"""

from __future__ import annotations

import os
from pathlib import Path

from muster.settings import CHECKOUT, Settings


def prepare_home(settings: Settings) -> Path:
    """Make the folder, bring its dagster.yaml up to date, and select it for this process and its children."""
    home = settings.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    told = (CHECKOUT / "dagster.yaml").read_text()
    here = home / "dagster.yaml"
    if not here.exists() or here.read_text() != told:
        here.write_text(told)
    os.environ["DAGSTER_HOME"] = str(home)
    return home
