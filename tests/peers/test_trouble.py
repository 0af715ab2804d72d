"""What goes wrong between here and a store: one clear line each, nothing half in the lake, no secret shown."""

from __future__ import annotations

import base64
import gzip
import json
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import asyncssh
import pytest

from muster.config.check import check
from muster.config.models import Source
from muster.connectors import discover, load
from muster.connectors.http.patience import Patience
from muster.connectors.storage import Unreachable, open
from muster.errors import SourceError
from muster.settings import Settings
from tests.connectors.conftest import NOW, rows_of, take_all
from tests.peers.places import Place, ask
from tests.peers.proxy import Proxy

Make = Callable[[], Place]
QUICK = Patience(attempts=3, pause=0.01, longest=0.02)


@pytest.fixture(autouse=True)
def _nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open, "_PATIENT", QUICK)
    monkeypatch.setattr(open, "_HASTY", QUICK)


def told(source: Source, settings: Settings) -> str:
    """The one line that comes of looking into a source's folder."""
    with pytest.raises(SourceError) as error:
        discover(source, settings)
    line = str(error.value)
    assert "\n" not in line
    assert error.value.__suppress_context__  # a traceback would show the library's own text
    return line


@pytest.mark.parametrize("file", ["Account.csv", "extract.csv"])
def test_a_store_that_is_gone_is_one_line_and_nothing_of_the_file_is_taken(
    place: Place, proxy: Proxy, settings: Settings, file: str
) -> None:
    crm = place.source(port=proxy.port)
    place.put(file, "Id,AccountId,FirstName,LastName,Email\n1,,,,\n")
    (export,) = discover(crm, settings)
    proxy.refuse()
    assert " cannot be reached: " in told(crm, settings)
    with pytest.raises(Unreachable, match=r"cannot be reached: .*; check the address, or whether the network lets it"):
        load(crm, export, settings, NOW)
    assert rows_of(crm, settings) == []
    assert not list((settings.data / "downloads").rglob("*.*"))


def test_a_folder_that_is_not_there(place: Place, settings: Settings) -> None:
    crm = place.source()
    if not place.tagged:
        other = crm.model_copy(update={"path": f"{crm.path}/nowhere"})
        assert told(other, settings) == f"{other.path} is not there; correct 'path' in sources.yml"
        return
    assert discover(crm, settings) == []  # no object has that prefix yet
    other = crm.model_copy(update={"path": crm.path.replace("exports", "elsewhere")})
    gone = (
        "cannot be reached: answered 500" if crm.path.startswith("gs:") else "elsewhere is not there; correct 'path' in"
    )
    assert gone in told(other, settings)  # this server for Google Cloud has 500 for a bucket that is not there


WRONG: dict[str, dict[str, Any]] = {
    "azure": {"access_key": base64.b64encode(b"not the key of this account").decode()},
    "sftp": {"password": "not the password"},
    "openssh": {"private_key": asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()},
}


@pytest.mark.peer
@pytest.mark.parametrize("store", WRONG)
def test_wrong_credentials(store: str, request: pytest.FixtureRequest, settings: Settings) -> None:
    place: Place = request.getfixturevalue(store)()
    wrong = place.storage(place.port) | WRONG[store]
    line = told(place.source(storage=wrong), settings)
    assert "does not accept the credentials (Auth" in line or "does not let '" in line
    assert all(secret not in line for secret in WRONG[store].values())
    assert all(secret not in repr(place.source(storage=wrong)) for secret in WRONG[store].values())


@pytest.mark.peer
def test_a_shared_access_signature_is_taken_and_never_shown(azure: Make, settings: Settings) -> None:
    place = azure()
    signed = {key: value for key, value in place.storage(place.port).items() if key != "access_key"}
    line = told(place.source(storage=signed | {"sas_token": "?sv=2021-08-06&sig=S3CRET&se=2030-01-01"}), settings)
    assert "does not accept the credentials" in line
    assert "S3CRET" not in line


