"""What an installation decides about webhooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.storage.vault import Vault


@dataclass(frozen=True, slots=True)
class WebhookRules:
    """How secrets are kept, whether endpoints may be on a private network, Loge's own address.

    Partners find the schemas of events below `public_url`, which ends without a slash.
    """

    vault: Vault
    public_url: str
    allows_private: bool = False
