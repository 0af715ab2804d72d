"""What every twin has over HTTP: its own time, gzip, keep-alive, TLS, and the control URL; and the command."""

from __future__ import annotations

import http.client
import io
import re
import signal
import subprocess
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import orjson
import pyarrow as pa
import pytest
import requests
import trustme

from muster.errors import MusterError
from muster.twins.server import Running, serve
from tests.conftest import MUSTER
from tests.twins.toy import Toy


def test_the_date_of_an_answer_is_the_twins(toy: Running):
    moved = requests.post(f"{toy.control}/clock", json={"set": "2031-05-06T07:08:09Z", "speed": 0}, timeout=5)
    assert moved.json()["now"] == "2031-05-06T07:08:09+00:00"
    for path in ("/big", "/nowhere", "/_twin/clock"):
        date = requests.get(toy.url + path, timeout=5).headers["date"]
        assert parsedate_to_datetime(date) == datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
    requests.post(f"{toy.control}/clock", json={"advance": 3600}, timeout=5)
    assert toy.twin.clock.now() == datetime(2031, 5, 6, 8, 8, 9, tzinfo=UTC)
    assert requests.post(f"{toy.control}/clock", json={"forward": 1}, timeout=5).status_code == 400


def test_large_answers_are_compressed_for_those_who_ask(toy: Running):
    assert requests.get(f"{toy.url}/big", timeout=5).headers["content-encoding"] == "gzip"
    plain = {"accept-encoding": "identity"}
    assert "content-encoding" not in requests.get(f"{toy.url}/big", headers=plain, timeout=5).headers
    for path in ("/plain/big", "/things/1"):
        assert "content-encoding" not in requests.get(toy.url + path, timeout=5).headers


def test_a_connection_serves_many_calls(toy: Running):
    connection = http.client.HTTPConnection("127.0.0.1", toy.port, timeout=5)
    connection.connect()
    connection.auto_open = 0  # a closed one is an error
    for path in ("/big", "/nowhere", "/things/1", "/big") * 5:
        connection.request("GET", path)
        connection.getresponse().read()
    connection.close()


def test_files_are_served_in_ranges(toy: Running):
    whole = bytes(range(256)) * 4000
    part = requests.get(f"{toy.url}/plain/file", headers={"range": "bytes=100-10239"}, timeout=5)
    assert (part.status_code, part.headers["content-range"]) == (206, f"bytes 100-10239/{len(whole)}")
    assert part.content == whole[100:10240]
    beyond = requests.get(f"{toy.url}/plain/file", headers={"range": f"bytes={len(whole)}-"}, timeout=5)
    assert beyond.status_code == 416


def test_rows_come_in_and_are_read_back(toy: Running):
    records = [{"id": "1", "name": "Ada"}, {"id": "2", "n": 3, "list": [1], "gone": True}]
    lines = b"\n".join(orjson.dumps(record) for record in records)
    assert requests.post(f"{toy.control}/load/things", data=lines, timeout=5).json() == {"loaded": 2}
    stream = io.BytesIO()
    table = pa.table({"id": ["1", "3"], "city": ["Paris", None]})
    with pa.ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table)
    arrow = {"content-type": "application/vnd.apache.arrow.stream"}
    answer = requests.post(f"{toy.control}/load/things", data=stream.getvalue(), headers=arrow, timeout=5)
    assert answer.json() == {"loaded": 2}
    state = requests.get(f"{toy.control}/state/things", timeout=5).content.splitlines()
    rows = {row["id"]: row for row in map(orjson.loads, state)}
    assert (rows["1"]["name"], rows["1"]["city"], rows["1"]["_deleted"]) == ("Ada", "Paris", False)
    assert (rows["2"]["n"], rows["2"]["list"], rows["2"]["_deleted"]) == ("3", "[1]", True)
    assert requests.post(f"{toy.control}/delete/things", json=["1"], timeout=5).json() == {"deleted": 1}
    assert requests.post(f"{toy.control}/delete/things?hard=true", json=["2"], timeout=5).json() == {"deleted": 1}
    assert requests.get(f"{toy.control}/objects", timeout=5).json() == {"things": {"records": 1, "deleted": 1}}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/state/nothing", b""),
        ("POST", "/load/nothing", b'{"id": "1"}'),
        ("POST", "/load/things", b"{broken"),
        ("POST", "/load/things", b'{"name": "no key"}'),
        ("POST", "/faults", b'"cut"'),
        ("POST", "/clock", b'{"set": "tomorrow"}'),
        ("POST", "/limits", b'{"no such": 3}'),
        ("POST", "/delete/things", b"3"),
    ],
)
def test_a_wrong_request_to_the_control_is_told_in_one_line(toy: Running, method: str, path: str, body: bytes):
    got = requests.request(method, toy.control + path, data=body, timeout=5)
    assert got.status_code == 400
    assert got.text.count("\n") == 1


