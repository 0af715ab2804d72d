"""The ledger's tables: what is wanted and acknowledged per activation, and a row for every delivery and batch.

The only truth about deliveries: an attempt is noted before its first byte leaves. People are not kept here but in the
row files that these numbers name; a file is always in place before the row that names it.
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKeyConstraint, Integer, String, Table, Text

from muster.state import metadata
from muster.state.store import UtcDateTime

#: Statuses of a delivery that is still to be carried on.
UNFINISHED = ("planned", "writing")

activation = Table(
    "activation",
    metadata,
    Column("destination", String(80), primary_key=True),
    Column("audience", String(80), primary_key=True),
    Column("wanted_version", Integer, nullable=False),
    Column("wanted_digest", String(64), nullable=False),
    Column("wanted_inputs", String(64), nullable=False),
    Column("wanted_membership", Integer, nullable=False),
    Column("wanted_snapshot", String(40), nullable=False),
    Column("wanted_rows", Integer, nullable=False),
    Column("wanted_at", UtcDateTime, nullable=False),
    Column("withheld", Integer, nullable=False, default=0),  # members who may not be sent there
    Column("held_reason", Text),
    Column("held_at", UtcDateTime),
    Column("acknowledged_version", Integer, nullable=False, default=0),
    Column("acknowledged_at", UtcDateTime),
    Column("believed", Integer),  # number of the delivery whose believed file is in force
    Column("address", Text),  # where the believed rows lie
    Column("place", JSON),  # what the destination said of what they lie in, such as a list's id
    Column("refused", Integer),  # number of the delivery whose file of refused rows is in force
    Column("attempts", Integer, nullable=False, default=0),  # ever begun: never goes back
    Column("failures", Integer, nullable=False, default=0),  # since the last acknowledgement
    Column("retry_at", UtcDateTime),
    Column("error", Text),
)

delivery = Table(
    "delivery",
    metadata,
    Column("destination", String(80), primary_key=True),
    Column("audience", String(80), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("wanted_version", Integer, nullable=False),
    Column("kind", String(12), nullable=False),  # full | incremental
    Column("status", String(12), nullable=False),  # planned | writing | acknowledged | failed
    Column("address", Text, nullable=False),
    Column("plan", JSON, nullable=False),
    Column("whole", Boolean, nullable=False),  # sends everyone, not the changes
    Column("batch_rows", Integer),
    Column("planned_at", UtcDateTime, nullable=False),
    Column("acknowledged_at", UtcDateTime),
    Column("rows", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("updated", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
    Column("error", Text),
    ForeignKeyConstraint(["destination", "audience"], ["activation.destination", "activation.audience"]),
)

delivery_attempt = Table(
    "delivery_attempt",
    metadata,
    Column("destination", String(80), primary_key=True),
    Column("audience", String(80), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("batch", Integer, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("foreign_rows", JSON, nullable=False),  # rows of the batch that were there before the first attempt
)

delivery_batch = Table(
    "delivery_batch",
    metadata,
    Column("destination", String(80), primary_key=True),
    Column("audience", String(80), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("batch", Integer, primary_key=True),
    Column("rows", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("later", Integer, nullable=False, default=0),
    Column("files", JSON, nullable=False),
    Column("acknowledged_at", UtcDateTime, nullable=False),
)

refused_row = Table(
    "refused_row",
    metadata,
    Column("destination", String(80), primary_key=True),
    Column("audience", String(80), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("row", Integer, primary_key=True),  # place in the delivery's row file
    Column("id", String(80), nullable=False),
    Column("reason", String(400), nullable=False),
    Column("for_good", Boolean, nullable=False, default=True),  # else it is tried again with the next run
)
