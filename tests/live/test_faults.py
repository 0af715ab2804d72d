"""Long histories behind two Marketo instances, a CRM that one of them is synced with, and a HubSpot account.

All of them change between reads, every read meets faults at random and some are interrupted, and in the end the lake
has of every record what the vendor has, field by field, and no state of a record twice running.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest

from muster.config.models import Source, SourcesFile
from muster.config.topology import reads
from muster.connectors.sync.engine import sync
from muster.connectors.sync.stream import Chunk, Position, Reader, Stream
from muster.errors import SourceError
from muster.settings import Settings
from tests.live import hubspot, marketo, salesforce
from tests.live.judge import Judge

ANY = ("cut", "half", "drop", "garbage", "503", "500", "expire")
#: Leads or contacts of each instance, and how often all is read and changed.
SHORT, LONG = (300, 3), (4000, 12)


class Trial(Protocol):
    """What a vendor's trial is used for here."""

    running: Any
    settings: Settings

    @property
    def twin(self) -> Any: ...

    @property
    def source(self) -> Source: ...

    def advance(self, **step: float) -> None: ...

    def reader(self) -> Reader: ...


@dataclass
class Interrupted:
    """A stream whose read is interrupted at some chunk, as by a kill."""

    stream: Stream
    chance: random.Random

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def read(self, position: Position | None) -> Iterator[Chunk]:
        for chunk in self.stream.read(position):
            if self.chance.random() < 0.05:
                raise KeyboardInterrupt
            yield chunk


@dataclass
class Instance:
    """One instance: how it changes, how it fails, and how it is judged."""

    trial: Trial
    source: Source
    judge: Judge
    objects: Sequence[str]
    faults: Sequence[str]
    chance: random.Random
    struck: int = 0

    def change(self) -> None:
        """What a day's people do."""

    def read(self, faults: bool) -> None:
        """Read all objects; with faults, each as far as it comes."""
        self.trial.twin.faults.set(self.faults if faults else [])
        reader = None
        try:
            reader = self.trial.reader()
            for stream in reader.streams:
                if stream.name in self.objects:
                    self._read(stream, faults)
        except SourceError:
            if not faults:
                raise
        finally:
            if reader:
                reader.close()
            self.struck += sum(int(each["struck"]) for each in self.trial.twin.faults.told())
            self.trial.twin.faults.set([])

    def _read(self, stream: Stream, faults: bool) -> None:
        now, settings = datetime.now(UTC), self.trial.settings
        if not faults:
            sync(self.source, stream, settings, now)
            return
        with suppress(SourceError, KeyboardInterrupt):
            sync(self.source, Interrupted(stream, self.chance), settings, now)

    def verdict(self) -> list[str]:
        wrong = [line for name in self.objects for line in self.judge.disagreements(name)]
        return wrong + [f"{name} {id_} stands twice" for name in self.objects for id_ in self.judge.told_twice(name)]


