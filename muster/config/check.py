"""Checking a whole configuration before anything runs: `muster check`.

Everything that `load` finds, and what needs two files, the disk or the schema. All problems come in one pass, so that
renaming one XDM path in dbt names every audience and every mapping that it breaks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from muster.config.audience_checks import check_audiences, check_destinations
from muster.config.connection_checks import check_connections
from muster.config.governance_checks import check_governance
from muster.config.load import Reading, read
from muster.config.merge_policy_checks import check_merge_policies
from muster.config.shape_checks import check_shapes
from muster.config.source_checks import check_sources
from muster.config.topology_checks import check_together, check_topology
from muster.errors import Problem
from muster.governance.guardrails import Finding, findings
from muster.schema import Schema
from muster.settings import Settings


def check(settings: Settings, schema: Schema | None) -> list[Problem]:
    """All problems of a set-up's configuration, in file and line order; none means that it can run.

    Without a schema (the dbt project was never built) rules and XDM paths are not checked.
    """
    return _problems(read(settings.config), settings, schema)


def check_all(set_ups: Sequence[Settings], schema: Schema | None) -> list[tuple[Path, list[Problem]]]:
    """The problems of several configurations and of their standing together, each with its folder."""
    readings = [(settings, read(settings.config)) for settings in set_ups]
    found = [(settings.config, _problems(reading, settings, schema)) for settings, reading in readings]
    sources = [(settings.config, reading.sources) for settings, reading in readings if reading.sources]
    for folder, problem in check_together(sources):
        next(problems for place, problems in found if place == folder).append(problem)
    return [(folder, sorted(set(problems))) for folder, problems in found]


def _problems(reading: Reading, settings: Settings, schema: Schema | None) -> list[Problem]:
    problems = list(reading.problems)
    if reading.sources is not None:
        problems += check_sources(reading.sources, settings, schema)
        problems += check_connections(reading.sources)
        problems += check_topology(reading.sources, settings)
    if reading.identity is not None:
        problems += check_merge_policies(reading.identity, reading.sources, schema)
    if reading.destinations is not None:
        problems += check_destinations(reading.destinations)
    groups = reading.groups.model if reading.groups else None
    problems += check_audiences(reading.audiences, reading.destinations, schema, groups)
    problems += check_shapes(reading.audiences, reading.groups, reading.identity, settings, schema)
    if reading.governance is not None:
        problems += check_governance(reading.governance, reading.audiences, reading.destinations, schema)
    if not reading.problems:
        found = findings(reading.configuration, schema, settings)
        problems += [_refused(reading, item) for item in found if item.action == "refuse"]
    return sorted(set(problems))


def warnings(settings: Settings, schema: Schema | None) -> list[Finding]:
    """What is beyond a guardrail that only warns, in a configuration without mistakes."""
    found = findings(read(settings.config).configuration, schema, settings)
    return sorted(item for item in found if item.action == "warn")


def _refused(reading: Reading, finding: Finding) -> Problem:
    """A guardrail that refuses, where the audience stands, else where guardrails are set."""
    mend = "make it smaller, or raise the guardrail in governance.yml"
    for entry in reading.audiences:
        if entry.model.name == finding.audience:
            return entry.document.problem(("rule",), str(finding), mend)
    return Problem("governance.yml", 0, str(finding), mend)


def render(problems: Iterable[Problem], folder: Path) -> str:
    """One line a problem, its file as a path from where the user stands: `config/audiences/x.yml:7: …`."""
    try:
        prefix = folder.resolve().relative_to(Path.cwd())
    except ValueError:
        prefix = folder
    told = (Problem((prefix / item.file).as_posix(), item.line, item.what, item.mend) for item in problems)
    return "\n".join(str(problem) for problem in told)
