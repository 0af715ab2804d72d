"""Sending the batches of one delivery, each noted before it leaves and once its fate is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from muster import sql
from muster.activation.believing import Answers, results
from muster.activation.folders import Folders
from muster.activation.ledger import Ledger, Planned
from muster.connectors.destination import ID, OP, ROW, Acknowledgement, Batch, Destination, Refusal
from muster.durable import draft_of, put
from muster.errors import PermanentDelivery, RejectedBatch


@dataclass(frozen=True)
class Sender:
    """Sends what is planned of one activation, from where it was left.

    `withheld` (`_id`, `bar`) are people who may not be sent now, whatever was planned.
    """

    target: Destination
    folders: Folders
    ledger: Ledger
    now: datetime
    withheld: pa.Table

    def send(self, planned: Planned, path: Path, place: Mapping[str, Any]) -> None:
        """Send every batch that is not acknowledged. `path` are the rows, `place` what the destination said before."""
        item = planned.delivery
        arrived = self.ledger.acknowledged_batches(item)
        waiting = [batch for batch in batches(planned, path) if batch.number not in arrived]
        if not waiting:
            return
        self.ledger.sending(item)
        place = self.target.prepare(item, planned.plan, place)
        self.ledger.placed(item, place)
        for batch in waiting:
            self._send(planned, {**planned.plan, **place}, batch)

    def answers(self, planned: Planned) -> Answers:
        """All that was said of the delivery's rows, by whatever process sent them."""
        refused, later = self.ledger.not_taken(planned.delivery)
        return Answers(refused, later, sorted(self.folders.results(planned.delivery.number).glob("[0-9]*.parquet")))

    def _send(self, planned: Planned, plan: Mapping[str, Any], batch: Batch) -> None:
        item = planned.delivery
        foreign = self.ledger.foreign(item, batch.number)
        if foreign is None:
            foreign = frozenset(self.target.look(item, plan, batch))
        kept_back = _kept_back(batch, self.withheld)
        batch = replace(batch, foreign=foreign, withheld=frozenset(refusal.row for refusal in kept_back))
        self.ledger.attempt(item, batch, self.now)
        told = self._sent(planned, plan, batch) + Acknowledgement(later=kept_back)
        found = results(told, foreign)
        if found.num_rows:
            path = self.folders.results(item.number) / f"{batch.number:06d}.parquet"
            fresh = draft_of(path)
            pq.write_table(found, fresh)
            put(fresh, path)
        self.ledger.acknowledge_batch(item, batch, told, _ids(batch.path, told), self.now)

    def _sent(self, planned: Planned, plan: Mapping[str, Any], batch: Batch) -> Acknowledgement:
        """Send a batch, and where one row spoils it, all others: in halves, down to that row."""
        try:
            return self.target.send(planned.delivery, plan, batch)
        except RejectedBatch as error:
            rows = set(range(batch.first, batch.first + batch.rows)) - batch.withheld
            if not rows:
                raise PermanentDelivery(f"{planned.delivery.name}: {error}") from error
            if len(rows) == 1:
                return Acknowledgement(refused=(Refusal(rows.pop(), str(error)),))
            one, other = batch.halves()
            return self._sent(planned, plan, one) + self._sent(planned, plan, other)


def batches(planned: Planned, path: Path) -> Iterator[Batch]:
    """All batches of a delivery; an empty one is one batch of no rows, for an empty file is a statement too."""
    total = planned.delivery.rows
    size = planned.batch_rows or max(total, 1)
    for number, first in enumerate(range(0, max(total, 1), size)):
        yield Batch(number, path, first, min(size, total - first))


def _kept_back(batch: Batch, withheld: pa.Table) -> tuple[Refusal, ...]:
    """Rows of people who may not be sent any more; those that leave anyway are not held up."""
    if not len(withheld):
        return ()
    with sql.connect() as connection:
        connection.register("withheld", withheld)
        leaves = OP in sql.columns(connection, sql.scan(batch.path))
        stays = f" and sent.{OP} <> 'REMOVE'" if leaves else ""
        query = f"select sent.{ROW}, withheld.bar from ({batch.query()}) as sent inner join withheld"
        found = connection.execute(f"{query} on withheld._id = sent.{ID}{stays} order by 1").fetchall()
    return tuple(Refusal(int(row), f"consent: {bar}") for row, bar in found)


def _ids(path: Path, told: Acknowledgement) -> dict[int, str]:
    """Ids of rows that were not taken, by row number."""
    not_taken = [refusal.row for refusal in (*told.refused, *told.later)]
    if not not_taken:
        return {}
    with sql.connect() as connection:
        found = connection.execute(
            f"select file_row_number, {ID} from read_parquet({sql.literal(path)}, file_row_number = true)"
            " where file_row_number in (select unnest(?::bigint[]))",
            [not_taken],
        ).fetchall()
    return {int(row): str(name) for row, name in found}