def test_calls_are_counted_by_route_and_status(toy: Running):
    toy.twin.calls.refuse("606")
    for n in range(3):
        requests.get(f"{toy.url}/things/{n}", timeout=5)
    requests.get(f"{toy.url}/nowhere", timeout=5)
    assert requests.get(f"{toy.control}/calls", timeout=5).json() == {
        "total": 4, "calls": {"GET /things/{id} 200": 3, "GET /nowhere 404": 1}, "refusals": {"606": 1},
    }  # fmt: skip
    assert requests.delete(f"{toy.control}/calls", timeout=5).json()["total"] == 0


def test_limits_are_shown_and_changed(toy: Running):
    changed = requests.post(f"{toy.control}/limits", json={"calls": 5}, timeout=5).json()
    assert changed == {"calls": {"limit": 5, "used": 0}}


def test_a_twin_over_tls(tmp_path: Path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    with serve(Toy(), tls=(tmp_path / "cert.pem", tmp_path / "key.pem"), faults=["cut@/bigx1"]) as running:
        assert running.url.startswith("https://")
        trusted = str(tmp_path / "authority.pem")
        with pytest.raises(requests.exceptions.RequestException):
            requests.get(f"{running.url}/big", verify=trusted, timeout=5)
        assert len(requests.get(f"{running.url}/big", verify=trusted, timeout=5).json()) == 100
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(f"{running.url}/big", timeout=5)


def test_a_taken_port_is_told(toy: Running):
    with pytest.raises(MusterError, match=f"port {toy.port} of 127.0.0.1 cannot be had"):
        serve(Toy(), toy.port)


def test_time_runs_at_a_speed(toy: Running):
    requests.post(f"{toy.control}/clock", json={"speed": 1e7}, timeout=5)
    before = toy.twin.clock.now()
    requests.get(f"{toy.control}/clock", timeout=5)
    assert toy.twin.clock.now() - before > timedelta(hours=1)


def test_the_command_serves_until_it_is_stopped(tmp_path: Path):
    (tmp_path / "contacts.csv").write_text("id,email\n1,ada@example.com\n2,\n")
    command = [MUSTER, "twin", "hubspot", "--load", str(tmp_path), "--fault", "503@/crm/*", "--limit", "daily=7"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.match(r"hubspot twin: (http://127.0.0.1:\d+) .* control (http://\S+/_twin) ", line)
        assert found, line
        assert requests.get(f"{found[2]}/objects", timeout=5).json()["contacts"] == {"records": 2, "deleted": 0}
        assert requests.get(f"{found[2]}/limits", timeout=5).json()["daily"]["limit"] == 7
        assert requests.get(f"{found[1]}/crm/v3/owners", timeout=5).status_code == 503
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--fault", "bogus"], "there is no 'bogus'"),
        (["--limit", "daily=many"], "limit 'daily=many' is not NAME=NUMBER"),
        (["--load", "/proc/self/fd"], "has no CSV or Parquet files"),
        (["--world", "/tmp"], "give them as files by --load"),
        (["--instance", "mine"], "'mine' is no HubSpot account id"),
    ],
)
def test_a_wrong_option_is_told_in_one_line(options: list[str], told: str):
    done = subprocess.run(
        [MUSTER, "twin", "hubspot", *options], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
