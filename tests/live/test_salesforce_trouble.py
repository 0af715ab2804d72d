"""The same org in trouble: what goes wrong on the way, at the vendor, and with ourselves."""

from __future__ import annotations

import logging
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import trustme
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from muster.connectors.http.errors import QuotaSpent
from muster.connectors.salesforce import jobs
from muster.errors import SourceError
from muster.twins.salesforce import queries
from muster.twins.salesforce.bulk.query import QueryJobs
from tests.live.salesforce import NOW, Trial, calls, id_of, ids, trial


@pytest.fixture
def org(tmp_path: Path) -> Iterator[Trial]:
    yield from trial(tmp_path)


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "PAGE", 40)


@pytest.mark.parametrize("seed", range(4))
def test_any_history_read_now_and_then_amid_faults(org: Trial, seed: int) -> None:
    """Records come, change, leave, come back, merge and vanish, and the lake has it all in the end."""
    chance, number = random.Random(seed), 0
    for _ in range(25):
        alive = (
            [row["Id"] for row in org.twin.store.rows('select Id from "Contact" where not _deleted')] if number else []
        )
        some = chance.sample(alive, min(len(alive), chance.randrange(1, 9)))
        numbers = [number for number in range(number) if id_of("Contact", number) in some]
        match chance.choice(("add", "change", "delete", "remove", "restore", "merge", "wait", "sync", "sync")):
            case "add":
                added = range(number, number + chance.randrange(1, 30))
                org.fill("Contact", added, start=org.twin.clock.now() - timedelta(minutes=chance.randrange(9)), pace=0)
                number = added.stop
            case "change" if numbers:
                org.change("Contact", numbers, Title=f"title {chance.random()}")
            case "delete" if some:
                org.twin.delete("Contact", some)
            case "remove" if some:
                org.twin.bin.remove(org.twin.org.schema.entity("Contact"), some)
            case "restore" if number:
                bin_ = [row["Id"] for row in org.twin.store.rows('select Id from "Contact" where _deleted')]
                org.twin.admin.undelete("Contact", chance.sample(bin_, len(bin_) // 2))
            case "merge" if len(some) > 1:
                org.twin.admin.merge("Contact", some[0], [some[1]])
            case "wait":
                org.advance(**chance.choice(({"seconds": 1}, {"minutes": 7}, {"hours": 5}, {"days": 3}, {"days": 17})))
            case "sync":
                org.options["bulk_from"] = chance.choice((0, 20, 10_000))
                org.twin.faults.set(
                    ["cut:0.03", "503:0.05", "expire:0.05", "locator:0.2", "jobfail:0.2", "timeout:0.05"]
                )
                with suppress(SourceError):
                    org.sync("Contact")
                org.twin.faults.set([])
    org.advance(minutes=2)
    org.sync("Contact")
    org.agree("Contact")


class TestTrouble:
    @pytest.mark.usefixtures("small_pages")
    @pytest.mark.parametrize("bulk_from", [0, 10_000], ids=["bulk", "rest"])
    def test_nothing_is_lost_or_doubled_among_all_faults(self, org: Trial, bulk_from: int) -> None:
        org.options["bulk_from"] = bulk_from
        org.fill("Contact", range(2500) if bulk_from else range(400))
        org.twin.faults.set(
            ["cut:0.05", "half:0.05", "503:0.05", "garbage:0.03", "expire:0.05", "unavailable:0.05", "unknown:0.03",
             "locator:0.1", "jobfail:0.1", "concurrent:0.03"]
        )  # fmt: skip
        for _ in range(10):  # a run may run out of patience; the next goes on
            try:
                org.sync("Contact")
                break
            except SourceError:
                continue
        org.twin.faults.set([])
        org.sync("Contact")
        org.agree("Contact")
        assert len(org.rows("Contact")) == len(org.newest("Contact"))

    def test_the_day_is_over(self, org: Trial) -> None:
        org.change("Contact", range(6000), at=NOW - timedelta(days=1), Title="x")
        org.control("/limits", {"DailyApiRequests": 5})
        with pytest.raises(QuotaSpent, match="crm, Contact"):
            org.sync("Contact")
        assert "REQUEST_LIMIT_EXCEEDED" not in org.control("/calls")["refusals"], "it stops before the org says so"
        org.control("/limits", {"DailyApiRequests": 1000})
        org.sync("Contact")
        assert org.agree("Contact") == 6000

    def test_others_used_the_day_up(self, org: Trial) -> None:
        org.fill("Contact", range(10))
        org.twin.faults.set(["limit"])
        with pytest.raises(QuotaSpent, match="used up"):
            org.sync("Contact")
        org.twin.faults.set([])
        org.sync("Contact")
        assert org.agree("Contact") == 10

    def test_usage_is_told(self, org: Trial) -> None:
        org.fill("Contact", range(10))
        reader = org.reader()
        list(next(each for each in reader.streams if each.name == "Contact").read(None))
        assert 99_000 < reader.usage()["left in 24 h"] < 100_000

    def test_a_retired_and_an_unknown_version(self, org: Trial) -> None:
        for version in ("25.0", "99.0"):
            org.options["api_version"] = version
            with pytest.raises(SourceError, match=f"has no API version {version}.*set 'api_version'"):
                org.sync("Contact")

    def test_each_flow_gets_in(self, org: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
        org.fill("Contact", range(3))
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem, public = (
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
            key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        )
        org.twin.sessions.credentials = known = replace(org.twin.sessions.credentials, public_key=public)
        org.twin.clock.set(NOW + timedelta(days=400))  # an assertion is signed by the org's clock
        for credentials in (
            {"client_secret": None, "username": known.username, "private_key": pem},
            {"username": known.username, "password": known.password},
            {"refresh_token": known.refresh_token},
        ):
            org.options = credentials
            org.sync("Contact")
        assert org.agree("Contact") == 3

    def test_over_tls_with_an_authority_of_its_own(self, tmp_path: Path) -> None:
        authority = trustme.CA()
        for name, pem in (
            ("ca", authority.cert_pem),
            ("twin", authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem),
        ):
            pem.write_to_path(tmp_path / f"{name}.pem")
        secured = (tmp_path / "twin.pem", tmp_path / "twin.pem")
        for org in trial(tmp_path, tls=secured, certificate_authority=str(tmp_path / "ca.pem")):
            org.fill("Contact", range(3))
            org.sync("Contact")
            assert org.agree("Contact") == 3
            del org.options["certificate_authority"]
            with pytest.raises(SourceError, match="certificate"):
                org.sync("Contact")

    def test_wrong_credentials(self, org: Trial) -> None:
        org.options["client_secret"] = "not-it"
        with pytest.raises(SourceError, match=r"gives no token \(invalid_client.*'client_secret'") as raised:
            org.sync("Contact")
        assert "not-it" not in str(raised.value)

    def test_an_address_that_is_no_org(self, org: Trial) -> None:
        org.options["url"] = org.running.control
        with pytest.raises(SourceError, match=r"gives no token.*correct 'url'"):
            org.sync("Contact")

    def test_a_user_who_may_not_read_the_log_of_deletions(self, org: Trial) -> None:
        org.fill("Contact", range(10))
        org.sync("Contact")
        org.advance(minutes=5)
        org.remove("Contact", 3)
        org.twin.faults.set(["403@*/deleted"])
        assert org.sync("Contact")["Contact"].loaded == 0
        org.advance(days=1)
        assert org.sync("Contact")["Contact"].loaded == 1, "all ids are compared once a day"
        assert org.agree("Contact") == 9

    def test_neither_token_nor_secret_is_logged(self, org: Trial, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        org.fill("Contact", range(3))
        org.twin.faults.set(["expire:0.3"])
        org.sync("Contact")
        (secret,) = [value for key, value in org.twin.credentials().items() if key == "client_secret"]
        assert secret not in caplog.text and "!AR8" not in caplog.text

    @pytest.mark.usefixtures("small_pages")
    def test_a_job_that_fails_once_is_made_again(self, org: Trial) -> None:
        org.options["bulk_from"] = 0
        org.fill("Contact", range(100))
        org.twin.faults.set(["jobfail:1x1"])
        org.sync("Contact")
        assert org.agree("Contact") == 100

    def test_a_page_of_results_short_of_rows_is_asked_for_again(
        self, org: Trial, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        org.options["bulk_from"] = 0
        org.change("Contact", range(100), Title="x")
        whole, short = QueryJobs._counted, [True]

        def counted(self: QueryJobs, header: bytes, lines: Iterator[bytes]) -> Iterator[bytes]:
            some = b"".join(lines)
            return whole(self, header, iter([some[: some.index(b"\n") + 1] if short and short.pop() else some]))

        monkeypatch.setattr(QueryJobs, "_counted", counted)
        org.sync("Contact")
        assert not short and org.agree("Contact") == 100

    def test_a_page_of_a_query_short_of_rows_is_asked_for_again(
        self, org: Trial, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        org.change("Contact", range(100), Title="x")
        whole, short = queries._records, [True]

        def records(total: int, more: str | None, lines: bytes) -> Any:
            return whole(total, more, lines[: lines.rfind(b'{"attributes"')] if short and short.pop() else lines)

        monkeypatch.setattr(queries, "_records", records)
        org.sync("Contact")
        assert not short and org.agree("Contact") == 100

    def test_a_job_that_someone_aborts_is_made_again(self, org: Trial) -> None:
        org.options["bulk_from"] = 0
        org.fill("Contact", range(100))
        org.twin.faults.set(["slowjob=9999:1x1"])
        read = org.stream("Contact").read(None)
        chunk = next(read)
        assert chunk.position
        form = {"grant_type": "client_credentials", **org.twin.credentials()}
        token = requests.post(f"{org.running.url}/services/oauth2/token", data=form, timeout=10).json()["access_token"]
        address, headers = f"{org.running.url}{chunk.position['job']}", {"Authorization": f"Bearer {token}"}
        assert requests.patch(address, json={"state": "Aborted"}, headers=headers, timeout=10).ok
        assert len({id_ for chunk in read for id_ in ids(chunk)}) == 100

    @pytest.mark.usefixtures("small_pages")
    def test_a_job_whose_results_are_gone_is_made_again(self, org: Trial) -> None:
        org.options["bulk_from"] = 0
        org.fill("Contact", range(100))
        position = self._until_first_page(org, "Contact")
        org.advance(days=8)
        stream = org.stream("Contact")
        given = list(stream.read(position))
        assert len({id_ for chunk in given for id_ in ids(chunk)}) == 100

    @pytest.mark.usefixtures("small_pages")
    def test_a_job_is_read_on_with_the_version_it_was_made_with(self, org: Trial) -> None:
        org.options.update(bulk_from=0, api_version="65.0")
        org.fill("Contact", range(100))
        position = self._until_first_page(org, "Contact")
        org.options["api_version"] = "66.0"
        stream = org.stream("Contact")
        assert len({id_ for chunk in stream.read(position) for id_ in ids(chunk)}) == 60

    @staticmethod
    def _until_first_page(org: Trial, name: str) -> Any:
        for chunk in org.stream(name).read(None):
            if chunk.position and "locator" in chunk.position:
                return chunk.position
        raise AssertionError("one page only")

    def test_a_killed_run_goes_on_with_the_same_job(self, org: Trial, tmp_path: Path) -> None:
        org.fill("Contact", range(300))
        org.twin.faults.set(["slow=0.3@*/results"])
        known = org.twin.credentials()
        script = tmp_path / "read.py"
        script.write_text(textwrap.dedent(f"""
            from datetime import UTC, datetime
            from pathlib import Path
            from muster.config.models import Source
            from muster.connectors.salesforce import jobs, reader
            from muster.connectors.sync import buffer, engine
            from muster.settings import Settings
            jobs.PAGE, buffer.ROWS, engine.NOTED_EVERY = 40, 40, 0.0
            source = Source.model_validate({{
                "name": "crm", "type": "salesforce", "connection": {{
                    "url": {org.running.url!r}, "client_id": {known["client_id"]!r},
                    "client_secret": {known["client_secret"]!r}, "poll": "0.05s", "share": 1, "bulk_from": 0,
                }},
            }})
            settings = Settings.at(Path({str(org.settings.config)!r}), Path({str(org.settings.data)!r}))
            streams = reader.open_reader(source, settings).streams
            engine.sync(source, next(each for each in streams if each.name == "Contact"), settings, datetime.now(UTC))
        """))  # fmt: skip
        for wanted in (1, 3):
            killed = subprocess.Popen([sys.executable, str(script)], env={**os.environ, "PYTHONPATH": str(Path.cwd())})
            while len(list(org.settings.lake.glob("salesforce/contact/*/*.parquet"))) < wanted:
                assert killed.poll() is None, "it should not have come to its end"
                time.sleep(0.01)
            killed.send_signal(signal.SIGKILL)
            killed.wait()
        org.twin.faults.set([])
        org.options["bulk_from"] = 0
        org.sync("Contact")
        assert org.agree("Contact") == 300
        assert len(org.rows("Contact")) == 300
        assert calls(org, "/jobs/query") == 1
