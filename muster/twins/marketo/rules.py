"""What a path of the API does: method, handler, and the permissions of which a caller needs one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

from muster.twins.marketo.answers import Assets, Page
from muster.twins.marketo.request import Request

if TYPE_CHECKING:
    from muster.twins.marketo.twin import MarketoTwin


@dataclass(frozen=True)
class Rule:
    """One operation; `path` in the vendor's notation, `{leadId}`."""

    method: str
    path: str
    handler: Callable[[MarketoTwin, Request], Page | Assets | Response]
    needs: tuple[str, ...] = ()
    #: Bytes of a body at most: 1 MB, but for imports.
    body: int = 1 << 20


def either(subject: str) -> tuple[str, str]:
    """Permissions for reading: read-only, or read-write."""
    return (f"Read-Only {subject}", f"Read-Write {subject}")


def write(subject: str) -> tuple[str]:
    return (f"Read-Write {subject}",)


READ_LEAD, WRITE_LEAD = either("Lead"), write("Lead")
READ_ASSET, WRITE_ASSET = either("Assets") + either("Asset"), write("Assets") + write("Asset")
READ_ACTIVITY, WRITE_ACTIVITY = either("Activity"), write("Activity")
READ_SCHEMA = ("Read-Write Schema Standard Field", "Read-Write Schema Custom Field")
WRITE_SCHEMA = ("Read-Write Schema Custom Field",)
