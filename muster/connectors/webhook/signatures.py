"""Signatures of Standard Webhooks: HMAC over the id, the time of the attempt and the raw body."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

ID, TIME, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"


def signatures(keys: Sequence[bytes], message: str, seconds: int, body: bytes) -> str:
    """The value of `webhook-signature`: one signature a key, so that a receiver may change its secret in peace."""
    text = f"{message}.{seconds}.".encode() + body
    made = (base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode() for key in keys)
    return " ".join(f"v1,{one}" for one in made)
