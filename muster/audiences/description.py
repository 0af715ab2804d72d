"""An audience's file in plain sentences: where its members come from, who is taken out again, and its state."""

from __future__ import annotations

from collections.abc import Iterator

from muster.config.audience_groups import AudienceGroups
from muster.config.models import Audience


def described(audience: Audience, groups: AudienceGroups) -> list[str]:
    """One sentence for each thing that shapes it besides its rule."""
    return [*_origin(audience, groups), *_left_out(audience, groups), *_state(audience)]


def _origin(audience: Audience, groups: AudienceGroups) -> Iterator[str]:
    if external := audience.external:
        yield f"From the list {external.file}, by {external.identity} ({external.namespace})."
        yield f"Everybody leaves {external.expires.days} days after its last update."
    if (told := audience.split) and (split := groups.split(told.of)):
        share = split.parts.get(told.part, 0)
        yield f"{share:g} % of {split.of or 'all whom the rule finds'}: part {told.part} of the split {split.name}."


def _left_out(audience: Audience, groups: AudienceGroups) -> Iterator[str]:
    if audience.exclude:
        yield f"Without those in {', '.join(audience.exclude)}."
    for item in groups.exclusive:
        if audience.name in item.audiences:
            before = item.audiences[: item.audiences.index(audience.name)]
            yield f"On the priority list {item.name}, " + (f"after {', '.join(before)}." if before else "first.")
    if audience.holdout is not None:
        yield f"{audience.holdout:g} % are held out."
    if limit := audience.limit:
        yield f"The best {limit.take:,}{f' per {limit.per}' if limit.per else ''} by {limit.order_by}."


def _state(audience: Audience) -> Iterator[str]:
    if audience.status == "draft":
        yield "A draft: evaluated on demand only, and delivered nowhere."
    if audience.status == "archived":
        yield "Archived: its members have left."
