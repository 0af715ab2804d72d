"""The Salesforce twin as the community's own client knows the vendor: `simple-salesforce`, unchanged, over TLS."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
import requests
import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceOperationError,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)

from muster.twins.salesforce import Credentials
from muster.twins.server import Running, serve
from tests.twins.salesforce_org import ACME, ADA, BO, CY, org

DOMAIN = "atlas.my"
USERNAME = "integration@twin.example"


class ToTwin(HTTPAdapter):
    """Brings calls to any Salesforce host to the twin, which sees the host that was meant."""

    def __init__(self, running: Running, authority: str) -> None:
        super().__init__()
        self._place, self._authority = urlsplit(running.url).netloc, authority

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        meant = urlsplit(request.url)
        request.headers["Host"] = meant.netloc
        request.url = urlunsplit(meant._replace(netloc=self._place))
        return super().send(request, *args, **{**more, "verify": self._authority})


class Keys:
    """A key pair, as PEM."""

    def __init__(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        self.public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ).decode()  # fmt: skip


@pytest.fixture(scope="module")
def keys() -> Keys:
    return Keys()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """A certificate authority, and a certificate of it with its key."""
    folder = tmp_path_factory.mktemp("tls")
    made = trustme.CA()
    issued = made.issue_cert("127.0.0.1")
    paths = folder / "authority.pem", folder / "certificate.pem", folder / "key.pem"
    made.cert_pem.write_to_path(str(paths[0]))
    issued.cert_chain_pems[0].write_to_path(str(paths[1]))
    issued.private_key_pem.write_to_path(str(paths[2]))
    return paths


@pytest.fixture
def running(authority: tuple[Path, Path, Path], keys: Keys) -> Iterator[Running]:
    twin = org(credentials=Credentials("twin", "twin-secret", public_key=keys.public))
    with serve(twin, tls=authority[1:]) as running:
        yield running


@pytest.fixture
def session(running: Running, authority: tuple[Path, Path, Path]) -> requests.Session:
    session = requests.Session()
    session.mount("https://", ToTwin(running, str(authority[0])))
    return session


@pytest.fixture
def salesforce(session: requests.Session) -> Salesforce:
    return Salesforce(consumer_key="twin", consumer_secret="twin-secret", domain=DOMAIN, session=session)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_client_credentials_lead_to_the_instance(salesforce: Salesforce) -> None:
    assert salesforce.sf_instance == "atlas.my.salesforce.com"
    assert salesforce.query("SELECT COUNT() FROM Account")["totalSize"] == 2


def test_a_signed_assertion_opens_a_session(session: requests.Session, keys: Keys, running: Running) -> None:
    running.twin.clock.set(datetime.now(UTC))  # the client signs by its own clock
    client = Salesforce(username=USERNAME, consumer_key="twin", privatekey=keys.private, session=session)
    assert client.sf_instance.endswith(".my.salesforce.com")
    assert client.query("SELECT Id FROM Account LIMIT 1")["done"]


@pytest.mark.filterwarnings("ignore:[\\s\\S]*self-authorize")
@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"username": "nobody@twin.example"}, "invalid_grant"),
        ({"consumer_key": "other"}, "invalid_client_id"),
        ({"privatekey": None}, "invalid_grant"),
    ],
)
def test_another_assertion_does_not(
    session: requests.Session, keys: Keys, running: Running, more: dict[str, Any], error: str
) -> None:
    running.twin.clock.set(datetime.now(UTC))
    by = {"username": USERNAME, "consumer_key": "twin", "privatekey": keys.private} | more
    by["privatekey"] = by["privatekey"] or Keys().private
    with pytest.raises(SalesforceAuthenticationFailed) as refused:
        Salesforce(session=session, **by)
    assert refused.value.code == error


def test_user_name_and_password(session: requests.Session) -> None:
    by = {"consumer_key": "twin", "consumer_secret": "twin-secret", "username": USERNAME}
    client = Salesforce(session=session, password="twin-passwordTOKEN", domain=DOMAIN, **by)
    assert client.limits()["DailyApiRequests"]["Max"] == 100_000
    with pytest.raises(SalesforceAuthenticationFailed, match="authentication failure"):
        Salesforce(session=session, password="guess", domain=DOMAIN, **by)


def test_an_ended_session_is_opened_anew_by_the_client(salesforce: Salesforce, running: Running) -> None:
    before = salesforce.session_id
    running.twin.clock.advance(timedelta(hours=3))
    assert salesforce.query("SELECT Id FROM Account")["totalSize"] == 2
    assert salesforce.session_id != before


def test_usage_is_told_with_each_answer(salesforce: Salesforce) -> None:
    salesforce.query("SELECT Id FROM Account")
    salesforce.query("SELECT Id FROM Account")
    assert salesforce.api_usage["api-usage"] == (2, 100_000)


def test_describe_of_all_and_of_one(salesforce: Salesforce) -> None:
    names = {each["name"] for each in salesforce.describe()["sobjects"]}
    assert {"Account", "Contact", "Lead", "Opportunity", "Campaign", "CampaignMember", "Task", "Event", "User"} <= names
    fields = {each["name"]: each for each in salesforce.Contact.describe()["fields"]}
    assert fields["Email"]["type"] == "email"
    assert fields["AccountId"]["referenceTo"] == ["Account"]
    assert fields["Score__c"]["custom"]
    assert salesforce.Contact.metadata()["objectDescribe"]["keyPrefix"] == "003"


def test_query_pages(salesforce: Salesforce) -> None:
    many = [{"LastName": f"Number {number}"} for number in range(450)]
    for start in range(0, 450, 200):
        chunk = [{"attributes": {"type": "Contact"}, **each} for each in many[start : start + 200]]
        salesforce.restful("composite/sobjects", method="POST", json={"records": chunk})
    soql = "SELECT Id, LastName FROM Contact WHERE LastName LIKE 'Number %' ORDER BY LastName"
    small = {"Sforce-Query-Options": "batchSize=200"}
    first = salesforce.query(soql, headers=small)
    assert (first["totalSize"], first["done"], len(first["records"])) == (450, False, 200)
    second = salesforce.query_more(first["nextRecordsUrl"], identifier_is_url=True)
    assert len(second["records"]) == 200
    everything = salesforce.query_all(soql, headers=small)["records"]
    assert sorted(each["LastName"] for each in everything) == sorted(each["LastName"] for each in many)
    assert [each["Id"] for each in salesforce.query_all_iter(soql)] == [each["Id"] for each in everything]


def test_deleted_records_are_asked_for(salesforce: Salesforce) -> None:
    assert CY not in {each["Id"] for each in salesforce.query("SELECT Id FROM Contact")["records"]}
    all_ = salesforce.query_all("SELECT Id, IsDeleted FROM Contact", include_deleted=True)["records"]
    assert {each["Id"]: each["IsDeleted"] for each in all_} == {ADA: False, BO: False, CY: True}


def test_single_records(salesforce: Salesforce) -> None:
    made = salesforce.Contact.create({"FirstName": "Di", "LastName": "New", "Email": "di@new.example"})
    assert (made["success"], made["errors"], made["id"][:3]) == (True, [], "003")
    assert salesforce.Contact.get(made["id"])["Name"] == "Di New"
    assert salesforce.Contact.update(made["id"], {"Title": "CEO", "LastName": "Newer"}) == 204
    told = salesforce.Contact.get(made["id"])
    assert (told["Title"], told["Name"]) == ("CEO", "Di Newer")
    assert salesforce.Contact.get_by_custom_id("Email", "di@new.example")["Id"] == made["id"]
    assert salesforce.Contact.delete(made["id"]) == 204
    with pytest.raises(SalesforceResourceNotFound):
        salesforce.Contact.get(made["id"])


def test_upsert_by_an_external_id(salesforce: Salesforce, running: Running) -> None:
    running.twin.admin.define("Contact", {"Ext__c": "string(40) external unique"})
    assert salesforce.Contact.upsert("Ext__c/x1", {"LastName": "One"}) == 201
    assert salesforce.Contact.upsert("Ext__c/x1", {"LastName": "Two"}) == 200
    assert salesforce.Contact.get_by_custom_id("Ext__c", "x1")["LastName"] == "Two"


def test_a_key_of_several_records_is_told(salesforce: Salesforce) -> None:
    for _ in range(2):
        salesforce.Contact.create({"LastName": "Twin", "Email": "twin@two.example"})
    with pytest.raises(SalesforceMoreThanOneRecord) as refused:
        salesforce.Contact.get_by_custom_id("Email", "twin@two.example")
    assert len(refused.value.content) == 2


def test_deleted_and_updated_in_a_while(salesforce: Salesforce) -> None:
    salesforce.Contact.delete(ADA)
    start, end = datetime(2026, 11, 19, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC)
    assert {each["id"] for each in salesforce.Contact.deleted(start, end)["deletedRecords"]} == {ADA, CY}
    ids = salesforce.Account.updated(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))["ids"]
    assert ids == [ACME]


def test_errors_have_the_clients_types(salesforce: Salesforce, running: Running) -> None:
    with pytest.raises(SalesforceMalformedRequest, match="MALFORMED_QUERY"):
        salesforce.query("SELECT FROM")
    with pytest.raises(SalesforceResourceNotFound):
        salesforce.Nothing__c.describe()
    running.twin.limits["DailyApiRequests"].limit = 0
    with pytest.raises(SalesforceRefusedRequest, match="TotalRequests Limit exceeded"):
        salesforce.query("SELECT Id FROM Account")


def test_bulk_query(salesforce: Salesforce) -> None:
    pages = list(salesforce.bulk2.Contact.query("SELECT Id, Title, Account.Name FROM Contact", max_records=1, wait=0))
    assert [len(rows(page)) for page in pages] == [1, 1]
    found = {row["Id"]: row for page in pages for row in rows(page)}
    assert found[ADA] == {"Id": ADA, "Title": "CTO", "Account.Name": "Acme"}
    assert found[BO]["Title"] == ""
    every = rows("".join(salesforce.bulk2.Contact.query_all("SELECT Id, Title, IsDeleted FROM Contact", wait=0)))
    assert {row["Id"]: (row["Title"], row["IsDeleted"]) for row in every}[CY] == ('say "hi",\nall', "true")


def test_bulk_query_to_a_file(salesforce: Salesforce, tmp_path: Path) -> None:
    (told,) = salesforce.bulk2.Account.download("SELECT Id, Name FROM Account", path=str(tmp_path), wait=0)
    assert {row["Name"] for row in rows(Path(told["file"]).read_text())} == {"Acme", "Bolt's"}


def test_bulk_insert_and_upsert(salesforce: Salesforce, running: Running) -> None:
    running.twin.admin.define("Lead", {"Ext__c": "string(40) external unique"})
    leads = [{"LastName": f"L{n}", "Company": "C", "Ext__c": f"k{n}"} for n in range(5)] + [
        {"LastName": "L5", "Ext__c": "k5"}
    ]
    (told,) = salesforce.bulk2.Lead.insert(records=leads, wait=0)
    assert (told["numberRecordsProcessed"], told["numberRecordsFailed"], told["numberRecordsTotal"]) == (6, 1, 6)
    result = salesforce.bulk2.Lead.get_all_ingest_records(told["job_id"])
    assert len(result["successfulRecords"]) == 5
    assert result["failedRecords"][0]["sf__Error"] == (
        "REQUIRED_FIELD_MISSING:Required fields are missing: [Company]:Company --"
    )
    assert result["unprocessedRecords"] == []
    changed = [{"Ext__c": "k1", "Title": "Boss", "LastName": "L1", "Company": "C"},
               {"Ext__c": "k9", "Title": "", "LastName": "L9", "Company": "D"}]  # fmt: skip
    (told,) = salesforce.bulk2.Lead.upsert(records=changed, external_id_field="Ext__c", wait=0)
    assert told["numberRecordsFailed"] == 0
    created = {
        row["Ext__c"]: row["sf__Created"] for row in rows(salesforce.bulk2.Lead.get_successful_records(told["job_id"]))
    }
    assert created == {"k1": "false", "k9": "true"}
    assert salesforce.query("SELECT Title FROM Lead WHERE Ext__c = 'k1'")["records"][0]["Title"] == "Boss"
    assert salesforce.query("SELECT COUNT() FROM Lead")["totalSize"] == 7


def test_bulk_update_and_delete(salesforce: Salesforce) -> None:
    salesforce.bulk2.Contact.update(records=[{"Id": ADA, "Title": "#N/A"}], wait=0)
    assert salesforce.Contact.get(ADA)["Title"] is None
    salesforce.bulk2.Contact.delete(records=[{"Id": ADA}], wait=0)
    assert salesforce.query("SELECT COUNT() FROM Contact")["totalSize"] == 1


def test_a_job_that_fails_says_why(salesforce: Salesforce) -> None:
    with pytest.raises(SalesforceOperationError, match="Field name not found : Nothing"):
        salesforce.bulk2.Contact.insert(records=[{"LastName": "A", "Nothing": "x"}], wait=0)
