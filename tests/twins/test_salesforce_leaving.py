"""Leaving a Salesforce org: deletion and its followers, the bin, merging, conversion, and who is told to have left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from muster.twins.salesforce import SalesforceTwin
from muster.twins.server import serve
from tests.twins.salesforce_org import ACME, ADA, BO, CY, FAIR, LEE, Api, made, org, stamp


@pytest.fixture
def twin() -> SalesforceTwin:
    return org()


@pytest.fixture
def api(twin: SalesforceTwin) -> Iterator[Api]:
    with serve(twin) as running:
        yield Api(running)


def test_what_is_deleted_takes_along_what_hangs_on_it(api: Api, twin: SalesforceTwin) -> None:
    member = made(api, "CampaignMember", CampaignId=FAIR, ContactId=ADA)
    twin.clock.advance(timedelta(minutes=5))
    assert api.call("DELETE", f"/sobjects/Account/{ACME}").status_code == 204
    assert api.query("SELECT Id FROM Contact") == api.query("SELECT Id FROM CampaignMember") == []
    for object_, id_ in (("Account", ACME), ("Contact", ADA), ("CampaignMember", member)):
        assert stamp(api, object_, id_) == "2026-11-23T12:05:00.000+0000"
    assert twin.store.get("Contact", ADA)["_deleted"] is True  # type: ignore[index]


def test_the_bin_is_emptied_after_fifteen_days(api: Api, twin: SalesforceTwin) -> None:
    everyone = "SELECT Id FROM Contact ORDER BY Id"
    api.call("DELETE", f"/sobjects/Contact/{ADA}")
    assert [each["Id"] for each in api.query(everyone, deleted=True)] == [ADA, BO, CY]
    twin.clock.advance(timedelta(days=14, hours=23))
    api.sign_in()
    assert [each["Id"] for each in api.query(everyone, deleted=True)] == [ADA, BO]  # Cy left on the 20th
    twin.clock.advance(timedelta(hours=2))
    api.sign_in()
    assert [each["Id"] for each in api.query(everyone, deleted=True)] == [BO]


def test_an_undeleted_record_is_news(api: Api, twin: SalesforceTwin) -> None:
    api.call("DELETE", f"/sobjects/Contact/{ADA}")
    twin.clock.advance(timedelta(minutes=1))
    assert twin.admin.undelete("Contact", [ADA]) == 1
    assert stamp(api, "Contact", ADA) == "2026-11-23T12:01:00.000+0000"
    assert {"Id": ADA} in api.query("SELECT Id FROM Contact")


def test_merged_records_point_to_their_winner(api: Api, twin: SalesforceTwin) -> None:
    for who in (ADA, BO):
        made(api, "CampaignMember", CampaignId=FAIR, ContactId=who)
    task = made(api, "Task", Subject="Call", WhoId=BO)
    twin.clock.advance(timedelta(minutes=5))
    twin.admin.merge("Contact", ADA, [BO])
    (loser,) = api.query("SELECT IsDeleted, MasterRecordId FROM Contact WHERE Id = '" + BO + "'", deleted=True)
    assert loser == {"IsDeleted": True, "MasterRecordId": ADA}
    assert api.query("SELECT WhoId FROM Task") == [{"WhoId": ADA}]
    assert api.query("SELECT ContactId FROM CampaignMember") == [{"ContactId": ADA}]
    assert stamp(api, "Task", task) == stamp(api, "Contact", ADA) == stamp(api, "Contact", BO)
    assert stamp(api, "Contact", ADA) == "2026-11-23T12:05:00.000+0000"


def test_a_converted_lead_stays_and_points_on(api: Api, twin: SalesforceTwin) -> None:
    made(api, "CampaignMember", CampaignId=FAIR, LeadId=LEE)
    told = twin.admin.convert(LEE, opportunity="A deal")
    fields = "IsConverted, ConvertedDate, ConvertedAccountId, ConvertedContactId, ConvertedOpportunityId, Status"
    assert api.query(f"SELECT {fields} FROM Lead") == [
        {
            "IsConverted": True, "ConvertedDate": "2026-11-23", "ConvertedAccountId": told["accountId"],
            "ConvertedContactId": told["contactId"], "ConvertedOpportunityId": told["opportunityId"],
            "Status": "Closed - Converted",
        }
    ]  # fmt: skip
    (contact,) = api.query(f"SELECT Name, Email, Account.Name FROM Contact WHERE Id = '{told['contactId']}'")
    assert contact == {"Name": "Lee May", "Email": "lee@bolt.example", "Account": {"Name": "Bolt's"}}
    assert api.query("SELECT LeadId, ContactId FROM CampaignMember") == [
        {"LeadId": LEE, "ContactId": told["contactId"]}
    ]
    refused = api.call("PATCH", f"/sobjects/Lead/{LEE}", json={"Title": "x"}).json()[0]
    assert refused["errorCode"] == "CANNOT_UPDATE_CONVERTED_LEAD"


def test_who_left_and_who_changed(api: Api, twin: SalesforceTwin) -> None:
    def told(path: str, start: str, end: str) -> Any:
        return api.get(f"/sobjects/Contact/{path}/", start=f"2026-11-{start}+00:00", end=f"2026-11-{end}+00:00")

    gone = told("deleted", "20T00:00:00", "21T00:00:00").json()
    assert gone["deletedRecords"] == [{"id": CY, "deletedDate": "2026-11-20T10:00:00.000+0000"}]
    assert gone["latestDateCovered"] == "2026-11-21T00:00:00.000+0000"
    assert gone["earliestDateAvailable"] == "2026-11-08T12:00:00.000+0000"
    assert told("updated", "03T00:00:00", "04T00:00:00").json()["ids"] == [ADA, BO]
    assert told("updated", "23T11:00:00", "30T00:00:00").json()["latestDateCovered"] == "2026-11-23T12:00:00.000+0000"
    for path, start, end in (
        ("deleted", "01T00:00:00", "21T00:00:00"),  # beyond the fifteen days
        ("deleted", "20T00:00:00", "20T00:00:59"),  # less than a minute
        ("updated", "01T00:00:00", "99T00:00:00"),  # no date
    ):
        refused = told(path, start, end)
        assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "INVALID_REPLICATION_DATE")
