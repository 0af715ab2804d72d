"""Answers by which Marketo refuses what was asked, and what a person can do about them."""

from __future__ import annotations

import re
from collections.abc import Container

from muster.errors import SourceError

#: Codes by which an instance says that it has no such objects: synced with a CRM, not licensed, not there.
ABSENT = frozenset({"610", "616", "703", "1018"})

#: Codes that answer a question about one thing that is not there.
GONE = frozenset({"610", "702", "1013"})
_FIELD = re.compile(r"[Ff]ield '([^']+)'")


class Refusal(Exception):
    """An answer that is neither what was asked for nor worth another try: Marketo's `code`, as text, and its words.

    For the few answers outside of Marketo's envelope the code is the HTTP status.
    """

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(f"{code} {message}".strip())


class Refused(SourceError):
    """A refusal that nobody could mend on the way, with the call and how to mend it; `what` is the sentence alone."""

    def __init__(self, label: str, path: str, refusal: Refusal) -> None:
        self.code, self.message = refusal.code, refusal.message
        self.what = f"Marketo says {refusal}; {mend(path, refusal.code)}"
        super().__init__(f"{label}: {path.partition('?')[0]}: {self.what}")


def unknown_field(refused: Refused, asked: Container[str]) -> str | None:
    """The field of those asked for that the instance does not know here, though describe names it."""
    found = _FIELD.search(refused.message) if refused.code in ("1006", "1011") else None
    return found[1] if found and found[1] in asked else None


def mend(path: str, code: str) -> str:
    """What to do about a refusal of a reading call."""
    if code == "603":
        return (
            f"give the role of the API-only user the permission '{permission_of(path)}', or this machine's address to"
            " the instance's allowlist"
        )
    if code in ("404", "610"):
        return "correct the url in sources.yml"
    if code == "1018":
        return "the CRM that the instance is synced with has these records; leave the object out by 'exclude'"
    if code in ("616", "703", "1035"):
        return "the subscription does not have this feature; leave the object out by 'exclude' in sources.yml"
    return "see 'Error Codes' in the vendor's documentation"


#: By the operation descriptions of the vendor's API definition; the longest beginning first.
_PERMISSIONS = (
    ("/rest/asset/", "Read-Only Asset"),
    ("/rest/v1/activities/types", "Read-Only Activity Metadata"),
    ("/rest/v1/activities", "Read-Only Activity"),
    ("/bulk/v1/activities", "Read-Only Activity"),
    ("/rest/v1/companies", "Read-Only Company"),
    ("/rest/v1/opportunities", "Read-Only Opportunity"),
    ("/rest/v1/namedaccounts", "Read-Only Named Account"),
)


def permission_of(path: str) -> str:
    """The permission that a reading call needs."""
    return next((name for prefix, name in _PERMISSIONS if path.startswith(prefix)), "Read-Only Lead")
