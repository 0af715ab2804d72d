"""`guardrails` of governance.yml: how much is too much, and what happens then.

The limits that stand here are the incumbent's, which are those of its service. Muster has none of its own: nothing is
ever cut short, and whoever needs more writes another number.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from muster.config.base import Model


class Guardrail(Model):
    """`warn` tells of what is beyond the limit, `refuse` keeps it from being evaluated, `off` says nothing."""

    limit: int = Field(ge=0)
    action: Literal["warn", "refuse", "off"] = "warn"


class Guardrails(Model):
    """One for each thing that is counted; where only `action` is given the limit stays as it is."""

    audiences: Guardrail = Guardrail(limit=4000)
    streaming_audiences: Guardrail = Guardrail(limit=500)
    account_audiences: Guardrail = Guardrail(limit=50)
    b2b_audiences: Guardrail = Guardrail(limit=400)
    destinations: Guardrail = Guardrail(limit=100)
    audiences_per_destination: Guardrail = Guardrail(limit=250)
    fields_per_activation: Guardrail = Guardrail(limit=50)
    container_depth: Guardrail = Guardrail(limit=5)
    rules_per_container: Guardrail = Guardrail(limit=5)
    hops: Guardrail = Guardrail(limit=5)
    values_per_field: Guardrail = Guardrail(limit=50)
    external_columns: Guardrail = Guardrail(limit=25)
    external_megabytes: Guardrail = Guardrail(limit=1000)
    identities_per_person: Guardrail = Guardrail(limit=50)
    events_per_person: Guardrail = Guardrail(limit=5000)

    @model_validator(mode="before")
    @classmethod
    def _limits_that_stay(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        known = {name: field.default.limit for name, field in cls.model_fields.items()}
        return {
            name: {"limit": known[name], **told} if isinstance(told, dict) and name in known else told
            for name, told in data.items()
        }
