"""A client library of others, `marketorestpython`, unchanged against the Marketo twin."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from muster.twins.marketo import MarketoTwin
from tests.twins.marketo_calls import instance, small_instance

client_library = pytest.importorskip("marketorestpython.client")
http_lib = pytest.importorskip("marketorestpython.helper.http_lib")


@pytest.fixture
def twin() -> Iterator[MarketoTwin]:
    with instance() as running:
        assert isinstance(running.twin, MarketoTwin)
        small_instance(running.twin)
        running.twin.url = running.url  # type: ignore[attr-defined]
        yield running.twin


@pytest.fixture
def client(twin: MarketoTwin, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The library as it is, but for the host, and without its own pause of a fifth of a second before each call."""
    monkeypatch.setattr(http_lib.time, "sleep", lambda seconds: None)
    own = twin.credentials()
    client = client_library.MarketoClient("123-ABC-456", own["client_id"], own["client_secret"])
    client.host = twin.url  # type: ignore[attr-defined]
    return client


def test_leads(client: Any) -> None:
    assert client.execute(method="describe2")[0]["name"] == "API Lead"
    assert client.execute(method="describe")[0]["rest"]["name"] == "id"
    assert client.execute(method="get_lead_by_id", id=1)[0]["email"] == "p1@example.com"
    found = client.execute(
        method="get_multiple_leads_by_filter_type",
        filterType="email",
        filterValues=["p1@example.com", "p2@example.com"],
        fields=["email", "leadScore"],
        batchSize=1,
    )
    assert [each["leadScore"] for each in found] == [1, 2]
    made = client.execute(method="create_update_leads", leads=[{"email": "a@example.com"}, {"email": "b@example.com"}])
    assert [each["status"] for each in made] == ["created", "created"]
    ids = [each["id"] for each in made]
    assert client.execute(method="merge_lead", id=ids[0], leadIds=[ids[1]]) is True
    assert client.execute(method="delete_lead", id=[ids[0]]) == [{"id": ids[0], "status": "deleted"}]
    assert client.execute(method="get_lead_partitions")[0]["name"] == "Default"
    pushed = client.execute(method="push_lead", leads=[{"email": "c@example.com"}], programName="Webinar")
    assert pushed[0]["status"] == "created"


def test_lists(client: Any) -> None:
    made = client.execute(method="create_list", name="Fresh", folderId=12, folderType="Folder")[0]
    assert client.execute(method="get_list_by_name", name="Fresh")[0]["id"] == made["id"]
    added = client.execute(method="add_leads_to_list", listId=made["id"], id=[1, 2])
    assert [each["status"] for each in added] == ["added", "added"]
    there = client.execute(method="member_of_list", listId=made["id"], id=[1, 3])
    assert [each["status"] for each in there] == ["memberof", "notmemberof"]
    found = client.execute(method="get_multiple_leads_by_list_id", listId=made["id"], fields=["email"], batchSize=1)
    assert [each["id"] for each in found] == [1, 2]
    removed = client.execute(method="remove_leads_from_list", listId=made["id"], id=[1])
    assert removed == [{"id": 1, "status": "removed"}]
    names = {each["name"] for each in client.execute(method="get_multiple_lists", batchSize=1)}
    assert names == {"Newsletter", "Fresh"}
    browsed = [each for page in client.execute(method="browse_lists_yield", maxReturn=1) for each in page]
    assert {each["name"] for each in browsed} == names


def test_activities(client: Any, twin: MarketoTwin) -> None:
    assert {each["id"] for each in client.execute(method="get_activity_types")} > {1, 12, 13, 37}
    found = client.execute(
        method="get_lead_activities",
        activityTypeIds=["1", "12"],
        sinceDatetime="2026-02-01",
        untilDatetime="2026-02-10",
        batchSize=2,
    )
    assert [each["id"] for each in found] == [100, 101, 104, 105, 108]
    client.execute(method="create_update_leads", leads=[{"email": "p1@example.com", "title": "Head"}])
    changes = client.execute(method="get_lead_changes", fields=["title"], sinceDatetime="2026-11-23")
    assert changes[0]["fields"][0]["newValue"] == "Head"
    client.execute(method="delete_lead", id=[5])
    gone = client.execute(method="get_deleted_leads", sinceDatetime="2026-11-23")
    assert [each["leadId"] for each in gone] == [5]


