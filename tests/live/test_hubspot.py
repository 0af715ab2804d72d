"""The HubSpot reader and the engine bring the lake to what the account has, row for row, whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from muster.connectors.hubspot.pace import Pace, Paces
from muster.connectors.sync.engine import position_of, schema_changes
from tests.live.hubspot import NOW, Trial, moment, trial


@pytest.fixture
def only_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read whole again, as in an account that is too large for it; archived records are listed."""
    few = Pace(1, 0)
    paces = Paces(archived=Pace(1, 1000), records=few, associations=few, members=few)
    monkeypatch.setattr(Paces, "within", lambda _: paces)


@pytest.fixture(params=["v3", "2026-09"])
def account(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Trial]:
    yield from trial(tmp_path, api_version=request.param)


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Trial]:
    """An account where the version makes no difference."""
    yield from trial(tmp_path)


def test_history_and_then_nothing_new(account: Trial) -> None:
    account.populate(people=250, companies=20, deals=110)
    reports = account.sync()
    account.agree()
    assert reports["contacts"].loaded == 250
    files = account.files()
    account.advance(minutes=5)
    assert all(report.loaded == 0 for report in account.sync().values())
    assert account.files() == files


def test_a_day_of_changes(account: Trial) -> None:
    account.populate(people=220, companies=20, deals=30)
    account.sync()
    account.advance(hours=5)
    account.work()
    account.sync()
    account.agree()
    assert account.newest("contacts")["21"]["_deleted"]
    assert account.newest("contacts")["30"]["_deleted"]
    assert account.newest("associations").keys() >= {
        "fromobjecttype:deals|fromobjectid:200020|toobjecttype:contacts|toobjectid:41"
    }
    assert all(report.loaded == 0 for report in account.sync().values())


def test_a_day_of_changes_where_nothing_is_read_whole(one: Trial, only_changes: None) -> None:
    one.populate(people=220, companies=20, deals=30)
    one.sync()
    one.advance(hours=5)
    objects = "/crm/objects/2026-09"
    changed = [{"id": str(each), "properties": {"city": "Graz"}} for each in range(10, 60)]
    one.api("POST", f"{objects}/contacts/batch/update", {"inputs": changed})
    one.api("POST", f"{objects}/contacts/batch/archive", {"inputs": [{"id": "3"}, {"id": "4"}]})
    one.api("DELETE", f"{objects}/companies/100005")
    one.api("POST", f"{objects}/contacts/merge", {"primaryObjectId": "20", "objectIdToMerge": "21"})
    one.api("POST", f"{objects}/companies/merge", {"primaryObjectId": "100010", "objectIdToMerge": "100011"})
    one.api("PUT", "/crm/lists/2026-09/3/memberships/add", [str(each) for each in range(100, 200)])
    one.api("DELETE", "/crm/lists/2026-09/2")
    one.advance(minutes=1)
    calls = one.calls
    one.sync()
    assert one.calls - calls < 50
    for type_ in ("contacts", "companies", "deals"):
        one.agree_on_records(type_)
    one.agree_on_associations()
    one.agree_on_lists()


def test_what_the_index_shows_late_comes_with_the_overlap(one: Trial, only_changes: None) -> None:
    one.populate(people=30, companies=5, deals=5)
    one.sync()
    one.advance(hours=1)
    one.twin.limits["search_delay"].limit = 300
    body = {"inputs": [{"id": "7", "properties": {"city": "Linz"}}]}
    one.api("POST", "/crm/objects/2026-09/contacts/batch/update", body)
    one.api("POST", "/crm/objects/2026-09/contacts/merge", {"primaryObjectId": "8", "objectIdToMerge": "9"})
    one.advance(minutes=1)
    one.sync()
    one.advance(minutes=5)
    one.sync()
    one.agree_on_records("contacts")


@pytest.mark.parametrize(
    "alike", [450, pytest.param(10_450, marks=pytest.mark.slow, id="more than all pages of a search give")]
)
def test_more_changes_of_one_moment_than_a_page_gives(one: Trial, only_changes: None, alike: int) -> None:
    """An import stamps all its records alike; an offset would end at 10,000."""
    one.populate(people=10, companies=5, deals=5)
    one.sync("contacts")
    one.advance(hours=1)
    moments = [moment(NOW.replace(minute=minute)) for minute in (20, 30, 40)]
    stamps = [moments[0]] * 250 + [moments[1]] * alike + [moments[2]] * 50
    rows: list[dict[str, str | None]] = [
        {
            "hs_object_id": str(1000 + number),
            "email": f"im{number}@example.com",
            "createdate": at,
            "lastmodifieddate": at,
        }
        for number, at in enumerate(stamps)
    ]
    one.load("contacts", rows)
    report = one.sync("contacts")["contacts"]
    one.agree_on_records("contacts")
    assert report.loaded == 300 + alike


