"""What comes of the answers of object stores, word for word as their vendors document them, over real HTTP."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from muster.config.models import Source
from muster.connectors import discover
from muster.connectors.http.patience import Patience
from muster.connectors.storage import open
from muster.errors import SourceError
from muster.settings import Settings

PAGE = (
    200,
    "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>{key}</Key><Size>5</Size>"
    "<LastModified>2026-11-23T06:00:00.000Z</LastModified><ETag>&quot;e&quot;</ETag></Contents></ListBucketResult>",
)


class Server(ThreadingHTTPServer):
    """Gives its answers in turn, the last one again and again."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[tuple[int, str]] = []
        self.asked: list[str] = []


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        status, body = self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(open, "_HASTY", Patience(attempts=3, pause=0.01, longest=0.02))
    with Server() as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


def source(server: Server, path: str = "s3://bucket/drop") -> Source:
    endpoint = f"http://127.0.0.1:{server.server_port}"
    keys = {
        "s3": {"access_key_id": "AKIA", "secret_access_key": "S3CRET", "region": "eu-west-1"},
        "az": {"account": "acme", "access_key": base64.b64encode(b"S3CRET").decode()},
    }
    storage = {"endpoint": endpoint} | keys[path[:2]]
    return Source.model_validate({"name": "crm", "type": "salesforce", "path": path, "storage": storage})


def told(source: Source, settings: Settings) -> str:
    with pytest.raises(SourceError) as error:
        discover(source, settings)
    assert "\n" not in str(error.value)
    assert "S3CRET" not in str(error.value)
    return str(error.value)


def error(code: str) -> str:
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>Ask at http://x/?sig=S3CRET</Message></Error>"


@pytest.mark.parametrize(
    ("path", "status", "code", "line"),
    [
        ("s3://bucket/drop", 404, "NoSuchBucket", "s3://bucket is not there; correct 'path' in sources.yml"),
        ("az://box/drop", 404, "ContainerNotFound", "az://box is not there; correct 'path' in sources.yml"),
        (
            "s3://bucket/drop",
            403,
            "InvalidAccessKeyId",
            "does not accept the credentials (InvalidAccessKeyId); correct",
        ),
        ("s3://bucket/drop", 403, "SignatureDoesNotMatch", "does not accept the credentials (SignatureDoesNotMatch)"),
        (
            "az://box/drop",
            403,
            "AuthenticationFailed",
            "does not accept the credentials (AuthenticationFailed); correct",
        ),
        ("s3://bucket/drop", 400, "ExpiredToken", "the credentials have expired (ExpiredToken); give new ones"),
        ("s3://bucket/drop", 403, "AccessDenied", "these credentials may not list it (AccessDenied); give their user"),
        ("az://box/drop", 403, "AuthorizationPermissionMismatch", "these credentials may not list it (Authorization"),
        ("s3://bucket/drop", 403, "RequestTimeTooSkewed", "the clock of this machine is wrong"),
        ("s3://bucket/drop", 301, "PermanentRedirect", "is in another region; give its 'region' under storage"),
        (
            "s3://bucket/drop",
            400,
            "AuthorizationHeaderMalformed",
            "is in another region (AuthorizationHeaderMalformed)",
        ),
        ("s3://bucket/drop", 409, "SomethingNew", "s3://bucket/drop: cannot list it (SomethingNew)"),
    ],
)
def test_a_refusal_is_one_line_that_says_how_to_mend_it(
    server: Server, settings: Settings, path: str, status: int, code: str, line: str
) -> None:
    server.answers = [(status, error(code))]
    assert line in told(source(server, path), settings)
    assert len(server.asked) == 1  # nothing that is refused for good is asked again


@pytest.mark.parametrize("passing", [(503, error("SlowDown")), (500, error("InternalError")), (200, "<half")])
def test_what_may_pass_is_asked_again(server: Server, settings: Settings, passing: tuple[int, str]) -> None:
    server.answers = [passing, passing, (200, PAGE[1].format(key="drop/Account.csv"))]
    assert [each.name for each in discover(source(server), settings)] == ["Account"]


def test_a_store_that_stays_busy_is_given_up(server: Server, settings: Settings) -> None:
    server.answers = [(503, error("SlowDown"))]
    assert told(source(server), settings).startswith("s3://bucket/drop cannot be reached: answered SlowDown; check")


def test_a_name_that_no_path_can_have_is_told(server: Server, settings: Settings) -> None:
    server.answers = [(200, PAGE[1].format(key="drop/../Account.csv"))]
    assert "holds a file whose name cannot be read, 'drop/../Account.csv'; rename it" in told(source(server), settings)


def test_an_endpoint_of_another_machine_must_be_https(server: Server, settings: Settings) -> None:
    plain = source(server).model_copy(
        update={"storage": source(server).storage.model_copy(update={"endpoint": "http://minio.lan"})}
    )  # type: ignore[union-attr]
    assert told(plain, settings) == "s3://bucket/drop: 'endpoint' under storage must be https; http is for this machine"


@pytest.mark.parametrize(
    ("path", "storage", "line"),
    [
        ("gs://bucket", {"service_account": '{"S3CRET'}, "'service_account' is no key of a service account"),
        ("gs://bucket", {"service_account": '{"private_key": "S3CRET", "private_key_id": "x", "client_email": "a@b"}'},
         "'service_account' is no key of a service account"),
        ("az://box", {"account": "acme", "access_key": "S3CRET!"}, "'access_key' (in base64)"),
        ("sftp://u@127.0.0.1/x", {"private_key": "S3CRET"}, "'private_key' is no key in PEM"),
        ("sftp://u@127.0.0.1/x", {"host_key": "S3CRET"}, "'host_key' is none; give a line as ssh-keyscan prints it"),
        ("sftp://u:S3CRET@127.0.0.1/x", {}, "an address holds no password; write sftp://user@host/folder"),
        ("ftp://host/x", {}, "ftp:// is no place that can be read; a path begins with s3, az, gs or sftp, or /"),
        ("s3://", {}, "an address is s3://<bucket>/<folder>"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_used_are_told_without_them(
    settings: Settings, path: str, storage: dict[str, str], line: str
) -> None:
    made = Source.model_validate({"name": "crm", "type": "salesforce", "path": path, "storage": storage})
    assert line in told(made, settings)
