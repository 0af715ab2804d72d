"""Delivered files: names, formats, manifests, and what they never do."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from muster.connectors.files.naming import free, render, template_mistake
from muster.errors import ConfigError, PermanentDelivery
from tests.activation.small_world import World, manifests, person, read

AT = datetime(2026, 3, 1, 23, 5, 9, tzinfo=timezone(timedelta(hours=-5)))
VALUES = {
    "destination": "drop", "audience": "expansion", "organization": "Müller & Söhne: Vertrieb", "sandbox": "prod",
    "mode": "full", "delivery": "7",
}  # fmt: skip


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{audience}__{mode}__{datetime}", "expansion__full__20260302T040509Z"),
        ("{destination}-{sandbox}-{delivery}-{datetime:%Y%m%d}", "drop-prod-7-20260302"),
        ("{organization} {audience}", "M-ller-S-hne-Vertrieb-expansion"),
        ("{datetime:%H:%M}", "04-05"),
        ("../../{audience}", "expansion"),
        ("x" * 300, "x" * 200),
    ],
)
def test_a_template_gives_a_name_that_every_receiver_can_hold(template: str, name: str) -> None:
    assert template_mistake(template) is None
    assert render(template, VALUES, AT) == name


@pytest.mark.parametrize("template", ["{audienc}", "{audience", "{audience:%Y}", "", "..", "{datetime}}"])
def test_a_template_that_cannot_work_is_told(template: str) -> None:
    assert template_mistake(template)


def test_a_wrong_template_names_the_destination(world: World) -> None:
    world.use(name_template="{segment}")
    world.evaluate([person(0)])
    with pytest.raises(ConfigError, match=r"destination drop: name_template has no macro \{segment\}"):
        world.deliver()


def test_a_taken_name_is_counted_on(tmp_path: Path) -> None:
    (tmp_path / "a.csv").touch()
    (tmp_path / "a-2.manifest.json").touch()
    assert free(tmp_path, "a", (".csv", ".manifest.json")) == "a-3"
    assert free(tmp_path / "none", "a", (".csv",)) == "a"


def test_a_name_without_time_or_number_overwrites_nothing(world: World) -> None:
    world.use(name_template="everyone")
    for count in (1, 2, 3):
        world.evaluate([person(number) for number in range(count)])
        world.deliver()
    assert [item["file"] for item in manifests(world.folder())] == ["everyone.csv", "everyone-2.csv", "everyone-3.csv"]
    assert [item["rows"] for item in manifests(world.folder())] == [1, 2, 3]


def test_a_file_that_appears_after_planning_is_left_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is taken between plan and rename; the file that is there stays, ours gets another name."""
    world.use(name_template="everyone")
    world.evaluate([person(0)])
    world.folder().mkdir(parents=True)
    with monkeypatch.context() as patched:
        patched.setattr("muster.connectors.files.destination.free", lambda _folder, name, _extensions: name)
        (world.folder() / "everyone.csv").write_text("somebody else's")
        with pytest.raises(PermanentDelivery, match="already with other content"):
            world.deliver()
    assert (world.folder() / "everyone.csv").read_text() == "somebody else's"
    assert world.deliver().files == ("everyone-2.csv", "everyone-2.manifest.json")


def test_csv_is_rfc_4180(world: World) -> None:
    world.use(fields={"first name": "person.name.firstName", "departments": "extendedWorkDetails.departments"})
    world.evaluate([
        person(0, first_name='Quote " comma, line\nend', departments=["Sales", 'IT "core"']),
        person(1, first_name="", departments=[]),
        person(2, first_name=None, departments=None),
    ])  # fmt: skip
    report = world.deliver()
    assert (world.folder() / report.files[0]).read_bytes().decode() == (
        "_id,first name,departments\r\n"
        'p_0,"Quote "" comma, line\nend","[""Sales"",""IT \\""core\\""""]"\r\n'
        'p_1,"",[]\r\n'
        "p_2,,\r\n"
    )


@pytest.mark.parametrize("format_", ["csv", "jsonl"])
def test_times_are_utc_and_say_so(world: World, format_: str) -> None:
    world.use(
        format=format_,
        fields={"updated": "extSourceSystemAudit.lastUpdatedDate", "converted": "b2b.isConverted"},
    )
    world.evaluate([person(0, updated_at=datetime(2026, 1, 2, 3, 4, 5), is_converted=False)])
    report = world.deliver()
    row = read(world.folder() / report.files[0])[0]
    assert row["updated"] == "2026-01-02T03:04:05.000Z"
    assert row["converted"] in ("false", False)


def test_lists_stay_lists_where_the_format_has_them(world: World) -> None:
    world.use(format="jsonl", fields={"departments": "extendedWorkDetails.departments"})
    world.evaluate([person(0, departments=["Sales"])])
    world.deliver()
    assert world.received() == {"p_0": {"departments": ["Sales"]}}


@pytest.mark.parametrize(
    ("format_", "compression", "ending"),
    [
        ("csv", "none", ".csv"),
        ("csv", "gzip", ".csv.gz"),
        ("jsonl", "gzip", ".jsonl.gz"),
        ("parquet", "gzip", ".parquet"),
    ],
)
def test_every_format_is_read_back_as_it_was_wanted(world: World, format_: str, compression: str, ending: str) -> None:
    world.use(format=format_, compression=compression, mode="incremental")
    world.evaluate([person(number) for number in range(50)])
    report = world.deliver()
    assert report.files[0].endswith(ending)
    assert world.received()["p_49"] == {"email": "p49@example.com", "first_name": "Name 49"}


def test_gzip_tells_no_time_and_no_name(world: World) -> None:
    world.use(compression="gzip")
    world.evaluate([person(0)])
    report = world.deliver()
    header = (world.folder() / report.files[0]).read_bytes()[:10]
    assert header[3] == 0, "no file name in the header"
    assert header[4:8] == bytes(4), "no time in the header"


def test_the_manifest_says_what_the_file_is(world: World) -> None:
    world.use(mode="incremental")
    world.evaluate([person(0), person(1)])
    report = world.deliver()
    told = json.loads((world.folder() / report.files[1]).read_text())
    assert re.fullmatch(r"[0-9a-f]{64}", told.pop("sha256"))
    assert told.pop("bytes") > 0
    assert told == {
        "file": "expansion__full__20260301T070000Z.csv",
        "rows": 2,
        "mode": "full",
        "format": "csv",
        "compression": "none",
        "organization": "Example Corp",
        "sandbox": "prod",
        "destination": "drop",
        "audience": "expansion",
        "delivery": 1,
        "planned_at": datetime(2026, 3, 1, 7, tzinfo=UTC).isoformat(),
        "counts": {"ADD": 2, "UPDATE": 0, "REMOVE": 0},
    }


def test_nothing_hidden_is_left_in_the_folder(world: World) -> None:
    world.evaluate([person(0)])
    world.deliver()
    assert [path.name for path in world.folder().iterdir() if path.name.startswith(".")] == []
