"""Access policies as cubes and views declare them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from semantic.load.filters import own_members, read_filters
from semantic.load.fragments import read_context
from semantic.spec.policies import AccessPolicy, ContextCondition, MemberSelection

if TYPE_CHECKING:
    from semantic.load.entries import Entry
    from semantic.spec.filters import ModelFilter

_CONDITION = re.compile(
    r"(?P<negation>not\s+)?(?P<path>[A-Za-z_][\w.]*)"
    r"(?:\s*(?P<operator>==|!=)\s*(?P<value>'[^']*'|\"[^\"]*\"|-?\d+|True|False|None))?"
)
_WORDS = {"True": True, "False": False, "None": None}


def read_policies(owner: Entry, name: str) -> tuple[AccessPolicy, ...] | None:
    """Read the policies of a cube or view by its name; None without any, then it is open to all."""
    if owner.node_of("access_policy") is None:
        return None
    policies = tuple(_policy(entry, name) for entry in owner.entries("access_policy"))
    if not policies:
        hint = "remove it, or name the groups that may see something"
        owner.fault("has no policy, which is not the same as none", hint, "access_policy")
    return policies


def _policy(entry: Entry, name: str) -> AccessPolicy:
    members = _selection(entry, "member_level", name)
    masked = _selection(entry, "member_masking", name)
    if masked is not None and members is None:
        entry.fault("'member_masking' needs 'member_level'", "add it", "member_masking")
    policy = AccessPolicy(
        _groups(entry),
        entry.place,
        tuple(_condition(one) for one in entry.entries("conditions")),
        members,
        masked,
        _rows(entry, name),
    )
    entry.refuse("role", "it is an older word", "write 'group'")
    entry.finish()
    return policy


def _groups(entry: Entry) -> frozenset[str]:
    """Read the groups that a policy is for."""
    one, several = entry.text("group"), entry.texts("groups")
    if one is not None and entry.has("groups"):
        entry.fault("'group' and 'groups' are one thing, given twice", "keep 'groups'")
    groups = frozenset(several if one is None else (one,))
    if not groups:
        entry.fault("is for nobody", "add 'group: sales', or 'group: \"*\"' for everybody")
    return groups


def _selection(owner: Entry, key: str, name: str) -> MemberSelection | None:
    entry = owner.entry(key)
    if entry is None:
        return None
    includes = _names(entry, "includes", name)
    excludes = _names(entry, "excludes", name)
    selection = MemberSelection(
        includes if entry.node_of("includes") is not None else None,
        excludes if entry.node_of("excludes") is not None else frozenset(),
    )
    entry.finish()
    return selection


def _names(entry: Entry, key: str, name: str) -> frozenset[str] | None:
    """Read names of members, with or without the name of their cube; None for all of them (`*`)."""
    if entry.is_scalar(key):
        text = entry.text(key)
        if text is not None and text != "*":
            entry.fault(f"'{text}' is not a list", "put it in brackets, or write '*' for all", key)
        return None
    return frozenset(text.removeprefix(f"{name}.") for text in entry.texts(key))


def _rows(owner: Entry, name: str) -> tuple[ModelFilter, ...] | None:
    """Read which rows are granted: None and an empty tuple grant all of them."""
    entry = owner.entry("row_level")
    if entry is None:
        return None
    filters = tuple(own_members(one, name) for one in read_filters(entry, "filters"))
    allows_all = entry.flag("allow_all")
    if allows_all == bool(filters):
        entry.fault("needs either 'filters' or 'allow_all: true'", "give one of them")
    entry.finish()
    return filters


def _condition(entry: Entry) -> ContextCondition:
    """Read what the security context must have for a policy to count."""
    text = (entry.text("if", is_required=True) or "").strip()
    inner = text[1:-1].strip() if text[:1] == "{" and text[-1:] == "}" else text
    entry.finish()
    found = _CONDITION.fullmatch(inner)
    value = None if found is None else read_context(found["path"])
    if found is None or value is None or (found["negation"] and found["operator"]):
        entry.fault(
            f"'{text}' is not a condition on the security context",
            "write '{ security_context.is_manager }', 'not security_context.x' or "
            "\"security_context.team == 'north'\"",
            "if",
        )
        return ContextCondition(("",), "is_true")
    if found["operator"] is None:
        return ContextCondition(value.path, "is_false" if found["negation"] else "is_true")
    operator = "equals" if found["operator"] == "==" else "not_equals"
    return ContextCondition(value.path, operator, _literal(found["value"]))


def _literal(text: str) -> str | int | bool | None:
    if text in _WORDS:
        return _WORDS[text]
    return text[1:-1] if text[0] in "'\"" else int(text)
