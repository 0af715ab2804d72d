"""What Marketo says when it refuses: codes with the vendor's message templates, for a whole call or for one record.

Source: the vendor's page "Error codes". Messages of codes that the page words only by a template (601 to 603, 610)
are given as the template says; texts that no page tells are our decision and are marked so where they are used.
"""

from __future__ import annotations

from typing import Any

MESSAGES = {
    502: "Bad Gateway",
    600: "Empty access token",
    601: "Access token invalid",
    602: "Access token expired",
    603: "Access denied",
    604: "Request time-out",
    605: "HTTP Method not supported",
    606: "Max rate limit '{0}' exceeded with in '{1}' secs",
    607: "Daily quota reached",
    608: "API Temporarily Unavailable",
    609: "Invalid JSON",
    610: "Requested resource not found",
    611: "System error",
    612: "Invalid Content Type",
    613: "Invalid Multipart Request",
    614: "Invalid Subscription",
    615: "Concurrent access limit '{0}' reached",
    701: "{0} cannot be blank",
    702: "No data found for a given search scenario",
    704: "Invalid date format",
    709: "Business Rule Violation",
    710: "Parent Folder Not Found",
    713: "Transient Error",
    1001: "Invalid value '{0}'. Required of type '{1}'",
    1002: "Missing value for the required parameter '{0}'",
    1003: "Invalid value for field '{0}' and value '{1}'",
    1004: "Lead not found",
    1005: "Lead already exists",
    1006: "Field '{0}' not found",
    1007: "Multiple leads match the lookup criteria",
    1008: "Access denied to partition '{0}'",
    1010: "Partition update not allowed",
    1011: "Field '{0}' not supported",
    1012: "Invalid cookie value '{0}'",
    1013: "Object not found",
    1015: "Lead not in list",
    1016: "Too many imports",
    1017: "Object already exists",
    1018: "CRM Enabled",
    1019: "Import in progress",
    1021: "Company update not allowed",
    1022: "Object in use",
    1025: "Program status not found",
    1027: "Max Activity Type Limit Reached",
    1028: "Max field limit reached",
    1029: "Too many jobs in queue",
    1035: "Unsupported filter type for target subscription",
    1036: "Duplicate object found in input",
    1037: "Lead skipped because it is already in or past this status",
    1049: "Failed to Create Activity",
    1080: "Too many leads to merge",
}

#: Answers with these count neither against the daily quota nor against the rate ("Error codes", marked *).
UNCOUNTED = frozenset({601, 602, 604, 605, 608, 611})


def told(code: int, *values: Any) -> dict[str, str]:
    """An error or reason as Marketo writes it: the code a quoted integer."""
    return {"code": str(code), "message": MESSAGES[code].format(*values)}


class Told(Exception):
    """Base of what is told by code and message; `message` replaces the code's own template."""

    def __init__(self, code: int, *values: Any, message: str = "") -> None:
        self.code = code
        self.error = {"code": str(code), "message": message} if message else told(code, *values)
        super().__init__(f"{code} {self.error['message']}")


class ApiError(Told):
    """The whole call is refused: HTTP 200 and `success: false`."""


class Skip(Told):
    """One record of a call is left out, with this reason; the others go on."""


class HttpError(Exception):
    """One of the few answers that are not HTTP 200: 413, 414, and 404 of a file that is not there; plain text."""

    def __init__(self, status: int, text: str) -> None:
        self.status, self.text = status, text
        super().__init__(f"{status} {text}")
