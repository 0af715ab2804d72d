"""What besides its rule says who is in an audience: lists, exclusions, priority lists, splits, holdouts, limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pyroaring import BitMap

from muster.audiences.days import Moment
from muster.audiences.shaping import Shaper
from muster.cli.audience.context import Context, rule_of
from muster.config.audience_groups import AudienceGroups
from muster.config.identity import IdentityFile
from muster.config.models import Audience, Configuration, GovernanceFile
from muster.governance.guardrails import findings


def left_out(context: Context, at: Moment, audience: Audience) -> Callable[[int], Sequence[str]]:
    """Says of an ordinal that meets the rule what takes it out again, if anything."""

    def told(ordinal: int) -> Sequence[str]:
        shaper = _shaper(context, at)
        if reasons := list(shaper.shape(BitMap([ordinal]), audience).left_out):
            return reasons
        if audience.limit is None:
            return []
        with context.trials(at) as trials:
            everybody = trials.rule(rule_of(audience), audience.of).members
        return [] if ordinal in shaper.shape(everybody, audience).members else ["beyond the limit"]

    return told


def is_listed(context: Context, at: Moment, audience: Audience, ordinal: int) -> bool:
    """Whether somebody is on the list that an audience comes from."""
    listed = _shaper(context, at).shape(BitMap(), audience).listed
    return listed is not None and ordinal in listed.members


def guardrails(context: Context, rule: str, of: str, name: str | None) -> list[str]:
    """What governance.yml says of such a rule."""
    reading = context.reading
    if reading.sources is None or reading.destinations is None:
        return []
    told = context.audiences.get(name or "")
    tried = told or Audience.model_validate({"name": "tried", "of": of, "rule": rule})
    configuration = Configuration(
        sources=reading.sources.model,
        identity=IdentityFile(),
        destinations=reading.destinations.model,
        governance=reading.governance.model if reading.governance else GovernanceFile(),
        audiences=[tried],
    )
    snapshot = context.moment(None).snapshot
    found = findings(configuration, snapshot.schema)
    return [str(item).removeprefix("tried: ") for item in found if item.audience == tried.name]


def _shaper(context: Context, at: Moment) -> Shaper:
    groups = context.reading.groups.model if context.reading.groups else AudienceGroups()

    def members_of(name: str) -> BitMap:
        version = context.store.at(name, at.instant)
        return version.members if version else BitMap()

    return Shaper(at.snapshot, context.store, context.audiences, groups, at.instant, members_of)
