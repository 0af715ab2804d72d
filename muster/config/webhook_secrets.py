"""Secrets of webhooks, as Standard Webhooks writes them."""

from __future__ import annotations

import base64
import binascii

PREFIX = "whsec_"


def key_of(secret: str) -> bytes:
    """The key in a secret `whsec_<base64>` of 24 to 64 bytes; ValueError where it is none."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(PREFIX) or not 24 <= len(key) <= 64:
        raise ValueError("a secret is whsec_ and the base64 of 24 to 64 random bytes")
    return key
