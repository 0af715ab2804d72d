"""What the org tells of its objects: the list of them, and the describe of one.

A describe that was recorded from a real org is given as it was recorded, with those fields added that loads or the
administrator brought later. Others have the members that the REST guide tells of, with the commonest values.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from starlette.responses import Response

from muster.twins.calls import Call, answer
from muster.twins.salesforce.errors import not_found
from muster.twins.salesforce.gate import version
from muster.twins.salesforce.org import Org
from muster.twins.salesforce.schema import NUMBERS, Entity, Field

ENCODING, BATCH = "UTF-8", 200
_SOAP = {
    "id": "tns:ID", "reference": "tns:ID", "boolean": "xsd:boolean", "int": "xsd:int", "long": "xsd:long",
    "double": "xsd:double", "currency": "xsd:double", "percent": "xsd:double", "date": "xsd:date",
    "datetime": "xsd:dateTime", "time": "xsd:time", "address": "urn:address", "location": "urn:location",
    "base64": "xsd:base64Binary",
}  # fmt: skip
#: Written by the system alone: no create, no delete.
_READ_ONLY = frozenset(
    {"OpportunityHistory", "OpportunityFieldHistory", "OpportunityStage", "LeadStatus", "Organization"}
)


class Describes:
    """The resources `/sobjects`, `/sobjects/X` and `/sobjects/X/describe`."""

    def __init__(self, org: Org) -> None:
        self._org = org

    def all(self, call: Call) -> Response:
        if self._unchanged(call):
            return Response(status_code=304)
        objects = [_head(each, version(call)) for each in self._org.view.entities]
        return self._dated({"encoding": ENCODING, "maxBatchSize": BATCH, "sobjects": objects})

    def one(self, call: Call) -> Response:
        entity = entity_in(call, self._org)
        return answer({"objectDescribe": _head(entity, version(call)), "recentItems": []})

    def describe(self, call: Call) -> Response:
        entity = entity_in(call, self._org)
        if self._unchanged(call):
            return Response(status_code=304)
        return self._dated(described(entity, self._org, version(call)))

    def _unchanged(self, call: Call) -> bool:
        """`If-Modified-Since`, held against the last change of any object or field."""
        try:
            since = parsedate_to_datetime(call.headers.get("if-modified-since", ""))
        except ValueError:
            return False
        since = since if since.tzinfo else since.replace(tzinfo=UTC)
        return self._org.schema_changed.replace(microsecond=0) <= since

    def _dated(self, told: Mapping[str, Any]) -> Response:
        changed = format_datetime(self._org.schema_changed.astimezone(UTC), usegmt=True)
        return answer(told, headers={"Last-Modified": changed})


def entity_in(call: Call, org: Org) -> Entity:
    """The object in the path; 404 where there is none, or none for this user."""
    found = org.view.entity(call.params["object"])
    if found is None:
        raise not_found()
    return found


def described(entity: Entity, org: Org, version: str) -> dict[str, Any]:
    fields = org.view.fields(entity)
    if entity.recorded:
        told = dict(entity.recorded)
        told["fields"] = [dict(each.recorded) if each.recorded else described_field(each, entity) for each in fields]
        return told
    children: list[dict[str, Any]] = [
        {
            "cascadeDelete": child.cascade,
            "childSObject": child.object,
            "deprecatedAndHidden": False,
            "field": child.field,
            "junctionIdListNames": [],
            "junctionReferenceTo": [],
            "relationshipName": child.name or None,
            "restrictedDelete": False,
        }
        for child in org.schema.children(entity)
        if org.view.entity(child.object)
    ]
    return _head(entity, version) | {
        "actionOverrides": [],
        "childRelationships": children,
        "compactLayoutable": True,
        "fields": [described_field(each, entity) for each in fields],
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "recordTypeInfos": [],
        "sobjectDescribeOption": "FULL",
        "supportedScopes": [{"label": f"All {entity.plural.lower()}", "name": "everything"}],
    }


def _head(entity: Entity, version: str) -> dict[str, Any]:
    place = f"/services/data/v{version}/sobjects/{entity.name}"
    writable = entity.name not in _READ_ONLY
    return {
        "activateable": False,
        "createable": writable,
        "custom": entity.name.endswith("__c"),
        "customSetting": False,
        "deletable": writable and entity.name != "User",
        "deprecatedAndHidden": False,
        "feedEnabled": False,
        "hasSubtypes": False,
        "isSubtype": False,
        "keyPrefix": entity.prefix or None,
        "label": entity.name,
        "labelPlural": entity.plural,
        "layoutable": True,
        "mergeable": entity.field("MasterRecordId") is not None,
        "mruEnabled": True,
        "name": entity.name,
        "queryable": True,
        "replicateable": True,
        "retrieveable": True,
        "searchable": True,
        "triggerable": True,
        "undeletable": writable,
        "updateable": writable,
        "urls": {"rowTemplate": f"{place}/{{ID}}", "describe": f"{place}/describe", "sobject": place},
    }


def described_field(field: Field, entity: Entity) -> dict[str, Any]:
    text = field.type in ("string", "textarea", "picklist", "multipicklist", "phone", "url", "email", "combobox")
    compound = next((name for name, parts in entity.compounds.items() if field.name in parts.values()), None)
    return {
        "aggregatable": field.filterable,
        "autoNumber": False,
        "byteLength": field.length * (3 if text else 1),
        "calculated": False,
        "calculatedFormula": None,
        "cascadeDelete": field.cascade,
        "caseSensitive": False,
        "compoundFieldName": compound,
        "controllerName": None,
        "createable": field.createable,
        "custom": field.custom,
        "defaultValue": False if field.type == "boolean" else None,
        "defaultValueFormula": None,
        "defaultedOnCreate": field.type in ("boolean", "id") or field.default is not None,
        "dependentPicklist": False,
        "deprecatedAndHidden": False,
        "digits": 8 if field.type == "int" else 0,
        "displayLocationInDecimal": False,
        "encrypted": False,
        "externalId": field.external,
        "extraTypeInfo": None,
        "filterable": field.filterable,
        "filteredLookupInfo": None,
        "groupable": field.comparable and field.type not in NUMBERS - {"int"},
        "highScaleNumber": False,
        "htmlFormatted": False,
        "idLookup": field.lookup,
        "inlineHelpText": None,
        "label": field.name,
        "length": field.length,
        "mask": None,
        "maskType": None,
        "name": field.name,
        "nameField": field.name == "Name",
        "namePointing": field.polymorphic,
        "nillable": not field.required and field.type not in ("boolean", "id"),
        "permissionable": not field.required,
        "picklistValues": [
            {"active": True, "defaultValue": value == field.default, "label": value, "validFor": None, "value": value}
            for value in field.values
        ],
        "polymorphicForeignKey": field.polymorphic,
        "precision": field.precision,
        "queryByDistance": False,
        "referenceTargetField": None,
        "referenceTo": list(field.refers_to),
        "relationshipName": field.relationship,
        "relationshipOrder": None,
        "restrictedDelete": False,
        "restrictedPicklist": field.restricted,
        "scale": field.scale,
        "searchPrefilterable": False,
        "soapType": _SOAP.get(field.type, "xsd:string"),
        "sortable": field.comparable,
        "type": field.type,
        "unique": field.unique,
        "updateable": field.updateable,
        "writeRequiresMasterRead": False,
    }
