"""Times: what `occurs` and comparisons with times take in and leave out, to the instant, seen from one `now`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.pql import compile_rule
from muster.pql.sql.times import LENGTHS, MONTHS, floor, shift
from tests.pql.sample import NOW, SCHEMA, database

MOMENTS = [
    "2025-03-18 12:30:00",
    "2026-02-28 23:59:59",
    "2026-03-01 00:00:00",
    "2026-03-09 00:00:00",
    "2026-03-14 23:59:59",
    "2026-03-15 00:00:00",
    "2026-03-15 12:29:59",
    "2026-03-15 12:30:00",
    "2026-03-15 23:59:59",
    "2026-03-16 00:00:00",
    "2026-03-17 23:59:59",
    "2026-03-18 00:00:00",
    "2026-03-18 09:10:00",
    "2026-03-18 12:30:00",
    "2026-03-18 12:30:01",
    "2026-03-18 23:59:59",
    "2026-03-19 00:00:00",
    "2026-03-21 12:30:00",
    "2026-03-22 23:59:59",
    "2026-03-23 00:00:00",
    "2027-01-01 00:00:00",
]
ACTIVITIES = database(
    {"activity": [(moment, None, None, moment, None, None) for moment in MOMENTS] + [("null", *[None] * 5)]}
)
DEALS = database(
    {
        "opportunity": [
            (str(day), *[None] * 8, day, None)
            for day in ("2026-02-28", "2026-03-15", "2026-03-17", "2026-03-18", "2026-03-19", "2026-03-25")
        ]
    }
)

#: rule → the first and the last of MOMENTS that it takes; all between them count too
TIMES: dict[str, tuple[str, str]] = {
    # distances: the future is not before now, the past not after
    "occurs <= 3 days before now": ("2026-03-15 12:30:00", "2026-03-18 12:30:00"),
    "occurs < 3 days before now": ("2026-03-15 23:59:59", "2026-03-18 12:30:00"),
    "occurs >= 3 days before now": ("2025-03-18 12:30:00", "2026-03-15 12:30:00"),
    "occurs > 3 days before now": ("2025-03-18 12:30:00", "2026-03-15 12:29:59"),
    "occurs <= 0 days before now": ("2026-03-18 12:30:00", "2026-03-18 12:30:00"),
    "occurs <= 72 hours before now": ("2026-03-15 12:30:00", "2026-03-18 12:30:00"),
    "occurs <= 1 week before now": ("2026-03-14 23:59:59", "2026-03-18 12:30:00"),
    "occurs <= 1 month before now": ("2026-02-28 23:59:59", "2026-03-18 12:30:00"),
    "occurs <= 1 year before now": ("2025-03-18 12:30:00", "2026-03-18 12:30:00"),
    "occurs <= 9 millennia before now": ("2025-03-18 12:30:00", "2026-03-18 12:30:00"),
    "occurs <= 3 days after now": ("2026-03-18 12:30:00", "2026-03-21 12:30:00"),
    "occurs <= 3 days from now": ("2026-03-18 12:30:00", "2026-03-21 12:30:00"),
    "occurs < 3 days after now": ("2026-03-18 12:30:00", "2026-03-19 00:00:00"),
    "occurs > 3 days after now": ("2026-03-22 23:59:59", "2027-01-01 00:00:00"),
    "occurs >= 3 days after now": ("2026-03-21 12:30:00", "2027-01-01 00:00:00"),
    # from a day: before it starts, after it ends
    "occurs <= 3 days before today": ("2026-03-15 00:00:00", "2026-03-17 23:59:59"),
    "occurs < 3 days before today": ("2026-03-16 00:00:00", "2026-03-17 23:59:59"),
    "occurs >= 3 days before today": ("2025-03-18 12:30:00", "2026-03-15 23:59:59"),
    "occurs > 3 days before today": ("2025-03-18 12:30:00", "2026-03-14 23:59:59"),
    "occurs <= 3 hours before today": ("2026-03-17 23:59:59", "2026-03-17 23:59:59"),
    "occurs <= 1 day after today": ("2026-03-19 00:00:00", "2026-03-19 00:00:00"),
    "occurs <= 3 days after date(2026, 3, 14)": ("2026-03-15 00:00:00", "2026-03-17 23:59:59"),
    # exactly so many units: the whole calendar unit
    "occurs = 3 days before today": ("2026-03-15 00:00:00", "2026-03-15 23:59:59"),
    "occurs = 3 days before now": ("2026-03-15 00:00:00", "2026-03-15 23:59:59"),
    "occurs = 3 hours before now": ("2026-03-18 09:10:00", "2026-03-18 09:10:00"),
    "occurs = 1 month before today": ("2026-02-28 23:59:59", "2026-02-28 23:59:59"),
    "occurs = 1 week after now": ("2026-03-23 00:00:00", "2026-03-23 00:00:00"),
    # sides
    "occurs before today": ("2025-03-18 12:30:00", "2026-03-17 23:59:59"),
    "occurs before now": ("2025-03-18 12:30:00", "2026-03-18 09:10:00"),
    "occurs after now": ("2026-03-18 12:30:01", "2027-01-01 00:00:00"),
    "occurs after today": ("2026-03-19 00:00:00", "2027-01-01 00:00:00"),
    "occurs after last month": ("2026-03-01 00:00:00", "2027-01-01 00:00:00"),
    "occurs before 3 days before today": ("2025-03-18 12:30:00", "2026-03-14 23:59:59"),
    "occurs after 3 days before now": ("2026-03-15 23:59:59", "2027-01-01 00:00:00"),
    # on
    "occurs today": ("2026-03-18 00:00:00", "2026-03-18 23:59:59"),
    "occurs on yesterday": ("2026-03-17 23:59:59", "2026-03-17 23:59:59"),
    "occurs tomorrow": ("2026-03-19 00:00:00", "2026-03-19 00:00:00"),
    "occurs on date(2026, 3, 15)": ("2026-03-15 00:00:00", "2026-03-15 23:59:59"),
    "occurs 3 days before today": ("2026-03-15 00:00:00", "2026-03-15 23:59:59"),
    "occurs this week": ("2026-03-16 00:00:00", "2026-03-22 23:59:59"),
    "occurs last week": ("2026-03-09 00:00:00", "2026-03-15 23:59:59"),
    "occurs next week": ("2026-03-23 00:00:00", "2026-03-23 00:00:00"),
    "occurs this month": ("2026-03-01 00:00:00", "2026-03-23 00:00:00"),
    "occurs last month": ("2026-02-28 23:59:59", "2026-02-28 23:59:59"),
    "occurs this quarter": ("2026-02-28 23:59:59", "2026-03-23 00:00:00"),
    "occurs last year": ("2025-03-18 12:30:00", "2025-03-18 12:30:00"),
    "occurs next year": ("2027-01-01 00:00:00", "2027-01-01 00:00:00"),
    "occurs this century": ("2025-03-18 12:30:00", "2027-01-01 00:00:00"),
    # between: both ends
    "occurs between 3 days before now and now": ("2026-03-15 12:30:00", "2026-03-18 12:30:00"),
    "occurs between date(2026, 3, 15) and date(2026, 3, 18)": ("2026-03-15 00:00:00", "2026-03-18 23:59:59"),
    "occurs between last week and today": ("2026-03-09 00:00:00", "2026-03-18 23:59:59"),
    # comparisons
    "= today": ("2026-03-18 00:00:00", "2026-03-18 23:59:59"),
    "= now": ("2026-03-18 12:30:00", "2026-03-18 12:30:00"),
    "< today": ("2025-03-18 12:30:00", "2026-03-17 23:59:59"),
    "<= today": ("2025-03-18 12:30:00", "2026-03-18 23:59:59"),
    "> today": ("2026-03-19 00:00:00", "2027-01-01 00:00:00"),
    ">= today": ("2026-03-18 00:00:00", "2027-01-01 00:00:00"),
    ">= this month": ("2026-03-01 00:00:00", "2027-01-01 00:00:00"),
    "<= last month": ("2025-03-18 12:30:00", "2026-02-28 23:59:59"),
    ">= 3 days before now": ("2026-03-15 12:30:00", "2027-01-01 00:00:00"),
    "<= 3 days before today": ("2025-03-18 12:30:00", "2026-03-15 23:59:59"),
    '<= "2026-03-15"': ("2025-03-18 12:30:00", "2026-03-15 23:59:59"),
    '<= "2026-03-15T12:30:00Z"': ("2025-03-18 12:30:00", "2026-03-15 12:30:00"),
    '>= "2026-03-15T14:30:00+02:00"': ("2026-03-15 12:30:00", "2027-01-01 00:00:00"),
}


def when(rule: str, now: datetime = NOW) -> list[str]:
    sql = compile_rule(rule, "activity", SCHEMA, now).sql
    return sorted(row[0] for row in ACTIVITIES.execute(sql).fetchall())


@pytest.mark.parametrize("rule", TIMES)
def test_a_time_takes_in(rule: str) -> None:
    first, last = TIMES[rule]
    assert when(f"timestamp {rule}") == MOMENTS[MOMENTS.index(first) : MOMENTS.index(last) + 1]


@pytest.mark.parametrize("rule", ["occurs != 3 days before today", "!= 3 days before today"])
def test_not_on_a_day_is_any_other_known_time(rule: str) -> None:
    assert when(f"timestamp {rule}") == [moment for moment in MOMENTS if not moment.startswith("2026-03-15")]


def test_a_time_may_stand_on_the_left() -> None:
    assert when("today > timestamp") == when("timestamp < today")
    assert when("date(2026, 3, 15) = timestamp") == when("timestamp occurs on date(2026, 3, 15)")


def test_a_time_in_a_list_of_days() -> None:
    days = "[date(2026, 3, 15), date(2026, 3, 19)]"
    inside = [moment for moment in MOMENTS if moment[:10] in ("2026-03-15", "2026-03-19")]
    assert when(f"timestamp in {days}") == inside
    assert when(f"timestamp notIn {days}") == [moment for moment in MOMENTS if moment not in inside]


def test_now_may_carry_a_zone() -> None:
    zone = timezone(timedelta(hours=5))
    for now in (NOW.replace(tzinfo=UTC), NOW.replace(tzinfo=UTC).astimezone(zone)):
        assert when("timestamp = now", now) == ["2026-03-18 12:30:00"]


#: rule → the days that it takes
DAYS = {
    "occurs <= 3 days before now": ["2026-03-15", "2026-03-17", "2026-03-18"],
    "occurs <= 7 days after now": ["2026-03-18", "2026-03-19", "2026-03-25"],
    "occurs <= 3 days before today": ["2026-03-15", "2026-03-17"],
    "occurs on today": ["2026-03-18"],
    "occurs this week": ["2026-03-17", "2026-03-18", "2026-03-19"],
    "occurs after today": ["2026-03-19", "2026-03-25"],
    "occurs between yesterday and now": ["2026-03-17", "2026-03-18"],
    "= now": ["2026-03-18"],
    "< now": ["2026-02-28", "2026-03-15", "2026-03-17"],
    "<= date(2026, 3, 15)": ["2026-02-28", "2026-03-15"],
    "= expectedCloseDate": ["2026-02-28", "2026-03-15", "2026-03-17", "2026-03-18", "2026-03-19", "2026-03-25"],
}


@pytest.mark.parametrize("rule", DAYS)
def test_a_date_is_compared_by_days(rule: str) -> None:
    sql = compile_rule(f"expectedCloseDate {rule}", "opportunity", SCHEMA, NOW).sql
    assert sorted(row[0] for row in DEALS.execute(sql).fetchall()) == DAYS[rule]


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ("actualCloseDate occurs <= 3 days before expectedCloseDate", True),
        ("actualCloseDate occurs < 2 days before expectedCloseDate", False),
        ("actualCloseDate occurs = 2 days before expectedCloseDate", True),
        ("actualCloseDate occurs = 1 month before 2 days after expectedCloseDate", False),
        ("expectedCloseDate occurs <= 48 hours after actualCloseDate", None),
        ("expectedCloseDate occurs <= 2 days after actualCloseDate", True),
        ("expectedCloseDate occurs between actualCloseDate and 1 month after actualCloseDate", True),
        ("actualCloseDate occurs on expectedCloseDate", False),
        ("2 days after actualCloseDate > expectedCloseDate", False),
        ("2 days after actualCloseDate = expectedCloseDate", True),
    ],
)
def test_a_time_may_count_from_another_attribute(rule: str, holds: bool | None) -> None:
    deals = database({"opportunity": [("o", *[None] * 8, "2026-03-10", "2026-03-08 17:00")]})
    if holds is None:
        with pytest.raises(Exception, match="a date has no hours"):
            compile_rule(rule, "opportunity", SCHEMA, NOW)
    else:
        assert bool(deals.execute(compile_rule(rule, "opportunity", SCHEMA, NOW).sql).fetchall()) is holds


UNITS = st.sampled_from([*LENGTHS, *MONTHS])
ENGINE = database({})


@given(st.datetimes(datetime(1601, 1, 1), datetime(2400, 1, 1)), UNITS)
def test_periods_start_where_the_engine_truncates(moment: datetime, unit: str) -> None:
    query = "select date_trunc(?, ?::timestamp)::timestamp"
    assert ENGINE.execute(query, [unit, moment]).fetchall()[0][0] == floor(moment, unit)


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)), st.integers(-40, 40), UNITS)
def test_shifts_go_where_the_engine_adds(moment: datetime, amount: int, unit: str) -> None:
    step, size = ("month", MONTHS[unit]) if unit in MONTHS else (unit, 1)
    interval = f"interval '{amount * size}' {step}"
    shifted = shift(moment, amount, unit)
    if shifted.year in (1, 9999):
        return  # the calendar of the language ends there
    assert ENGINE.execute(f"select ?::timestamp + {interval}", [moment]).fetchall()[0][0] == shifted


@given(st.datetimes(datetime(1601, 1, 1), datetime(2400, 1, 1)), UNITS)
def test_a_period_holds_its_own_start_and_not_its_end(moment: datetime, unit: str) -> None:
    start = floor(moment, unit)
    assert start <= moment < shift(start, 1, unit)
    assert floor(start, unit) == start
