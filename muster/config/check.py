"""Checking a whole configuration before anything runs: `muster check`.

Everything that `load` finds, and what needs two files, the disk or the schema. All problems come in one pass, so that
renaming one XDM path in dbt names every audience and every mapping that it breaks.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from muster.config.audience_checks import check_audiences, check_destinations
from muster.config.load import read
from muster.config.source_checks import check_sources
from muster.errors import Problem
from muster.schema import Schema
from muster.settings import Settings


def check(settings: Settings, schema: Schema | None) -> list[Problem]:
    """All problems of a set-up's configuration, in file and line order; none means that it can run.

    Without a schema (the dbt project was never built) rules and XDM paths are not checked.
    """
    reading = read(settings.config)
    problems = list(reading.problems)
    if reading.sources is not None:
        problems += check_sources(reading.sources, settings, schema)
    if reading.destinations is not None:
        problems += check_destinations(reading.destinations)
    problems += check_audiences(reading.audiences, reading.destinations, schema)
    return sorted(set(problems))


def render(problems: Iterable[Problem], folder: Path) -> str:
    """One line a problem, its file as a path from where the user stands: `config/audiences/x.yml:7: …`."""
    try:
        prefix = folder.resolve().relative_to(Path.cwd())
    except ValueError:
        prefix = folder
    told = (Problem((prefix / item.file).as_posix(), item.line, item.what, item.mend) for item in problems)
    return "\n".join(str(problem) for problem in told)
