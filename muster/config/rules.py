"""The rule of an audience as it stands in YAML: text, a node of pql/json, or Adobe's `{format, value}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator

from muster.errors import RuleError


def _as_text(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    from muster.pql.json import rule_text  # most rules are text

    try:
        return rule_text(value)
    except RuleError as error:
        raise ValueError(str(error)) from None


Rule = Annotated[str, BeforeValidator(_as_text, json_schema_input_type=str | dict[str, object])]
