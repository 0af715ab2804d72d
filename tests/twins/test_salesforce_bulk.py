"""Bulk API 2.0 of the Salesforce twin: the states of a job, its pages and its refusals; what an upload comes to."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.twins.salesforce import SalesforceTwin
from muster.twins.salesforce.bulk import ingest
from muster.twins.server import Running, serve
from tests.twins.salesforce_org import ACME, ADA, BO, BOLT, CY, Api, org, table

QUERY = "SELECT Id, Title, SystemModstamp, Account.Name FROM Contact"


@pytest.fixture
def twin() -> SalesforceTwin:
    return org()


@pytest.fixture
def api(twin: SalesforceTwin) -> Iterator[Api]:
    with serve(twin) as running:
        yield Api(running)


def rows(text: str, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def ended(api: Api, kind: str, id_: str) -> dict[str, Any]:
    """The job when it has ended; the twin's clock may stand, its workers need a moment."""
    for _ in range(500):
        told = api.get(f"/jobs/{kind}/{id_}").json()
        if told["state"] not in ("Open", "UploadComplete", "InProgress"):
            return dict(told)
        time.sleep(0.01)
    raise AssertionError(f"the job does not end: {told}")


def asked(api: Api, query: str = QUERY, **more: str) -> str:
    told = api.call("POST", "/jobs/query", json={"operation": "query", "query": query, **more})
    assert told.status_code == 200, told.text
    return str(told.json()["id"])


def uploaded(api: Api, data: str, operation: str = "insert", object_: str = "Contact", **more: str) -> str:
    job = api.call(
        "POST", "/jobs/ingest", json={"object": object_, "operation": operation, "contentType": "CSV", **more}
    )
    assert job.status_code == 200, job.text
    told, id_ = job.json(), str(job.json()["id"])
    assert told["state"] == "Open"
    sent = api.call("PUT", f"/{told['contentUrl']}", data=data.encode(), headers={"Content-Type": "text/csv"})
    assert sent.status_code == 201, sent.text
    closed = api.call("PATCH", f"/jobs/ingest/{id_}", json={"state": "UploadComplete"})
    assert closed.status_code == 200, closed.text
    return id_


def result(api: Api, id_: str, which: str) -> list[dict[str, str]]:
    told = api.get(f"/jobs/ingest/{id_}/{which}")
    assert told.status_code == 200, told.text
    return rows(told.content.decode())


# -- query jobs --------------------------------------------------------------------------------------------------------


def test_a_job_is_told_of_as_the_vendor_does(api: Api, twin: SalesforceTwin) -> None:
    told = api.call("POST", "/jobs/query", json={"operation": "query", "query": QUERY}).json()
    assert {name: value for name, value in told.items() if name not in ("id", "state")} == {
        "operation": "query", "object": "Contact", "createdById": twin.org.user,
        "createdDate": "2026-11-23T12:00:00.000+0000", "systemModstamp": "2026-11-23T12:00:00.000+0000",
        "concurrencyMode": "Parallel", "contentType": "CSV", "apiVersion": 66.0, "jobType": "V2Query",
        "lineEnding": "LF", "columnDelimiter": "COMMA",
    }  # fmt: skip
    assert told["id"].startswith("750")
    done = ended(api, "query", told["id"])
    assert (done["state"], done["numberRecordsProcessed"], done["retries"]) == ("JobComplete", 2, 0)
    assert done["isPkChunkingSupported"]
    assert [each["id"] for each in api.get("/jobs/query", jobType="V2Query").json()["records"]] == [told["id"]]


def test_states_follow_one_another_with_time(api: Api, twin: SalesforceTwin) -> None:
    twin.limits["job-milliseconds"].limit = 3000
    id_ = asked(api)
    assert api.get(f"/jobs/query/{id_}").json()["state"] == "UploadComplete"
    twin.clock.advance(timedelta(seconds=1.5))
    assert api.get(f"/jobs/query/{id_}").json()["state"] == "InProgress"
    early = api.get(f"/jobs/query/{id_}/results")
    assert (early.status_code, early.json()[0]["errorCode"]) == (400, "INVALIDJOBSTATE")
    assert api.call("DELETE", f"/jobs/query/{id_}").status_code == 400
    twin.clock.advance(timedelta(seconds=1.5))
    assert ended(api, "query", id_)["state"] == "JobComplete"


