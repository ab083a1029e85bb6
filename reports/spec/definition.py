"""The definition of a report, standard or a club's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.spec.blocks import Block
    from reports.spec.parameters import Parameter
    from reports.spec.queries import Query
    from reports.spec.texts import Text

CATEGORIES = ("sales", "operations", "finance", "custom")


@dataclass(frozen=True, slots=True)
class Definition:
    """A report: what a reader may choose, what is asked, and how the answers are laid out.

    `groups` are the roles that see it in the library; what they see in it is decided by the access
    policies of the models. `code` is of standard reports alone. `empty` is said where nothing is
    found. With `is_drillable` a number shows the rows that it is made of.
    """

    key: str
    category: str
    title: Text
    queries: Mapping[str, Query]
    blocks: tuple[Block, ...]
    code: str | None = None
    description: Text | None = None
    groups: tuple[str, ...] = ()
    empty: Text | None = None
    parameters: tuple[Parameter, ...] = field(default=())
    is_drillable: bool = True
