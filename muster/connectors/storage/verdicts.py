"""What a failed call to an object store means: one clear sentence, or worth another try.

The library tells most failures as text with the store's answer in it. Only codes are taken from there, never the text
itself: it may hold addresses with signatures.
"""

from __future__ import annotations

import re

from obstore.exceptions import InvalidPathError, PermissionDeniedError, PreconditionError, UnauthenticatedError

from muster.connectors.http.errors import TryAgain
from muster.connectors.storage.address import Address
from muster.connectors.storage.folder import StoreError

_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>([A-Za-z0-9]+)</Code>")
_BAD_NAME = re.compile(r'Error parsing Path "(.*?)"', re.DOTALL)

#: Codes of S3, Azure Blob and Google Cloud Storage (their pages of error codes), by what they come to.
_ABSENT = {"NoSuchBucket", "ContainerNotFound", "ContainerBeingDeleted", "ResourceNotFound", "AccountNotFound"}
_REFUSED = {
    "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "AuthenticationFailed", "AuthorizationFailure",
    "InvalidAuthenticationInfo", "NoAuthenticationInformation", "AuthenticationRequired", "InvalidSecurity",
}  # fmt: skip
_EXPIRED = {"ExpiredToken", "TokenRefreshRequired", "RequestExpired"}
_FORBIDDEN = {
    "AccessDenied", "AllAccessDisabled", "AuthorizationPermissionMismatch", "AuthorizationSourceIPMismatch",
    "InsufficientAccountPermissions", "AccountIsDisabled", "AccountProblem", "UserProjectAccountProblem",
}  # fmt: skip
_ELSEWHERE = {"PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "Redirect"}
_SKEWED = {"RequestTimeTooSkewed"}
_BUSY = {"408", "425", "429", "500", "502", "503", "504"}

_ENVIRONMENT = {
    "s3": "access_key_id and secret_access_key under storage, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "az": "access_key or sas_token under storage, or AZURE_STORAGE_ACCOUNT_KEY",
    "gs": "service_account under storage, or GOOGLE_APPLICATION_CREDENTIALS",
}


def verdict(error: Exception, address: Address, what: str) -> StoreError | TryAgain:
    """What to raise instead of an error of the library; `what` was to be done, such as `read Contact.csv`."""
    text = str(error)
    code = next(iter(_CODE.findall(text)), "")
    status = next(iter(_STATUS.findall(text)), "")
    told = f" ({code or status})" if code or status else ""
    store = f"{address.scheme}://{address.host}"
    if isinstance(error, FileNotFoundError) and not code.startswith("NoSuchB"):
        return StoreError(f"{address}: cannot {what}, for it is not there any more")
    if isinstance(error, PreconditionError):
        return StoreError(f"{address}: cannot {what}, for it changed meanwhile; it is taken as it is next time")
    if isinstance(error, InvalidPathError):
        name = next(iter(_BAD_NAME.findall(text)), "")
        return StoreError(
            f"{address} holds a file whose name cannot be read, '{name}'; rename it or give a path beside it"
        )
    if code in _ABSENT or (status == "404" and what == "list it"):
        return StoreError(f"{store} is not there; correct 'path' in sources.yml, or 'endpoint', 'region' or 'account'")
    if _lacks_credentials(text):
        return StoreError(f"{address}: no credentials; give {_ENVIRONMENT[address.scheme]}")
    if code in _EXPIRED:
        return StoreError(f"{address}: the credentials have expired{told}; give new ones under storage")
    if code in _SKEWED:
        return StoreError(f"{address}: the clock of this machine is wrong{told}; set it")
    if code in _ELSEWHERE or "redirect without LOCATION" in text:
        return StoreError(f"{store} is in another region{told}; give its 'region' under storage")
    if (
        code in _REFUSED
        or status == "401"
        or (status in ("400", "403") and "token request" in text)
        or isinstance(error, UnauthenticatedError)
    ):
        return StoreError(f"{address} does not accept the credentials{told}; correct them under storage in sources.yml")
    if code in _FORBIDDEN or status == "403" or isinstance(error, PermissionDeniedError):
        return StoreError(f"{address}: these credentials may not {what}{told}; give their user the right to")
    if not status and not _is_transport(text):
        return StoreError(f"{address}: cannot {what}; check 'storage' and 'path' in sources.yml")
    if not status or status in _BUSY:
        return TryAgain(f"answered {code or status}" if status else "the connection failed")
    return StoreError(f"{address}: cannot {what}{told}")


def _lacks_credentials(text: str) -> bool:
    """Whether the library fell back on asking the cloud's machine for credentials, and there was no such machine."""
    asked = ("169.254.169.254", "169.254.170.2", "metadata.google", "/metadata/identity")
    return any(sign in text for sign in asked)


def _is_transport(text: str) -> bool:
    signs = ("HTTP error", "error decoding response", "timed out", "onnection", "invalid list response")
    return any(sign in text for sign in signs)