def test_results_are_quoted_csv_in_pages(api: Api) -> None:
    id_ = asked(api, QUERY + " ORDER BY Id")
    ended(api, "query", id_)
    first = api.get(f"/jobs/query/{id_}/results", maxRecords="1")
    assert first.headers["content-type"].startswith("text/csv")
    assert first.text == (
        f'"Id","Title","SystemModstamp","Account.Name"\n"{ADA}","CTO","2026-11-03T10:00:00.000Z","Acme"\n'
    )
    assert first.headers["Sforce-NumberOfRecords"] == "1"
    last = api.get(f"/jobs/query/{id_}/results", maxRecords="1", locator=first.headers["Sforce-Locator"])
    assert last.text == f'"Id","Title","SystemModstamp","Account.Name"\n"{BO}","","2026-11-03T10:00:00.000Z","Acme"\n'
    assert last.headers["Sforce-Locator"] == "null"
    assert not api.get(f"/jobs/query/{id_}").json()["isPkChunkingSupported"]
    bad = api.get(f"/jobs/query/{id_}/results", locator="!")
    assert (bad.status_code, bad.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")


def test_an_empty_result_is_its_header(api: Api) -> None:
    id_ = asked(api, "SELECT Id FROM Event")
    ended(api, "query", id_)
    told = api.get(f"/jobs/query/{id_}/results")
    assert (told.text, told.headers["Sforce-NumberOfRecords"], told.headers["Sforce-Locator"]) == (
        '"Id"\n',
        "0",
        "null",
    )


def test_delimiters_line_ends_and_deleted_rows(api: Api) -> None:
    told = {"operation": "queryAll", "query": "SELECT Id, Title FROM Contact WHERE IsDeleted = true"}
    job = api.call("POST", "/jobs/query", json={**told, "columnDelimiter": "PIPE", "lineEnding": "CRLF"}).json()
    ended(api, "query", job["id"])
    text = api.get(f"/jobs/query/{job['id']}/results").content.decode()
    assert text == f'"Id"|"Title"\r\n"{CY}"|"say ""hi"",\nall"\r\n'


def test_results_are_read_with_the_version_of_the_job(api: Api) -> None:
    id_ = asked(api)
    ended(api, "query", id_)
    assert api.get(f"/services/data/v65.0/jobs/query/{id_}/results").status_code == 409
    assert api.get(f"/services/data/v65.0/jobs/query/{id_}").status_code == 200


def test_addresses_of_pages(api: Api, twin: SalesforceTwin) -> None:
    ids = [f"00T8x{number:010}" for number in range(700)]
    twin.load("Task", pa.table({"Id": ids, "Subject": ids}))
    id_ = asked(api, "SELECT Subject FROM Task ORDER BY Id")
    ended(api, "query", id_)
    told = api.get(f"/jobs/query/{id_}/resultPages", maxRecords="100").json()
    assert (len(told["resultPages"]), told["done"]) == (5, False)
    more = api.get(told["nextRecordsUrl"]).json()
    assert (len(more["resultPages"]), more["done"], more["nextRecordsUrl"]) == (2, True, None)
    found = [
        row["Subject"]
        for each in told["resultPages"] + more["resultPages"]
        for row in rows(api.get(each["resultUrl"]).text)
    ]
    assert found == ids
    assert api.get(f"/services/data/v57.0/jobs/query/{id_}/resultPages").status_code == 404


def test_jobs_are_stopped_and_removed(api: Api, twin: SalesforceTwin) -> None:
    twin.limits["job-milliseconds"].limit = 1000
    id_ = asked(api)
    assert api.call("PATCH", f"/jobs/query/{id_}", json={"state": "Aborted"}).json()["state"] == "Aborted"
    assert api.call("PATCH", f"/jobs/query/{id_}", json={"state": "Aborted"}).status_code == 400
    assert api.call("DELETE", f"/jobs/query/{id_}").status_code == 204
    assert api.get(f"/jobs/query/{id_}").status_code == 404


def test_results_are_kept_seven_days(api: Api, twin: SalesforceTwin) -> None:
    id_ = asked(api)
    ended(api, "query", id_)
    twin.clock.advance(timedelta(days=7, minutes=1))
    api.sign_in()
    assert api.get(f"/jobs/query/{id_}/results").status_code == 404


@pytest.mark.parametrize(
    ("query", "code", "part"),
    [
        (
            "SELECT Id, (SELECT Id FROM Contacts) FROM Account",
            "API_ERROR",
            "Aggregate Relationships not supported in Bulk",
        ),
        ("SELECT COUNT(Id) FROM Account", "API_ERROR", "not supported in Bulk"),
        ("SELECT Name FROM Account GROUP BY Name", "API_ERROR", "not supported in Bulk"),
        ("SELECT Id FROM Account LIMIT 5 OFFSET 5", "API_ERROR", "OFFSET is not supported"),
        ("SELECT FIELDS(ALL) FROM Account LIMIT 5", "API_ERROR", "FIELDS function is not supported"),
        ("SELECT BillingAddress FROM Account", "API_ERROR", "Selecting compound data not supported in Bulk Query"),
        ("SELECT Id FROM CampaignMemberStatus", "INVALIDENTITY", "is not supported by the Bulk API"),
        ("SELECT Nope FROM Account", "INVALID_FIELD", "No such column 'Nope' on entity 'Account'"),
        ("SELECT", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
    ],
)
def test_what_bulk_cannot_do(api: Api, query: str, code: str, part: str) -> None:
    told = api.call("POST", "/jobs/query", json={"operation": "query", "query": query})
    assert (told.status_code, told.json()[0]["errorCode"]) == (400, code)
    assert part in told.json()[0]["message"]


def test_jobs_of_a_day_run_out(api: Api, twin: SalesforceTwin) -> None:
    twin.limits["DailyBulkV2QueryJobs"].limit = 1
    asked(api)
    told = api.call("POST", "/jobs/query", json={"operation": "query", "query": QUERY})
    assert (told.status_code, told.json()[0]["errorCode"]) == (400, "LIMIT_EXCEEDED")


def test_jobs_that_fail_or_take_long(api: Api, twin: SalesforceTwin) -> None:
    twin.faults.set(["jobfailx1"])
    told = ended(api, "query", asked(api))
    assert told["state"] == "Failed"
    assert told["errorMessage"]
    twin.faults.set(["slowjob=600x1"])
    id_ = asked(api)
    twin.clock.advance(timedelta(seconds=599))
    assert api.get(f"/jobs/query/{id_}").json()["state"] == "InProgress"
    twin.clock.advance(timedelta(seconds=1))
    assert ended(api, "query", id_)["state"] == "JobComplete"


@pytest.fixture(scope="module")
def served() -> Iterator[Running]:
    with serve(org()) as running:
        yield running


TEXT = st.text(
    alphabet=st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=("Cs",)), max_size=12
)


@settings(max_examples=25, deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=8), st.sampled_from(["COMMA", "TAB", "CARET", "BACKQUOTE", "SEMICOLON"]))
def test_any_text_comes_through(served: Running, texts: list[str], delimiter: str) -> None:
    api = Api(served)
    character = {"COMMA": ",", "TAB": "\t", "CARET": "^", "BACKQUOTE": "`", "SEMICOLON": ";"}[delimiter]
    ids = [f"00T8x{number:010}" for number in range(len(texts))]
    served.twin.store.hard_delete("Task", [each["Id"] for each in served.twin.store.rows('select Id from "Task"')])
    served.twin.load("Task", pa.table({"Id": ids, "Subject": texts}))
    id_ = asked(api, "SELECT Subject, Id FROM Task ORDER BY Id", columnDelimiter=delimiter)
    ended(api, "query", id_)
    found = rows(api.get(f"/jobs/query/{id_}/results").content.decode(), character)
    assert [row["Subject"] for row in found] == texts
    assert [each["Subject"] or "" for each in api.query("SELECT Subject FROM Task ORDER BY Id")] == texts


