"""The caller's security context in policies: what is missing refuses, it never becomes text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from semantic.query.query import QueryError
from semantic.spec.filters import ContextValue

if TYPE_CHECKING:
    from semantic.access.principal import Principal
    from semantic.spec.fragments import Fragment

_CONTEXT = ("security_context", "securityContext")


def context_values(
    values: tuple[str | int | float | bool | ContextValue | None, ...],
    principal: Principal,
    place: str,
) -> tuple[str | None, ...]:
    """Return the values of a filter as texts; a list in the context stands for all its values.

    Raises:
        QueryError: the context lacks a value, `CONTEXT_MISSING`.
    """
    found: list[str | None] = []
    for one in values:
        if not isinstance(one, ContextValue):
            found.append(_text(one))
            continue
        value = read_context(one.path, principal)
        several = list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]
        if value is None or not several or None in several:
            path = ".".join(one.path)
            message = f"'{place}' shows rows by '{path}', which your security context does not have"
            raise QueryError(message, code="CONTEXT_MISSING", kind="", status=403)
        found.extend(map(_text, several))
    return tuple(found)


def read_context(path: tuple[str, ...], principal: Principal) -> Any:  # noqa: ANN401 - whatever the token has
    """Return a value of the context, or None where there is none."""
    here: Any = principal.context
    for one in path:
        if not isinstance(here, Mapping) or one not in here:
            return None
        here = here[one]
    return here


def holds(condition: Fragment, principal: Principal) -> bool:
    """Tell whether a condition of a policy holds: a value of the context, or `!` and one.

    Raises:
        QueryError: the condition is anything else, `MODEL_UNSUPPORTED`.
    """
    references = condition.references
    around = "".join(one for one in condition.parts if isinstance(one, str)).strip()
    path = references[0].path if len(references) == 1 else ()
    if around not in ("", "!", "not") or path[:1] not in tuple((one,) for one in _CONTEXT):
        message = f"{condition.place}: 'if' takes one value of the security context, or ! before it"
        raise QueryError(message, code="MODEL_UNSUPPORTED")
    value = bool(read_context(path[1:], principal))
    return value != bool(around)


def _text(value: str | float | bool | None) -> str | None:  # noqa: FBT001 - a value may be true or false
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
