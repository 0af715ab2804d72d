"""What went wrong between here and the server, in words that hold no address, query or header."""

from __future__ import annotations

import requests
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError

from muster.connectors.http.errors import Garbage, TryAgain


def passing(error: requests.RequestException) -> TryAgain | None:
    """The error as a reason to try again; None where that would not help (see `lasting`)."""
    if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return None
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return TryAgain("no connection in time", maybe_done=False)
    if isinstance(error, requests.exceptions.Timeout):
        return TryAgain("no answer in time")
    if isinstance(error, requests.exceptions.ProxyError):
        return TryAgain("the proxy does not let through", maybe_done=False)
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return Garbage("a packed body that cannot be unpacked")
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return TryAgain("the answer broke off")
    if isinstance(error, requests.exceptions.ConnectionError):
        return _not_connected(error) or TryAgain("the connection was cut")
    return None


def lasting(error: requests.RequestException) -> str:
    """What is wrong for good, and how to mend it."""
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not trusted; set the certificate authority, or correct the address"
    if isinstance(error, requests.exceptions.TooManyRedirects):
        return "it redirects without end; correct the address"
    if isinstance(error, requests.exceptions.InvalidHeader):
        return "a credential has characters that cannot be sent, such as a line break; correct it"
    return f"the call cannot be made ({type(error).__name__}); correct the address"


def _not_connected(error: requests.ConnectionError) -> TryAgain | None:
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    if isinstance(reason, NameResolutionError):
        return TryAgain("its host name is not known", maybe_done=False)
    return TryAgain("it cannot be reached", maybe_done=False) if isinstance(reason, NewConnectionError) else None
