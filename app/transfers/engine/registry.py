"""The connectors that there are: every package below `app.transfers.connectors` that offers one."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from app.transfers import connectors as packages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.transfers.contract.connectors import Connector


@cache
def connectors() -> Mapping[str, Connector]:
    """Return all connectors by the kind of system that they talk to.

    A package has one `CONNECTOR`, or several `CONNECTORS`, in its `__init__` or its `connector.py`.
    """
    found: dict[str, Connector] = {}
    for one in _offered():
        if one.kind in found:
            message = f"two connectors are of the kind {one.kind}"
            raise AssertionError(message)
        found[one.kind] = one
    return dict(sorted(found.items()))


def _offered() -> Iterator[Connector]:
    """Import what there is, and take what it offers."""
    for package in pkgutil.iter_modules(packages.__path__):
        name = f"{packages.__name__}.{package.name}"
        module: Any = import_module(name)
        names = [one.name for one in pkgutil.iter_modules(module.__path__)]
        if "connector" in names:
            module = import_module(f"{name}.connector")
        yield from getattr(module, "CONNECTORS", ())
        if hasattr(module, "CONNECTOR"):
            yield module.CONNECTOR
