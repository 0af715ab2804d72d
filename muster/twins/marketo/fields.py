"""Which fields the objects of an instance have: standard ones, every other column that was loaded, and created ones."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock

from muster.twins.marketo.errors import ApiError
from muster.twins.marketo.standard_fields import SEARCHABLE_LEAD_FIELDS, STANDARD, Field
from muster.twins.store import Store

#: Where created fields are kept; rows may be loaded too, to give loaded columns a type.
OBJECT = "custom_fields"
_KEY = ("object", "name")
#: Columns of loaded rows that no one can ask for.
HIDDEN = frozenset({"isDeleted"})
#: Ids of custom fields begin here.
_FIRST_CUSTOM = 2000


class Fields:
    """The fields by object, known anew whenever columns were added."""

    def __init__(self, store: Store) -> None:
        self._store, self._lock = store, Lock()
        self._known: dict[str, tuple[int, dict[str, Field]]] = {}
        store.define(
            OBJECT, _KEY, columns=("label", "type", "description", "hidden", "encoded", "sensitive", "created")
        )

    def of(self, object_: str) -> dict[str, Field]:
        """Fields by REST name, standard ones first, then the others in the order they came."""
        columns = self._store.columns(object_)
        with self._lock:
            known = self._known.get(object_)
            if known is None or known[0] != len(columns):
                known = self._known[object_] = (len(columns), self._read(object_, columns))
            return known[1]

    def forget(self) -> None:
        """Read them anew: a definition has changed."""
        with self._lock:
            self._known.clear()

    def named(self, object_: str, name: str) -> Field:
        """Raises ApiError 1006 where there is no such field."""
        field = self.of(object_).get(name)
        if field is None:
            raise ApiError(1006, name)
        return field

    def chosen(self, object_: str, names: list[str], default: tuple[str, ...]) -> list[Field]:
        """The fields a caller asked for, in that order, or those given by default."""
        return [self.named(object_, name) for name in dict.fromkeys(names or default)]

    def searchable_leads(self) -> list[str]:
        """What describe2 lists: the names that are legal as filterType and lookupField."""
        fields = self.of("leads").values()
        custom = [field.name for field in fields if field.custom and field.type in ("string", "email", "integer")]
        return [*SEARCHABLE_LEAD_FIELDS, *custom]

    def create(self, object_: str, field: Field) -> None:
        with self._store.writing():
            self._store.define(object_, self._store.key(object_), columns=[field.name])
            self.keep(object_, field)

    def keep(self, object_: str, field: Field) -> None:
        flags = {"hidden": field.hidden, "encoded": field.encoded, "sensitive": field.sensitive}
        row = {"object": object_, "name": field.name, "label": field.label, "type": field.type}
        told = {name: str(value).lower() for name, value in {**flags, "created": field.api_created}.items()}
        self._store.upsert(OBJECT, [{**row, "description": field.description, **told}])
        self.forget()

    def _read(self, object_: str, columns: list[str]) -> dict[str, Field]:
        fields = dict(STANDARD.get(object_, {}))
        told = self._store.rows(f"select * from {OBJECT} where object = ?", [object_])
        kept = {row["name"]: row for row in told}
        for place, name in enumerate(columns):
            if name not in fields and name not in HIDDEN:
                fields[name] = Field(name, name, length=255, id=_FIRST_CUSTOM + place, custom=True)
        return {name: _described(field, kept.get(name)) for name, field in fields.items()}


def _described(field: Field, row: dict[str, str | None] | None) -> Field:
    if row is None:
        return field
    type_ = row["type"] or field.type
    return replace(
        field,
        label=row["label"] or field.label,
        type=type_,
        length=field.length if type_ in ("string", "email", "phone", "url") else None,
        description=row["description"],
        hidden=row["hidden"] == "true",
        encoded=row["encoded"] != "false",
        sensitive=row["sensitive"] == "true",
        api_created=row["created"] == "true",
    )
