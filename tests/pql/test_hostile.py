"""Whatever is typed, the answer is a tree or a `RuleError` on one line."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.errors import RuleError
from muster.pql import parse, print_rule
from muster.pql.json import read_json

PIECES = st.sampled_from(
    ["(", ")", "[", "]", "{", "}", '"', "'", "\\", "`", "^", "$1", "$0", "@{", "=>", "<=", "and", "or", "not", "from",
     "exists x from", "sum", "over", "CHAIN(", "WHAT(", "occurs", "last", "day", "3", "1e999", "--", ";", "\0", "é",
     ".", ",", ":", "let", "where", "\ud800", "/*", " ", "\n"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=15).map(" ".join), st.lists(PIECES).map("".join)))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (parse, read_json):
        try:
            read(text)
        except RuleError as error:
            assert "\n" not in str(error)
            assert len(str(error)) < 500


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(RuleError):
        parse(data.decode("utf-8", "surrogateescape"))
    with suppress(RuleError):
        read_json(data.decode("latin-1"))


DEEP = ["(" * 10_000, "not " * 10_000 + "true", "[" * 10_000, "f(" * 10_000, "a" + ".b" * 10_000, "1" + "+1" * 10_000]


@pytest.mark.parametrize("text", DEEP)
def test_depth_and_length_are_answered(text: str) -> None:
    with pytest.raises(RuleError):
        parse(text)


def test_brackets_alone_are_no_depth() -> None:
    assert print_rule(parse("(" * 10_000 + "true" + ")" * 10_000)) == "true"


def test_a_long_text_is_no_harm() -> None:
    rule = f'x = "{"a" * 100_000}"'
    assert print_rule(parse(rule)) == rule


@pytest.mark.parametrize("rule", ["x; drop table person", 'x = "a" --', "x = 1 /* */", "`x;y` = 1", "x = 'a\\0'"])
def test_sql_is_not_pql(rule: str) -> None:
    with pytest.raises(RuleError):
        parse(rule)
