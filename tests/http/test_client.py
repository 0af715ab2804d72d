"""The client against a real server that behaves badly."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from pydantic import SecretStr

from muster.connectors.http.answer import Answer
from muster.connectors.http.auth import Bearer, Grant
from muster.connectors.http.budget import Budget
from muster.connectors.http.client import ApiClient
from muster.connectors.http.errors import QuotaSpent, Unsure
from muster.connectors.http.limits import Daily, Limits
from muster.connectors.http.patience import Patience
from muster.connectors.http.verdict import Again, Good, Refused, Renew, Spent, Verdict
from muster.errors import SourceError
from tests.http.server import Act, Handler, Server, cut, garbage, half, late, says, serving

FINE = says(200, b'{"fine": true}')


def judge(answer: Answer) -> Verdict:
    """A vendor with one code for everything."""
    match answer.status:
        case 401:
            return Renew("the token is not accepted; check the credentials")
        case 429 if answer.headers.get("X-Day"):
            return Spent("the day's calls are used up", datetime(2026, 1, 2, tzinfo=UTC))
        case 429:
            return Again("too many calls", answer.retry_after, everyone=True)
        case 400:
            return Refused(f"refused: {answer.json()['message']}")
    return Good()


def client(server: Server, **more: Any) -> tuple[ApiClient, list[float]]:
    """A client that does not really wait, and the waits it would have made."""
    waits: list[float] = []
    given = {"label": "Acme", "budget": None, "judge": judge, "patience": Patience(sleep=waits.append)}
    return ApiClient(server.url, **{**given, **more}), waits


@pytest.mark.parametrize("bad", [cut, half, garbage, says(500), says(503), says(502, b"<html>")])
def test_what_may_pass_is_tried_again_with_growing_waits(server: Server, bad: Act) -> None:
    server.then(FINE, bad, bad, bad, FINE)
    api, waits = client(server)
    api.get("/first")
    assert api.get("/thing").json() == {"fine": True}
    assert len(server.asked) == api.calls == 5
    assert [wait <= bound for wait, bound in zip(waits, (0.5, 1, 2), strict=True)] == [True] * 3


def test_a_late_answer_is_given_up_and_asked_again(server: Server) -> None:
    server.then(late(0.6), FINE)
    api, _ = client(server, timeout=(5, 0.2))
    assert api.get("/thing").json() == {"fine": True}


def test_an_end_comes_after_so_many_attempts_in_one_line_without_the_query(server: Server) -> None:
    server.then(FINE, says(503))
    api, waits = client(server)
    api.get("/first")
    with pytest.raises(SourceError, match=r"^Acme: GET /thing failed 20 times, last: HTTP 503; try again later$"):
        api.get("/thing?secret=1", {"token": "s3cret"})
    assert len(waits) == 19


def test_a_host_that_never_answered_is_given_up_soon() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    api = ApiClient(nobody, label="Acme", budget=None, judge=judge, patience=Patience(sleep=lambda _: None))
    with pytest.raises(
        SourceError, match=r"^Acme: GET /a failed 4 times, last: it cannot be reached; try again later$"
    ):
        api.get("/a")


def test_a_certificate_of_an_unknown_authority_is_told_at_once(tmp_path: Path) -> None:
    authority = trustme.CA()
    with serving() as server, _tls(server, authority) as url:
        with pytest.raises(SourceError, match="its certificate is not trusted"):
            ApiClient(url, label="Acme", budget=None, judge=judge).get("/a")
        authority.cert_pem.write_to_path(tmp_path / "ca.pem")
        assert (
            ApiClient(url, label="Acme", budget=None, judge=judge, verify=str(tmp_path / "ca.pem")).get("/a").json()
            == {}
        )


def _tls(server: Server, authority: trustme.CA) -> Any:
    """The same server, behind TLS."""
    import ssl
    from contextlib import contextmanager
    from http.server import ThreadingHTTPServer

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)

    @contextmanager
    def running() -> Any:
        httpd = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"place": server}))
        httpd.socket = context.wrap_socket(httpd.socket, server_side=True, do_handshake_on_connect=False)
        httpd.handle_error = lambda *_: None  # type: ignore[method-assign]
        httpd.daemon_threads = True
        threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"https://localhost:{httpd.server_address[1]}"
        httpd.shutdown()
        httpd.server_close()

    return running()


@pytest.mark.parametrize("bad", [cut, half, says(502), garbage])
def test_a_change_that_may_have_been_made_is_not_asked_twice(server: Server, bad: Act) -> None:
    server.then(bad, FINE)
    api, _ = client(server)
    with pytest.raises(Unsure, match=r"^Acme: POST /change: .*whether it was done is not known"):
        api.post("/change", json={"a": 1})
    assert len(server.asked) == 1
    server.then(bad, FINE)
    assert api.post("/search", json={"a": 1}, idempotent=True).json() == {"fine": True}


def test_a_change_the_vendor_did_not_take_is_asked_again(server: Server) -> None:
    server.then(says(429, Retry_After="3"), FINE)
    api, waits = client(server)
    assert api.post("/change", json={"a": 1}).json() == {"fine": True}
    assert waits == [3.0]
    assert server.asked[1][3] == b'{"a":1}'


def test_what_the_vendor_asks_to_wait_is_waited_in_full_and_by_everyone(server: Server, tmp_path: Path) -> None:
    server.then(says(429, Retry_After="20"), FINE)
    now, rested = [1_000_000.0], []

    def sleep(seconds: float) -> None:
        rested.append(seconds)
        now[0] += seconds

    budget = Budget(tmp_path / "b.db", "Acme", Limits(), clock=lambda: now[0], sleep=sleep)
    api, waits = client(server, budget=budget)
    api.get("/a")
    assert waits == [20.0]
    with budget.call():
        assert rested[0] == pytest.approx(20.0)


def test_a_wait_beyond_all_patience_ends_the_call(server: Server) -> None:
    server.then(says(429, Retry_After="86400"))
    api, waits = client(server)
    with pytest.raises(SourceError, match="too many calls, and asks to wait 86,400 s; try again later"):
        api.get("/a")
    assert waits == []


def test_a_refusal_is_told_at_once(server: Server) -> None:
    server.then(says(400, b'{"message": "no such\\nfield"}'))
    with pytest.raises(SourceError, match=r"^Acme: GET /a: refused: no such field$"):
        client(server)[0].get("/a?email=ada@example.com")
    assert len(server.asked) == 1


def test_a_spent_day_ends_the_run_and_is_known_to_all(server: Server, tmp_path: Path) -> None:
    server.then(says(429, X_Day="1"))
    budget = Budget(tmp_path / "b.db", "Acme", Limits(daily=(Daily(1000, "UTC"),)))
    with pytest.raises(QuotaSpent, match=r"free again at 2026-01-02 00:00 UTC"):
        client(server, budget=budget)[0].get("/a")
    with pytest.raises(QuotaSpent, match="used up"):
        client(server, budget=budget)[0].get("/a")
    assert len(server.asked) == 1


def test_an_expired_token_is_fetched_once_for_all_threads(server: Server) -> None:
    fetched = []

    def fetch() -> Grant:
        fetched.append(1)
        return Grant(SecretStr(f"token-{len(fetched)}"), 3600)

    def act(handler: Handler) -> None:
        good = handler.headers["Authorization"] == "Bearer token-2"
        handler.answer(200 if good else 401, b"{}", Content_Type="application/json")

    server.then(act)
    api, _ = client(server, authorise=Bearer(fetch))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: api.get("/a"), range(8)))
    assert len(fetched) == 2


def test_a_revoked_token_ends_the_run(server: Server) -> None:
    fetched = []
    server.then(says(401))
    api, _ = client(server, authorise=Bearer(lambda: fetched.append(1) or Grant(SecretStr("s3cret"), 3600)))  # type: ignore[func-returns-value]
    with pytest.raises(SourceError, match=r"^Acme: GET /a: the token is not accepted; check the credentials$"):
        api.get("/a")
    assert len(fetched) == 4
    with pytest.raises(SourceError, match="the token is not accepted"):
        client(server, authorise=lambda: {"Authorization": "Bearer fixed"})[0].get("/a")
    assert len(server.asked) == 8


def test_a_token_is_fetched_before_it_expires() -> None:
    now, fetched = [0.0], []
    bearer = Bearer(lambda: fetched.append(1) or Grant(SecretStr("t"), 1800), clock=lambda: now[0])  # type: ignore[func-returns-value]
    bearer()
    now[0] = 1739.0
    bearer()
    assert len(fetched) == 1
    now[0] = 1740.0
    bearer()
    assert len(fetched) == 2
    assert "SecretStr" not in repr(bearer)


def test_the_servers_clock_is_the_clock(server: Server) -> None:
    def act(handler: Handler) -> None:
        handler.date_time_string = lambda *_: "Sat, 14 Mar 2037 09:00:00 GMT"  # type: ignore[method-assign]
        handler.answer(200, b"{}")

    server.then(act)
    api, _ = client(server)
    assert abs(api.server_now - datetime.now(UTC)) < timedelta(minutes=1)
    api.get("/a")
    assert timedelta() <= api.server_now - datetime(2037, 3, 14, 9, tzinfo=UTC) < timedelta(minutes=1)


def test_no_secret_is_in_any_error_nor_taken_from_elsewhere(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    authorised: Mapping[str, str] = {"Authorization": "Bearer s3cret"}
    told = []
    for bad in (cut, half, garbage, says(503), says(400, b'{"message": "no"}'), says(401)):
        server.then(bad)
        with pytest.raises(SourceError) as error:
            client(server, authorise=lambda: authorised)[0].get("/a", {"client_secret": "s3cret"})
        told.append(f"{error.value}{error.value.__cause__}")
    assert not [text for text in told if "s3cret" in text or "\n" in text]
    assert {headers["Authorization"] for _, _, headers, _ in server.asked} == {"Bearer s3cret"}
    with pytest.raises(SourceError, match="characters that cannot be sent") as error:
        client(server, authorise=lambda: {"Authorization": "Bearer s3cret\nx"})[0].get("/a")
    assert "s3cret" not in str(error.value)


def test_cookies_do_not_tie_calls_together(server: Server) -> None:
    server.then(says(200, b"{}", Set_Cookie="session=1"))
    api, _ = client(server)
    api.get("/a")
    api.get("/b")
    assert "Cookie" not in server.asked[1][2]
