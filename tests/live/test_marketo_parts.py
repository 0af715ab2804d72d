"""The parts of the Marketo reader that need no instance: judging answers, planning windows, columns, cadence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from requests.structures import CaseInsensitiveDict

from muster.config.connections import MarketoConnection
from muster.config.models import Source
from muster.connectors.http.answer import Answer
from muster.connectors.http.errors import Garbage
from muster.connectors.http.verdict import Again, Good, Renew, Spent
from muster.connectors.marketo import times
from muster.connectors.marketo.api import Record
from muster.connectors.marketo.cadence import Cadence
from muster.connectors.marketo.client import judge
from muster.connectors.marketo.leads import merged_ids
from muster.connectors.marketo.limits import instance_of, limits_of
from muster.connectors.marketo.pages import DELETED, gone, shaped, table_of
from muster.connectors.marketo.plans import QUIET, WINDOW, Piece, Programs, Windows
from muster.connectors.marketo.reader import objects_of
from muster.connectors.marketo.refusals import Refusal, Refused
from muster.errors import SourceError

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)


def connection(**options: Any) -> MarketoConnection:
    told = {"url": "https://100-NAM-042.mktorest.com/rest", "client_id": "it", "client_secret": "secret"}
    return MarketoConnection.model_validate({**told, **options})


def source(**options: Any) -> Source:
    return Source(name="mkto", type="marketo", connection=connection(**options))


def answer(body: Any, status: int = 200, kind: str = "application/json;charset=UTF-8") -> Answer:
    headers = CaseInsensitiveDict({"Content-Type": kind, "Date": "Fri, 20 Nov 2026 18:00:00 GMT"})
    return Answer(status, headers, body if isinstance(body, bytes) else json.dumps(body).encode())


def failure(code: str, message: str) -> Answer:
    errors = [{"code": code, "message": message}]
    return answer({"requestId": "e42b#14272d07d78", "success": False, "errors": errors})


# -- what answers mean ---------------------------------------------------------------------------------------------


def test_an_answer_in_its_envelope_is_good() -> None:
    assert judge(answer({"requestId": "6227#17d4f044661", "result": [], "success": True})) == Good()


@pytest.mark.parametrize(("code", "message"), [("601", "Access token invalid"), ("602", "Access token expired")])
def test_a_token_that_is_not_taken_is_renewed(code: str, message: str) -> None:
    assert isinstance(judge(failure(code, message)), Renew)


def test_too_many_calls_wait_for_the_window_that_the_vendor_names() -> None:
    verdict = judge(failure("606", "Max rate limit '100' exceeded with in '30' secs"))
    assert verdict == Again("606 Max rate limit '100' exceeded with in '30' secs", 30.0, everyone=True)


@pytest.mark.parametrize("code", ["604", "608", "611", "614", "615", "713", "719", "502"])
def test_what_passes_is_tried_again(code: str) -> None:
    assert isinstance(judge(failure(code, "not now")), Again)


def test_a_spent_day_ends_at_midnight_in_chicago() -> None:
    until = datetime(2026, 11, 21, 6, tzinfo=UTC)
    assert judge(failure("607", "Daily quota reached")) == Spent("607 Daily quota reached", until, "calls")
    spent = judge(failure("1029", "Export daily quota exceeded"))
    assert spent == Spent("1029 Export daily quota exceeded", until, "bytes")


@pytest.mark.parametrize(
    ("refused", "code"),
    [
        (failure("603", "Access denied"), "603"),
        (failure("1029", "Too many jobs in queue"), "1029"),
        (failure("1035", "Unsupported filter type for target subscription"), "1035"),
        (answer(b"Request-URI Too Long", 414, "text/plain"), "414"),
        (answer(b"Not found", 404, "text/plain"), "404"),
    ],
)
def test_a_refusal_is_for_its_caller_to_judge(refused: Answer, code: str) -> None:
    with pytest.raises(Refusal) as raised:
        judge(refused)
    assert raised.value.code == code


@pytest.mark.parametrize(
    "body", [b"[]", b'"yes"', b'{"result":[]}', b'{"success":false}', b'{"success":false,"errors":[]}']
)
def test_half_an_envelope_is_garbage(body: bytes) -> None:
    with pytest.raises(Garbage):
        judge(answer(body))


def test_a_page_of_html_is_garbage() -> None:
    with pytest.raises(Garbage):
        judge(answer(b"<html>We will be back soon</html>", 200, "text/html"))


def test_a_missing_permission_is_named() -> None:
    told = str(Refused("Marketo eu", "/rest/v1/activities.json?nextPageToken=x", Refusal("603", "Access denied")))
    assert "'Read-Only Activity'" in told
    assert "nextPageToken" not in told
    assert "\n" not in told


# -- limits and objects --------------------------------------------------------------------------------------------


def test_an_instance_is_its_munchkin_id_however_its_address_is_written() -> None:
    assert instance_of(connection()) == instance_of(connection(url="https://100-nam-042.mktorest.com")) == "100-NAM-042"
    assert instance_of(connection(url="http://127.0.0.1:8101/rest")) == "127.0.0.1:8101"


def test_limits_are_the_subscription_s() -> None:
    daily = limits_of(connection(calls_per_day=10_000, megabytes_per_day=200)).daily
    assert [(each.calls, each.unit) for each in daily] == [(10_000, "calls"), (200_000_000, "bytes")]


def test_objects_can_be_left_out_and_are_read_in_an_order_in_which_ids_are_found() -> None:
    read = objects_of(source(exclude=["named_accounts"]))
    assert "named_accounts" not in read
    for first, second in (
        ("leads", "companies"),
        ("opportunity_roles", "opportunities"),
        ("leads", "opportunity_roles"),
    ):
        assert read.index(first) < read.index(second)
    with pytest.raises(SourceError, match="no object 'lead'"):
        objects_of(source(include=["lead"]))


def test_secrets_do_not_show() -> None:
    assert isinstance(connection().client_secret, SecretStr)
    assert "secret'" not in repr(connection()).replace("client_secret", "")


# -- windows -------------------------------------------------------------------------------------------------------


def span(piece: Piece, name: str = "createdAt") -> tuple[datetime, datetime]:
    told = piece.filter[name]
    return times.read(told["startAt"]), times.read(told["endAt"])


@given(
    days=st.integers(0, 400),
    hours=st.integers(0, 23),
    sizes=st.lists(st.integers(0, 400_000_000), min_size=1, max_size=8),
    kill=st.integers(0, 30),
)
def test_windows_leave_no_gap_and_none_is_too_long(days: int, hours: int, sizes: list[int], kill: int) -> None:
    start = NOW - timedelta(days=days, hours=hours)
    plan = Windows("createdAt", start, NOW, target=30_000_000)
    covered, number = start, 0
    while piece := plan.take():
        first, last = span(piece)
        assert first < covered or covered == start
        assert last - first <= timedelta(days=31)
        covered = last
        plan.done(piece, 1, sizes[number % len(sizes)])
        number += 1
        if number == kill:  # a later run goes on from the position
            plan = Windows.of(json.loads(json.dumps(plan.state)), 30_000_000)
    assert covered == NOW
    assert plan.left == 0


def test_windows_shrink_where_files_are_large_and_grow_again() -> None:
    plan = Windows("createdAt", NOW - timedelta(days=300), NOW, target=10_000_000)
    sizes = iter([100_000_000, 10_000_000, 0, 0, 0, 0, 0])
    lengths = []
    while piece := plan.take():
        first, last = span(piece)
        lengths.append((last - first).days)
        plan.done(piece, 1, next(sizes, 0))
    assert lengths[:4] == [WINDOW, 3, 3, 6]
    assert max(lengths) == WINDOW


def test_what_is_older_than_the_beginning_that_was_found_is_looked_for_until_nothing_comes() -> None:
    begin = NOW - timedelta(days=10)
    plan = Windows("createdAt", begin, NOW, 1, back=begin)
    oldest, rows = begin, iter([7, 0, 3] + [0] * QUIET)
    pieces = 0
    while piece := plan.take():
        first, last = span(piece)
        if last <= begin:
            assert last >= oldest - timedelta(seconds=1)
            oldest = first
            plan.done(piece, next(rows), 10)
        else:
            plan.done(piece, 1, 10)
        plan = Windows.of(json.loads(json.dumps(plan.state)), 1)
        pieces += 1
    assert next(rows, None) is None
    assert begin - oldest >= timedelta(days=WINDOW * (3 + QUIET))


def test_programs_are_extracted_ten_at_a_time() -> None:
    plan = Programs([str(number) for number in range(1, 24)])
    pieces = []
    assert plan.left == 3
    while piece := plan.take():
        pieces.append(piece.filter["programIds"])
        plan = Programs(list(plan.state["ids"]))
    assert [len(each) for each in pieces] == [10, 10, 3]
    assert [each for piece in pieces for each in piece] == list(range(1, 24))


def test_the_more_calls_the_seldomer() -> None:
    cadence = Cadence(calls=25_000)
    assert cadence.is_due(None, NOW, 10_000)
    assert cadence.is_due(NOW, NOW, 5)
    assert not cadence.is_due(NOW - timedelta(hours=5), NOW, 300)
    assert cadence.is_due(NOW - timedelta(hours=6), NOW, 300)
    assert cadence.is_due(NOW + timedelta(days=1), NOW, 300)  # a clock that was put back


# -- records as columns --------------------------------------------------------------------------------------------

_VALUES: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.text(), st.booleans(), st.integers(-(2**60), 2**60), st.lists(st.integers(-9, 9), max_size=2)
)


@given(st.lists(st.dictionaries(st.sampled_from(["id", "a", "b", "c"]), _VALUES), max_size=6))
def test_columns_hold_what_the_records_said(records: list[Record]) -> None:
    table = table_of(records, ["id", DELETED])
    assert table.column_names[:2] == ["id", DELETED]
    for record, row in zip(records, table.to_pylist(), strict=True):
        for name, value in row.items():
            assert value == _plain(record.get(name))


def _plain(value: Any) -> str | None:
    if isinstance(value, str):
        return value if value.strip() else None
    return None if value is None else json.dumps(value, separators=(",", ":"))


def test_the_place_in_an_answer_is_no_part_of_a_record() -> None:
    assert table_of([{"seq": 0, "id": 7}], ["id"]).to_pylist() == [{"id": "7"}]


def test_tables_of_a_stream_look_alike() -> None:
    columns = ["id", "email", DELETED]
    live = table_of([{"email": "a@b.example", "id": 1, "late": True}], columns)
    told = gone([{"id": 2}], columns)
    assert told.to_pylist() == [{"id": "2", "email": None, DELETED: "true"}]
    assert shaped(live.select(["late", "id"]), columns).column_names == [*columns, "late"]


# -- small things --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["2026-11-20T18:00:00Z", "2026-11-20T18:00:00Z+0000", "2026-11-20T12:00:00-0600"])
def test_times_are_read_in_all_their_forms(text: str) -> None:
    assert times.read(text) == NOW
    assert times.written(times.read(text)) == "2026-11-20T18:00:00Z"


def test_a_day_begins_in_utc() -> None:
    assert times.written(times.midnight(date(2026, 1, 2))) == "2026-01-02T00:00:00Z"


@pytest.mark.parametrize("told", ["[11, 12]", "11,12", ["11", 12], "11"])
def test_merged_leads_are_found_however_they_are_written(told: Any) -> None:
    activity: Mapping[str, Any] = {"attributes": [{"name": "Merge IDs", "value": told}, {"name": "Source", "value": 1}]}
    assert next(iter(merged_ids(dict(activity)))) == "11"
