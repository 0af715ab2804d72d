"""What one value may be, by the describe of its field. Codes and recorded texts: the vendor's; see `errors`."""

from __future__ import annotations

from collections.abc import Iterable

from muster.twins.salesforce.errors import RecordError
from muster.twins.salesforce.ids import is_id
from muster.twins.salesforce.schema import NUMBERS, TEXTS, Entity, Field, Schema
from muster.twins.salesforce.values import is_email
from muster.twins.salesforce.writing.drafts import Draft


def check(draft: Draft, entity: Entity, schema: Schema) -> None:
    """Note everything that is wrong with the values of a draft in themselves."""
    if draft.creates and "Id" in draft.values:
        draft.fail("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", "Id")
        return
    frozen = [each.name for each in _fields(draft, entity) if not _settable(each, draft)]
    if frozen:
        draft.fail(
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            f"Unable to create/update fields: {', '.join(frozen)}. Please check the security settings of this field "
            "and verify that it is read/write for your profile or permission set.",
            *frozen,
        )
        return
    missing = [each.name for each in entity.fields if each.required and _is_missing(draft, each)]
    if missing:
        draft.fail("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", *missing)
    for field in _fields(draft, entity):
        value = draft.values[field.name]
        if value is not None and (error := check_value(field, value, schema)):
            draft.errors.append(error)


def check_value(field: Field, value: str, schema: Schema) -> RecordError | None:
    name = field.name

    def wrong(code: str, what: str) -> RecordError:
        return RecordError(code, f"{name}: {what}", (name,))

    if field.type in TEXTS and field.length and len(value) > field.length:
        return wrong("STRING_TOO_LONG", f"data value too large: {value} (max length={field.length})")
    if field.type == "email" and not is_email(value):
        return wrong("INVALID_EMAIL_ADDRESS", f"invalid email address: {value}")
    if field.restricted and field.values:
        unknown = [each for each in value.split(";") if each not in field.values]
        if unknown:
            what = f"bad value for restricted picklist field: {unknown[0]}"
            return wrong("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", what)
    if field.type in NUMBERS and not _fits(field, value):
        what = f"value outside of valid range on numeric field: {value}"
        return wrong("NUMBER_OUTSIDE_VALID_RANGE", what)
    if field.refers_to and not _could_refer(field, value, schema):
        label = field.name.removesuffix("Id") + " ID" if field.name.endswith("Id") else field.name
        return RecordError("MALFORMED_ID", f"{label}: id value of incorrect type: {value}", (name,))
    return None


def _fields(draft: Draft, entity: Entity) -> Iterable[Field]:
    return (field for name in draft.values if (field := entity.field(name)))


def _settable(field: Field, draft: Draft) -> bool:
    """The id itself may stand in a record that is changed; what cannot be changed may be sent as it is."""
    if field.type == "id":
        return True
    if draft.creates:
        return field.createable
    return field.updateable or draft.after(field.name) == (draft.before or {}).get(field.name)


def _is_missing(draft: Draft, field: Field) -> bool:
    if draft.creates:
        return draft.values.get(field.name) is None and field.default is None
    return field.name in draft.values and draft.values[field.name] is None


def _fits(field: Field, value: str) -> bool:
    if field.type == "int":
        return -(2**31) <= int(value) < 2**31
    whole = field.precision - field.scale
    return not field.precision or abs(float(value)) < 10**whole


def _could_refer(field: Field, value: str, schema: Schema) -> bool:
    """An id of one of the objects meant, as far as their prefixes are known."""
    prefixes = {entity.prefix if (entity := schema.entity(name)) else "" for name in field.refers_to}
    return is_id(value) and ("" in prefixes or value[:3] in prefixes)
