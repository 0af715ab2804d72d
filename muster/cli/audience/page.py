"""Where an entity has arrived, a destination a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from muster.activation.whereabouts import Whereabouts
from muster.cli.audience.context import when

MARKS = {
    "has": ("✓", "green"), "removing": ("…", "yellow"), "adding": ("…", "yellow"), "refused": ("✗", "red"),
    "absent": ("·", "dim"),
}  # fmt: skip
WORDS = {
    "has": "has the {}", "removing": "still has the {}, to be removed", "adding": "does not have the {} yet",
    "refused": "refused the {}", "absent": "does not have the {}",
}  # fmt: skip


def destinations(found: Sequence[Whereabouts], entity: str) -> Iterator[Text]:
    """What each destination has acknowledged."""
    for item in found:
        since = f"   acknowledged {when(item.since)} · delivery {item.delivery}" if item.since else ""
        note = f"   {item.note}" if item.note else ""
        yield Text.assemble(
            MARKS[item.status],
            (f" {item.destination} ", "bold"),
            WORDS[item.status].format(entity),
            (since, "dim"),
            (note, "yellow"),
        )
    if not found:
        yield Text("· no destination has been told of this audience", style="dim")
