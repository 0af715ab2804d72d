"""The same exports from stores of all kinds: found, taken once, taken again when they change."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from muster.config.models import Source
from muster.connectors import discover, pending
from muster.settings import Settings
from muster.world import generate
from resources.setup import Setup
from sensors.arrivals import waiting_files
from tests.connectors.conftest import NOW, quarantine_of, rows_of, take_all
from tests.peers.places import Place
from tests.peers.proxy import Proxy

CONTACT = "ID,ACCOUNTID,FIRSTNAME,LASTNAME,EMAIL,TITLE,REGION__C\n"


def parquet(rows: int) -> bytes:
    out = io.BytesIO()
    numbers = [f"{number}-{number * 7919 % 1_000_003}" for number in range(rows)]
    pq.write_table(pa.table({"Id": numbers, "Name": numbers[::-1]}), out, compression="none")
    return out.getvalue()


def zipped(name: str, text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return out.getvalue()


EXPORTS: dict[str, bytes | str] = {
    "Account.csv": 'Id,Name,IsDeleted\n1,"x, y",0\n2,"two\nlines",1\n,nobody,0\nshort\n',
    "Contact_2026-11-23.csv.gz": gzip.compress(b"Id,Email\nc1,a@b.c\n"),
    "Contact_2026-11-24.csv.gz": gzip.compress(b"Id,Email\nc1,a@b.d\nc2,b@b.c\n"),
    "sub dir/Lead & more #1.json": '[{"Id": "l1", "Company": "Ünïcode"}, {"Id": "l2", "x": [1, 2]}]',
    "opportunities/full/dt=2026-11-23/part-00001.parquet": parquet(10),
    "Campaign.zip": zipped("Campaign.csv", "Id,Name\nk1,n\n"),
    "extract.csv": CONTACT + "c3,1,A,B,c@d.e,,EMEA\n",
    "Task.csv.part": "Id\nt1\n",
    ".Event.csv": "Id\ne1\n",
    "_old/Account.csv": "Id\n9\n",
    "README.md": "# not data",
}


def fill(place: Place) -> None:
    for name, content in EXPORTS.items():
        place.put(name, content)


def test_they_come_into_the_lake_as_from_a_folder_of_this_machine(
    place: Place, settings: Settings, tmp_path: Path
) -> None:
    fill(place)
    for name, content in EXPORTS.items():
        path = tmp_path / "exports" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    here = Source.model_validate({"name": "crm", "type": "salesforce", "path": str(tmp_path / "exports")})
    by_hand = Settings.at(tmp_path / "config", tmp_path / "other")
    reports, expected = take_all(place.source(), settings), take_all(here, by_hand)
    assert reports == expected
    assert reports["Contact"].files == ("Contact_2026-11-23.csv.gz", "Contact_2026-11-24.csv.gz", "extract.csv")
    assert rows_of(place.source(), settings) == rows_of(here, by_hand)
    assert quarantine_of(place.source(), settings) == quarantine_of(here, by_hand)
    assert not list((settings.data / "downloads").rglob("*.*"))


@pytest.mark.peer
def test_the_exports_of_an_org_give_the_same_rows_from_a_bucket(
    s3: Callable[[], Place], settings: Settings, tmp_path: Path
) -> None:
    generate(tmp_path / "world", people=300, days=30, seed=7, until=date(2026, 11, 23))
    exports = tmp_path / "world" / "salesforce"
    place = s3()
    for path in exports.rglob("*.*"):
        place.put(path.relative_to(exports).as_posix(), path.read_bytes())
    here = Source.model_validate({"name": "crm", "type": "salesforce", "path": str(exports)})
    by_hand = Settings.at(tmp_path / "config", tmp_path / "other")
    assert take_all(place.source(), settings) == take_all(here, by_hand)
    assert len(rows_of(here, by_hand)) > 500
    assert rows_of(place.source(), settings) == rows_of(here, by_hand)


def test_each_is_taken_once_a_changed_one_again_and_a_new_one_when_it_comes(place: Place, settings: Settings) -> None:
    crm = place.source()
    place.put("Account.csv", "Id\n1\n")
    assert take_all(crm, settings)["Account"].read == 1
    assert take_all(crm, settings)["Account"].files == ()
    assert not any(pending(crm, each, settings) for each in discover(crm, settings))
    place.put("Account.csv", "Id\n2\n")
    assert [file.name for file in pending(crm, discover(crm, settings)[0], settings)] == ["Account.csv"]
    assert take_all(crm, settings, NOW + timedelta(hours=1))["Account"].read == 1
    place.put("more/Account_2.csv", "Id\n3\n")
    assert take_all(crm, settings, NOW + timedelta(hours=2))["Account"].files == ("more/Account_2.csv",)
    assert [row["_row_id"] for row in rows_of(crm, settings)] == ["1", "2", "3"]


def test_what_the_lake_has_is_not_fetched_again(place: Place, proxy: Proxy, settings: Settings) -> None:
    crm = place.source(port=proxy.port)
    place.put("Account.csv", "Id,Name\n" + "".join(f"{number},{'x' * 100}\n" for number in range(10_000)))
    place.put("extract.csv", CONTACT + "c3,1,A,B,c@d.e,,EMEA\n" * 10_000)
    assert {name: report.read for name, report in take_all(crm, settings).items()} == {
        "Account": 10_000,
        "extract": 10_000,
    }
    taken = proxy.sent
    assert taken > 1_400_000
    assert not any(pending(crm, each, settings) for each in discover(crm, settings))
    assert all(not report.files for report in take_all(crm, settings).values())
    assert proxy.sent - taken < 100_000


def test_a_file_that_was_written_anew_with_the_same_content_is_not_taken_again(
    place: Place, proxy: Proxy, settings: Settings
) -> None:
    crm = place.source(port=proxy.port)
    text = "Id,Name\n" + "".join(f"{number},{'x' * 100}\n" for number in range(5_000))
    place.put("Account.csv", text)
    take_all(crm, settings)
    place.put("Account.csv", text)
    assert take_all(crm, settings, NOW + timedelta(hours=1))["Account"].files == ()
    fetched = proxy.sent
    assert not any(pending(crm, each, settings) for each in discover(crm, settings))
    assert take_all(crm, settings, NOW + timedelta(hours=2))["Account"].files == ()
    assert proxy.sent - fetched < 100_000


def test_cut_connections_lose_nothing(place: Place, proxy: Proxy, settings: Settings) -> None:
    crm = place.source(port=proxy.port)
    content = parquet(120_000)
    assert len(content) > 3 << 20
    place.put("Account.parquet", content)
    place.put("Contact.csv", "Id\nc1\n")
    proxy.cut(after=700_000, times=4)
    reports = take_all(crm, settings)
    assert (reports["Account"].loaded, reports["Contact"].loaded) == (120_000, 1)
    assert len({row["Name"] for row in rows_of(crm, settings, "account")}) == 120_000


def test_one_file_may_be_the_source(place: Place, settings: Settings) -> None:
    place.put("drop/Account.csv", "Id\n1\n")
    place.put("drop/Contact.csv", "Id\nc1\n")
    crm = place.source()
    crm = crm.model_copy(update={"path": f"{crm.path}/drop/Account.csv"})
    assert {name: report.files for name, report in take_all(crm, settings).items()} == {"Account": ("Account.csv",)}


def test_headings_of_a_large_file_are_told_by_its_ends(place: Place, proxy: Proxy, settings: Settings) -> None:
    crm = place.source(port=proxy.port)
    place.put("extract.csv", CONTACT + "c3,1,Anna,Berg,c@d.example,Head of everything,EMEA\n" * 300_000)
    big = parquet(800_000)
    assert len(big) > 16 << 20
    place.put("more.parquet", big)
    assert [each.object for each in discover(crm, settings)] == ["contact", "more"]
    looked = proxy.sent
    assert looked < 15 << 20
    assert [each.object for each in discover(crm, settings)] == ["contact", "more"]
    assert proxy.sent - looked < 100_000


def test_what_a_killed_load_brought_here_is_swept_away(place: Place, settings: Settings) -> None:
    left = settings.data / "downloads" / "crm" / "muster-1" / "Account.csv"
    left.parent.mkdir(parents=True)
    left.write_text("half")
    place.put("Account.csv", "Id\n1\n")
    take_all(place.source(), settings)
    assert not left.exists()


def test_the_sensor_asks_for_what_arrived(place: Place, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"name": "crm", "type": "salesforce", "path": place.path(place.port), "storage": place.storage(place.port)}
    settings.config.mkdir()
    (settings.config / "sources.yml").write_text(json.dumps({"organization": "acme", "sources": [told]}))
    monkeypatch.setenv("MUSTER_CONFIG", str(settings.config))
    monkeypatch.setenv("MUSTER_DATA", str(settings.data))
    place.put("Account.csv", "Id\n1\n")
    first = list(waiting_files(Setup()))
    assert [source for source, _ in first] == ["crm"]
    take_all(place.source(), settings)
    assert list(waiting_files(Setup())) == []
    place.put("Account.csv", "Id\n2\n")
    assert len({*first, *waiting_files(Setup())}) == 2


@pytest.mark.peer
@pytest.mark.parametrize("store", ["s3", "sftp"])
def test_thousands_of_files_are_listed(store: str, request: pytest.FixtureRequest, settings: Settings) -> None:
    place: Place = request.getfixturevalue(store)()
    with ThreadPoolExecutor(8) as pool:  # more than a page
        list(pool.map(lambda number: place.put(f"Account_{number:04}.csv", "Id\n1\n"), range(1100)))
    (found,) = discover(place.source(), settings)
    assert [file.name for file in found.files] == [f"Account_{number:04}.csv" for number in range(1100)]
