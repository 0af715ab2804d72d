"""The method that an audience file declares, held against what its rule allows."""

from __future__ import annotations

from muster import pql
from muster.config.models import Audience
from muster.errors import RuleError


def refuse_declared(audience: Audience, rule: pql.CompiledRule) -> None:
    """RuleError where a declared method cannot be kept, with the reason; nothing is ever changed silently."""
    if error := pql.refuse_declared(audience.method, rule):
        told = f"audience {audience.name}: 'method: {audience.method}' cannot be kept: {error.message}"
        raise RuleError(told, expected=error.expected)