def test_records_that_move_while_they_are_paged_are_not_passed_over(one: Trial, only_changes: None) -> None:
    """Each page of a search is asked while records that were given before change and leave their places."""
    one.populate(people=5, companies=5, deals=5)
    one.sync("contacts")
    one.advance(hours=8)
    one.fill("contacts", range(100, 900), start=NOW)
    reader = one.reader()
    (stream,) = [each for each in reader.streams if each.name == "contacts"]
    given: set[str] = set()
    at = position_of(one.source, "contacts", one.settings)
    for turn, chunk in enumerate(stream.read(at)):
        given |= set(chunk.table["id"].to_pylist()) if chunk.table.num_rows else set()
        if turn < 4:
            inputs = [{"id": str(each), "properties": {"city": f"x{turn}"}} for each in sorted(map(int, given))[-90:]]
            one.api("POST", "/crm/objects/2026-09/contacts/batch/update", {"inputs": inputs})
            one.advance(minutes=1)
    assert given >= {str(each) for each in range(100, 900)}
    reader.close()


def test_more_properties_than_an_address_holds(one: Trial) -> None:
    group = one.api("GET", "/crm/v3/properties/contacts/groups")["results"][0]["name"]
    names = [f"a_rather_long_name_of_a_custom_property_{each}" for each in range(200)]
    made = [{"name": each, "label": each, "type": "string", "fieldType": "text", "groupName": group} for each in names]
    for start in range(0, 200, 100):
        one.api("POST", "/crm/v3/properties/contacts/batch/create", {"inputs": made[start : start + 100]})
    one.populate(people=250, companies=5, deals=5)
    one.load("contacts", [{"hs_object_id": str(each), names[each % 200]: f"v{each}", "lastmodifieddate": moment(NOW)}
                          for each in range(1, 251)])  # fmt: skip
    one.api("DELETE", "/crm/v3/objects/contacts/9")
    one.sync("contacts")
    one.agree_on_records("contacts")


def test_fields_that_come_and_go_are_recorded_and_stop_nothing(one: Trial) -> None:
    one.populate(people=20, companies=5, deals=5)
    one.sync("contacts")
    group = one.api("GET", "/crm/v3/properties/contacts/groups")["results"][0]["name"]
    body = {"name": "shoe_size", "label": "Shoe size", "type": "number", "fieldType": "number", "groupName": group}
    one.api("POST", "/crm/v3/properties/contacts", body)
    one.api("PATCH", "/crm/v3/objects/contacts/5", {"properties": {"shoe_size": 43}})
    one.advance(minutes=1)
    one.sync("contacts")
    assert one.newest("contacts")["5"]["shoe_size"] == "43"
    one.api("DELETE", "/crm/v3/properties/contacts/shoe_size")
    one.advance(minutes=1)
    one.sync("contacts")
    told = [(each.field, each.kind) for each in schema_changes(one.source, one.settings)]
    assert told == [("shoe_size", "new"), ("shoe_size", "vanished")]


def test_activities_come_with_the_records_they_are_about(account: Trial) -> None:
    account.populate(people=120, companies=10, deals=10)
    account.fill("calls", range(300_001, 300_131))
    account.fill("notes", range(400_001, 400_011))
    links = [("calls", 300_000 + each, "contacts", each) for each in range(1, 120)]
    links += [
        ("calls", 300_001, "contacts", 7),
        ("notes", 400_001, "deals", 200_003),
        ("calls", 300_009, "companies", 100_002),
    ]
    account.associate(links)
    account.sync("activities")
    account.agree_on_activities()
    account.advance(hours=1)
    objects = "/crm/v3/objects" if account.options["api_version"] == "v3" else "/crm/objects/2026-09"
    changed = [{"id": str(each), "properties": {"hs_call_title": "Changed"}} for each in range(300_001, 300_050)]
    account.api("POST", f"{objects}/calls/batch/update", {"inputs": changed})
    account.api("DELETE", f"{objects}/calls/300020")
    account.api("DELETE", f"{objects}/notes/400002")
    account.advance(minutes=1)
    account.sync("activities")
    account.agree_on_activities()
    assert account.newest("activities")["300001"]["Associated Contact IDs"] == "1;7"
    assert account.newest("activities")["300001"]["_file"] == "calls"
    assert account.sync("activities")["activities"].loaded == 0


def test_history_begins_where_it_is_told_to(one: Trial) -> None:
    one.populate(people=300, companies=5, deals=5)
    one.fill("contacts", range(301, 401), start=NOW)
    one.options["since"] = NOW.date().isoformat()
    one.sync("contacts")
    assert {row["id"] for row in one.living("contacts")} == {str(each) for each in range(301, 401)}
    one.options["since"] = None
    one.sync("contacts")
    one.agree_on_records("contacts")


def test_the_estimate_tells_rows_and_calls(one: Trial) -> None:
    one.populate(people=220, companies=20, deals=30)
    reader = one.reader()
    told = {stream.name: stream.estimate(None) for stream in reader.streams}
    assert (told["contacts"].rows, told["contacts"].calls) == (220, 4)
    assert told["list_members"].rows == 146
    one.sync()
    one.advance(hours=1)
    one.api("PATCH", "/crm/v3/objects/contacts/5", {"properties": {"city": "Graz"}})
    one.advance(minutes=1)
    (contacts,) = [stream for stream in reader.streams if stream.name == "contacts"]
    assert contacts.estimate(position_of(one.source, "contacts", one.settings)).rows == 1
    reader.close()
