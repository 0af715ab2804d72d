"""What `muster.activation.deliver` relies on, held against every destination there is.

A vendor's package adds a line to `MAKERS`: how to set one up in a folder, and how to see what it holds.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from muster import sql
from muster.activation import rows
from muster.config.destinations import FilesDestination, WebhookDestination
from muster.connectors.destination import Batch, Delivery, Destination
from muster.connectors.files.destination import FilesWriter
from muster.connectors.http.patience import Patience
from muster.connectors.webhook.destination import WebhookWriter
from muster.errors import TransientDelivery
from muster.settings import Settings
from tests.activation.receiver import SECRET, receiving
from tests.activation.shelf import Shelf


@dataclass(frozen=True)
class Case:
    """A destination under test. `content` shows what it holds; `cut_off` puts it out of reach."""

    destination: Destination
    content: Callable[[], Any]
    cut_off: Callable[[], Any]


def files(folder: Path, **options: Any) -> Case:
    settings = Settings.at(folder / "config", folder / "data")
    configured = FilesDestination.model_validate({"name": "drop", "type": "files", "path": "out", **options})
    out = settings.data / "out"

    def content() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in out.iterdir()} if out.exists() else {}

    def cut_off() -> None:
        settings.data.mkdir()
        out.write_text("a file where the folder should be")

    return Case(FilesWriter(settings, configured, "Example Corp", "prod"), content, cut_off)


def shelf(folder: Path) -> Case:
    wall = folder / "wall"
    wall.mkdir()
    item = Shelf(wall / "shelf")
    return Case(item, lambda: item.content() if item.folder.exists() else {}, lambda: shutil.rmtree(wall))


def webhook(folder: Path) -> Case:
    """A receiver that is there until it is cut off; its thread ends with the tests."""
    serving = receiving()
    receiver = serving.__enter__()
    entry = {"name": "drop", "type": "webhook", "url": receiver.url, "secrets": [SECRET], "private": True}
    item = WebhookWriter(WebhookDestination.model_validate(entry), Patience(seconds=2, attempts=2, strange=2))
    return Case(item, lambda: dict(receiver.held), lambda: serving.__exit__(None, None, None))


MAKERS: dict[str, Callable[[Path], Case]] = {
    **{
        f"files {format_} {mode} {compression}": (
            lambda folder, f=format_, m=mode, c=compression: files(folder, format=f, mode=m, compression=c)
        )
        for format_, mode, compression in (
            ("csv", "full", "gzip"),
            ("csv", "incremental", "none"),
            ("jsonl", "full", "none"),
            ("jsonl", "incremental", "gzip"),
            ("parquet", "full", "none"),
            ("parquet", "incremental", "gzip"),
        )
    },
    "a shelf, row by row": shelf,
    "a webhook": webhook,
}


@pytest.fixture(params=MAKERS)
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    return MAKERS[request.param](tmp_path)


def delivery(count: int) -> Delivery:
    planned_at = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
    return Delivery("drop", "expansion", 7, "full", planned_at, count, added=count, updated=0, removed=0)


def row_file(case: Case, folder: Path, count: int) -> Path:
    """As `deliver` stages it: everyone or the changes, by what the destination asks for."""
    path = folder / "rows.parquet"
    ours = "" if case.destination.whole else "'ADD' as _op,"
    merged = "" if case.destination.whole else "null::varchar[] as _merged_ids,"
    with sql.connect() as connection:
        rows.write(
            connection,
            f"select {ours} 'p_' || range as _id, {merged} range || '@example.com' as email, range / 4 as score,"
            f" timestamp '2026-01-01 00:00:00.5' as at, uuid() as _hash from range({count})",
            path,
        )
    return path


def batches(case: Case, path: Path, count: int) -> list[Batch]:
    size = case.destination.batch_rows or max(count, 1)
    return [
        Batch(number, path, first, min(size, count - first))
        for number, first in enumerate(range(0, max(count, 1), size))
    ]


def test_a_plan_is_json_and_making_it_has_no_effect(case: Case) -> None:
    plan = case.destination.plan(delivery(5))
    assert json.loads(json.dumps(plan)) == plan
    assert case.destination.plan(delivery(5)) == plan
    assert not case.content()


@pytest.mark.parametrize("count", [0, 1, 5])
def test_sending_twice_is_sending_once(case: Case, tmp_path: Path, count: int) -> None:
    path = row_file(case, tmp_path, count)
    plan = case.destination.plan(delivery(count))
    for batch in batches(case, path, count):
        first = case.destination.send(delivery(count), plan, batch)
        held = case.content()
        assert case.destination.send(delivery(count), plan, batch) == first
        assert case.content() == held
        assert not first.refused


def test_a_plan_outlives_a_change_of_the_settings(case: Case, tmp_path: Path) -> None:
    path = row_file(case, tmp_path, 5)
    plan = case.destination.plan(delivery(5))
    for batch in batches(case, path, 5):
        case.destination.send(delivery(5), plan, batch)
    held = case.content()
    if isinstance(case.destination, FilesWriter):
        other = {"format": "jsonl", "mode": "full", "name_template": "other", "path": "elsewhere"}
        changed = replace(case.destination, configured=case.destination.configured.model_copy(update=other))
        for batch in batches(case, path, 5):
            changed.send(delivery(5), plan, batch)
    assert case.content() == held


def test_what_is_out_of_reach_may_be_tried_again(case: Case, tmp_path: Path) -> None:
    path = row_file(case, tmp_path, 2)
    plan = case.destination.plan(delivery(2))
    case.cut_off()
    with pytest.raises(TransientDelivery) as caught:
        case.destination.send(delivery(2), plan, batches(case, path, 2)[0])
    assert "example.com" not in str(caught.value)


def test_the_address_is_the_same_each_time_it_is_asked(case: Case) -> None:
    assert case.destination.address == case.destination.address
    assert case.destination.kind in case.destination.address