# -- ingest jobs -------------------------------------------------------------------------------------------------------


def test_an_upload_becomes_records(api: Api) -> None:
    data = f'LastName,Email,AccountId\nOne,one@x.example,{ACME[:15]}\n"Two, ""2""",bad,\n'
    id_ = uploaded(api, data)
    told = ended(api, "ingest", id_)
    assert (told["state"], told["numberRecordsProcessed"], told["numberRecordsFailed"]) == ("JobComplete", 2, 1)
    (good,) = result(api, id_, "successfulResults")
    assert good == {
        "sf__Id": good["sf__Id"], "sf__Created": "true", "LastName": "One", "Email": "one@x.example",
        "AccountId": ACME[:15],
    }  # fmt: skip
    assert result(api, id_, "failedResults") == [
        {
            "sf__Id": "", "sf__Error": "INVALID_EMAIL_ADDRESS:Email: invalid email address: bad:Email --",
            "LastName": 'Two, "2"', "Email": "bad", "AccountId": "",
        }
    ]  # fmt: skip
    assert result(api, id_, "unprocessedrecords") == []
    assert api.query(f"SELECT Name, AccountId FROM Contact WHERE Id = '{good['sf__Id']}'") == [
        {"Name": "One", "AccountId": ACME}
    ]


def test_nothing_leaves_a_field_and_a_mark_empties_it(api: Api) -> None:
    ended(api, "ingest", uploaded(api, f"Id,Title,Email\n{ADA},,#N/A\n", "update"))
    assert api.query(f"SELECT Title, Email FROM Contact WHERE Id = '{ADA}'") == [{"Title": "CTO", "Email": None}]