def test_objects_around_leads(client: Any) -> None:
    company = {"externalCompanyId": "new", "company": "New"}
    assert client.execute(method="create_update_companies", input=[company])[0]["status"] == "created"
    found = client.execute(method="get_companies", filterType="externalCompanyId", filterValues=["new", "acme"])
    assert {each["company"] for each in found} == {"New", "Acme"}
    deal = {"externalOpportunityId": "d2", "name": "Second"}
    assert client.execute(method="create_update_opportunities", input=[deal])[0]["status"] == "created"
    role = {"externalOpportunityId": "d2", "leadId": 2, "role": "Buyer"}
    assert client.execute(method="create_update_opportunities_roles", input=[role])[0]["status"] == "created"
    roles = client.execute(method="get_opportunity_roles", filterType="leadId", filterValues=["1", "2"])
    assert len(roles) == 2
    assert (
        client.execute(method="delete_opportunities", input=[{"externalOpportunityId": "d2"}])[0]["status"] == "deleted"
    )
    assert client.execute(method="describe_company")[0]["idField"] == "id"
    pages = client.execute(method="get_named_accounts", filterType="name", filterValues=["Acme"])
    assert [each["name"] for page in pages for each in page] == ["Acme"]


def test_programs(client: Any) -> None:
    assert [each["name"] for each in client.execute(method="browse_programs")] == ["Webinar"]
    assert client.execute(method="get_program_by_id", id=1004)[0]["channel"] == "Webinar"
    assert client.execute(method="get_channels")[0]["name"] == "Webinar"
    changed = client.execute(method="change_lead_program_status", id=1004, leadIds=[1], status="Registered")
    assert changed[0]["status"] == "updated"
    leads = client.execute(method="get_multiple_leads_by_program_id", programId=1004)
    assert [each["membership"]["progressionStatus"] for each in leads] == ["Registered", "Invited"]
    assert client.execute(method="describe_program_member")[0]["dedupeFields"] == ["leadId", "programId"]


def test_bulk_extract_and_import(client: Any, twin: MarketoTwin, tmp_path: Path) -> None:
    span = {"createdAt": {"startAt": "2026-01-01T00:00:00Z", "endAt": "2026-01-31T00:00:00Z"}}
    job = client.execute(method="create_leads_export_job", fields=["id", "email"], filters=span)[0]["exportId"]
    assert client.execute(method="enqueue_leads_export_job", job_id=job)[0]["status"] == "Queued"
    with pytest.raises(Exception, match="Job already queued"):
        client.max_retry_time = 0
        client.execute(method="enqueue_leads_export_job", job_id=job)
    _pass_a_minute(twin)
    assert client.execute(method="get_leads_export_job_status", job_id=job)[0]["numberOfRecords"] == 5
    file = client.execute(method="get_leads_export_job_file", job_id=job)
    assert file.decode().splitlines()[:2] == ["id,email", "1,p1@example.com"]
    assert [each["exportId"] for each in client.execute(method="get_leads_export_jobs_list")] == [job]
    path = tmp_path / "leads.csv"
    path.write_text("email,firstName\np1@example.com,One\n")
    batch = client.execute(method="import_lead", file=str(path), format="csv", listId=1001)[0]["batchId"]
    _pass_a_minute(twin)
    assert client.execute(method="get_import_lead_status", id=batch)[0]["status"] == "Complete"
    assert client.execute(method="get_import_failure_file", id=batch).strip() == "email,firstName,Import Failure Reason"


def test_usage_and_errors(client: Any) -> None:
    with pytest.raises(Exception, match="Lead not found") as refused:
        client.execute(method="get_lead_by_id", id=99)
    assert refused.value.args[0]["code"] == "1004"
    assert client.execute(method="get_daily_usage")[0]["total"] == 2
    assert client.execute(method="get_daily_errors")[0]["errors"][0]["errorCode"] == "1004"


def _pass_a_minute(twin: MarketoTwin) -> None:
    from datetime import timedelta

    twin.clock.advance(timedelta(seconds=60))
