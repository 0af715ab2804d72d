"""Faults as written, as thrown, and as they arrive at a caller."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest
import requests
from requests.exceptions import ChunkedEncodingError, ConnectionError, JSONDecodeError

from muster.errors import MusterError
from muster.twins.faults import Fault, Faults
from muster.twins.server import Running


@pytest.mark.parametrize(
    ("spec", "meant"),
    [
        ("cut", ("cut", None, "*", 1.0, None)),
        ("cut:0.02", ("cut", None, "*", 0.02, None)),
        ("503@/bulk/*:0.1x5", ("503", None, "/bulk/*", 0.1, 5)),
        ("slow=2.5x3", ("slow", 2.5, "*", 1.0, 3)),
        ("drop@POST /leads*x3", ("drop", None, "POST /leads*", 1.0, 3)),
        ("UNABLE_TO_LOCK_ROW:0.5", ("UNABLE_TO_LOCK_ROW", None, "*", 0.5, None)),
    ],
)
def test_a_fault_as_it_is_written(spec: str, meant: tuple[object, ...]):
    fault = Fault.parse(spec)
    assert (fault.name, fault.number, fault.glob, fault.rate, fault.left) == meant


@pytest.mark.parametrize("spec", ["", "cut:2", "cut:", "cut@", ":0.1", "slow=fast", "302", "nonsense"])
def test_what_is_no_fault_is_refused_in_one_line(spec: str):
    with pytest.raises(MusterError) as refused:
        Faults().set([spec])
    assert "\n" not in str(refused.value)


def test_the_same_seed_strikes_the_same_calls():
    def struck(seed: int) -> list[bool]:
        faults = Faults(seed)
        faults.set(["503:0.3"])
        return [faults.next("GET", "/") is not None for _ in range(200)]

    assert struck(1) == struck(1)
    assert struck(1) != struck(2)
    assert 30 < sum(struck(1)) < 90


def test_a_fault_keeps_to_its_path_method_and_count():
    faults = Faults()
    faults.set(["503@POST /a/*x2"])
    calls = [("GET", "/a/b"), ("POST", "/b"), ("POST", "/a/b"), ("POST", "/a/b/c"), ("POST", "/a/b")]
    assert [faults.next(*call) is not None for call in calls] == [False, False, True, True, False]
    assert faults.told() == [{"fault": "503@POST /a/*x2", "struck": 2, "left": 0}]


def set_faults(toy: Running, *specs: str) -> None:
    requests.post(f"{toy.control}/faults", json=specs, timeout=5).raise_for_status()


@pytest.mark.parametrize(
    ("fault", "error", "done"),
    [
        ("drop", ConnectionError, False),
        ("lost", ConnectionError, True),
        ("cut", (ChunkedEncodingError, ConnectionError), True),
        ("half", ChunkedEncodingError, True),
    ],
)
def test_a_broken_connection(toy: Running, fault: str, error: type[Exception], done: bool):
    set_faults(toy, f"{fault}@/thingsx1")
    with requests.Session() as session:
        with pytest.raises(error):
            session.post(f"{toy.url}/things", json={"id": "1"}, timeout=5)
        assert session.get(f"{toy.url}/things/1", timeout=5).json() is done
        assert session.post(f"{toy.url}/things", json={"id": "1"}, timeout=5).status_code == 201


def test_a_half_body_comes_with_the_length_of_the_whole(toy: Running):
    set_faults(toy, "half@/plain/*")
    got = requests.get(f"{toy.url}/plain/big", timeout=5, stream=True)
    whole = len(orjson.dumps(["x" * 100] * 100))
    assert int(got.headers["content-length"]) == whole
    with pytest.raises(ChunkedEncodingError, match=f"{whole // 2} bytes read"):
        _ = got.content


def test_garbage_is_never_json_and_comes_whole(toy: Running):
    set_faults(toy, "garbage")
    bodies = set()
    for _ in range(20):
        got = requests.get(f"{toy.url}/big", timeout=5)
        assert got.status_code == 200
        with pytest.raises((JSONDecodeError, UnicodeDecodeError)):
            got.json()
        bodies.add(got.content)
    assert len(bodies) > 2


def test_a_gateway_answers_with_a_page(toy: Running):
    set_faults(toy, "524x1", "slow=0.01")
    got = requests.get(f"{toy.url}/big", timeout=5)
    assert got.status_code == 524
    assert got.headers["content-type"].startswith("text/html")
    assert got.text.startswith("<html>")
    assert requests.get(f"{toy.url}/big", timeout=5).status_code == 200
    struck = {told["fault"]: told["struck"] for told in requests.get(f"{toy.control}/faults", timeout=5).json()}
    assert struck == {"524x1": 1, "slow=0.01": 1}
    assert requests.get(f"{toy.control}/calls", timeout=5).json()["total"] == 1  # the gateway's was none of the twin's


@pytest.fixture
def read(toy: Running) -> Callable[[str], requests.Response]:
    return lambda path: requests.get(f"{toy.url}{path}", timeout=5)


def test_a_twins_own_faults(toy: Running, read: Callable[[str], requests.Response]):
    set_faults(toy, "busy@/big", "expire@/things/*", "row-locked:0.5")
    assert read("/big").json() == {"code": "606"}
    assert read("/things/1").json() is False
    assert toy.twin.tokens_expired == 1
    assert 20 < sum(read("/rows").json()) < 80
    set_faults(toy)
    assert len(read("/big").json()) == 100
    assert sum(read("/rows").json()) == 0


def test_faults_spare_the_control_url(toy: Running):
    set_faults(toy, "drop")
    set_faults(toy, "503")
    assert requests.post(f"{toy.control}/faults", json=["bogus"], timeout=5).status_code == 400
    assert requests.get(f"{toy.control}/faults", timeout=5).json()[0]["fault"] == "503"


def test_a_file_that_was_cut_is_resumed_by_range(toy: Running):
    set_faults(toy, "half@/plain/filex1")
    with requests.get(f"{toy.url}/plain/file", timeout=5, stream=True) as got:
        length, begun = int(got.headers["content-length"]), b""
        with pytest.raises(ChunkedEncodingError):
            for piece in got.iter_content(1000):
                begun += piece
    assert 0 < len(begun) < length
    rest = requests.get(f"{toy.url}/plain/file", headers={"range": f"bytes={len(begun)}-"}, timeout=5)
    assert (rest.status_code, rest.headers["content-range"]) == (206, f"bytes {len(begun)}-{length - 1}/{length}")
    assert begun + rest.content == bytes(range(256)) * 4000
