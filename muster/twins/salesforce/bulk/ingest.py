"""Ingest jobs: one upload of CSV, written batch by batch when the job is closed."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import orjson
from starlette.responses import Response

from muster.twins.calls import Call, answer, file_answer
from muster.twins.salesforce.bulk.ingesting import FAILED, SUCCESSFUL, UNPROCESSED, Ingesting
from muster.twins.salesforce.bulk.jobs import DELIMITERS, ENDINGS, Job, Shelf, chosen, wrong_state
from muster.twins.salesforce.errors import Refusal, not_found
from muster.twins.salesforce.gate import json_object, version
from muster.twins.salesforce.limits import HARD_DELETE
from muster.twins.salesforce.org import Org
from muster.twins.salesforce.writing.writer import Writer

#: An upload may have 150 MB in base64, which is so much as it is.
LARGEST = 100 << 20
#: A job that comes with its data in one request.
_IN_ONE = 100_000
OPERATIONS = ("insert", "update", "upsert", "delete", "hardDelete")
_RESULTS = {"successfulresults": SUCCESSFUL, "failedresults": FAILED, "unprocessedrecords": UNPROCESSED}


@dataclass
class IngestJob(Job):
    """An ingest job; `sent` is there once the data is."""

    key: str = ""
    folder: Path = Path()

    @property
    def sent(self) -> Path:
        return self.folder / "sent.csv"


class IngestJobs:
    """The resource `/jobs/ingest`."""

    def __init__(self, org: Org, writer: Writer, workers: ThreadPoolExecutor) -> None:
        self._org, self._writer = org, writer
        self._shelf: Shelf[IngestJob] = Shelf(org, workers, _drop)
        self._ingesting = Ingesting(org, writer)

    def create(self, call: Call) -> Response:
        if call.headers.get("content-type", "").startswith("multipart/"):
            told, content = _parts(call)
            job = self._new(call, told)
            if len(content) > _IN_ONE:
                raise Refusal(
                    400, "INVALIDJOB", f"InvalidJob : job data in a multipart request has at most {_IN_ONE} characters"
                )
            job.sent.write_bytes(content)
            self._close(call, job)
        else:
            job = self._new(call, json_object(call))
        return answer(job.told(self._org.now, self._org.user))

    def _new(self, call: Call, told: dict[str, Any]) -> IngestJob:
        operation = chosen(told, "operation", dict.fromkeys(OPERATIONS, ""), "")
        chosen(told, "contentType", {"CSV": ""}, "CSV")
        entity = self._org.view.entity(str(told.get("object", "")))
        if entity is None:
            raise Refusal(400, "INVALIDENTITY", f"InvalidEntity : Entity '{told.get('object')}' is not supported.")
        if operation == "hardDelete" and not self._org.settings[HARD_DELETE].limit:
            what = "hardDelete operation requires special user profile permission, please contact your "
            raise Refusal(400, "FEATURENOTENABLED", what + "system administrator")
        key = str(told.get("externalIdFieldName") or "")
        if operation == "upsert":
            if not key:
                raise Refusal(400, "INVALIDJOB", "InvalidJob : External ID was blank for upsert operation")
            self._writer.key(entity, key)
        id_, delimiter = self._org.ids.next("750"), chosen(told, "columnDelimiter", DELIMITERS, "COMMA")
        job = IngestJob(
            id_, operation, entity.name, version(call), self._org.now, delimiter,
            chosen(told, "lineEnding", ENDINGS, "LF"), "V2Ingest", key=key, folder=self._org.folder / id_,
        )  # fmt: skip
        job.folder.mkdir()
        job.details["contentUrl"] = f"services/data/v{job.version}/jobs/ingest/{id_}/batches"
        job.details |= {"externalIdFieldName": key} if key else {}
        self._shelf.put(job)
        return job

    def upload(self, call: Call) -> Response:
        job = self._shelf.one(call)
        if not call.headers.get("content-type", "").startswith("text/csv"):
            raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE", "The data of a job is sent as text/csv")
        if job.state(self._org.now) != "Open" or job.sent.exists():
            raise wrong_state(f"Job {job.id} takes no more data; data is sent once to an open job")
        if len(call.body) > LARGEST:
            raise Refusal(400, "CLIENTINPUTERROR", f"The data of a job has at most {LARGEST} bytes")
        job.sent.write_bytes(call.body)
        return Response(status_code=201)

    def change(self, call: Call) -> Response:
        job, state = self._shelf.one(call), json_object(call).get("state")
        if state == "Aborted":
            self._shelf.abort(job)
        elif state == "UploadComplete":
            if job.state(self._org.now) != "Open":
                raise wrong_state(f"Job {job.id} is not open")
            self._close(call, job)
        else:
            raise Refusal(400, "INVALIDJOB", f"InvalidJob : Unknown state: {state}")
        return answer(job.told(self._org.now, self._org.user))

    def _close(self, call: Call, job: IngestJob) -> None:
        if not job.sent.exists():
            job.sent.write_bytes(b"")
        self._shelf.start(job, call, lambda each: self._ingesting.run(each, each.sent, each.key, call))

    def get(self, call: Call) -> Response:
        job = self._shelf.one(call)
        told = job.looked_at(self._org.now, self._org.user)
        done = told["numberRecordsProcessed"] > 0
        return answer(told | {
            "numberRecordsFailed": job.refused if done else 0,
            "apexProcessingTime": 0,
            "apiActiveProcessingTime": told["totalProcessingTime"],
        })  # fmt: skip

    def all(self, call: Call) -> Response:
        jobs = [job.told(self._org.now, self._org.user) for job in self._shelf.all()]
        return answer({"done": True, "records": jobs, "nextRecordsUrl": None})

    def delete(self, call: Call) -> Response:
        self._shelf.remove(self._shelf.one(call))
        return Response(status_code=204)

    def results(self, call: Call) -> Response:
        """`successfulResults`, `failedResults` and `unprocessedrecords`, in any case of letters."""
        job, name = self._shelf.one(call), _RESULTS.get(call.params["results"].lower())
        if name is None:
            raise not_found()
        if job.state(self._org.now) not in ("JobComplete", "Failed", "Aborted"):
            raise wrong_state(f"Results of job {job.id} are not there; its state is {job.state(self._org.now)}")
        path = job.folder / name
        return file_answer(path, "text/csv") if path.exists() else Response(b"", media_type="text/csv")


def _drop(job: IngestJob) -> None:
    shutil.rmtree(job.folder, ignore_errors=True)  # an aborted job may still be at its last batch


def _parts(call: Call) -> tuple[dict[str, Any], bytes]:
    """The job and its data, from one multipart request."""
    head = f"Content-Type: {call.headers['content-type']}\r\n\r\n".encode()
    parts = {
        part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
        for part in BytesParser().parsebytes(head + call.body).walk()
        if not part.is_multipart()
    }
    job, content = parts.get("job"), parts.get("content")
    if not isinstance(job, bytes) or not isinstance(content, bytes):
        raise Refusal(400, "INVALIDJOB", "InvalidJob : a multipart request has the parts job and content")
    try:
        told = orjson.loads(job)
    except orjson.JSONDecodeError:
        raise Refusal(400, "JSON_PARSER_ERROR", "The part job is not JSON") from None
    return told, content