@dataclass
class Marketo(Instance):
    trial: marketo.Trial
    next: int = 10_000
    programs: int = 5

    def change(self) -> None:
        mkto, pick = self.trial, self.chance
        leads = [*mkto.truth("leads")]
        asked_for = {row["leadId"] for row in mkto.truth("opportunity_roles").values()}  # without them no deal is found
        some = pick.sample([id_ for id_ in leads if id_ not in asked_for], 12)
        new = range(self.next, self.next + pick.randrange(1, 40))
        self.next = new.stop
        mkto.load("leads", [mkto.lead(number, mkto.now) for number in new])
        logged = [mkto.activity(number, len(leads), self.moment()) for number in new]
        mkto.load("activities", logged)
        update = [{"id": int(id_), "favouriteColour": pick.choice(("green", "pink"))} for id_ in some[:6]]
        mkto.call("POST", "/rest/v1/leads.json", {"action": "updateOnly", "lookupField": "id", "input": update})
        mkto.call("POST", "/rest/v1/leads/delete.json", {"input": [{"id": int(some[6])}]})
        mkto.call("POST", f"/rest/v1/leads/{some[7]}/merge.json", leadIds=some[8])
        list_ = pick.choice((71, 72, 73))
        added = [{"id": int(some[at])} for at in (0, 9, 10)]
        mkto.call("POST", f"/rest/v1/lists/{list_}/leads.json", {"input": added})
        mkto.call("DELETE", f"/rest/v1/lists/{list_}/leads.json", id=some[9])
        status = {"statusName": "Attended", "input": [{"leadId": int(some[at])} for at in (1, 2, 11)]}
        program = 1000 + pick.randrange(1, self.programs)
        mkto.call("POST", f"/rest/v1/programs/{program}/members/status.json", status)
        at = marketo.stamp(mkto.now)
        mkto.load("companies", [{"id": "503", "industry": pick.choice(("Mining", "Tea")), "updatedAt": at}])
        mkto.load("opportunities", [{"marketoGUID": "opp-3", "stage": pick.choice("ABC"), "updatedAt": at}])
        mkto.load("programs", [{"id": "1002", "description": f"as of {at}", "updatedAt": f"{at}+0000"}])
        mkto.twin.delete("named_accounts", [f"na-{pick.randrange(1, 9)}"])
        mkto.twin.delete("opportunity_roles", [f"role-{pick.randrange(1, 21)}"])  # each deal keeps a role of two
        mkto.advance(minutes=pick.choice((5, 60, 24 * 60)))

    def moment(self) -> datetime:
        """A time of an activity, which may be logged late."""
        return self.trial.now - timedelta(seconds=self.chance.choice((0, 0, 1, 60, 300)))


@dataclass
class Salesforce(Instance):
    trial: salesforce.Trial
    next: int = 300

    def change(self) -> None:
        org, pick = self.trial, self.chance
        org.options["bulk_from"] = pick.choice((0, 10_000))
        for name in self.objects:
            alive = {row["Id"] for row in org.twin.store.rows(f'select Id from "{name}" where not _deleted')}
            there = [number for number in range(self.next) if salesforce.id_of(name, number) in alive]
            numbers = pick.sample(there, 9)
            org.change(name, numbers[:5], CreatedById=salesforce.id_of("User", pick.randrange(99)))
            org.fill(name, range(self.next, self.next + 5), start=org.twin.clock.now() - timedelta(minutes=2), pace=0)
            if name != "User":  # which are never deleted
                org.twin.delete(name, [salesforce.id_of(name, number) for number in numbers[5:7]])
                org.remove(name, *numbers[7:8])
        self.next += 5
        org.advance(minutes=pick.choice((5, 60, 24 * 60)))


@dataclass
class HubSpot(Instance):
    trial: hubspot.Trial

    def change(self) -> None:
        account, pick = self.trial, self.chance
        objects = "/crm/objects/2026-09"
        contacts = [row["hs_object_id"] for row in account.twin.store.rows('from "contacts" where not _deleted')]
        some = pick.sample(contacts, 12)
        changed = [{"id": id_, "properties": {"city": pick.choice(("Graz", "Bari"))}} for id_ in some[:8]]
        account.api("POST", f"{objects}/contacts/batch/update", {"inputs": changed})
        account.api("POST", f"{objects}/contacts/batch/create", {"inputs": [{"properties": {"firstname": "New"}}] * 5})
        account.api("POST", f"{objects}/contacts/batch/archive", {"inputs": [{"id": some[8]}]})
        account.api("POST", f"{objects}/contacts/merge", {"primaryObjectId": some[9], "objectIdToMerge": some[10]})
        account.api("PUT", "/crm/lists/2026-09/3/memberships/add", [some[11]])
        account.advance(minutes=pick.choice((5, 60, 24 * 60)))


#: What a twin keeps and no call of the API tells.
UNTOLD_BY_MARKETO = {
    "static_lists": ["workspaceName"],
    "static_list_members": ["createdAt", "updatedAt", "isDeleted"],
}
UNTOLD_BY_HUBSPOT: dict[str, list[str]] = {}
UNREAD_BY_SALESFORCE = ("address", "location", "base64")
CRM_OBJECTS = ("User", "Account", "Contact", "Lead", "Campaign", "CampaignMember", "Task")


