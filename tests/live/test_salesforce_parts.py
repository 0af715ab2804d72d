"""The parts of the Salesforce reader that need no org: words, values, places, verdicts, tokens."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote_plus

import jwt
import pyarrow as pa
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from muster.config.connections import SalesforceConnection
from muster.config.models import Source
from muster.connectors.http.answer import Answer
from muster.connectors.http.budget import Budget
from muster.connectors.http.verdict import Again, Good, Refused, Renew, Spent
from muster.connectors.salesforce import csv_pages, soql
from muster.connectors.salesforce.auth import token_request
from muster.connectors.salesforce.client import judge
from muster.connectors.salesforce.describe import described
from muster.connectors.salesforce.limits import LIMITS
from muster.connectors.salesforce.position import Place
from muster.connectors.salesforce.reader import STANDARD, objects_of
from muster.connectors.salesforce.values import Values
from muster.errors import SourceError

RECORDED = Path(__file__).resolve().parents[3] / "shared/reference/vendors/specs/salesforce-recorded"


def connection(**settings: Any) -> SalesforceConnection:
    given = {"url": "https://acme.my.salesforce.com", "client_id": "consumer", "client_secret": "hush"} | settings
    return SalesforceConnection.model_validate({key: value for key, value in given.items() if value is not None})


def source(**settings: Any) -> Source:
    told = {"url": "https://acme.my.salesforce.com", "client_id": "c", "client_secret": "s", **settings}
    return Source.model_validate({"name": "crm", "type": "salesforce", "connection": told})


class TestSoql:
    @pytest.mark.parametrize(
        ("value", "literal"), [("O'Brien", r"'O\'Brien'"), ("a\\b", r"'a\\b'"), ('say "x"\n', r"'say \"x\"\n'")]
    )
    def test_what_would_end_a_string_is_escaped(self, value: str, literal: str) -> None:
        assert soql.text(value) == literal

    @pytest.mark.parametrize("name", ["Account WHERE Id != ''", "a/b", "", "1st", "Contact;"])
    def test_no_text_passes_for_a_name(self, name: str) -> None:
        with pytest.raises(SourceError, match="is no name of a Salesforce object"):
            soql.select(["Id"], name)

    @given(st.text())
    def test_an_address_gives_the_query_back(self, text: str) -> None:
        assert (
            unquote_plus(soql.encoded(text.encode("utf-8", "ignore").decode()))
            == text.encode("utf-8", "ignore").decode()
        )

    def test_what_lies_behind_a_row_is_bounded_by_its_time(self) -> None:
        at = "2026-11-01T00:00:00.000Z"
        assert soql.since("SystemModstamp", None, (at, "001A")) == [
            f"SystemModstamp >= {at}", f"(SystemModstamp > {at} OR Id > '001A')"
        ]  # fmt: skip

    @given(st.datetimes(datetime(1970, 1, 1), datetime(2099, 1, 1)))
    def test_times_sort_as_their_texts(self, moment: datetime) -> None:
        moment = moment.replace(microsecond=0, tzinfo=UTC)
        assert soql.moment(soql.stamp(moment)) == moment
        assert soql.stamp(moment) < soql.stamp(moment + timedelta(seconds=1))


class TestValues:
    def test_rest_and_bulk_agree(self) -> None:
        values = Values({
            "Id": "id", "At": "datetime", "On": "date", "Is": "boolean", "Sum": "currency", "Share": "percent",
            "Count": "int", "Text": "string",
        })  # fmt: skip
        rest = values.of_records([
            {"attributes": {"type": "X"}, "Id": "1", "At": "2026-11-01T12:34:56.000+0000", "On": "2026-11-01",
             "Is": True, "Sum": 3.5e8, "Share": 10.0, "Count": 5, "Text": "a\nb"},
            {"Id": "2", "At": None, "On": None, "Is": False, "Sum": 12345678901.25, "Share": 0.1, "Count": None,
             "Text": None},
        ])  # fmt: skip
        texts = {
            "Id": ["1", "2"], "At": ["2026-11-01T12:34:56.000Z", None], "On": ["2026-11-01", None],
            "Is": ["true", "false"], "Sum": ["3.5E8", "12345678901.25"], "Share": ["10.0", "0.1"],
            "Count": ["5", None], "Text": ["a\nb", None],
        }  # fmt: skip
        bulk = values.of_columns(pa.table(texts))
        assert rest.to_pylist() == bulk.to_pylist()
        assert rest.to_pylist()[0] == {
            "Id": "1", "At": "2026-11-01T12:34:56.000Z", "On": "2026-11-01", "Is": "true", "Sum": "350000000",
            "Share": "10", "Count": "5", "Text": "a\nb",
        }  # fmt: skip

    @given(st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
    def test_a_number_keeps_its_value_and_is_written_plainly(self, numbers: list[float | None]) -> None:
        texts = Values({"N": "double"}).of_records([{"N": number} for number in numbers])["N"].to_pylist()
        for number, text in zip(numbers, texts, strict=True):
            assert (text is None) if number is None else float(text) == number and "e" not in text.lower()

    def test_a_value_of_another_type_than_its_field_stays_as_text(self) -> None:
        table = Values({"OldValue": "anyType", "Count": "int"}).of_records([
            {"OldValue": "x", "Count": "many"}, {"OldValue": 5, "Count": 1}, {"OldValue": {"a": None}, "Count": None},
        ])  # fmt: skip
        assert table.to_pydict() == {"OldValue": ["x", "5", '{"a":null}'], "Count": ["many", "1", None]}


class TestPages:
    def test_quoted_line_breaks_blanks_and_damaged_rows(self, tmp_path: Path) -> None:
        page = tmp_path / "page.csv"
        page.write_text('"Id","Name","X"\n"1","a ""b""\nc",""\n"2"\n"3","ä",""\n')
        rows, damaged = csv_pages.count(page)
        assert (rows, [each.raw for each in damaged]) == (2, ['"2"'])
        assert pa.concat_tables(csv_pages.tables(page)).to_pydict() == {
            "Id": ["1", "3"], "Name": ['a "b"\nc', "ä"], "X": [None, None]
        }  # fmt: skip

    def test_no_cut_passes_for_a_page(self, tmp_path: Path) -> None:
        whole = b'"Id","Name"\n"1","a\nb"\n"2","c"\n'
        page = tmp_path / "page.csv"
        for size in range(len(whole)):
            page.write_bytes(whole[:size])
            try:
                rows, _ = csv_pages.count(page)
            except pa.ArrowInvalid:
                continue
            assert rows < 2  # which the number of records told with the page gives away


class TestPlaces:
    began = datetime(2026, 11, 1, 12, tzinfo=UTC)

    def through(self, newest: str | None, since: str | None = None) -> Place:
        place = Place(since=since).begun(soql.stamp(self.began)).seen(newest)
        return place.through(timedelta(minutes=10))

    def test_a_fresh_change_makes_the_next_pass_look_back_by_the_overlap(self) -> None:
        assert self.through("2026-11-01T11:59:59.000Z").since == "2026-11-01T11:50:00.000Z"

    def test_what_was_quiet_for_longer_is_read_on_from_its_last_change(self) -> None:
        assert self.through("2026-10-01T00:00:00.000Z").since == "2026-10-01T00:00:00.000Z"

    def test_a_pass_without_rows_goes_on_from_where_it_began(self) -> None:
        assert self.through(None, "2026-10-01T00:00:00.000Z").since == "2026-10-01T00:00:00.000Z"
        assert self.through(None).since == "2026-11-01T11:50:00.000Z"

    @given(
        st.builds(
            Place,
            *[st.none() | st.text(min_size=1)] * 3,
            st.none() | st.tuples(st.text(), st.text()),
            *[st.none() | st.text(min_size=1)] * 3,
        )
    )
    def test_a_place_survives_json(self, place: Place) -> None:
        assert Place.of(json.loads(json.dumps(place.told))) == place


class TestVerdicts:
    @pytest.fixture
    def budget(self, tmp_path: Path) -> Budget:
        return Budget(tmp_path / "budget.db", "salesforce crm", LIMITS, 0.5)

    @staticmethod
    def answer(status: int, code: str = "", message: str = "", **headers: str) -> Answer:
        told = CaseInsensitiveDict({"Content-Type": "application/json;charset=UTF-8", **headers})
        return Answer(status, told, json.dumps([{"errorCode": code, "message": message}]).encode())

    @pytest.mark.parametrize(
        ("status", "code", "message", "verdict"),
        [
            (200, "", "", Good),
            (401, "INVALID_SESSION_ID", "Session expired or invalid", Renew),
            (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", Spent),
            (403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.", Again),
            (403, "API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization.", Refused),
            (400, "SERVER_UNAVAILABLE", "try later", Again),
            (404, "NOT_FOUND", "The requested resource does not exist", Good),
            (400, "INVALID_QUERY_LOCATOR", "invalid query locator", Good),
        ],
    )
    def test_codes(self, budget: Budget, status: int, code: str, message: str, verdict: type) -> None:
        assert isinstance(judge(budget)(self.answer(status, code, message)), verdict)

    def test_html_is_no_json(self, budget: Budget) -> None:
        page = Answer(414, CaseInsensitiveDict({"Content-Type": "text/html"}), b"<h1>Bad Message 414</h1>")
        assert judge(budget)(page) == Good()

    def test_the_calls_of_others_count(self, budget: Budget) -> None:
        told = "per-app-api-usage=17/250(appName=sample-app); api-usage=14990/15000"
        judge(budget)(self.answer(200, **{"Sforce-Limit-Info": told}))
        assert budget.left() == 10

    def test_the_org_may_allow_more_than_the_smallest_edition(self, budget: Budget) -> None:
        judge(budget)(self.answer(200, **{"Sforce-Limit-Info": "api-usage=20000/1000000"}))
        assert budget.left() == 500_000


class TestTokens:
    now = datetime(2026, 11, 1, tzinfo=UTC)

    def test_client_credentials(self) -> None:
        assert token_request(connection(), self.now) == {
            "grant_type": "client_credentials", "client_id": "consumer", "client_secret": "hush"
        }  # fmt: skip

    def test_password(self) -> None:
        form = token_request(connection(username="u@x", password="p+token"), self.now)
        assert (form["grant_type"], form["username"], form["password"]) == ("password", "u@x", "p+token")

    def test_refresh(self) -> None:
        form = token_request(connection(refresh_token="r"), self.now)
        assert (form["grant_type"], form["refresh_token"]) == ("refresh_token", "r")

    def test_an_assertion_is_signed_for_the_login_host_and_three_minutes_at_most(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        form = token_request(connection(client_secret=None, username="u@x", private_key=pem), self.now)
        claims = jwt.decode(
            form["assertion"], key.public_key(), ["RS256"], audience="https://login.salesforce.com",
            options={"verify_exp": False},
        )  # fmt: skip
        assert (claims["iss"], claims["sub"]) == ("consumer", "u@x")
        assert 0 < claims["exp"] - self.now.timestamp() <= 180

    def test_what_is_no_key_is_told_without_it(self) -> None:
        with pytest.raises(SourceError, match="no RSA key in PEM") as raised:
            token_request(connection(client_secret=None, username="u@x", private_key="secret-thing"), self.now)
        assert "secret-thing" not in str(raised.value)


class TestObjects:
    def test_standard_included_and_excluded_ones_in_any_case(self) -> None:
        chosen = objects_of(source(include=["Invoice__c", "account", "Case"], exclude=["task", "EVENT"]))
        assert chosen == [*(name for name in STANDARD if name not in ("Task", "Event")), "Invoice__c", "Case"]

    def test_a_name_that_is_none(self) -> None:
        with pytest.raises(SourceError, match="Invoice__c"):
            objects_of(source(include=["Account; delete"]))

    @pytest.mark.parametrize("path", sorted(RECORDED.glob("describe.*.json")), ids=lambda path: path.name)
    def test_recorded_describes(self, path: Path) -> None:
        told = json.loads(path.read_bytes())
        found = described(told)
        types = {each["name"]: each["type"] for each in told["fields"]}
        assert next(iter(found.fields)) == "Id" and found.stamp == "SystemModstamp" and found.keeps_log
        assert set(types) - set(found.fields) == {
            name for name, type_ in types.items() if type_ in ("address", "location")
        }
        assert len(parse_qs(f"q={soql.encoded(soql.select([*found.fields], told['name']))}")["q"][0]) < 8_000
