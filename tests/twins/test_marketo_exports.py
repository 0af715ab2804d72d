"""Bulk extracts of the Marketo twin: the life of a job, the shared queue and quota, files, faults."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from muster.twins.marketo import Service, User
from tests.twins.marketo_calls import Caller, activity, error_of, instance, lead, small_instance, table

LEADS, ACTIVITIES, MEMBERS = "/bulk/v1/leads/export", "/bulk/v1/activities/export", "/bulk/v1/program/members/export"
JANUARY = {"startAt": "2026-01-01T00:00:00Z", "endAt": "2026-01-31T23:59:59Z"}
FEBRUARY = {"startAt": "2026-02-01T00:00:00-00:00", "endAt": "2026-02-28T23:59:59-00:00"}
ONE, TWO = Service("one", "s", User("one@example.com")), Service("two", "s", User("two@example.com"))


@pytest.fixture
def caller() -> Iterator[Caller]:
    with instance(ONE, TWO) as running:
        caller = Caller(running, "one", "s")
        small_instance(caller.twin)
        yield caller


def create(caller: Caller, base: str = ACTIVITIES, **body: Any) -> str:
    told = caller.post(f"{base}/create.json", body or {"filter": {"createdAt": FEBRUARY}})
    assert told["success"], told
    job = told["result"][0]
    assert job == {
        "exportId": job["exportId"],
        "format": job["format"],
        "status": "Created",
        "createdAt": job["createdAt"],
    }
    text: str = job["exportId"]
    return text


def status(caller: Caller, job: str, base: str = ACTIVITIES) -> dict[str, Any]:
    told: dict[str, Any] = caller.result(f"{base}/{job}/status.json")[0]
    return told


def extract(caller: Caller, base: str = ACTIVITIES, **body: Any) -> list[dict[str, str]]:
    """The rows of the file of a job, from beginning to end."""
    job = create(caller, base, **body)
    assert caller.post(f"{base}/{job}/enqueue.json")["success"]
    caller.wait(60)
    told, file = status(caller, job, base), caller.answer("GET", f"{base}/{job}/file.json")
    assert told["status"] == "Completed"
    assert told["fileSize"] == len(file.content)
    assert told["fileChecksum"] == f"sha256:{hashlib.sha256(file.content).hexdigest()}"
    rows = list(csv.DictReader(io.StringIO(file.text)))
    assert told["numberOfRecords"] == len(rows)
    return rows


def test_a_job_goes_through_its_states_by_the_minute(caller: Caller) -> None:
    caller.twin.limits["export-seconds"].limit = 90
    job = create(caller)
    caller.wait(600)
    assert status(caller, job)["status"] == "Created"
    queued = caller.post(f"{ACTIVITIES}/{job}/enqueue.json")["result"][0]
    assert (queued["status"], queued["queuedAt"]) == ("Queued", "2026-11-23T18:10:00Z")
    seen = []
    for _ in range(6):
        caller.wait(29.9)
        seen.append(status(caller, job)["status"])
    assert seen == ["Queued", "Queued", "Processing", "Processing", "Completed", "Completed"]
    told = status(caller, job)
    assert told["startedAt"] == "2026-11-23T18:10:01Z"
    assert told["finishedAt"] == "2026-11-23T18:11:31Z"


def test_a_file_is_404_in_plain_text_until_the_job_shows_as_completed(caller: Caller) -> None:
    job = create(caller)
    place = f"{ACTIVITIES}/{job}/file.json"
    assert caller.answer("GET", place).status_code == 404
    caller.post(f"{ACTIVITIES}/{job}/enqueue.json")
    caller.wait(59)
    refused = caller.answer("GET", place)
    assert (refused.status_code, refused.headers["content-type"].split(";")[0]) == (404, "text/plain")
    caller.wait(1)
    assert caller.answer("GET", place).status_code == 200
    assert caller.answer("GET", f"{ACTIVITIES}/nonsense/file.json").status_code == 404


def test_a_file_is_had_in_pieces(caller: Caller) -> None:
    job = create(caller)
    caller.post(f"{ACTIVITIES}/{job}/enqueue.json")
    caller.wait(60)
    place = f"{ACTIVITIES}/{job}/file.json"
    whole = caller.answer("GET", place).content
    first = caller.answer("GET", place, headers={"range": "bytes=0-9"})
    assert (first.status_code, first.content) == (206, whole[:10])
    assert first.headers["content-range"] == f"bytes 0-9/{len(whole)}"
    assert first.headers["accept-ranges"] == "bytes"
    rest = caller.answer("GET", place, headers={"range": "bytes=10-"})
    assert first.content + rest.content == whole
    assert caller.answer("GET", place, headers={"range": f"bytes={len(whole)}-"}).status_code == 416


def test_ten_jobs_wait_or_run_and_two_run_for_all_services_and_kinds(caller: Caller) -> None:
    other = Caller(caller.running, "two", "s")
    jobs = [create(caller) for _ in range(9)]
    leads = {"fields": ["id"], "filter": {"createdAt": JANUARY}}
    last, over = create(other, LEADS, **leads), create(other, LEADS, **leads)
    for job in jobs:
        assert caller.post(f"{ACTIVITIES}/{job}/enqueue.json")["success"]
    assert other.post(f"{LEADS}/{last}/enqueue.json")["success"]
    refused = other.post(f"{LEADS}/{over}/enqueue.json")
    assert error_of(refused) == ("1029", "Too many jobs in queue")
    caller.twin.limits["rate"].limit = 10_000
    caller.wait(60)
    states = [status(caller, job)["status"] for job in jobs]
    assert states == ["Completed", "Completed", "Processing", "Processing", *["Queued"] * 5]
    assert other.post(f"{LEADS}/{over}/enqueue.json")["success"]


def test_a_job_is_queued_once(caller: Caller) -> None:
    job = create(caller)
    caller.post(f"{ACTIVITIES}/{job}/enqueue.json")
    assert error_of(caller.post(f"{ACTIVITIES}/{job}/enqueue.json")) == ("1029", "Job already queued")


def test_a_job_is_its_owners_alone(caller: Caller) -> None:
    other, job = Caller(caller.running, "two", "s"), create(caller)
    assert other.error(f"{ACTIVITIES}/{job}/status.json")[0] == "1013"
    assert other.answer("GET", f"{ACTIVITIES}/{job}/file.json").status_code == 404
    assert other.result(f"{ACTIVITIES}.json") == []
    assert [each["exportId"] for each in caller.result(f"{ACTIVITIES}.json")] == [job]
    assert caller.error(f"{LEADS}/{job}/status.json")[0] == "1013"


def test_a_cancelled_job_gives_its_place_away(caller: Caller) -> None:
    jobs = [create(caller) for _ in range(3)]
    for job in jobs:
        caller.post(f"{ACTIVITIES}/{job}/enqueue.json")
    caller.wait(2)
    assert caller.post(f"{ACTIVITIES}/{jobs[0]}/cancel.json")["result"][0]["status"] == "Cancelled"
    caller.wait(58)
    assert [status(caller, job)["status"] for job in jobs] == ["Cancelled", "Completed", "Completed"]
    assert [each["exportId"] for each in caller.result(f"{ACTIVITIES}.json", status="canceled")] == [jobs[0]]
    both = caller.result(f"{ACTIVITIES}.json", status=["completed", "Failed"])
    assert [each["exportId"] for each in both] == jobs[1:]


def test_megabytes_of_a_day_are_shared_and_come_back_at_midnight_central(caller: Caller) -> None:
    created = create(caller)
    caller.twin.exported.limit = 100
    extract(caller)  # what runs, runs to its end
    quota = ("1029", "Export daily quota exceeded")
    other = Caller(caller.running, "two", "s")
    body = {"filter": {"createdAt": FEBRUARY}}
    assert error_of(other.post(f"{ACTIVITIES}/create.json", body)) == quota
    assert error_of(caller.post(f"{ACTIVITIES}/{created}/enqueue.json")) == quota
    caller.twin.clock.set(datetime(2026, 11, 24, 6, tzinfo=UTC))
    caller.login()
    assert caller.post(f"{ACTIVITIES}/{created}/enqueue.json")["success"]


def test_leads_by_date_of_creation_with_headers_and_nulls(caller: Caller) -> None:
    caller.twin.load(
        "leads", table(lead(9, "2026-03-01"), lead(10, lastName='O"Neil, Jr.'), lead(11, isDeleted="true"))
    )
    body = {"fields": ["id", "firstName", "lastName", "unsubscribed"], "filter": {"createdAt": JANUARY}}
    rows = extract(caller, LEADS, **body, columnHeaderNames={"firstName": "First Name"})
    assert [row["id"] for row in rows] == ["1", "2", "3", "4", "5", "10"]
    assert rows[0] == {"id": "1", "First Name": "P1", "lastName": "null", "unsubscribed": "false"}
    assert rows[-1]["lastName"] == 'O"Neil, Jr.'


def test_other_formats(caller: Caller) -> None:
    body = {"fields": ["id", "email"], "filter": {"staticListId": 1001}, "format": "TSV"}
    job = create(caller, LEADS, **body)
    caller.post(f"{LEADS}/{job}/enqueue.json")
    caller.wait(60)
    assert caller.answer("GET", f"{LEADS}/{job}/file.json").text.splitlines()[1] == "1\tp1@example.com"


def test_leads_by_list(caller: Caller) -> None:
    rows = extract(caller, LEADS, fields=["id"], filter={"staticListName": "Newsletter"})
    assert [row["id"] for row in rows] == ["1", "2", "3"]


def test_leads_by_change_need_newer_infrastructure_and_see_the_real_one(caller: Caller) -> None:
    now = {"startAt": "2026-11-01T00:00:00Z", "endAt": "2026-11-30T00:00:00Z"}
    body = {"fields": ["id"], "filter": {"updatedAt": now}}
    refused = caller.post(f"{LEADS}/create.json", body)
    assert error_of(refused) == ("1035", "Unsupported filter type for target subscription")
    caller.twin.corona.limit = 1
    assert extract(caller, LEADS, **body) == []
    caller.post("/rest/v1/leads.json", {"input": [{"email": "p2@example.com", "customText": "changed"}]})
    assert [row["id"] for row in extract(caller, LEADS, **body)] == ["2"]
    assert caller.result("/rest/v1/lead/2.json")[0]["updatedAt"] == "2026-01-10T08:00:00Z"


def test_what_a_request_must_be(caller: Caller) -> None:
    long = {"startAt": "2026-01-01T00:00:00Z", "endAt": "2026-02-02T00:00:00Z"}
    for base, body, code in (
        (LEADS, {"fields": ["id"], "filter": {"createdAt": long}}, "1003"),
        (LEADS, {"fields": ["id"], "filter": {"createdAt": JANUARY, "staticListId": 1001}}, "1003"),
        (LEADS, {"fields": ["id"], "filter": {}}, "1003"),
        (LEADS, {"filter": {"createdAt": JANUARY}}, "1002"),
        (LEADS, {"fields": ["nope"], "filter": {"createdAt": JANUARY}}, "1006"),
        (LEADS, {"fields": ["id"], "filter": {"staticListId": 5}}, "1013"),
        (ACTIVITIES, {"filter": {"activityTypeIds": [1]}}, "1002"),
        (ACTIVITIES, {"filter": {"createdAt": FEBRUARY, "activityTypeIds": [37]}}, "1003"),
        (ACTIVITIES, {"filter": {"createdAt": FEBRUARY, "primaryAttributeValueIds": [1]}}, "1003"),
        (ACTIVITIES, {"filter": {"createdAt": {"startAt": "soon"}}}, "1001"),
        (MEMBERS, {"fields": ["leadId"], "filter": {}}, "1003"),
        (MEMBERS, {"fields": ["leadId"], "filter": {"programId": 9}}, "1013"),
        (MEMBERS, {"fields": ["leadId"], "filter": {"programId": 1004, "statusNames": ["No such"]}}, "1003"),
    ):
        assert error_of(caller.post(f"{base}/create.json", body))[0] == code, body


def test_activities_by_type_and_asset_never_deletions(caller: Caller) -> None:
    caller.twin.load(
        "activities",
        table(
            activity(800, 9, 37, "2026-02-05T00:00:00Z"),
            activity(801, 9, 24, "2026-02-05T00:00:00Z", primaryAttributeValueId=1001, attributes=None),
        ),
    )
    assert len(extract(caller)) == 21
    one = {"createdAt": FEBRUARY, "activityTypeIds": [24], "primaryAttributeValueIds": [1001]}
    assert extract(caller, filter=one) == [
        {
            "marketoGUID": "801", "leadId": "9", "activityDate": "2026-02-05T00:00:00Z", "activityTypeId": "24",
            "campaignId": "null", "primaryAttributeValueId": "1001", "primaryAttributeValue": "asset",
            "attributes": "{}",
        }
    ]  # fmt: skip
    rows = extract(caller, filter={"createdAt": FEBRUARY, "activityTypeIds": [1]}, fields=["leadId", "actionResult"])
    assert list(rows[0].items()) == [("leadId", "1"), ("actionResult", "succeeded")]
    assert len(rows) == 5


def test_members_of_programs_with_fields_of_both(caller: Caller) -> None:
    rows = extract(caller, MEMBERS, fields=["leadId", "email", "statusName"], filter={"programId": 1004})
    assert rows[0] == {"leadId": "1", "email": "p1@example.com", "statusName": "Invited"}
    rows = extract(caller, MEMBERS, fields=["leadId"], filter={"programIds": [1004], "statusNames": ["Invited"]})
    assert list(rows[0]) == ["programId", "leadId"]


def test_faults_of_jobs_and_files(caller: Caller) -> None:
    faults = caller.twin.faults
    faults.set(["queue-fullx1"])
    job = create(caller)
    assert error_of(caller.post(f"{ACTIVITIES}/{job}/enqueue.json")) == ("1029", "Too many jobs in queue")
    faults.set(["export-quotax1"])
    assert error_of(caller.post(f"{ACTIVITIES}/{job}/enqueue.json")) == ("1029", "Export daily quota exceeded")
    faults.set(["failed-jobx1"])
    caller.post(f"{ACTIVITIES}/{job}/enqueue.json")
    caller.wait(60)
    assert status(caller, job)["status"] == "Failed"
    assert "errorMsg" in status(caller, job)
    faults.set(["short-filex1", "lost-filex1"])
    job = create(caller)
    caller.post(f"{ACTIVITIES}/{job}/enqueue.json")
    caller.wait(60)
    told = status(caller, job)
    assert caller.answer("GET", f"{ACTIVITIES}/{job}/file.json").status_code == 404
    assert len(caller.answer("GET", f"{ACTIVITIES}/{job}/file.json").content) < told["fileSize"]


def test_jobs_are_listed_for_a_week_and_files_kept_as_long(caller: Caller) -> None:
    job = create(caller)
    caller.post(f"{ACTIVITIES}/{job}/enqueue.json")
    caller.wait(60)
    caller.wait(8 * 86_400)
    caller.login()
    assert caller.result(f"{ACTIVITIES}.json") == []
    assert caller.answer("GET", f"{ACTIVITIES}/{job}/file.json").status_code == 404
    pages = [create(caller) for _ in range(3)]
    first = caller.get(f"{ACTIVITIES}.json", batchSize=2)
    rest = caller.get(f"{ACTIVITIES}.json", batchSize=2, nextPageToken=first["nextPageToken"])
    assert [each["exportId"] for each in first["result"] + rest["result"]] == pages
    assert "nextPageToken" not in rest
