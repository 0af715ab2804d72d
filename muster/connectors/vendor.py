"""What a connector says about its vendor's exports: objects, the files that hold them, keys and field names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property

from muster.connectors.exports.batch import PLAIN, Reading
from muster.connectors.exports.formats import stem_and_format

#: What writers put behind a name: a time, a part or a sequence number, the kind of the export.
_TIME = r"\d{4}-?\d{2}-?\d{2}(?:[T_ -]?\d{2}[-:]?\d{2}(?:[-:]?\d{2})?(?:\.\d+)?)?Z?|\d{4}-\d{2}"
_PART = r"(?:part|batch|page)[-_. ]*\d+|\d+|\(\d+\)|full|incremental|delta|latest"
_SUFFIX = re.compile(rf"(?:[-_. ]+|(?=\())(?:{_TIME}|{_PART})$", re.IGNORECASE)
_MAKER = r"salesforce|sfdc|sf|hubspot|hs|marketo|mkto|crm"
_WAY = r"exports?|extracts?|all|raw|bulk|rest|api"
_PREFIX = re.compile(rf"(?:{_MAKER}|{_WAY})[-_. ]+", re.IGNORECASE)
_TAIL = re.compile(rf"[-_. ]+(?:data|table|{_WAY})$", re.IGNORECASE)
#: Words of files that tell about an object without holding it; `c` ends the names of Salesforce's custom objects.
_ABOUT = frozenset({
    "history", "feed", "share", "tag", "property", "field", "describe", "stage", "status", "type", "pipeline", "event",
    "line", "item", "team", "partner", "role", "c",
})  # fmt: skip
#: Words of files that tell nothing: what Data Loader, Bulk API and their kin call whatever was asked for.
_ANYTHING = frozenset({
    "bulkquery", "csv", "data", "download", "export", "extract", "file", "query", "record", "report", "result",
})  # fmt: skip
#: So many headings, and so large a share of them, are an object's own where a word of the name says that it is one.
_OWN_HEADINGS, _OWN_SHARE = 3, 0.4


@dataclass(frozen=True)
class VendorObject:
    """One object of a vendor.

    `object` is its folder in the lake. `files` are further file names, singular and without separators, perhaps
    with `*`. `keys` are the columns of the vendor's own id, the best first; `headings` are other headings of its
    fields (`Record ID` → `id`). `columns` tell an object by what its files hold: one of each group of headings, in
    letters and digits. Rows of a `keyed` object whose id is blank are set aside; others refer to a
    `referred` one by that id, so that it is a warning when a file has none. With `named_key` the key's column names
    are part of the row id, for an object whose files are keyed by ids of different things.
    """

    name: str
    object: str
    keys: tuple[tuple[str, ...], ...]
    fields: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    headings: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[tuple[str, ...], ...] = ()
    keyed: bool = True
    referred: bool = False
    named_key: bool = False

    @cached_property
    def _by_letters(self) -> dict[str, str]:
        names = {letters(name): name for name in self.fields}
        return names | {letters(heading): name for heading, name in self.headings.items()}

    def field_of(self, heading: str) -> str | None:
        """The vendor's field that a heading stands for: case, blanks and underscores aside, or another heading."""
        return self._by_letters.get(letters(re.sub(r"^propert(?:y|ies)[._]", "", heading)))

    def is_in(self, name: str) -> bool:
        """Whether a file of this bare name (letters and digits, singular) holds this object."""
        own = (singular(letters(self.name)), singular(letters(self.object)), *self.files)
        return any(fnmatchcase(name, pattern) for pattern in own)

    def fit(self, headings: Sequence[str], common: frozenset[str]) -> int:
        """How many of the headings are this object's own; 0 where they lack its key or most are not known to it."""
        there = {name for heading in headings if (name := self.field_of(heading))}
        own = len(there - common)
        keyed = any(there.issuperset(key) for key in self.keys)
        enough = max(_OWN_HEADINGS, _OWN_SHARE * (len(headings) - len(there & common)))
        return own if keyed and own >= enough else 0

    def has(self, headings: Iterable[str]) -> bool:
        """Whether a file with these headings holds this object, as far as `columns` can tell."""
        there = {letters(heading) for heading in headings}
        return bool(self.columns) and all(there.intersection(group) for group in self.columns)


@dataclass(frozen=True)
class Vendor:
    """A type of source. `keys` are the ids of objects it does not list, `deleted` the columns that mark a record as
    gone: by a true flag, or for names that end in `At` or `_at` by being filled."""

    type: str
    label: str
    objects: tuple[VendorObject, ...] = ()
    keys: tuple[tuple[str, ...], ...] = ()
    deleted: tuple[str, ...] = ()
    reading: Reading = PLAIN

    def named(self, name: str) -> VendorObject | None:
        """The object that a user or a file calls so; a vendor's name and other prefixes do not matter."""
        bare, tail = name, _TAIL.search(name)
        while tail:
            bare, tail = bare[: tail.start()], _TAIL.search(bare[: tail.start()])
        while True:
            plain = singular(letters(bare))
            found = next((each for each in self.objects if each.is_in(plain)), None)
            prefix = _PREFIX.match(bare)
            if found or not prefix:
                return found
            bare = bare[prefix.end() :]

    def spoken_of(self, name: str, headings: Sequence[str]) -> VendorObject | None:
        """The object that a word of a file's name stands for, where its headings agree: `acme leads emea`.

        Where the name tells nothing (`extract`, `bulkQuery_result_750…`) the headings alone decide.
        """
        words = {singular(word) for word in re.findall(r"[a-z0-9]+", name.lower()) if not re.search(r"\d", word)}
        if words & _ABOUT:
            return None
        meant = self.objects if words <= _ANYTHING else [each for each in self.objects if any(map(each.is_in, words))]
        fits = {each.name: each.fit(headings, self._common) for each in meant}
        best = [each for each in meant if fits[each.name] == max(fits.values()) > 0]
        return best[0] if len(best) == 1 else None

    @cached_property
    def _common(self) -> frozenset[str]:
        """The fields that more than half of the objects have."""
        counted = Counter(name for each in self.objects for name in each.fields)
        return frozenset(name for name, count in counted.items() if 2 * count > len(self.objects))


def bare_name(file_name: str) -> str:
    """`Contact_2026-11-24.csv.gz`, `contact-part2.csv` → `Contact`, `contact`; blank where nothing is left."""
    name = stem_and_format(file_name)[0]
    while (shorter := _SUFFIX.sub("", f"_{name}").removeprefix("_")) != name:
        name = shorter
    return name


def letters(name: str) -> str:
    """The letters and digits of a name, lower-case."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def slug(name: str) -> str:
    """A name for a folder of the lake: `[a-z0-9_]` only."""
    return re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_") or "unnamed"


def singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word
