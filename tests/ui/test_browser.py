"""The Dagster UI in a real browser: the graph from export to destination, and the daily job started by a click."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.conftest import MUSTER, Installation

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium")
GROUPS = ("sources", "staging", "intermediate", "marts", "membership", "audiences", "activations")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="module")
def ui(built_world: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`muster dev` on a copy of the built world; yields its address."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    installation = built_world.copy(tmp_path_factory.mktemp("ui"))
    port = _free_port()
    log = (installation.data / "dev.log").open("w")
    process = subprocess.Popen(
        [MUSTER, "dev", "--port", str(port)], env=installation.environment(), stdout=log, stderr=log,
        start_new_session=True, preexec_fn=_default_signals,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/server_info", process, installation.data / "dev.log")
        yield address
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture
def page(ui: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1600, "height": 1000}, base_url=ui)
        page.set_default_timeout(60_000)
        yield page
        browser.close()


def test_the_asset_graph_runs_from_exports_to_destinations(page: Page) -> None:
    page.goto("/asset-groups")
    for group in GROUPS:
        expect(page.get_by_text(group, exact=True).first).to_be_visible()


def test_an_audience_shows_its_rule_its_size_and_its_check(page: Page) -> None:
    page.goto("/assets/audiences/decision-makers?view=overview")
    expect(page.get_by_text("opportunityPersons").first).to_be_visible()
    expect(page.get_by_text("demand-generation@northlight.example").first).to_be_visible()
    expect(page.get_by_text("Row count").first).to_be_visible()
    page.goto("/assets/audiences/decision-makers?view=checks")
    expect(page.get_by_text("size_within_bound").first).to_be_visible()


def test_the_daily_job_is_started_from_the_ui_and_succeeds(page: Page, ui: str) -> None:
    known = daily_runs(ui)
    page.goto("/locations/muster/jobs/daily")
    page.get_by_role("button", name="Materialize all").first.click()
    started = wait_for_one(lambda: daily_runs(ui) - known)
    page.goto(f"/runs/{started}")
    expect(page.get_by_text(re.compile("^(Success|Failure)$")).first).to_be_visible(timeout=300_000)
    expect(page.get_by_text("Success", exact=True).first).to_be_visible()


def daily_runs(address: str) -> set[str]:
    """Ids of all runs of the daily job, by the interface that the UI itself uses."""
    query = '{ runsOrError(filter: {pipelineName: "daily"}) { ... on Runs { results { runId } } } }'
    request = urllib.request.Request(
        f"{address}/graphql", json.dumps({"query": query}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return {run["runId"] for run in json.load(answer)["data"]["runsOrError"]["results"]}


def wait_for_one(find: Callable[[], set[str]]) -> str:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if found := find():
            return found.pop()
        time.sleep(1)
    pytest.fail("the click started no run within 120 s")


def _default_signals() -> None:
    """A shell's background job ignores these, and then the server cannot be stopped politely."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.fail(f"muster dev ended with {process.returncode}: {log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    pytest.fail(f"muster dev did not answer within 120 s: {log.read_text()[-2000:]}")
