"""Published expressions: each reads, and what cannot be compiled yet says so by its form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from muster.errors import RuleError
from muster.pql import check_rule, parse
from tests.pql.sample import SCHEMA

EXAMPLES = Path(__file__).resolve().parents[3] / "shared" / "reference" / "pql-examples.jsonl"


def examples(*kinds: str) -> list[Any]:
    if not EXAMPLES.exists():
        reason = "the published expressions are not beside this checkout"
        return [pytest.param({}, marks=pytest.mark.skip(reason=reason))]
    lines = [json.loads(line) for line in EXAMPLES.read_text(encoding="utf-8").splitlines()]
    chosen = [line for line in lines if line["kind"] in kinds and line["format"] == "pql/text"]
    return [pytest.param(line, id=line["id"]) for line in chosen]


@pytest.mark.parametrize("example", examples("expression", "literal"))
def test_a_published_expression_reads(example: dict[str, str]) -> None:
    parse(example["pql"])


@pytest.mark.parametrize("example", examples("expression"))
def test_a_published_expression_fails_on_names_types_or_forms_to_come_only(example: dict[str, str]) -> None:
    """The sample schema has few of the names that they use."""
    for problem in check_rule(example["pql"], "people", SCHEMA):
        assert any(
            part in problem.message
            for part in (
                " has no ",
                "not supported here yet",
                "is not a condition",
                "stands where",
                "rows of a",
                "there is no class",
            )
        )


@pytest.mark.parametrize("example", examples("malformed"))
def test_a_malformed_expression_is_refused_where_it_breaks(example: dict[str, str]) -> None:
    with pytest.raises(RuleError) as caught:
        parse(example["pql"])
    assert caught.value.line == 1
    assert caught.value.column > 1
