"""Tables of membership: over any history, events folded give who is in, and both can be made again from nothing."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from muster.audiences.merges import merged_ordinals
from muster.audiences.tables import Tables, write_tables
from muster.config.models import Audience
from muster.settings import Settings
from tests.activation.small_world import account, person
from tests.audiences.days import Days, audience

PEOPLE = range(8)
AUDIENCES = [audience("high", "b2b.personScore > 50"), audience("all", "true")]
#: A day: the people who are there, those with a high score, perhaps one merged into another, and whether tables follow.
a_day = st.tuples(
    st.sets(st.sampled_from(PEOPLE)),
    st.sets(st.sampled_from(PEOPLE)),
    st.none() | st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)),
    st.booleans(),
)


def rows(query: str) -> list[tuple[Any, ...]]:
    return duckdb.sql(query).fetchall()


def table(days: Days) -> list[tuple[Any, ...]]:
    path = Tables(days.settings).membership
    return rows(f"select audience, entity_id, status, entered_at, exited_at, version from '{path}' order by all")


def events(days: Days) -> list[tuple[Any, ...]]:
    path = days.settings.memberships / "_tables" / "events" / "*.parquet"
    return rows(f"select audience, version, event, entity_id, other_id from '{path}' order by all")


def folded(days: Days) -> set[tuple[str, str]]:
    """Who is in by the events alone, read in the order of versions; what leaves first, then what comes."""
    inside: set[tuple[str, str]] = set()
    order = {"merged_away": 0, "merged_in": 1, "exited": 2, "entered": 3}
    for name, _, event, who, _ in sorted(events(days), key=lambda row: (row[1], order[row[2]])):
        if event in ("entered", "merged_in"):
            assert (name, who) not in inside, "somebody came in twice"
            inside.add((name, who))
        else:
            assert (name, who) in inside, "somebody left who was not in"
            inside.remove((name, who))
    return inside


def write(days: Days, audiences: list[Audience] = AUDIENCES) -> bool:
    return write_tables(days.store, audiences, days.snapshot, days.now)


@examples(max_examples=12)
@given(st.lists(a_day, min_size=1, max_size=6))
def test_over_any_history_tables_and_versions_say_the_same(history: list[tuple[Any, ...]]) -> None:
    folder = Path(mkdtemp())
    days = Days(Settings.at(folder / "config", folder / "data"))
    merges: dict[str, str] = {}
    was_in: dict[int, dict[str, list[int]]] = {}
    for there, high, merge, is_written in history:
        gone = {int(old[2:]) for old in merges}
        if merge and merge[0] != merge[1] and not gone & set(merge):
            merges[f"p_{merge[0]}"] = f"p_{merge[1]}"
            gone.add(merge[0])
        people = [person(number, person_score=99.0 if number in high else 1.0) for number in sorted(there - gone)]
        days.evaluate(AUDIENCES, people, merges=merges)
        was_in[days.day] = {item.name: days.members(item.name) for item in AUDIENCES}
        if is_written:
            write(days)
    complete_register(days)
    write(days)
    now_in = {(item.name, f"p_{number}") for item in AUDIENCES for number in days.members(item.name)}

    assert {(name, who) for name, who, status, *_ in table(days) if status == "realized"} == now_in
    assert folded(days) == now_in
    merged = merged_ordinals(days.snapshot, "person")
    for item in AUDIENCES:
        exited = days.store.exited(item.name, days.now)
        shown = {who for name, who, status, *_ in table(days) if name == item.name and status == "exited"}
        assert {f"p_{number}" for number in exited} <= shown | {f"p_{number}" for number in merged}
        for day, inside in was_in.items():
            at = days.store.at(item.name, days.now - timedelta(days=days.day - day))
            assert at is not None
            assert list(at.members) == inside[item.name]


def complete_register(days: Days) -> None:
    """Ids of those who are gone stay in the register, as publishing keeps them."""
    path = days.snapshot.register("person")
    known = pq.read_table(path)
    missing = {f"p_{number}" for number in PEOPLE} - set(known.column("id").to_pylist())
    more = [{"node": f"n:{who}", "id": who, "ord": int(who[2:])} for who in sorted(missing)]
    pq.write_table(pa.concat_tables([known, pa.Table.from_pylist(more, known.schema)]), path)


def test_tables_are_the_same_made_again_from_nothing(settings: Settings) -> None:
    days = Days(settings)
    for there in ([0, 1, 2], [0, 1], [0, 1, 2, 3]):
        days.evaluate(AUDIENCES, [person(number, person_score=60.0 + number) for number in there])
        assert write(days)
        assert not write(days)
    kept = table(days), events(days)
    shutil.rmtree(settings.memberships / "_tables")
    write(days)

    assert (table(days), events(days)) == kept
    assert kept[0][2] == ("all", "p_2", "realized", days.now.replace(tzinfo=None), None, 3)


def test_who_is_merged_is_in_since_the_earlier_of_the_two_came(settings: Settings) -> None:
    days, everyone = Days(settings), [audience("all", "true")]
    days.evaluate(everyone, [person(0)])
    first = days.now.replace(tzinfo=None)
    write(days, everyone)
    days.evaluate(everyone, [person(0), person(1)])
    write(days, everyone)
    days.evaluate(everyone, [person(1)], merges={"p_0": "p_1"})
    write(days, everyone)

    assert [(who, status, entered) for _, who, status, entered, _, _ in table(days)] == [("p_1", "realized", first)]
    assert [row[2:] for row in events(days)] == [
        ("entered", "p_0", None), ("entered", "p_1", None), ("merged_away", "p_0", "p_1"),
    ]  # fmt: skip


def test_drafts_and_audiences_that_are_gone_are_in_no_table(settings: Settings) -> None:
    days = Days(settings)
    both = [audience("a", "true"), audience("b", "true", status="draft")]
    days.evaluate(both, [person(0)], names=["a", "b"])
    write(days, both)
    assert {row[0] for row in table(days)} == {row[0] for row in events(days)} == {"a"}

    write(days, [audience("b", "true")])
    assert {row[0] for row in table(days)} == {"b"}
    assert {row[0] for row in events(days)} == {"b"}


def test_an_exit_is_kept_for_thirty_days(settings: Settings) -> None:
    days, everyone = Days(settings), [audience("all", "true")]
    days.evaluate(everyone, [person(0), person(1)])
    days.evaluate(everyone, [person(0)])
    complete_register(days)
    write(days, everyone)
    assert ("all", "p_1", "exited") in {row[:3] for row in table(days)}

    days.day += 40
    days.evaluate(everyone, [person(0), person(2)])
    write(days, everyone)
    assert {row[:3] for row in table(days)} == {("all", "p_0", "realized"), ("all", "p_2", "realized")}


def test_an_audience_that_turns_from_people_to_accounts_lets_everybody_go(settings: Settings) -> None:
    days = Days(settings)
    people, accounts = [audience("a", "true")], [audience("a", "true", of="accounts")]
    days.evaluate(people, [person(0)], accounts=[account(0)])
    write(days, people)
    days.evaluate(accounts, [person(0)], accounts=[account(0)])
    write(days, accounts)

    assert [row[:3] for row in table(days)] == [("a", "a_0", "realized"), ("a", "p_0", "exited")]
