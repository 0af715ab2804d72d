"""Members of programs: all of them by bulk extract, then what changed, program by program.

history    extracts of ten programs each; the leads of a young program are listed and asked for
changes    members by the time of their update, a week a call: of the programs that activities name at once, of all
           programs as often as their calls allow
removals   members that an activity names and that are not found; for such that no activity tells of, the leads of
           each program are listed as often as the calls allow, and held against the lake's
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from muster.connectors.marketo import times
from muster.connectors.marketo.api import BATCH, Record
from muster.connectors.marketo.base import MarketoStream
from muster.connectors.marketo.feed import ACTIVITIES, State, since
from muster.connectors.marketo.instance import Instance, estimate_calls, is_over
from muster.connectors.marketo.pages import DELETED, gone, nothing, table_of
from muster.connectors.marketo.plans import Programs
from muster.connectors.marketo.programs import PATH
from muster.connectors.marketo.refusals import Refused
from muster.connectors.sync.stream import Chunk, Estimate, Position

_DESCRIBE = "/rest/v1/programs/members/describe.json"
#: Activities that name the program of a member that changed.
_TOUCHING = (
    "Change Status in Progression",
    "Change Program Member Data",
    "Add to Nurture",
    "Change Nurture Track",
    "Change Nurture Cadence",
)
#: The longest span of updates in one call ("Program Members").
_WINDOW = timedelta(days=7)
#: A program that is younger has few members yet and needs no extract. (Our decision.)
_YOUNG = timedelta(days=28)
#: A program of more than 100,000 members is not told of by time: it is extracted anew so often. (Our decision.)
_EXTRACTED = timedelta(days=1)


class ProgramMembers(MarketoStream):
    """The stream of program members, with custom fields; known by program and lead."""

    name = "program_members"

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        self._given: dict[str, set[str]] = {}  # leads by program that this read has given, in the lake or not

    def fields(self) -> Mapping[str, str]:
        told = self._instance.descriptions.of(_DESCRIBE).fields
        rest = {name: type_ for name, type_ in told.items() if name not in ("id", "programId", "leadId")}
        return {"programId": "integer", "leadId": "integer", **rest}

    @property
    def _columns(self) -> list[str]:
        return [*self.fields(), DELETED]

    @property
    def _fields(self) -> list[str]:
        """What to ask for; the program comes by itself."""
        return [name for name in self.fields() if name != "programId"]

    def estimate(self, position: Position | None) -> Estimate:
        if position and "history" not in position:
            return estimate_calls(2 + len(position["read"]), "what changed in each program")
        left = Programs(position["history"]["plan"]["ids"] if position else list(self._listed())).left
        return self._instance.estimate_pieces(left, "the members of all programs")

    def read(self, position: Position | None) -> Iterator[Chunk]:
        now = self._api.now
        state: dict[str, Any] = dict(position or {"changes": since(now), "read": {}, "waiting": [], "large": {}})
        self._given.clear()
        touched, after = self._touched(state["changes"])
        yield from self._programs(state, touched, now)
        yield from self._changes(state, touched, after, now)
        large = [each for each, last in state["large"].items() if is_over(last, now, _EXTRACTED)]
        state["waiting"] += [each for each in large if each not in state["waiting"]]
        if "history" in state or state["waiting"]:
            yield from self._history(state)
        else:  # what has just been extracted may not be in the lake yet
            yield from self._removals(state, now)

    # -- which programs there are ----------------------------------------------------------------------------------

    def _listed(self) -> dict[str, Record]:
        return {str(each["id"]): each for each in self._api.assets(PATH)}

    def _programs(self, state: dict[str, Any], touched: Mapping[str, Any], now: datetime) -> Iterator[Chunk]:
        """Look for new programs and such that are gone, where it is time or an activity names a new one."""
        known = {*state["read"], *state["waiting"], *state.get("extracting", {}).get("of", ())}
        last = times.read_or_none(state.get("listed"))
        if touched.keys() <= known and not self._instance.cadence.is_due(last, now, 1 + len(known) // 200):
            return
        programs = self._listed()
        fresh = [each for each in programs if each not in known]
        young = [each for each in fresh if not is_over(programs[each].get("createdAt"), now, _YOUNG)]
        waiting = [each for each in state["waiting"] if each in programs]
        state["waiting"] = waiting + [each for each in fresh if each not in young]
        for kept in ("read", "large"):
            state[kept] = {each: at for each, at in state[kept].items() if each in programs}
        state["listed"] = times.written(now)
        for each in sorted(known - programs.keys()):
            yield Chunk(nothing(self._columns), whole={"programId": each})
        yield self._moved(state)
        for each in young:
            if (yield from self.unless_gone(self._compared(each, set()))):
                state["read"] = {**state["read"], each: times.written(now)}
                yield self._moved(state)

    # -- what changed ----------------------------------------------------------------------------------------------

    def _touched(self, state: State) -> tuple[dict[str, set[str]], State]:
        """Leads by program that activities name, and where the feed goes on once they have been read."""
        types, found = self._instance.descriptions.types_named(*_TOUCHING), dict[str, set[str]]()
        if types:
            for records, after in self._instance.feeds.read(ACTIVITIES, types, state):
                state = after
                for each in records:
                    if each.get("primaryAttributeValueId"):
                        found.setdefault(str(each["primaryAttributeValueId"]), set()).add(str(each["leadId"]))
        return found, state

    def _changes(
        self, state: dict[str, Any], touched: Mapping[str, set[str]], after: State, now: datetime
    ) -> Iterator[Chunk]:
        is_round = self._instance.cadence.is_due(times.read_or_none(state.get("round")), now, len(state["read"]))
        for program in list(state["read"]) if is_round else sorted(touched.keys() & state["read"].keys()):
            if (yield from self.unless_gone(self._changed(state, program, touched.get(program, set()), now))):
                state["read"] = {**state["read"], program: times.written(now)}
            else:
                state["listed"] = None  # to be looked at the next time
            yield self._moved(state)
        if is_round:
            state["round"] = times.written(now)
        state["changes"] = after
        yield self._moved(state)

    def _changed(self, state: dict[str, Any], program: str, touched: set[str], now: datetime) -> Iterator[Chunk]:
        try:
            yield from self._updated(program, times.read(state["read"][program]) - self._instance.overlap, now)
        except Refused as refused:
            if refused.code != "1003":
                raise
            state["large"] = {**state["large"], program: state["large"].get(program)}
        yield from self._settled(program, touched)

    def _updated(self, program: str, start: datetime, end: datetime) -> Iterator[Chunk]:
        while start < end:
            until = min(start + _WINDOW, end)
            span = {"startAt": times.written(start), "endAt": times.written(until)}
            asked = {"filterType": "updatedAt", **span, "fields": self._fields}
            for page in self._api.pages(f"/rest/v1/programs/{program}/members.json", asked):
                yield self._chunk(program, page)
            start = until

    def _of_leads(self, program: str, leads: Sequence[str]) -> Iterator[Chunk]:
        path = f"/rest/v1/programs/{program}/members.json"
        for _, found in self.by_values(path, "leadId", leads, self._fields):
            yield self._chunk(program, found)

    def _chunk(self, program: str, members: Sequence[Record]) -> Chunk:
        self._given.setdefault(program, set()).update(str(each["leadId"]) for each in members)
        rows = table_of([{**each, "programId": program} for each in members], self._columns)
        return Chunk(rows, file=f"rest/programs/{program}/members")

    # -- history ---------------------------------------------------------------------------------------------------

    def _history(self, state: dict[str, Any]) -> Iterator[Chunk]:
        if "history" not in state:
            state["extracting"] = {"of": state["waiting"], "began": times.written(self._api.now)}
            state["waiting"] = []
        told = state.pop("history", None)
        extracting = state["extracting"]
        there = self._listed()
        plan = Programs([each for each in (told["plan"]["ids"] if told else extracting["of"]) if each in there])
        fields, columns = self._fields, self._columns
        history = self.history("program/members", plan, fields, columns, told)
        yield from history.read(lambda left: {**state, "history": left})
        state.pop("extracting")
        state["read"] = {
            **state["read"],
            **dict.fromkeys((each for each in extracting["of"] if each in there), extracting["began"]),
        }
        large = {each: extracting["began"] for each in extracting["of"] if each in state["large"]}
        state["large"] = {**state["large"], **large}
        yield self._moved(state)

    # -- removals --------------------------------------------------------------------------------------------------

    def _removals(self, state: dict[str, Any], now: datetime) -> Iterator[Chunk]:
        last = times.read_or_none(state.get("checked"))
        if "checking" not in state:
            if not self._instance.cadence.is_due(last, now, state.get("calls", 0)):
                return
            state["checking"] = {"began": times.written(now), "after": 0, "calls": 0}
        with self._known.members() as known:
            for program in sorted(map(int, state["read"])):
                if program > state["checking"]["after"]:
                    there = known(str(program))
                    if not (yield from self.unless_gone(self._compared(str(program), there))):
                        state["listed"] = None
                    calls = state["checking"]["calls"] + 1 + len(there) // BATCH
                    state["checking"] = {**state["checking"], "after": program, "calls": calls}
                    yield self._moved(state)
        checking = state.pop("checking")
        state |= {"checked": checking["began"], "calls": checking["calls"]}
        yield self._moved(state)

    def _compared(self, program: str, known: set[str]) -> Iterator[Chunk]:
        """A program's leads, listed, against the lake's: what is in one of them only is asked for, and is gone where
        it is not found."""
        there = {
            str(each["id"])
            for page in self._api.pages(f"/rest/v1/leads/programs/{program}.json", {"fields": ["id"]})
            for each in page
        }
        yield from self._settled(program, known ^ there)

    def _settled(self, program: str, leads: set[str]) -> Iterator[Chunk]:
        """These leads as members, or as gone where they are none, except those that this read has given already."""
        unseen = leads - self._given.get(program, set())
        yield from self._of_leads(program, sorted(unseen))
        yield Chunk(self._gone(program, unseen - self._given.get(program, set())))

    def _gone(self, program: str, leads: Iterable[str]) -> pa.Table:
        return gone([{"programId": program, "leadId": each} for each in sorted(leads)], self._columns)

    def _moved(self, state: Mapping[str, Any]) -> Chunk:
        return Chunk(nothing(self._columns), dict(state))
