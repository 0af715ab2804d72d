"""Who gets in, how often, and what HubSpot says to those who do not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import requests

from tests.twins.hubspot_account import Account

CONTACTS = "/crm/v3/objects/contacts"


def oauth(hubspot: Account, **changes: str) -> requests.Response:
    form = {
        "grant_type": "refresh_token",
        "client_id": hubspot.twin.tokens.client_id,
        "client_secret": hubspot.twin.tokens.client_secret,
        "refresh_token": hubspot.twin.tokens.refresh_token,
    }
    path = changes.pop("path", "/oauth/v1/token")
    return requests.post(hubspot.url + path, data={**form, **changes}, timeout=5)


def test_headers_tell_what_is_left(hubspot: Account):
    hubspot.limit(ten_secondly=100)
    for left in (99, 98):
        headers = hubspot.call("GET", CONTACTS).headers
        assert headers["X-HubSpot-RateLimit-Daily"] == "250000"
        assert headers["X-HubSpot-RateLimit-Daily-Remaining"] == str(249_900 + left)
        assert headers["X-HubSpot-RateLimit-Interval-Milliseconds"] == "10000"
        assert headers["X-HubSpot-RateLimit-Max"] == "100"
        assert headers["X-HubSpot-RateLimit-Remaining"] == str(left)
        assert headers["X-HubSpot-RateLimit-Secondly"] == "10"
        assert headers["X-HubSpot-RateLimit-Secondly-Remaining"] == str(left - 90)
        assert len(headers["X-HubSpot-Correlation-Id"]) == 36


def test_a_hundred_calls_in_ten_seconds(hubspot: Account):
    hubspot.limit(ten_secondly=100)
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda _: hubspot.call("GET", CONTACTS).status_code, range(110)))
    assert (statuses.count(200), statuses.count(429)) == (100, 10)
    told = hubspot.call("GET", CONTACTS).json()
    assert told["message"] == "You have reached your ten_secondly_rolling limit."
    assert (told["errorType"], told["policyName"]) == ("RATE_LIMIT", "TEN_SECONDLY_ROLLING")
    assert told["requestId"] == told["correlationId"]
    hubspot.advance(10)
    assert hubspot.call("GET", CONTACTS).status_code == 200
    refusals = requests.get(f"{hubspot.control}/calls", timeout=5).json()["refusals"]
    assert refusals == {"TEN_SECONDLY_ROLLING": 11}


def test_searches_have_a_second_of_their_own_and_no_rate_headers(hubspot: Account):
    hubspot.limit(ten_secondly=3, search_secondly=5)
    answers = [hubspot.call("POST", f"{CONTACTS}/search", {}) for _ in range(6)]
    assert [each.status_code for each in answers] == [200] * 5 + [429]
    assert answers[-1].json() == {
        "status": "error",
        "message": "You have reached your secondly limit.",
        "correlationId": answers[-1].headers["x-hubspot-correlation-id"],
        "category": "RATE_LIMITS",
    }
    assert not any("ratelimit" in name.lower() for each in answers for name in each.headers)
    assert hubspot.call("GET", CONTACTS).status_code == 200  # searches do not use up the ten seconds
    hubspot.advance(1)
    assert hubspot.call("POST", f"{CONTACTS}/search", {}).status_code == 200


def test_the_day_ends_in_the_accounts_zone_and_counts_for_private_apps_only(hubspot: Account):
    token = oauth(hubspot).json()["access_token"]
    hubspot.limit(daily=2)
    assert [hubspot.call("GET", CONTACTS).status_code for _ in range(3)] == [200, 200, 429]
    assert hubspot.call("GET", CONTACTS).json()["policyName"] == "DAILY"
    usage = hubspot.twin.limits["daily"]
    assert usage.resets_at == datetime(2026, 11, 24, 5, tzinfo=UTC)  # midnight in New York
    private, hubspot.token = hubspot.token, token
    answer = hubspot.call("GET", CONTACTS)
    assert answer.status_code == 200
    assert "X-HubSpot-RateLimit-Daily" not in answer.headers
    assert answer.headers["X-HubSpot-RateLimit-Max"] == "110"
    hubspot.token = private
    hubspot.advance(17 * 3600)
    assert hubspot.call("GET", CONTACTS).status_code == 200


def test_associations_have_a_pool_of_their_own(hubspot: Account):
    hubspot.limit(associations_daily=1)
    path = "/crm/v4/associations/contacts/companies/labels"
    assert [hubspot.call("GET", path).status_code for _ in range(2)] == [200, 429]
    assert hubspot.call("GET", CONTACTS).status_code == 200


@pytest.mark.parametrize("token", [None, "pat-na1-unknown"])
def test_without_a_token_nobody_gets_in(hubspot: Account, token: str | None):
    hubspot.token = token
    answer = hubspot.call("GET", CONTACTS)
    assert (answer.status_code, answer.json()["category"]) == (401, "INVALID_AUTHENTICATION")
    assert answer.json()["message"].startswith("Authentication credentials not found")


@pytest.mark.parametrize("path", ["/oauth/v1/token", "/oauth/v3/token", "/oauth/2026-03/token", "/oauth/2026-09/token"])
def test_access_tokens_last_half_an_hour(hubspot: Account, path: str):
    given = oauth(hubspot, path=path).json()
    assert (given["expires_in"], given["token_type"], given["hub_id"]) == (1800, "bearer", 4242)
    hubspot.token = given["access_token"]
    hubspot.advance(1799)
    assert hubspot.call("GET", CONTACTS).status_code == 200
    facts = requests.get(f"{hubspot.url}/oauth/v1/access-tokens/{hubspot.token}", timeout=5).json()
    assert facts["expires_in"] == 1
    hubspot.advance(1)
    answer = hubspot.call("GET", CONTACTS)
    assert (answer.status_code, answer.json()["category"]) == (401, "EXPIRED_AUTHENTICATION")
    hubspot.token = oauth(hubspot, path=path).json()["access_token"]
    assert hubspot.call("GET", CONTACTS).status_code == 200


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"client_id": "x"}, "BAD_CLIENT_ID"),
        ({"client_secret": "x"}, "BAD_CLIENT_SECRET"),
        ({"refresh_token": "x"}, "BAD_REFRESH_TOKEN"),
        ({"grant_type": "authorization_code"}, "BAD_AUTH_CODE"),
        ({"grant_type": "password"}, "BAD_GRANT_TYPE"),
    ],
)
def test_wrong_credentials_get_no_token(hubspot: Account, changes: dict[str, str], status: str):
    answer = oauth(hubspot, **changes)
    assert (answer.status_code, answer.json()["status"]) == (400, status)


def test_a_revoked_refresh_token_is_worth_nothing(hubspot: Account):
    given = oauth(hubspot).json()
    introspect = f"{hubspot.url}/oauth/v3/token/introspect"
    form = {"token": given["access_token"]}
    assert requests.post(introspect, data=form, timeout=5).json()["active"] is True
    requests.delete(f"{hubspot.url}/oauth/v1/refresh-tokens/{given['refresh_token']}", timeout=5).raise_for_status()
    assert requests.post(introspect, data=form, timeout=5).json() == {"active": False}
    assert oauth(hubspot, refresh_token=given["refresh_token"]).status_code == 400


def test_a_missing_scope_is_named(hubspot: Account):
    hubspot.twin.tokens.scopes = frozenset({"crm.objects.contacts.read"})
    assert hubspot.call("GET", CONTACTS).status_code == 200
    answer = hubspot.call("POST", CONTACTS, {"properties": {}})
    assert (answer.status_code, answer.json()["category"]) == (403, "MISSING_SCOPES")
    assert answer.json()["errors"][0]["context"] == {"requiredGranularScopes": ["crm.objects.contacts.write"]}
    for path in ("/crm/v3/objects/companies", "/crm/v3/lists", "/crm/v3/owners", "/crm/v3/properties/contacts"):
        assert hubspot.call("GET", path).status_code == 403


@pytest.mark.parametrize(
    ("fault", "status", "category"),
    [
        ("429", 429, None),
        ("423", 423, "LOCKED"),
        ("477", 477, None),
        ("expire", 401, "EXPIRED_AUTHENTICATION"),
        ("revoke", 401, "INVALID_AUTHENTICATION"),
        ("scopes", 403, "MISSING_SCOPES"),
    ],
)
def test_faults_of_the_vendor(hubspot: Account, fault: str, status: int, category: str | None):
    hubspot.fault(f"{fault}x1")
    answer = hubspot.call("GET", CONTACTS)
    assert (answer.status_code, answer.json().get("category")) == (status, category)
    assert ("Retry-After" in answer.headers) is (fault == "477")
    assert hubspot.call("GET", CONTACTS).status_code == 200


def test_a_429_of_a_search_is_the_searches(hubspot: Account):
    hubspot.fault("429")
    assert hubspot.call("POST", f"{CONTACTS}/search", {}).json()["category"] == "RATE_LIMITS"
    assert hubspot.call("GET", CONTACTS).json()["policyName"] == "TEN_SECONDLY_ROLLING"


@pytest.mark.parametrize("fault", ["502", "524"])
def test_gateways_answer_with_pages(hubspot: Account, fault: str):
    hubspot.fault(fault)
    answer = hubspot.call("GET", CONTACTS)
    assert (answer.status_code, answer.text[:6]) == (int(fault), "<html>")


def test_expiry_strikes_tokens_of_oauth(hubspot: Account):
    hubspot.token = oauth(hubspot).json()["access_token"]
    hubspot.fault("expirex1")
    assert [hubspot.call("GET", CONTACTS).status_code for _ in range(2)] == [401, 401]
    hubspot.token = oauth(hubspot).json()["access_token"]
    assert hubspot.call("GET", CONTACTS).status_code == 200


def test_single_inputs_of_a_batch_fail(hubspot: Account):
    hubspot.fault("input-error:0.3")
    each = [{"properties": {"city": "Rome"}, "objectWriteTraceId": str(n)} for n in range(100)]
    told = hubspot.post(f"{CONTACTS}/batch/create", {"inputs": each})
    assert 10 < told["numErrors"] < 60
    assert len(told["results"]) + told["numErrors"] == 100
    assert hubspot.twin.store.count("contacts") == len(told["results"])


def test_a_lost_answer_leaves_the_record(hubspot: Account):
    hubspot.fault("lost@POST *x1")
    with pytest.raises(requests.ConnectionError):
        hubspot.contact(email="a@example.com")
    answer = hubspot.call("POST", CONTACTS, {"properties": {"email": "a@example.com"}})
    assert answer.status_code == 409


def test_account_facts(hubspot: Account):
    assert hubspot.get("/account-info/v3/details")["portalId"] == 4242
    (usage,) = hubspot.get("/account-info/v3/api-usage/daily/private-apps")["results"]
    assert (usage["usageLimit"], usage["currentUsage"]) == (250_000, 2)
