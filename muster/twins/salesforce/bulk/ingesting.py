"""The work of an ingest job: rows to records, and three files that tell what became of each row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from muster.twins.calls import Call
from muster.twins.salesforce.bulk import csvs
from muster.twins.salesforce.bulk.jobs import DELIMITERS, ENDINGS, Job, JobFailed
from muster.twins.salesforce.faults import HALF_BATCH
from muster.twins.salesforce.limits import INGEST_BATCHES
from muster.twins.salesforce.org import Org
from muster.twins.salesforce.schema import Entity
from muster.twins.salesforce.writing.drafts import Manner, Outcome
from muster.twins.salesforce.writing.writer import Writer

SUCCESSFUL, FAILED, UNPROCESSED = "successful.csv", "failed.csv", "unprocessed.csv"
_FIRST = {SUCCESSFUL: ["sf__Id", "sf__Created"], FAILED: ["sf__Id", "sf__Error"], UNPROCESSED: []}
_Write = Callable[[Sequence[dict[str, str]]], list[Outcome]]


class Ingesting:
    """Runs jobs."""

    def __init__(self, org: Org, writer: Writer) -> None:
        self._org, self._writer = org, writer

    def run(self, job: Job, sent: Path, key: str, call: Call) -> None:
        """Write all rows. Raises JobFailed where the data cannot be used, or the job stops half-way."""
        entity = self._org.schema.entity(job.object)
        if entity is None:
            raise JobFailed(f"InvalidEntity : Entity '{job.object}' is not supported.")
        delimiter, ending = DELIMITERS[job.delimiter], ENDINGS[job.ending]
        names = csvs.head(sent, delimiter, job.ending)
        with ExitStack() as stack:
            files: dict[str, BinaryIO] = {}
            for name, first in _FIRST.items():
                files[name] = stack.enter_context((sent.parent / name).open("wb"))
                files[name].write(csvs.header([*first, *names], delimiter, ending))
            self._fit(entity, job.operation, names)
            write = self._writing(entity, job.operation, key, call)
            stopped = ""
            for table in csvs.batches(sent, delimiter):
                done = 0
                if not stopped and not job.aborted:
                    stopped = (
                        "" if self._org.daily[INGEST_BATCHES].take() else "ExceededQuota : daily batches are used up"
                    )
                if not stopped and not job.aborted:
                    struck = self._org.faults.strikes(HALF_BATCH, call.path, call.method)
                    stopped = "InternalServerError : The job was stopped while a batch was processed" if struck else ""
                    done = table.num_rows // 2 if struck else table.num_rows
                    self._tell(job, table.slice(0, done), write, files, delimiter, ending)
                files[UNPROCESSED].write(csvs.lines(table.slice(done), delimiter, ending))
        if stopped:
            raise JobFailed(stopped)

    def _fit(self, entity: Entity, operation: str, names: Sequence[str]) -> None:
        if operation in ("delete", "hardDelete") and [name.lower() for name in names] != ["id"]:
            raise JobFailed(f"InvalidBatch : The '{operation}' batch must contain only ids")
        for name in names:
            relationship, _, key = name.partition(".")
            known = self._org.view.parent(entity, relationship) if key else self._org.view.field(entity, name)
            if not known:
                raise JobFailed(f"InvalidBatch : Field name not found : {name}")

    def _writing(self, entity: Entity, operation: str, key: str, call: Call) -> _Write:
        manner = Manner(call.path, call.method, text=True)
        match operation:
            case "insert":
                return lambda rows: self._writer.create(entity, rows, manner)
            case "update":
                return lambda rows: self._writer.update(entity, rows, manner)
            case "upsert":
                return lambda rows: self._writer.upsert(entity, key, rows, manner)
            case "hardDelete":
                return lambda rows: self._writer.delete(entity, _ids(rows), manner, hard=True)
        return lambda rows: self._writer.delete(entity, _ids(rows), manner)

    def _tell(
        self, job: Job, table: pa.Table, write: _Write, files: dict[str, BinaryIO], delimiter: str, ending: str
    ) -> None:
        outcomes = write(table.to_pylist())
        for outcome in outcomes:
            if not outcome.success:
                self._org.calls.refuse(outcome.errors[0].code)
        good = pa.array([each.success for each in outcomes], pa.bool_())
        ids = pa.array([each.id for each in outcomes], pa.string())
        created = pa.array([str(each.created).lower() for each in outcomes], pa.string())
        errors = pa.array([each.errors[0].cell() if each.errors else "" for each in outcomes], pa.string())
        for name, second, mask in ((SUCCESSFUL, created, good), (FAILED, errors, pa.compute.invert(good))):
            whole = pa.table([ids, second, *table.columns], names=[*_FIRST[name], *table.column_names])
            files[name].write(csvs.lines(whole.filter(mask), delimiter, ending))
        job.processed += len(outcomes)
        job.refused += sum(not each.success for each in outcomes)


def _ids(rows: Sequence[dict[str, str]]) -> list[str]:
    return [next(iter(row.values())) for row in rows]