@pytest.mark.peer
def test_a_server_that_nobody_vouches_for(sftp: Make, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    place = sftp()
    monkeypatch.setenv("HOME", str(settings.data))
    line = told(place.source(storage={"password": "a password"}), settings)
    assert "the server's key is not known (ssh-ed25519 SHA256:" in line
    assert f"put the line of 'ssh-keyscan -p {place.port} 127.0.0.1'" in line


@pytest.mark.peer
def test_a_server_that_shows_another_key(sftp: Make, settings: Settings) -> None:
    place = sftp()
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    line = told(place.source(storage=place.storage(place.port) | {"host_key": other}), settings)
    assert "the server shows another key than the known one; somebody may stand between" in line


@pytest.mark.peer
def test_a_host_key_that_ssh_knows_is_enough(sftp: Make, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    place = sftp()
    known = settings.data / ".ssh" / "known_hosts"
    known.parent.mkdir(parents=True)
    known.write_text(f"[127.0.0.1]:{place.port} {place.storage(place.port)['host_key']}")
    monkeypatch.setenv("HOME", str(settings.data))
    place.put("Account.csv", "Id\n1\n")
    assert take_all(place.source(storage={"password": "a password"}), settings)["Account"].read == 1


@pytest.mark.peer
def test_a_name_that_is_no_text(sftp: Make, settings: Settings) -> None:
    place = sftp()
    (place.folder / os.fsdecode(b"Account\xff.csv")).write_text("Id\n1\n")  # type: ignore[attr-defined]
    assert told(place.source(), settings).endswith("holds a file whose name is no UTF-8; rename it")


@pytest.mark.peer
def test_what_google_cloud_would_unpack_comes_as_it_is_stored(gcs: Make, settings: Settings) -> None:
    place = gcs()
    packed = gzip.compress(b"Id,Name\n" + b"1,x\n" * 100)
    boundary = (
        b"--x\r\nContent-Type: application/json\r\n\r\n%s\r\n--x\r\nContent-Type: text/csv\r\n\r\n%s\r\n--x--\r\n"
    )
    about = json.dumps({"name": f"{place.name}/Account.csv", "contentEncoding": "gzip"}).encode()
    url = f"http://127.0.0.1:{place.port}/upload/storage/v1/b/exports/o?uploadType=multipart"
    ask(url, "POST", boundary % (about, packed), {"Content-Type": "multipart/related; boundary=x"})
    assert take_all(place.source(), settings)["Account"].read == 100


@pytest.mark.peer
def test_a_file_that_is_being_sent_waits_until_it_is_whole(sftp: Make, settings: Settings) -> None:
    place = sftp()
    crm = place.source()
    place.put("Account.csv", "Id\n1\n", age=0)  # type: ignore[call-arg]
    growing = QUICK.__class__(sleep=lambda _: place.put("Account.csv", "Id\n1\n2\n"))
    open._PATIENT = growing
    (export,) = discover(crm, settings)
    with pytest.raises(SourceError, match=r"Account\.csv changed while it was read; it is taken when it is whole"):
        load(crm, export, settings, NOW)
    assert rows_of(crm, settings) == []
    place.put("Account.csv", "Id\n1\n2\n3\n")
    open._PATIENT = QUICK
    assert load(crm, export, settings, NOW + timedelta(hours=1)).read == 3


SOURCES = """\
organization: acme
sources:
  - name: crm
    type: salesforce
    path: {path}
    storage: {storage}
    objects:
      - object: Account
        files: [Acount*.csv, Account*.csv]
        key: [Ext]
        columns: {{Email: Email}}
"""


def test_check_looks_into_the_folder(place: Place, settings: Settings) -> None:
    place.put("Account_1.csv", "External,Mail\n1,a@b.c\n")
    place.put("Account_2.csv", "External,Mail\n2,a@b.d\n")
    needless = {"password": "x"} if place.tagged else {"region": "eu-west-1"}
    path, storage = place.path(place.port), json.dumps(place.storage(place.port) | needless)
    settings.config.mkdir()
    (settings.config / "sources.yml").write_text(SOURCES.format(path=path, storage=storage))
    found = [str(problem) for problem in check(settings, None)]
    assert found[0].startswith(
        f"sources.yml:6: '{next(iter(needless))}' does not count for {path.partition(':')[0]}:// (give "
    )
    assert found[1:] == [
        "sources.yml:9: no file matches 'Acount*.csv' (did you mean Account_1.csv or Account_2.csv?)",
        "sources.yml:10: Account_1.csv has no column 'Ext' for 'key'",
        "sources.yml:11: no file of 'Account' has a column 'Email' (did you mean Mail?)",
    ]


def test_check_tells_of_a_folder_that_holds_nothing(place: Place, settings: Settings) -> None:
    path, storage = place.path(place.port), json.dumps(place.storage(place.port))
    settings.config.mkdir()
    (settings.config / "sources.yml").write_text(SOURCES.format(path=path, storage=storage))
    (problem,) = check(settings, None)
    assert str(problem) == f"sources.yml:5: there are no files below {path} (correct it, or put the first export there)"