def test_references_in_the_header(api: Api, twin: SalesforceTwin) -> None:
    twin.admin.define("Account", {"Ext__c": "string(40) external unique"})
    api.call("PATCH", f"/sobjects/Account/{BOLT}", json={"Ext__c": "bolt"})
    ended(api, "ingest", uploaded(api, "LastName,Account.Ext__c\nA,bolt\n"))
    assert api.query("SELECT AccountId FROM Contact WHERE LastName = 'A'") == [{"AccountId": BOLT}]


def test_deleting_for_good_takes_a_permission(api: Api, twin: SalesforceTwin) -> None:
    told = api.call("POST", "/jobs/ingest", json={"object": "Contact", "operation": "hardDelete"})
    assert (told.status_code, told.json()[0]["errorCode"]) == (400, "FEATURENOTENABLED")
    twin.limits["hard-delete"].limit = 1
    ended(api, "ingest", uploaded(api, f"Id\n{ADA}\n", "hardDelete"))
    ended(api, "ingest", uploaded(api, f"Id\n{BO}\n", "delete"))
    left = api.query("SELECT Id, IsDeleted FROM Contact ORDER BY Id", deleted=True)
    assert left == [{"Id": BO, "IsDeleted": True}, {"Id": CY, "IsDeleted": True}]
    gone = api.get("/sobjects/Contact/deleted", start="2026-11-23T00:00:00Z", end="2026-11-24T00:00:00Z").json()
    assert {each["id"] for each in gone["deletedRecords"]} == {ADA, BO}


@pytest.mark.parametrize(
    ("data", "operation", "part"),
    [
        ("LastName,Nope\nA,x\n", "insert", "InvalidBatch : Field name not found : Nope"),
        ("LastName\r\nA\r\n", "insert", "LineEnding is invalid on user data. Current LineEnding setting is LF"),
        ("", "insert", "The batch is empty"),
        (f"Id,Title\n{ADA},x\n", "delete", "must contain only ids"),
        ("LastName,Title\nA\n", "insert", "Failed to parse CSV"),
    ],
)
def test_data_that_cannot_be_used(api: Api, data: str, operation: str, part: str) -> None:
    told = ended(api, "ingest", uploaded(api, data, operation))
    assert told["state"] == "Failed"
    assert part in told["errorMessage"]
    assert len(api.query("SELECT Id FROM Contact")) == 2


