"""The same call under the paths of each API version: `/crm/v3/objects/…` and, by date, `/crm/objects/2026-09/…`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from starlette.routing import Route

from muster.twins.calls import Handler, route

#: Dated versions that are served.
DATES = ("2026-03", "2026-09")


def forms(area: str, tail: str = "", *, old: str | None = "v3", dates: Iterable[str] = DATES) -> list[str]:
    """Paths of a call below `/crm`, the old one first; `old` None where there never was one."""
    dated = [f"/crm/{area}/{date}{tail}" for date in dates]
    return [f"/crm/{old}/{area}{tail}", *dated] if old else dated


def roots(area: str) -> list[str]:
    """Paths of the area itself: with and without a slash at the end, for HubSpot's own client sends one."""
    return [each for path in forms(area) for each in (path, f"{path}/")]


def routes(paths: Iterable[str], handler: Handler, methods: Sequence[str] = ("GET",)) -> list[Route]:
    """One handler under all these paths."""
    return [route(path, handler, methods) for path in paths]