@contextmanager
def marketo_instance(
    place: Path, name: str, munchkin: str, people: int, chance: random.Random, **more: Any
) -> Iterator[Marketo]:
    with marketo.trial(place, name, munchkin) as trial:
        trial.random = chance
        trial.fill(leads=people, programs=5, activities=3 * people)
        keys = {each: marketo.KEYS.get(each) or trial.twin.store.key(each) for each in marketo.OBJECTS}
        keys["activities"] = ("marketoGUID",)
        source = trial.source.model_copy(update=more)
        judge = Judge(trial.running, source, trial.settings, keys, UNTOLD_BY_MARKETO)
        faults = [
            *at(0.02, *ANY), *at(0.01, "602", "606", "615", "611"),
            *at(0.1, "failed-job", "lost-file", "short-file", "miscount", "checksum"),
        ]  # fmt: skip
        yield Marketo(trial, source, judge, marketo.OBJECTS, faults, chance)


@contextmanager
def salesforce_org(place: Path, behind: Source, people: int, chance: random.Random) -> Iterator[Salesforce]:
    with contextmanager(salesforce.trial)(place) as trial:
        trial.random = chance
        for name in CRM_OBJECTS:
            trial.fill(name, range(people))
        source = trial.source
        read = reads(source, SourcesFile(organization="test", sources=[source, behind]), CRM_OBJECTS)
        untold = {
            name: [each.name for each in trial.twin.org.schema.entity(name).fields if each.type in UNREAD_BY_SALESFORCE]
            for name in read
        }
        judge = Judge(trial.running, source, trial.settings, dict.fromkeys(read, ("Id",)), untold)
        faults = at(0.04, *ANY, "unavailable", "unknown", "timeout", "locator", "jobfail", "late")
        yield Salesforce(trial, source, judge, read, faults, chance, next=people)


@contextmanager
def hubspot_account(place: Path, people: int, chance: random.Random) -> Iterator[HubSpot]:
    with contextmanager(hubspot.trial)(place) as trial:
        trial.random = chance
        trial.populate(people, 60, 40)
        keys = dict.fromkeys(("contacts", "companies", "deals"), ("hs_object_id",))
        keys |= {"lists": ("listId",), "list_members": ("listId", "recordId")}
        judge = Judge(trial.running, trial.source, trial.settings, keys, UNTOLD_BY_HUBSPOT)
        yield HubSpot(trial, trial.source, judge, [*keys], at(0.05, *ANY, "429", "423"), chance)


def at(rate: float, *faults: str) -> list[str]:
    return [f"{fault}:{rate}" for fault in faults]


@pytest.mark.parametrize(
    ("seed", "size"), [(1, SHORT), *(pytest.param(seed, LONG, marks=pytest.mark.slow) for seed in (2, 3))]
)
def test_after_any_trouble_the_lake_is_what_the_vendors_have(tmp_path: Path, seed: int, size: tuple[int, int]) -> None:
    chance, (people, rounds) = random.Random(seed), size
    with ExitStack() as stack:
        emea = stack.enter_context(marketo_instance(tmp_path, "emea", "200-EME-042", people, chance, crm="crm"))
        na = stack.enter_context(marketo_instance(tmp_path, "na", "100-NAM-042", people, chance))
        crm = stack.enter_context(salesforce_org(tmp_path, emea.source, people, chance))
        hub = stack.enter_context(hubspot_account(tmp_path, people, chance))
        instances = (emea, na, crm, hub)
        for _ in range(rounds):
            for each in instances:
                each.read(faults=True)
                each.change()
        for each in instances:
            for _ in range(2):  # what was found in the first may be asked for by id in the second
                each.trial.advance(days=1)
                each.read(faults=False)
        assert {each.source.name: each.verdict() for each in instances} == {each.source.name: [] for each in instances}
        assert all(each.struck > 10 for each in instances), "the faults struck"
        assert set(crm.objects) == {"User", "Campaign", "CampaignMember", "Task"}, "the others pass through Marketo"
