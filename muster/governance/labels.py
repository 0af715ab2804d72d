"""Labels of data against what a destination does with it.

A label counts where its field is used: mapped to an output, or asked about in the rule of the audience or of one that
it refers to (as in Real-Time CDP: only what is used or exported counts).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from muster.config.models import Activation, Audience
from muster.config.policies import Policy
from muster.errors import RuleError
from muster.pql import CompiledRule, compile_rule
from muster.pql.paths import Segment, resolve
from muster.pql.tree import Position
from muster.schema import Field, Schema


@dataclass(frozen=True)
class Violation:
    """A field that a destination may not get: whose label it is, how it is used, and which policy says no.

    `output` is the name under which it is mapped, None where a rule asks about it.
    """

    policy: str
    label: str
    action: str
    path: str
    column: str
    used: str
    output: str | None

    def __str__(self) -> str:
        label = f"{self.path} has the label {self.label} (column {self.column})"
        return f"{label} and is {self.used}; policy {self.policy} denies it for {self.action}"


def violations(
    schema: Schema,
    audience: Audience,
    audiences: Mapping[str, Audience],
    activation: Activation,
    actions: Sequence[str],
    policies: Sequence[Policy],
) -> list[Violation]:
    """Every use of a denied label in one activation; each field once for each way that it is used."""
    denied = [
        (policy, action, label) for policy in policies for action in policy.actions if action in actions
        for label in policy.deny
    ]  # fmt: skip
    if not denied:
        return []
    return [
        Violation(policy.name, label, action, field.path, f"{mart}.{field.column}", used, output)
        for mart, field, used, output in _uses(schema, audience, audiences, activation)
        for policy, action, label in denied
        if label in field.labels
    ]


def _uses(
    schema: Schema, audience: Audience, audiences: Mapping[str, Audience], activation: Activation
) -> Iterator[tuple[str, Field, str, str | None]]:
    for output, path in activation.fields.items():
        with suppress(RuleError):  # a path that leads nowhere is told elsewhere
            start = schema.of(audience.of).name
            route = resolve(schema, start, [Segment(name, Position(1, 1)) for name in path.split(".")])
            mart = route.edges[-1].target if route.edges else start
            for field in route.fields:
                yield mart, field, f"mapped to {output}", output
    for name, rule in _rules(schema, audience, audiences).items():
        where = "the rule" if name == audience.name else f"the rule of {name}"
        for class_name, path, _ in rule.fields:
            if asked := schema.classes[class_name].fields.get(path):
                yield class_name, asked, f"asked about in {where}", None


def _rules(schema: Schema, audience: Audience, audiences: Mapping[str, Audience]) -> dict[str, CompiledRule]:
    """The rules of the audience and of all that it refers to, over several steps; wrong ones are told elsewhere."""
    known, waiting = {**audiences, audience.name: audience}, [audience.name]
    found: dict[str, CompiledRule] = {}
    while waiting:
        name = waiting.pop(0)
        if name in known and name not in found:
            with suppress(RuleError):
                of, now = known[name].of, datetime.now(UTC)
                found[name] = compile_rule(known[name].rule, of, schema, now, segment_table=str)
                waiting += found[name].segments
    return found
