"""Who comes into a Salesforce org, and the ids that are given there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.twins.clock import Clock
from muster.twins.salesforce import SalesforceTwin
from muster.twins.salesforce.ids import Ids, full, full_sql, number_of
from muster.twins.server import serve
from muster.twins.store import Store
from tests.twins.salesforce_org import Api, org


@pytest.fixture
def twin() -> SalesforceTwin:
    return org()


@pytest.fixture
def api(twin: SalesforceTwin) -> Iterator[Api]:
    with serve(twin) as running:
        yield Api(running)


# -- ids ---------------------------------------------------------------------------------------------------------------


def test_ids_known_in_both_forms() -> None:
    assert full("001Ec00000GGw3h") == "001Ec00000GGw3hIAD"
    assert full("00QEc00000BBaeX") == "00QEc00000BBaeXMAT"
    assert full("012000000000000") == "012000000000000AAA"


@given(st.text("ABCabc019", min_size=15, max_size=15))
def test_sql_makes_the_same_ids(id_: str) -> None:
    assert IDS.value(f"select {full_sql('?::varchar')}".replace("?", f"'{id_}'")) == full(id_)


IDS = Store(Clock())


def test_ids_given_grow_and_can_be_gone_on_from() -> None:
    ids = Ids()
    given_ = [ids.next("003") for _ in range(200)]
    assert sorted(given_) == given_
    assert number_of(given_[-1]) == 200
    assert all(each == full(each[:15]) for each in given_)


# -- sessions ----------------------------------------------------------------------------------------------------------


def test_a_token_has_the_vendors_members(api: Api) -> None:
    told = api.token(grant_type="client_credentials", client_id="twin", client_secret="twin-secret").json()
    assert told["instance_url"] == told["api_instance_url"] == api.running.url
    assert told["token_type"] == "Bearer"
    assert told["issued_at"] == "1795435200000"
    assert told["access_token"].startswith("00DTw0000000001!AR8")
    assert "expires_in" not in told


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "client_credentials", "client_id": "twin", "client_secret": "no"}, "invalid_client"),
        ({"grant_type": "client_credentials", "client_id": "no", "client_secret": "twin-secret"}, "invalid_client_id"),
        ({"grant_type": "device"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "client_id": "twin", "client_secret": "twin-secret"}, "invalid_grant"),
    ],
)
def test_what_the_token_endpoint_refuses(api: Api, form: dict[str, str], error: str) -> None:
    told = api.token(**form)
    assert (told.status_code, told.json()["error"]) == (400, error)


def test_a_wrong_password_is_refused_in_the_vendors_words(api: Api) -> None:
    told = api.token(grant_type="password", client_id="twin", client_secret="twin-secret", username="a", password="b")
    assert (told.status_code, told.json()) == (
        400, {"error": "invalid_grant", "error_description": "authentication failure"},
    )  # fmt: skip


def test_a_refresh_token_opens_a_session(api: Api) -> None:
    by = {"client_id": "twin", "client_secret": "twin-secret", "refresh_token": "twin-refresh-token"}
    assert api.token(grant_type="refresh_token", **by).status_code == 200


def test_client_credentials_come_by_the_orgs_own_host(api: Api) -> None:
    form = {"grant_type": "client_credentials", "client_id": "twin", "client_secret": "twin-secret"}
    told = api.session.post(
        f"{api.running.url}/services/oauth2/token", data=form, headers={"Host": "login.salesforce.com"}
    )
    assert (told.status_code, told.json()["error"]) == (400, "invalid_grant")


EXPIRED = [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]


def test_sessions_end(api: Api, twin: SalesforceTwin) -> None:
    assert api.get("/limits").status_code == 200
    twin.clock.advance(timedelta(hours=2))
    told = api.get("/limits")
    assert (told.status_code, told.json()) == (401, EXPIRED)
    api.sign_in()
    assert api.get("/limits").status_code == 200
    twin.sessions.end()
    assert api.get("/limits").status_code == 401


def test_no_call_without_a_session(api: Api) -> None:
    del api.session.headers["Authorization"]
    assert api.get("/sobjects").json() == EXPIRED
