"""The macros that read text, value by value."""

from __future__ import annotations

from datetime import date, datetime

import duckdb
import pytest
from jinja2 import Environment

from muster.dbt_project import PROJECT_DIR


def read(macro: str, text: str | None, *more: str) -> object:
    """What a macro makes of a text."""
    source = "".join((PROJECT_DIR / "macros" / "casts" / f"{each}.sql").read_text() for each in ("casts", "texts"))
    made = getattr(Environment(extensions=["jinja2.ext.do"]).from_string(source).module, macro)("text", *more)
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        answer = connection.execute(f"select {made} from (select cast(? as varchar) as text)", [text]).fetchone()
    assert answer is not None
    return answer[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-01-19T09:42:24.000+0000", datetime(2024, 1, 19, 9, 42, 24)),
        ("2024-01-19T09:42:24Z", datetime(2024, 1, 19, 9, 42, 24)),
        ("2024-01-19T09:42:24Z+0000", datetime(2024, 1, 19, 9, 42, 24)),
        ("2024-01-19T09:42:24.5+02:00", datetime(2024, 1, 19, 7, 42, 24, 500000)),
        ("2024-01-19 09:42:24 UTC", datetime(2024, 1, 19, 9, 42, 24)),
        ("2024-01-19 9:42", datetime(2024, 1, 19, 9, 42)),
        ("2024-01-19", datetime(2024, 1, 19)),
        ("1705657344000", datetime(2024, 1, 19, 9, 42, 24)),
        ("1705657344", datetime(2024, 1, 19, 9, 42, 24)),
        ("tomorrow", None),
        ("19/01/2024", None),
        (None, None),
    ],
)
def test_times_are_utc_and_what_is_no_time_is_null(text: str | None, value: datetime | None) -> None:
    assert read("as_timestamp", text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("2024-02-29", date(2024, 2, 29)), ("2024-02-30", None), ("2024-01-19T23:00:00Z", date(2024, 1, 19))],
)
def test_dates_are_days_of_utc(text: str, value: date | None) -> None:
    assert read("as_date", text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", True), ("TRUE", True), ("yes", True), ("0", False), ("false", False), ("No", False),
        ("maybe", None), (None, None),
    ],
)  # fmt: skip
def test_flags_are_true_false_or_unknown(text: str | None, value: bool | None) -> None:
    assert read("as_boolean", text) is value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12.5", 12.5), ("-3", -3.0), ("1e3", 1000.0), ("1,250,000.75", 1250000.75), ("$1,000", 1000.0), ("45%", 45.0),
        ("1,5", None), ("12 or so", None), ("nan", None), ("inf", None), (None, None),
    ],
)  # fmt: skip
def test_numbers_are_read_with_separators_and_guessed_never(text: str | None, value: float | None) -> None:
    assert read("as_double", text) == value


def test_counts_are_rounded_to_whole_numbers() -> None:
    assert read("as_bigint", "1,200.0") == 1200


@pytest.mark.parametrize(
    ("text", "value"), [("a;b; ;a c", ["a", "b", "a c"]), ("[1, 2]", ["1", "2"]), (";", None), (None, None)]
)
def test_lists_lose_their_blanks(text: str | None, value: list[str] | None) -> None:
    assert read("as_list", text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("Ada@Acme.example", "ada@acme.example"), ("ada@acme", None), ("a b@c.de", None), ("a@@c.de", None), (None, None)],
)
def test_an_address_is_lower_case_or_none(text: str | None, value: str | None) -> None:
    assert read("as_email", text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("https://www.Acme.example/about?x=1", "acme.example"), ("acme.example", "acme.example"),
        ("http://shop.acme.co.uk:8080", "shop.acme.co.uk"), ("localhost", None), ("n/a", None), (None, None),
        ('["acme.example","acme.co.uk"]', "acme.example"), ("acme.example; acme.co.uk", "acme.example"),
    ],
)  # fmt: skip
def test_a_domain_is_the_host_without_www(text: str | None, value: str | None) -> None:
    assert read("as_domain", text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Closed Won", "won"), ("closedwon", "won"), ("Closed - Lost", "lost"), ("Lost", "lost"),
        ("Closed Won (Sales Pipeline)", "won"), ("Negotiation", None),
        ("Won back (Sales Pipeline)", None), (None, None),
    ],
)  # fmt: skip
def test_a_stage_tells_how_a_deal_ended(text: str | None, value: str | None) -> None:
    assert read("stage_outcome", text) == value
