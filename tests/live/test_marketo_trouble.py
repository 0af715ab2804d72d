"""What may go wrong while a Marketo instance is read: limits, faults, refusals, kills. No record is lost by any."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from muster.connectors.http.errors import QuotaSpent
from muster.connectors.sync.engine import position_of
from muster.errors import SourceError
from muster.twins.marketo.identity import Service
from muster.twins.marketo.request import User
from tests.conftest import CHECKOUT
from tests.live.marketo import START, Trial, lead_id, stamp, trial


@pytest.fixture
def mkto(tmp_path: Path) -> Iterator[Trial]:
    with trial(tmp_path) as made:
        made.fill()
        yield made


def calls(mkto: Trial, part: str) -> int:
    told: dict[str, int] = mkto.twin.calls.told()["calls"]
    return sum(count for place, count in told.items() if part in place)


def refusals(mkto: Trial) -> dict[str, int]:
    told: dict[str, int] = mkto.twin.calls.told()["refusals"]
    return told


class TestLimits:
    def test_a_spent_day_of_megabytes_stops_cleanly_and_goes_on_the_next_day(self, mkto: Trial) -> None:
        mkto.twin.exported.limit = 60_000
        days = 0
        while True:
            try:
                mkto.sync("leads")
                break
            except QuotaSpent as spent:
                assert "bulk bytes" in str(spent)
                assert "\n" not in str(spent)
                days += 1
                mkto.advance(days=1)
        assert 1 <= days <= 6
        mkto.agree("leads")
        assert calls(mkto, "leads/export/create.json") - refusals(mkto).get("1029", 0) <= 8  # none was made twice

    def test_our_share_of_the_megabytes_is_kept_to_without_a_refusal(self, mkto: Trial) -> None:
        mkto.options |= {"megabytes_per_day": 1, "share": 0.05}
        with pytest.raises(QuotaSpent, match="bulk bytes"):
            mkto.sync("leads")
        assert not refusals(mkto)
        held = len(mkto.rows("leads"))
        for _ in range(10):
            mkto.advance(days=1)
            try:
                mkto.sync("leads")
            except QuotaSpent:
                assert len(mkto.rows("leads")) > held
                held = len(mkto.rows("leads"))
        mkto.agree("leads")

    def test_a_sweep_that_has_no_megabytes_left_waits_without_stopping_the_rest(self, mkto: Trial) -> None:
        mkto.twin.corona.limit = 1
        mkto.sync("leads")
        mkto.advance(days=1)
        mkto.load("leads", [mkto.lead(500, mkto.now)])
        mkto.faults("export-quota")
        report = mkto.sync("leads")["leads"]
        assert "looked for later" in report.warnings[0]
        mkto.agree("leads")

    def test_a_spent_day_of_calls_stops_and_goes_on_the_next_day(self, mkto: Trial) -> None:
        mkto.twin.daily.limit = 60
        with pytest.raises(QuotaSpent, match=r"Daily quota reached.*free again at 2026-11-21 06:00 UTC"):
            mkto.sync()
        mkto.twin.daily.limit = 50_000
        mkto.advance(days=1)
        mkto.sync()
        mkto.agree_on_all()

    def test_rate_and_concurrency_are_waited_for(self, mkto: Trial) -> None:
        mkto.faults("606:0.1", "615:0.1")
        mkto.sync()
        mkto.faults()
        mkto.agree_on_all()
        assert mkto.waited > 60

    def test_a_queue_full_of_others_jobs_is_waited_for(self, mkto: Trial) -> None:
        span = {"startAt": stamp(START), "endAt": stamp(START + timedelta(days=1))}
        mkto.twin.jobs.seconds.limit = 600
        for _ in range(10):
            body = {"fields": ["id"], "filter": {"createdAt": span}}
            (job,) = mkto.call("POST", "/bulk/v1/leads/export/create.json", body)
            mkto.call("POST", f"/bulk/v1/leads/export/{job['exportId']}/enqueue.json")
        mkto.sync("leads")
        mkto.agree("leads")
        assert refusals(mkto)["1029"] >= 1

    def test_what_is_used_and_left_is_told(self, mkto: Trial) -> None:
        reader = mkto.reader()
        mkto.sync("leads")
        usage = reader.usage()
        assert usage["calls today"] == mkto.twin.daily.used
        assert usage["bulk bytes today"] == mkto.twin.exported.used


class TestTrouble:
    @pytest.mark.parametrize("seed", [1, 2])
    def test_faults_of_every_kind_cost_no_record(self, mkto: Trial, seed: int) -> None:
        mkto.twin.faults._seed = seed
        mkto.faults(
            "expire:0.02", "revoke:0.02", "drop:0.02", "cut:0.02", "half:0.02", "garbage:0.02", "lost:0.02",
            "503:0.02", "606:0.01", "611:0.02", "604:0.02", "713:0.02", "failed-job:0.1", "lost-file:0.1",
            "short-file:0.1", "miscount:0.1", "checksum:0.1", "queue-full:0.1",
        )  # fmt: skip
        for _ in range(12):
            try:
                mkto.sync()
                break
            except SourceError as error:
                assert "\n" not in str(error)
        assert mkto.struck() > 10
        mkto.faults()
        mkto.advance(hours=1)
        mkto.sync()
        mkto.agree_on_all()

    def test_a_file_that_is_cut_is_gone_on_with(self, mkto: Trial) -> None:
        mkto.faults("cut@*/file.json:0.5", "half@*/file.json:0.2")
        mkto.sync("leads")
        assert mkto.struck()
        mkto.faults()
        mkto.agree("leads")

    def test_a_job_that_fails_again_and_again_is_told_in_one_sentence(self, mkto: Trial) -> None:
        mkto.faults("failed-job")
        with pytest.raises(SourceError, match=r"the extract leads 2026-\d\d-\d\d failed 3 times") as raised:
            mkto.sync("leads")
        assert "\n" not in str(raised.value)

    def test_an_expired_token_is_renewed_once(self, mkto: Trial) -> None:
        reader = mkto.reader()
        (stream,) = (each for each in reader.streams if each.name == "static_lists")
        list(stream.read(None))
        mkto.advance(hours=2)
        before = calls(mkto, "oauth/token")
        list(stream.read(None))
        assert calls(mkto, "oauth/token") - before == 1

    def test_wrong_credentials_are_told_without_showing_them(self, mkto: Trial) -> None:
        mkto.options["client_secret"] = "not-the-secret"
        with pytest.raises(SourceError, match="correct client_id and client_secret") as raised:
            mkto.sync("leads")
        assert "not-the-secret" not in str(raised.value)

    def test_a_missing_permission_is_named(self, mkto: Trial) -> None:
        _permit(mkto, "Read-Only Activity", "Read-Only Activity Metadata", "Read-Only Asset")
        with pytest.raises(SourceError, match="give the role of the API-only user the permission 'Read-Only Lead'"):
            mkto.sync("leads")

    def test_without_opportunities_the_rest_is_read(self, mkto: Trial) -> None:
        permitted = ("Lead", "Activity", "Activity Metadata", "Asset", "Company")
        _permit(mkto, *(f"Read-Only {name}" for name in permitted))
        reports = mkto.sync()
        assert [len(reports[name].warnings) for name in ("opportunities", "opportunity_roles", "named_accounts")] == [
            1
        ] * 3
        assert "'Read-Only Opportunity'" in reports["opportunities"].warnings[0]
        mkto.agree("leads")
        mkto.agree("companies")

    def test_long_lists_of_fields_are_asked_for_in_a_form(self, mkto: Trial) -> None:
        wide = {f"aQuiteLongNameOfACustomField{number:04d}": "x" for number in range(260)}
        mkto.load("leads", [mkto.lead(1) | wide])
        mkto.sync("leads")
        read_again = [mkto.lead(number, aQuiteLongNameOfACustomField0007="y") for number in range(1, 300)]
        mkto.load("leads", read_again)
        mkto.advance(minutes=5)
        mkto.sync("leads")
        assert calls(mkto, "POST /rest/v1/leads.json") >= 1
        assert "414" not in refusals(mkto)
        assert mkto.alive("leads")[lead_id(2)]["aQuiteLongNameOfACustomField0007"] == "y"


class TestInterruption:
    @pytest.fixture(autouse=True)
    def slowly(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """As if minutes of real time had passed between two chunks: what came is in the lake, places are noted."""
        monkeypatch.setattr("muster.connectors.sync.engine.NOTED_EVERY", 0.0)
        monkeypatch.setattr("muster.connectors.sync.feed.SECONDS", 0.0)

    def test_a_read_that_ends_at_any_wait_goes_on_from_its_jobs(self, mkto: Trial) -> None:
        ended = 0
        while ended < 40:
            try:
                with _Ends(mkto, after=0):
                    mkto.sync("leads")
                break
            except KeyboardInterrupt:
                ended += 1
        assert 2 <= ended < 40
        mkto.agree("leads")
        windows = {row["_file"] for row in mkto.rows("leads")}
        assert calls(mkto, "leads/export/create.json") <= len(windows) + 4  # those before the beginning are empty

    def test_a_killed_process_costs_nothing(self, mkto: Trial) -> None:
        told = {"url": mkto.running.url, "share": 1, **mkto.twin.credentials()}
        source = {"name": mkto.name, "type": "marketo", "connection": told}
        place = {"config": str(mkto.settings.config), "data": str(mkto.settings.data), "control": mkto.running.control}
        for waits in (1, 3):
            command = [sys.executable, "-m", "tests.live.killed_marketo", json.dumps({"source": source, **place})]
            with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as child:
                assert child.stdout
                lines = [child.stdout.readline().strip() for _ in range(waits)]
                child.send_signal(signal.SIGKILL)
            assert lines == ["waits"] * waits
        assert position_of(mkto.source, "leads", mkto.settings)
        mkto.sync("leads")
        mkto.agree("leads")
        windows = {row["_file"] for row in mkto.rows("leads")}
        assert calls(mkto, "leads/export/create.json") <= len(windows) + 4
        assert not list((mkto.settings.data / "extracts").rglob("*.csv"))

    def test_jobs_that_are_too_old_are_made_anew(self, mkto: Trial) -> None:
        with pytest.raises(KeyboardInterrupt), _Ends(mkto, after=1):
            mkto.sync("leads")
        mkto.advance(days=8)
        mkto.sync("leads")
        mkto.agree("leads")


class _Ends:
    """Ends the run at the so many-th wait, as Ctrl-C would."""

    def __init__(self, mkto: Trial, after: int) -> None:
        self._mkto, self._left = mkto, after

    def __enter__(self) -> None:
        self._mkto.wait = self._wait  # type: ignore[method-assign]

    def __exit__(self, *_: object) -> None:
        del self._mkto.wait

    def _wait(self, seconds: float) -> None:
        self._mkto.advance(seconds=seconds)
        if self._left == 0:
            raise KeyboardInterrupt
        self._left -= 1


def _permit(mkto: Trial, *permissions: str) -> None:
    """Let the client of the source belong to a user with these permissions only."""
    user = User("reader@twin.example", frozenset(permissions))
    service: Any = Service("limited", "limited-secret", user)
    mkto.twin.identity.services["limited"] = service
    mkto.options |= {"client_id": "limited", "client_secret": "limited-secret"}
