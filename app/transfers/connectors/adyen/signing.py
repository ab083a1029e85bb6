"""Signatures of Adyen's notifications: HMAC-SHA256 over some fields of each item.

Source: Adyen, Verify HMAC signatures; the library's helper looks at the first item alone and
answers None where there is no signature.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def signature_of(item: Mapping[str, Any], key_hex: str) -> str:
    """Return the signature of a notification item; the key is written in hexadecimal digits."""
    amount = item.get("amount") or {}
    parts = (
        item.get("pspReference"),
        item.get("originalReference"),
        item.get("merchantAccountCode"),
        item.get("merchantReference"),
        amount.get("value"),
        amount.get("currency"),
        item.get("eventCode"),
        item.get("success"),
    )
    text = ":".join("" if one is None else str(one) for one in parts)
    digest = hmac.new(bytes.fromhex(key_hex), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def is_signed(item: Mapping[str, Any], key_hex: str) -> bool:
    """Tell whether an item carries the signature of its own fields."""
    told = (item.get("additionalData") or {}).get("hmacSignature")
    if not isinstance(told, str):
        return False
    return hmac.compare_digest(signature_of(item, key_hex).encode(), told.encode())
