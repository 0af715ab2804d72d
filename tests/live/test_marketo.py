"""The live Marketo reader against its twin, over HTTP: what the instance has, the lake has, row for row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from muster.connectors.sync.engine import position_of, schema_changes
from tests.live.marketo import NOW, START, Trial, lead_id, stamp, trial


@pytest.fixture
def mkto(tmp_path: Path) -> Iterator[Trial]:
    with trial(tmp_path) as made:
        made.fill()
        yield made


def history(mkto: Trial, *objects: str) -> Trial:
    """The instance after its history, of some objects or all, has been read."""
    mkto.sync(*objects)
    mkto.advance(minutes=5)
    return mkto


def calls(mkto: Trial, part: str) -> int:
    told: dict[str, int] = mkto.twin.calls.told()["calls"]
    return sum(count for place, count in told.items() if part in place)


def refusals(mkto: Trial) -> dict[str, int]:
    told: dict[str, int] = mkto.twin.calls.told()["refusals"]
    return told


class TestHistory:
    def test_a_first_read_brings_all_there_is(self, mkto: Trial) -> None:
        reports = mkto.sync()
        mkto.agree_on_all()
        assert not [warning for report in reports.values() for warning in report.warnings]
        assert not refusals(mkto)

    def test_a_second_read_brings_nothing_and_no_read_trips_a_limit(self, mkto: Trial) -> None:
        read = history(mkto)
        assert {name: report.loaded for name, report in read.sync().items() if report.loaded} == {}
        assert not refusals(mkto)

    def test_it_comes_by_extracts_of_a_month(self, mkto: Trial) -> None:
        mkto.sync("leads", "activities")
        for object_ in ("leads", "activities"):
            files = {row["_file"] for row in mkto.rows(object_)}
            assert len(files) >= 3
            assert all(file.startswith(f"bulk/{object_}/2026-") for file in files)

    def test_it_begins_when_it_is_told_to(self, mkto: Trial) -> None:
        mkto.options["since"] = NOW.date() - timedelta(days=20)
        mkto.sync("leads", "activities")
        since = stamp(NOW - timedelta(days=20, hours=12, seconds=1))
        assert mkto.alive("leads").keys() == {
            key for key, row in mkto.truth("leads").items() if row["createdAt"] >= since
        }
        wanted = {key for key, row in mkto.truth("activities").items() if row["activityDate"] >= since}
        assert mkto.alive("activities").keys() == wanted

    def test_what_is_older_than_all_that_shows_the_beginning_is_found_too(self, mkto: Trial) -> None:
        mkto.load(
            "leads", [mkto.lead(900_000, START - timedelta(days=25)), mkto.lead(900_001, START - timedelta(days=50))]
        )
        mkto.sync("leads")
        mkto.agree("leads")

    def test_what_is_logged_late_while_it_is_read_is_not_missed(self, mkto: Trial) -> None:
        late = [mkto.activity(5000, 320, NOW - timedelta(days=40))]

        def wait(seconds: float) -> None:
            mkto.advance(seconds=seconds)
            if late:
                mkto.load("activities", [late.pop()])

        mkto.wait = wait  # type: ignore[method-assign]
        mkto.advance(hours=1)
        mkto.sync("activities")
        mkto.agree("activities")

    def test_an_instance_without_records_is_read_too(self, tmp_path: Path) -> None:
        with trial(tmp_path) as empty:
            reports = empty.sync()
            assert sum(report.loaded for report in reports.values()) == 0
            empty.fill(50, 3, 50)
            empty.advance(hours=1)
            empty.sync("leads", "companies")
            empty.agree("leads")
            empty.agree("companies")

    def test_how_long_it_takes_is_said_beforehand(self, mkto: Trial) -> None:
        streams = {stream.name: stream for stream in mkto.reader().streams}
        told = {name: stream.estimate(None) for name, stream in streams.items()}
        assert "bulk extracts" in told["leads"].told
        assert told["leads"].seconds >= 3 * 60
        assert told["programs"].calls >= 13
        mkto.sync("leads")
        assert streams["leads"].estimate(position_of(mkto.source, "leads", mkto.settings)).calls < told["leads"].calls


class TestPresent:
    def test_every_kind_of_change_arrives(self, mkto: Trial) -> None:
        read = history(mkto)
        read.load("leads", [read.lead(500, read.now), read.lead(501, read.now)])
        sync = {"action": "updateOnly", "lookupField": "id"}
        read.call(
            "POST", "/rest/v1/leads.json", {**sync, "input": [{"id": int(lead_id(3)), "favouriteColour": "green"}]}
        )
        read.call("POST", "/rest/v1/leads/delete.json", {"input": [{"id": int(lead_id(7))}]})
        read.call("POST", f"/rest/v1/leads/{lead_id(8)}/merge.json", leadIds=f"{lead_id(9)},{lead_id(10)}")
        added = {"input": [{"id": int(lead_id(number))} for number in (300, 301, 500)]}
        read.call("POST", "/rest/v1/lists/71/leads.json", added)
        read.call("DELETE", "/rest/v1/lists/71/leads.json", id=lead_id(300))
        read.call("DELETE", "/rest/v1/lists/72/leads.json", id=next(iter(_members(read, "static_list_members", "72"))))
        there = sorted(_members(read, "program_members", "1002"))
        status = {"statusName": "Attended", "input": [{"leadId": int(there[0])}, {"leadId": int(lead_id(500))}]}
        read.call("POST", "/rest/v1/programs/1002/members/status.json", status)
        read.call("POST", "/rest/v1/programs/1002/members/delete.json", {"input": [{"leadId": int(there[1])}]})
        read.load("companies", [{"id": "503", "industry": "Mining", "updatedAt": stamp(read.now)}])
        read.load("opportunities", [{"marketoGUID": "opp-3", "stage": "Won", "updatedAt": stamp(read.now)}])
        read.twin.delete("opportunity_roles", ["role-4"])
        read.twin.delete("named_accounts", ["na-2"])
        read.load("static_lists", [{"id": "71", "name": "List one", "updatedAt": f"{stamp(read.now)}+0000"}])
        read.load("programs", [{"id": "1003", "status": "off", "updatedAt": f"{stamp(read.now)}+0000"}])
        read.advance(minutes=5)
        read.sync()
        read.agree_on_all()
        for gone in (7, 9, 10):
            assert read.newest("leads")[lead_id(gone)]["_deleted"]
        assert not [key for key in refusals(read) if key in ("606", "607", "615")]

    def test_whole_lists_and_programs_come_and_go(self, mkto: Trial) -> None:
        read = history(mkto, "programs", "program_members", "static_lists", "static_list_members")
        at = f"{stamp(read.now)}+0000"
        read.load("static_lists", [{"id": "90", "name": "New", "createdAt": at, "updatedAt": at}])
        read.load("static_list_members", [{"listId": "90", "leadId": lead_id(number)} for number in (1, 2, 3)])
        read.twin.store.delete("static_lists", ["73"])
        program = {"id": "1090", "name": "New", "channel": "Webinar", "createdAt": at, "updatedAt": at, "status": "on"}
        read.load("programs", [program])
        read.load("program_members", [read.member(90, 5), read.member(90, 6)])
        read.twin.store.delete("programs", ["1004"])
        read.advance(hours=1)
        read.sync("programs", "program_members", "static_lists", "static_list_members")
        assert read.alive("static_lists").keys() == read.truth("static_lists").keys()
        on_lists = {key for key in read.truth("static_list_members") if not key.startswith("73|")}
        assert read.alive("static_list_members").keys() == on_lists
        assert read.alive("programs").keys() == read.truth("programs").keys()
        in_programs = {key for key in read.truth("program_members") if not key.startswith("1004|")}
        assert read.alive("program_members").keys() == in_programs

    def test_what_is_deleted_while_it_is_read_stops_nothing(self, mkto: Trial) -> None:
        objects = ("program_members", "static_list_members")
        read = history(mkto, *objects)
        stream = {each.name: each for each in read.reader().streams}
        for name, gone, path in ((objects[0], "1005", "programs"), (objects[1], "72", "static_lists")):
            position = position_of(read.source, name, read.settings)
            chunks = stream[name].read(position)
            next(chunks)  # by now it knows which programs or lists there are
            read.twin.store.delete(path, [gone])
            assert list(chunks)
        read.advance(hours=1)
        read.sync(*objects)
        assert not [key for key in read.alive(objects[0]) if key.startswith("1005|")]
        assert not [key for key in read.alive(objects[1]) if key.startswith("72|")]

    def test_a_field_that_is_added_later_is_read_and_recorded(self, mkto: Trial) -> None:
        read = history(mkto, "leads")
        field = {"displayName": "Shoe Size", "name": "shoeSize", "dataType": "integer"}
        read.call("POST", "/rest/v1/leads/schema/fields.json", {"input": [field]})
        sync = {"action": "updateOnly", "lookupField": "id"}
        read.call("POST", "/rest/v1/leads.json", {**sync, "input": [{"id": int(lead_id(3)), "shoeSize": 43}]})
        read.advance(minutes=5)
        read.sync("leads")
        assert read.alive("leads")[lead_id(3)]["shoeSize"] == "43"
        read.agree("leads")
        assert "shoeSize" in {change.field for change in schema_changes(read.source, read.settings)}

    def test_what_is_logged_late_is_not_missed(self, mkto: Trial) -> None:
        read = history(mkto, "activities")
        read.load("activities", [read.activity(5000, 320, NOW - timedelta(days=3))])
        read.sync("activities")
        assert "guid-005000" in read.alive("activities")
        read.agree("activities")

    def test_a_type_of_activity_that_is_added_later_is_read(self, mkto: Trial) -> None:
        read = history(mkto, "activities")
        read.load("activities", [read.activity(5000, 320, read.now) | {"activityTypeId": "100077"}])
        read.advance(minutes=1)
        read.sync("activities")
        assert read.alive("activities")["guid-005000"]["activityTypeId"] == "100077"

    @pytest.mark.parametrize("filtered", [True, False])
    def test_what_no_activity_tells_is_found_by_a_sweep(self, mkto: Trial, filtered: bool) -> None:
        read = history(mkto, "leads")
        read.twin.corona.limit = int(filtered)
        read.twin.store.upsert("leads", [{"id": lead_id(5), "leadScore": "77"}])
        read.advance(minutes=5)
        read.sync("leads")
        assert read.alive("leads")[lead_id(5)]["leadScore"] != "77"
        read.advance(days=1)
        read.sync("leads")
        read.agree("leads")

    def test_deletions_that_are_not_told_of_any_more_are_found(self, mkto: Trial) -> None:
        read = history(mkto, "leads")
        read.twin.store.delete("leads", [lead_id(5), lead_id(6)])
        read.advance(days=20)
        read.sync("leads")
        read.agree("leads")

    def test_a_program_too_large_to_be_asked_by_time_is_extracted_each_day(
        self, mkto: Trial, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read = history(mkto, "leads", "program_members")
        monkeypatch.setattr("muster.twins.marketo.members.MOST_MEMBERS", 20)
        first = _members(read, "program_members", "1002")[0]
        status = {"statusName": "Attended", "input": [{"leadId": int(first)}]}
        read.call("POST", "/rest/v1/programs/1002/members/status.json", status)
        read.sync("program_members")
        assert read.alive("program_members")[f"1002|{first}"]["statusName"] == "Attended"
        read.twin.store.upsert("program_members", [{"programId": "1002", "leadId": first, "statusReason": "Late"}])
        read.advance(days=2)
        read.sync("program_members")
        read.agree("program_members")

    def test_a_place_in_the_log_that_is_not_known_any_more_is_found_again_by_time(self, mkto: Trial) -> None:
        read = history(mkto, "leads")
        position = position_of(read.source, "leads", read.settings)
        read.load("leads", [read.lead(500, read.now)])
        stream = next(each for each in read.reader().streams if each.name == "leads")
        assert position
        lost = {**position, "changes": {**position["changes"], "token": "long-gone"}}
        found = [row["id"] for chunk in stream.read(lost) for row in chunk.table.to_pylist()]
        assert lead_id(500) in found

    def test_after_a_long_pause_activities_come_by_extract(self, mkto: Trial) -> None:
        read = history(mkto, "activities")
        fresh = [read.activity(5000 + number, 320, NOW + timedelta(hours=number)) for number in range(300)]
        read.advance(days=14)
        read.load("activities", fresh)
        before = calls(read, "activities.json")
        read.sync("activities")
        read.agree("activities")
        assert "bulk/activities/2026-11-20" in {row["_file"] for row in read.rows("activities")}
        assert calls(read, "activities.json") - before < 20

    def test_when_someone_was_put_on_a_list_is_known_from_the_activities(self, mkto: Trial) -> None:
        read = history(mkto, "activities", "static_list_members")
        moment = read.now
        read.call("POST", "/rest/v1/lists/71/leads.json", {"input": [{"id": int(lead_id(300))}]})
        read.advance(minutes=5)
        read.sync("activities", "static_list_members")
        row = read.alive("static_list_members")[f"71|{lead_id(300)}"]
        assert abs(datetime.fromisoformat(row["addedAt"]) - moment) < timedelta(minutes=1)
        read.advance(hours=3)
        assert read.sync("static_list_members")["static_list_members"].loaded == 0  # a listing knows it too


class TestInstances:
    def test_two_instances_are_read_side_by_side(self, tmp_path: Path) -> None:
        with trial(tmp_path, "na") as one, trial(tmp_path, "emea", "200-EME-042") as other:
            one.fill(120, 3, 100)
            other.fill(60, 2, 50)
            for each in (one, other, one, other):
                each.sync("leads", "companies", "activities")
            for each in (one, other):
                assert all(each.agree(name) for name in ("leads", "companies", "activities"))
            assert len(one.alive("leads")) == 120
            assert len(other.alive("leads")) == 60


def _members(mkto: Trial, object_: str, place: str) -> list[str]:
    return [key.split("|")[1] for key in mkto.truth(object_) if key.startswith(f"{place}|")]
