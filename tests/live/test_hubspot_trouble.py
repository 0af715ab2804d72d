"""Whatever goes wrong on the way from HubSpot, nothing is lost or doubled, and the end is told in one sentence."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from muster.connectors.http.errors import QuotaSpent
from muster.connectors.sync.engine import position_of
from muster.errors import SourceError
from tests.live.hubspot import Trial, trial

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Trial]:
    yield from trial(tmp_path)


def test_faults_of_every_kind_lose_nothing_and_double_nothing(one: Trial) -> None:
    one.populate(people=320, companies=30, deals=40)
    rates = (
        "cut:0.04",
        "half:0.04",
        "drop:0.04",
        "lost:0.04",
        "503:0.04",
        "502:0.02",
        "garbage:0.04",
        "429@*/search:0.1",
    )
    one.twin.faults.set([*rates, "423:0.02", "477:0.01"])
    one.sync()
    one.advance(hours=5)
    one.twin.faults.set([])
    one.work()
    one.twin.faults.set([*rates, "423:0.02"])
    one.sync()
    one.twin.faults.set([])
    one.agree()


def test_oauth_tokens_are_renewed_before_and_after_they_expire(one: Trial) -> None:
    one.populate(people=150, companies=20, deals=20)
    known = one.twin.credentials()
    one.options.update({name: known[name] for name in ("client_id", "client_secret", "refresh_token")})
    one.twin.faults.set(["expire:0.1"])
    one.sync()
    one.advance(hours=2)
    one.sync()
    one.agree()
    one.options["refresh_token"] = "another"
    with pytest.raises(SourceError, match="the OAuth client or its refresh token is not accepted") as error:
        one.sync("contacts")
    assert "\n" not in str(error.value)


def test_credentials_that_are_refused_are_told_in_one_sentence(one: Trial) -> None:
    one.options["token"] = "wrong"
    one.options["refresh_token"] = None
    with pytest.raises(SourceError, match=r"^hub, contacts: HubSpot hub: GET .*credentials are not accepted"):
        one.sync("contacts")


def test_a_day_without_calls_left_ends_the_run_and_the_next_day_goes_on(one: Trial) -> None:
    one.populate(people=420, companies=30, deals=40)
    one.twin.limits["daily"].limit = 4
    with pytest.raises(QuotaSpent, match=r"^hub, contacts: .*used up"):
        one.sync("contacts")
    refused = one.refusals
    with pytest.raises(QuotaSpent):
        one.sync("contacts")
    assert one.refusals["DAILY"] == refused.get("DAILY", 0) + 1
    one.advance(days=1)
    one.twin.limits["daily"].limit = 250_000
    one.sync("contacts")
    one.agree_on_records("contacts")


def test_a_missing_scope_is_named(one: Trial) -> None:
    one.populate(people=5, companies=5, deals=5)
    one.twin.tokens.scopes -= {"crm.objects.deals.read"}
    one.sync("contacts", "companies")
    with pytest.raises(SourceError, match=r"^hub, deals: .*lack a scope: add one of crm\.objects\.deals\.read"):
        one.sync("deals")


def test_a_history_goes_on_from_where_it_was(one: Trial) -> None:
    one.fill("contacts", range(1, 421))
    reader = one.reader()
    contacts = reader.streams[0]
    whole = list(contacts.read(None))
    rest = list(contacts.read(whole[1].position))
    first, second, every = (
        {id_ for chunk in part if chunk.table.num_rows for id_ in chunk.table["id"].to_pylist()}
        for part in (whole[:2], rest, whole)
    )
    assert first | second == every == {str(each) for each in range(1, 421)}
    assert not first & second
    reader.close()


def test_what_was_begun_by_an_earlier_read_says_nothing_of_what_is_gone(
    one: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a listing that goes on in the middle, what came before is not known to be gone."""
    monkeypatch.setattr("muster.connectors.hubspot.associations.PAIRED", 200)
    one.populate(people=420, companies=30, deals=40)
    one.sync()
    reader = one.reader()
    by_name = {stream.name: stream for stream in reader.streams}
    for name in ("contacts", "associations"):
        at = position_of(one.source, name, one.settings)
        halfway = next(chunk.position for chunk in by_name[name].read(at) if chunk.position and chunk.position["after"])
        scopes = [chunk.whole for chunk in by_name[name].read(halfway) if chunk.whole is not None]
        assert not [scope for scope in scopes if not {"fromObjectId", "toObjectId"} & set(scope)]
    reader.close()


SYNC = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from muster.config.models import Source
from muster.connectors.hubspot import reader
from muster.connectors.http.limits import Limits, Window
from muster.connectors.sync import buffer, feed
from muster.connectors.http.errors import QuotaSpent
from muster.connectors.sync.engine import sync
from muster.settings import Settings
reader.limits = lambda _: Limits((Window(10_000, 1.0),), concurrent=10)
buffer.ROWS = 300
data, url, token = Path(sys.argv[1]), sys.argv[2], os.environ["TOKEN"]
told = {"url": url, "token": token, "share": 1}
source = Source.model_validate({"name": "hub", "type": "hubspot", "connection": told})
settings = Settings.at(data.parent / "config", data)
opened = reader.open_reader(source, settings)
for stream in opened.streams:
    sync(source, stream, settings, datetime.now(UTC))
    print(stream.name, flush=True)
"""


def test_killed_at_any_instant_it_is_resumed(one: Trial) -> None:
    one.populate(people=1000, companies=100, deals=100)
    command = [sys.executable, "-c", SYNC, str(one.settings.data), one.running.url]
    environment = {**os.environ, "TOKEN": str(one.twin.credentials()["token"]), "PYTHONPATH": str(CHECKOUT)}
    for delay in (0.05, 0.25):
        before = one.calls
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as syncing:
            while one.calls == before and syncing.poll() is None:
                time.sleep(0.01)
            time.sleep(delay)
            os.kill(syncing.pid, signal.SIGKILL)
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    one.agree()
    files = one.files()
    one.advance(minutes=1)
    one.sync()
    assert one.files() == files


def test_no_limit_of_the_vendor_is_met(tmp_path: Path) -> None:
    """A whole account, with the limits that it really has."""
    for one in trial(tmp_path, hurried=True):
        one.populate(people=420, companies=30, deals=40)
        one.sync()
        one.agree()
        assert one.refusals == {}