def test_one_upload_a_job_and_not_too_large(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "LARGEST", 20)
    job = api.call("POST", "/jobs/ingest", json={"object": "Contact", "operation": "insert"}).json()
    csv_ = {"Content-Type": "text/csv"}
    assert api.call("PUT", f"/{job['contentUrl']}", data=b"LastName\nA\n").status_code == 415
    assert api.call("PUT", f"/{job['contentUrl']}", data=b"x" * 21, headers=csv_).status_code == 400
    assert api.call("PUT", f"/{job['contentUrl']}", data=b"LastName\nA\n", headers=csv_).status_code == 201
    again = api.call("PUT", f"/{job['contentUrl']}", data=b"LastName\nA\n", headers=csv_)
    assert (again.status_code, again.json()[0]["errorCode"]) == (400, "INVALIDJOBSTATE")
    assert api.get(f"/jobs/ingest/{job['id']}").json()["state"] == "Open"  # never runs unless it is closed
    assert api.call("DELETE", f"/jobs/ingest/{job['id']}").status_code == 400
    assert api.call("PATCH", f"/jobs/ingest/{job['id']}", json={"state": "Aborted"}).json()["state"] == "Aborted"
    assert api.call("DELETE", f"/jobs/ingest/{job['id']}").status_code == 204


def test_job_and_data_in_one_request(api: Api) -> None:
    job = json.dumps({"object": "Lead", "operation": "insert", "contentType": "CSV", "lineEnding": "LF"})
    parts = {"job": (None, job, "application/json"), "content": ("content", "LastName,Company\nA,B\n", "text/csv")}
    told = api.call("POST", "/jobs/ingest", files=parts)
    assert told.status_code == 200, told.text
    assert ended(api, "ingest", told.json()["id"])["numberRecordsProcessed"] == 1


def test_a_job_stopped_half_way_says_what_it_left(api: Api, twin: SalesforceTwin) -> None:
    twin.faults.set(["halfbatchx1"])
    id_ = uploaded(api, "LastName\n" + "".join(f"N{number}\n" for number in range(10)))
    told = ended(api, "ingest", id_)
    assert (told["state"], told["numberRecordsProcessed"]) == ("Failed", 5)
    assert [row["LastName"] for row in result(api, id_, "successfulResults")] == [f"N{n}" for n in range(5)]
    assert [row["LastName"] for row in result(api, id_, "unprocessedrecords")] == [f"N{n}" for n in range(5, 10)]


def test_locked_rows_fail_and_others_do_not(api: Api, twin: SalesforceTwin) -> None:
    twin.faults.set(["lock:0.3"])
    id_ = uploaded(api, "LastName\n" + "".join(f"N{number}\n" for number in range(400)))
    told = ended(api, "ingest", id_)
    assert 60 < told["numberRecordsFailed"] < 180
    failed = result(api, id_, "failedResults")
    assert {row["sf__Error"].split(":")[0] for row in failed} == {"UNABLE_TO_LOCK_ROW"}
    there = {each["LastName"] for each in api.query("SELECT LastName FROM Contact WHERE LastName LIKE 'N%'")}
    assert there == {f"N{n}" for n in range(400)} - {row["LastName"] for row in failed}


def test_many_rows_go_in_by_batches(api: Api, twin: SalesforceTwin) -> None:
    id_ = uploaded(api, "LastName,Company\n" + "".join(f"N{n},C\n" for n in range(10_500)), object_="Lead")
    assert ended(api, "ingest", id_)["numberRecordsProcessed"] == 10_500
    assert twin.limits["DailyBulkApiBatches"].used == 2
    assert api.get("/query", q="SELECT COUNT() FROM Lead").json()["totalSize"] == 10_501


def test_a_cut_answer_can_be_read_again(api: Api, twin: SalesforceTwin) -> None:
    twin.load("Contact", table([{"Id": f"0038x{n:010}", "LastName": f"N{n}"} for n in range(3000)]))
    id_ = asked(api, "SELECT Id, LastName FROM Contact")
    ended(api, "query", id_)
    twin.faults.set(["cut@*/resultsx1"])
    with pytest.raises(requests.RequestException):
        api.get(f"/jobs/query/{id_}/results")
    assert len(rows(api.get(f"/jobs/query/{id_}/results").text)) == 3002
