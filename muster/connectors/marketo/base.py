"""What the streams of a Marketo instance have in common."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

from muster.connectors.marketo.api import BATCH, Record
from muster.connectors.marketo.describe import Described
from muster.connectors.marketo.history import History, jobs_of
from muster.connectors.marketo.instance import Instance
from muster.connectors.marketo.plans import Plan, State
from muster.connectors.marketo.refusals import ABSENT, GONE, Refused
from muster.connectors.sync.stream import Chunk


class MarketoStream:
    """One object of an instance; `warnings` are what did not stop a read, each once.

    `version` is None where records are compared by content: the `updatedAt` of Marketo does not follow every change.
    """

    name: ClassVar[str]
    version: str | None = None

    def __init__(self, instance: Instance) -> None:
        self._instance, self._api, self._known = instance, instance.api, instance.known
        self._warnings: dict[str, None] = {}

    @property
    def warnings(self) -> Sequence[str]:
        return list(self._warnings)

    def warn(self, sentence: str) -> None:
        self._warnings[f"{self._api.label}: {sentence}"] = None

    def history(
        self, kind: str, plan: Plan, fields: Sequence[str], columns: Sequence[str], state: State | None = None
    ) -> History:
        """A history of this stream by extracts of a kind, begun anew or as a position tells it."""
        extracts = self._instance.extracts(self.name, self.warn)
        return History(extracts, kind, plan, fields, columns, jobs_of(state or {}))

    def described(self, path: str) -> Described | None:
        """What an object has, or None with a warning where the instance does not tell of it."""
        try:
            return self._instance.descriptions.of(path)
        except Refused as refused:
            if refused.code not in ABSENT | {"603"}:
                raise
            self.warn(f"{self.name} are not read: {refused.what}")
            return None

    def unless_gone(self, chunks: Iterable[Chunk]) -> Generator[Chunk, None, bool]:
        """The chunks; returns False where what they are of has been deleted meanwhile."""
        try:
            yield from chunks
        except Refused as refused:
            if refused.code not in GONE:
                raise
            return False
        return True

    def by_values(
        self, path: str, filter_: str, values: Sequence[str], fields: Sequence[str]
    ) -> Iterator[tuple[Sequence[str], Sequence[Record]]]:
        """Records by the values of a field: up to 300 values, and all records that have them.

        A value with a comma cannot be asked for, since a comma separates values: that is a warning.
        """
        sayable = [value for value in values if "," not in value]
        if len(sayable) < len(values):
            self.warn(
                f"{self.name}: {len(values) - len(sayable)} values of {filter_} have a comma and cannot be asked for"
            )
        for start in range(0, len(sayable), BATCH):
            asked = sayable[start : start + BATCH]
            found: list[Record] = []
            params: Mapping[str, object] = {"filterType": filter_, "filterValues": asked, "fields": list(fields)}
            for page in self._api.pages(path, params):
                found += page
            yield asked, found
