"""The versions of an audience as they are told: on the terminal, as JSON, and as a table in the UI. No people in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from muster.audiences.membership import Membership, MembershipStore


@dataclass(frozen=True)
class Version:
    """One version; `rule_changed` says whether its rule is another than that of the version before."""

    version: int
    evaluated_at: datetime
    size: int
    entered: int
    left: int
    rule_changed: bool
    held: bool
    snapshot: str
    cause: str
    rule: str


def versions(store: MembershipStore, audience: str, newest: int) -> list[Version]:
    """The newest versions, newest first."""
    found = [*store.history(audience, newest=newest + 1), None]
    return [_version(item, before) for item, before in pairwise(found) if item][:newest]


def markdown(found: Sequence[Version]) -> str:
    """The versions as a Markdown table, newest first."""
    lines = ["| version | evaluated | size | entered | left | rule |", "| ---: | --- | ---: | ---: | ---: | --- |"]
    for item in found:
        told = " ".join(filter(None, ("changed" if item.rule_changed else "", "held back" if item.held else "")))
        figures = f"{item.size:,} | +{item.entered:,} | -{item.left:,}"
        lines.append(f"| {item.version} | {item.evaluated_at:%Y-%m-%d %H:%M} | {figures} | {told} |")
    return "\n".join(lines)


def _version(item: Membership, before: Membership | None) -> Version:
    is_changed = before is not None and before.rule.strip() != item.rule.strip()
    return Version(
        item.version, item.evaluated_at, item.size, item.entered, item.exited, is_changed, item.held, item.snapshot,
        item.cause, item.rule,
    )  # fmt: skip
