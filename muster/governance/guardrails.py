"""Guardrails: what is larger than governance.yml allows, told, or kept from being evaluated.

The limits that governance.yml begins with are the incumbent's; where each is published stands in `SOURCES`. They are
no limits of Muster's own: nothing is ever cut short because of one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from muster.audiences.external import list_columns
from muster.config.audience import External
from muster.config.guardrails import Guardrail, Guardrails
from muster.config.models import Audience, Configuration
from muster.errors import RuleError
from muster.governance.rule_size import RuleSize, measure
from muster.schema import Schema
from muster.settings import Settings

#: What each guardrail counts, and where the incumbent publishes its own number (the default in governance.yml).
SOURCES: Mapping[str, tuple[str, str]] = {
    "audiences": ("audiences", "EP:help/profile/guardrails.md"),
    "streaming_audiences": ("streaming audiences", "EP:help/profile/guardrails.md"),
    "account_audiences": ("audiences of accounts", "EP:help/profile/guardrails.md"),
    "b2b_audiences": ("audiences that reach B2B records", "EP:help/rtcdp/b2b-guardrails.md"),
    "destinations": ("destinations", "EP:help/destinations/guardrails.md"),
    "audiences_per_destination": ("audiences at one destination", "EP:help/destinations/guardrails.md"),
    "fields_per_activation": ("fields at one destination", "EP:help/destinations/guardrails.md"),
    "container_depth": ("containers in one another", "EP:help/segmentation/types/account-audiences.md"),
    "rules_per_container": ("conditions in one container", "EP:help/segmentation/types/account-audiences.md"),
    "hops": ("hops over relations", "EP:help/segmentation/types/account-audiences.md"),
    "values_per_field": ("values in one list", "EP:help/segmentation/types/account-audiences.md"),
    "external_columns": ("columns of a list", "EP:help/segmentation/ui/audience-portal.md"),
    "external_megabytes": ("megabytes of a list", "EP:help/segmentation/ui/audience-portal.md"),
    "identities_per_person": ("identities of one person", "EP:help/identity-service/guardrails.md"),
    "events_per_person": ("events of one person", "EP:help/profile/guardrails.md"),
}
#: Classes that are a person's own profile and no B2B records of their own.
PROFILE = {"person", "person_identity", "person_component", "activity"}


@dataclass(frozen=True, order=True)
class Finding:
    """Something beyond its guardrail; `audience` and `destination` are empty where it is about all of them."""

    guardrail: str
    found: int
    limit: int
    action: Literal["warn", "refuse"]
    audience: str = ""
    destination: str = ""

    def __str__(self) -> str:
        whose = " at ".join(filter(None, [self.audience, self.destination]))
        what, _ = SOURCES[self.guardrail]
        told = f"{self.found:,} {what}, and the guardrail {self.guardrail} is {self.limit:,}"
        return f"{whose}: {told}" if whose else told


def findings(configuration: Configuration, schema: Schema | None, settings: Settings | None = None) -> list[Finding]:
    """All that is beyond a guardrail in a configuration.

    Without a schema hops and B2B records are not counted; without settings, the files of lists are not looked into.
    """
    rails = configuration.governance.guardrails
    sizes = {item.name: size for item in configuration.audiences if (size := _size(item, schema))}
    return [*_overall(configuration, rails, sizes), *_each(configuration, rails, sizes, settings)]


def _overall(configuration: Configuration, rails: Guardrails, sizes: Mapping[str, RuleSize]) -> Iterator[Finding]:
    live = [item for item in configuration.audiences if item.status == "published"]
    yield from beyond("audiences", len(live), rails)
    yield from beyond("streaming_audiences", sum(item.method == "streaming" for item in live), rails)
    yield from beyond("account_audiences", sum(item.of == "accounts" for item in live), rails)
    yield from beyond("b2b_audiences", sum(_is_b2b(item, sizes) for item in live), rails)
    yield from beyond("destinations", len(configuration.destinations.destinations), rails)
    going = Counter(each.destination for item in live for each in item.activate)
    for name, count in going.items():
        yield from beyond("audiences_per_destination", count, rails, destination=name)


def _each(
    configuration: Configuration, rails: Guardrails, sizes: Mapping[str, RuleSize], settings: Settings | None
) -> Iterator[Finding]:
    for audience in configuration.audiences:
        if size := sizes.get(audience.name):
            yield from _of_rule(audience, rails, size)
        for activation in audience.activate:
            count = len(activation.fields)
            yield from beyond(
                "fields_per_activation", count, rails, audience=audience.name, destination=activation.destination
            )
        if audience.external and settings:
            yield from _of_list(audience.name, audience.external, rails, settings.resolve(audience.external.file))


def _of_list(name: str, external: External, rails: Guardrails, path: Path) -> Iterator[Finding]:
    if path.is_file():
        yield from beyond("external_megabytes", path.stat().st_size // 1_000_000, rails, audience=name)
        with suppress(RuleError):  # told when it is evaluated
            yield from beyond("external_columns", len(list_columns(name, external, path)), rails, audience=name)


def _of_rule(audience: Audience, rails: Guardrails, size: RuleSize) -> Iterator[Finding]:
    for guardrail, found in (
        ("container_depth", size.depth),
        ("rules_per_container", size.conditions),
        ("values_per_field", size.values),
        ("hops", size.hops),
    ):
        yield from beyond(guardrail, found, rails, audience=audience.name)


def _size(audience: Audience, schema: Schema | None) -> RuleSize | None:
    """None where the rule is no PQL, which is told by whoever compiles it."""
    try:
        return measure(audience.condition, audience.of, schema)
    except RuleError:
        return None


def _is_b2b(audience: Audience, sizes: Mapping[str, RuleSize]) -> bool:
    size = sizes.get(audience.name)
    return audience.of == "accounts" or bool(size and size.classes - PROFILE)


def beyond(
    guardrail: str, found: int, rails: Guardrails, audience: str = "", destination: str = ""
) -> Iterator[Finding]:
    """The finding where a count is more than its guardrail, and the guardrail is on."""
    rail: Guardrail = getattr(rails, guardrail)
    if rail.action != "off" and found > rail.limit:
        yield Finding(guardrail, found, rail.limit, rail.action, audience, destination)
