"""`muster init`: from folders of exports to a configuration that runs.

Looks at the data, never asks. What it proposes and why stands in the files as comments.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from muster.errors import MusterError
from muster.init.sources import look_at, valid_name
from muster.init.starters import starters
from muster.init.writing import DESTINATIONS, IDENTITY, audience_file, sources_file

__all__ = ["InitReport", "init"]


@dataclass(frozen=True)
class InitReport:
    """What was written and why. `notes` are the proposals' reasons, one line each."""

    config: Path
    data: Path
    sources: list[str]
    objects: dict[str, list[str]]
    ignored: dict[str, list[str]]
    audiences: list[str]
    notes: list[str]

    @property
    def text(self) -> str:
        """What was found and what to do next, for a person to read."""
        lines = [f"{self.config} is written.", ""]
        for name, objects in self.objects.items():
            ignored = self.ignored[name]
            none = "nothing recognised" if ignored else "no exports found; CSV, JSON, JSON lines and Parquet are read"
            lines.append(f"source {name}: {', '.join(objects) or none}")
            lines += [f"  kept in the lake, though no model reads them: {', '.join(ignored)}"] if ignored else []
        lines += [f"  {note}" for note in self.notes]
        lines += [f"audiences: {', '.join(self.audiences) or 'none'}", ""]
        lines += ["Next, in this shell:", f"  {self.settings}", "  muster check", "  muster run"]
        return "\n".join(lines)

    @property
    def settings(self) -> str:
        """The two settings that select this set-up, as a line for the shell."""
        return f"export MUSTER_CONFIG={shlex.quote(str(self.config))} MUSTER_DATA={shlex.quote(str(self.data))}"


def init(folder: Path, exports: Sequence[tuple[str, Path]]) -> InitReport:
    """Write `<folder>/config` and `<folder>/data` for exports given as (source type, folder or file).

    Raises MusterError where a configuration is there already or an export is of an unknown type, SourceError where
    one is absent or cannot be read. Nothing is written unless everything could be.
    """
    config, data = (folder / "config").resolve(), (folder / "data").resolve()
    if config.exists() and any(config.iterdir()):
        raise MusterError(f"{config} holds a configuration already; choose another folder, or move it away first")
    if not exports:
        raise MusterError("no exports were given; name at least one, such as --export salesforce=<folder>")
    sources = look_at(exports, data)
    proposals = [proposal for source in sources for proposal in source.proposals]
    chosen = starters(proposals)
    files = {
        "sources.yml": sources_file(valid_name(folder.resolve().name, "muster"), sources),
        "identity.yml": IDENTITY,
        "destinations.yml": DESTINATIONS,
        **{f"audiences/{starter.name}.yml": audience_file(starter) for starter in chosen},
    }
    for name, text in files.items():
        (config / name).parent.mkdir(parents=True, exist_ok=True)
        (config / name).write_text(text, "utf-8")
    data.mkdir(parents=True, exist_ok=True)
    return InitReport(
        config=config,
        data=data,
        sources=[source.name for source in sources],
        objects={source.name: [proposal.object for proposal in source.proposals] for source in sources},
        ignored={source.name: list(source.ignored) for source in sources},
        audiences=[starter.name for starter in chosen],
        notes=[f"{item.object}: {reason}" for item in proposals for reason in item.reasons],
    )
