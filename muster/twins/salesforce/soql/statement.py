"""A query ready to run: what it reads, and its rows as text.

Each row comes as one text, `line`, ready to be sent: answers are made by putting lines together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from muster.twins.salesforce.schema import Entity
from muster.twins.salesforce.soql import rendering
from muster.twins.salesforce.soql.scope import Column


@dataclass(frozen=True)
class Statement:
    """A query ready to run. `source` is what stands behind SELECT, limit and offset included.

    With `children`, `rows` has the parameter `$cursor`: the locator under which the rows will be read on. The
    statements of the children themselves have `$parent`, the id of the record whose they are.
    """

    entity: Entity
    source: str
    columns: Sequence[Column] = ()
    json: str = ""
    counted: bool = False
    grouped: bool = False
    #: Whether it has ORDER BY or LIMIT, which keep Bulk from working on parts of it at once.
    narrowed: bool = False
    children: Mapping[str, Statement] = field(default_factory=dict)

    @property
    def rows(self) -> str:
        """Each row as a JSON object. Only a child query that has more records has the key `nextRecordsUrl`."""
        text = f"to_json({self.json})::varchar"
        if self.children:
            text = f"replace({text}, ',\"nextRecordsUrl\":null', '')"
        return f"select {text} as line {self.source}"

    @property
    def count(self) -> str:
        return f"select count(*) from (select 1 {self.source})"

    def lines(self, delimiter: str, ending: str) -> str:
        """Each row as a line of CSV."""
        return f"select {rendering.line(self.columns, delimiter, ending)} as line {self.source}"

    def header(self, delimiter: str, ending: str) -> str:
        return rendering.header(self.columns, delimiter, ending)
