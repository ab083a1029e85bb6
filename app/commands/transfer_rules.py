"""What an installation knows about other systems: kinds with what they offer, and the vault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.domain.flows import Offered
    from app.domain.systems import SettingRule
    from app.storage.vault import Vault


@dataclass(frozen=True, slots=True)
class SystemKind:
    """A kind of system, as its connector describes it; `described` is that for people."""

    kind: str
    settings: tuple[SettingRule, ...]
    offered: Offered
    described: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TransferRules:
    """The kinds of system by name, what seals secrets, and what finds fault with a mapping.

    `problems_of` takes the definition of a mapping and the entity of its records (None where they
    may have any fields), and says, line by line, what is wrong with it.
    """

    vault: Vault
    kinds: Mapping[str, SystemKind]
    entities: frozenset[str]
    problems_of: Callable[[Mapping[str, Any], str | None], tuple[str, ...]]
