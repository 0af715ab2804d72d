"""`identity.yml`: by what a person is known, what holds two identities apart, and what is no identity at all.

The rules are those of Identity Service as far as they are published (unique namespaces, namespace priority, limits);
where ours differ, `docs/identity-graph.md` says why.
"""

from __future__ import annotations

import re
from collections import Counter
from enum import StrEnum
from typing import Literal

from pydantic import Field, field_validator, model_validator

from muster.config.base import Model
from muster.config.matching import Matching
from muster.config.merge_policies import MergePolicies


class NamespaceType(StrEnum):
    """What the values of a namespace stand for."""

    person = "person"  # a record of one system
    cross_device = "cross_device"  # an account or login id
    email = "email"
    phone = "phone"
    device = "device"
    cookie = "cookie"
    partner = "partner"  # an id that a data partner gave

    @property
    def is_machine(self) -> bool:
        """It says which browser or phone, not who."""
        return self in (NamespaceType.device, NamespaceType.cookie)


Normalise = Literal["none", "lower", "email", "phone"]

#: The namespace of records' own keys.
RECORDS = "b2b_person"

#: Ranks where `priority` is not given: who comes before how they are reached, and that before machines (our decision).
PRIORITIES = {kind: 10 * place for place, kind in enumerate(NamespaceType, start=1)}


#: How values are made comparable where `normalise` is not given.
FORMS: dict[NamespaceType, Normalise] = {NamespaceType.email: "email", NamespaceType.phone: "phone"}


class Namespace(Model):
    """One kind of identity.

    `unique`: a person has at most one value of it. `priority`: its rank, 1 the highest; by its type unless given.
    `normalise`: how values are made comparable; by its type unless given. `shared`, for cookies and devices: `owner`,
    a machine belongs to the person who used it last and never joins two; `join`, its links are links like any other,
    held apart by unique namespaces alone. `joins: false`: its values are no identities. `pattern`: values of another
    form are left out. `people_per_value`: in place of the limit of that name.
    """

    name: str = Field(min_length=1, max_length=80)
    type: NamespaceType
    unique: bool = False
    priority: int | None = Field(default=None, ge=1)
    normalise: Normalise | None = None
    shared: Literal["owner", "join"] | None = None
    joins: bool = True
    pattern: str | None = None
    people_per_value: int | None = Field(default=None, ge=1)

    @property
    def rank(self) -> int:
        return PRIORITIES[self.type] if self.priority is None else self.priority

    @property
    def is_owned(self) -> bool:
        """It belongs to whoever used it last, and joins nobody."""
        return self.type.is_machine and self.shared != "join"

    @property
    def form(self) -> Normalise:
        return self.normalise or FORMS.get(self.type, "none")

    @model_validator(mode="after")
    def _sound(self) -> Namespace:
        if self.shared and not self.type.is_machine:
            raise ValueError(f"'shared' is for namespaces of type cookie or device, and {self.name} is {self.type}")
        if self.name.lower() == RECORDS and (self.type is not NamespaceType.person or not self.joins):
            raise ValueError(f"{RECORDS} is the namespace of record keys; its type is person, and it joins")
        if self.pattern is not None:
            try:
                re.compile(self.pattern)
            except re.error as error:
                raise ValueError(f"the pattern of {self.name} is no regular expression: {error}") from None
        return self


def _of(kind: NamespaceType, names: str) -> list[Namespace]:
    return [Namespace(name=name, type=kind) for name in names.split()]


#: Namespaces that need no mention. Others that sources bring are of type cookie where their name says so, else
#: cross_device.
KNOWN = (
    Namespace(name=RECORDS, type=NamespaceType.person),
    Namespace(name="Email", type=NamespaceType.email),
    Namespace(name="Phone", type=NamespaceType.phone, joins=False),
    *_of(NamespaceType.device, "GAID IDFA IDFV RIDA WAID deviceId device_id"),
    *_of(NamespaceType.cookie, "ECID AAID CORE TNTID AdCloud Munchkin anonymousId anonymous_id"),
    *_of(NamespaceType.cookie, "domain_userid network_userid visitorId"),
)


class MailboxRules(Model):
    """Which mailboxes belong to no single person: role names before the @, and whole addresses."""

    role_mailboxes: list[str] = []
    shared_mailboxes: list[str] = []


class Guards(Model):
    """What else is no identity. `lists`: the lists that are built in count; `data`: what the data themselves show.

    `disposable_domains` and `placeholder_values` are added to the lists.
    """

    lists: bool = True
    data: bool = True
    disposable_domains: list[str] = []
    placeholder_values: list[str] = []


class Limits(Model):
    """`identities_per_person`: what is beyond is reported. `people_per_value`: a value of more people is no identity.

    `identities_per_record`: records and events with more are reported, and such events link nobody.
    """

    identities_per_person: int = Field(default=50, ge=1)
    identities_per_record: int = Field(default=20, ge=2)
    people_per_value: int = Field(default=10, ge=1)


class IdentityFile(Model):
    """`identity.yml`."""

    namespaces: list[Namespace] = []
    limits: Limits = Limits()
    mailboxes: MailboxRules = MailboxRules()
    guards: Guards = Guards()
    matching: Matching = Matching()
    merge_policies: MergePolicies = MergePolicies()

    @property
    def all_namespaces(self) -> list[Namespace]:
        """Those of the file, then the known ones that it does not name."""
        named = {item.name.lower() for item in self.namespaces}
        return [*self.namespaces, *(item for item in KNOWN if item.name.lower() not in named)]

    @field_validator("namespaces")
    @classmethod
    def _one_meaning(cls, namespaces: list[Namespace]) -> list[Namespace]:
        times = Counter(item.name.lower() for item in namespaces)
        if twice := next((item.name for item in namespaces if times[item.name.lower()] > 1), None):
            raise ValueError(f"the namespace '{twice}' stands twice; keep one of them (case does not count)")
        for machine in (item for item in namespaces if item.type.is_machine):
            below = next((item for item in namespaces if not item.type.is_machine and machine.rank < item.rank), None)
            if below:
                raise ValueError(
                    f"the {machine.type} namespace {machine.name} is ranked above {below.name}, which says who it is; "
                    f"give {machine.name} a priority above {below.rank}"
                )
        return namespaces
