"""Inputs of systems, flows, transfers and value maps as requests of commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.commands.flows import EditFlow, NewFlow
from app.commands.systems import EditSystem, NameSystem, NewSystem, PauseSystem
from app.commands.transfers import CancelTransfer, NameTransfer
from app.commands.value_maps import NewValueMap, SetEntry
from app.domain.errors import ErrorCode
from app.domain.names import camel
from app.resolvers.ids import checked_id
from app.resolvers.inputs import values_of

if TYPE_CHECKING:
    from app.commands.transfer_rules import TransferRules
    from app.domain.validation import Check
    from app.resolvers.context import Context

_SYSTEM, _FLOW, _TRANSFER = "connected_system", "transfer_flow", "transfer"
_NULLABLE = frozenset(
    {
        "document_source_code",
        "rate_per_minute",
        "topics",
        "source",
        "action",
        "every_seconds",
        "mapping",
    }
)


def rules_of(context: Context) -> TransferRules:
    """Return what the installation knows about other systems."""
    if context.runner.transfers is None:
        message = "this process was started without the key of secrets"
        raise AssertionError(message)
    return context.runner.transfers


def new_system(given: Any, check: Check) -> NewSystem:  # noqa: ANN401 - an input object, as below
    """Turn a ConnectedSystemCreateInput into its request."""
    return NewSystem(**_values(given, check))


def edited_system(given: Any, check: Check) -> EditSystem:  # noqa: ANN401
    """Turn a ConnectedSystemUpdateInput into its request."""
    target = checked_id(_SYSTEM, given.id, check, "id")
    values = _values(given, check)
    secrets = values.pop("secrets", {})
    return EditSystem(target, given.expected_version, values, secrets)


def paused_system(given: Any, check: Check) -> PauseSystem:  # noqa: ANN401
    """Turn a ConnectedSystemPauseInput into its request."""
    return PauseSystem(checked_id(_SYSTEM, given.id, check, "id"), given.reason)


def resumed_system(given: Any, check: Check) -> NameSystem:  # noqa: ANN401
    """Turn a ConnectedSystemResumeInput into its request."""
    return NameSystem(checked_id(_SYSTEM, given.id, check, "id"))


def new_flow(given: Any, check: Check) -> NewFlow:  # noqa: ANN401
    """Turn a TransferFlowCreateInput into its request."""
    return NewFlow(**_values(given, check))


def edited_flow(given: Any, check: Check) -> EditFlow:  # noqa: ANN401
    """Turn a TransferFlowUpdateInput into its request."""
    target = checked_id(_FLOW, given.id, check, "id")
    values = _values(given, check)
    mapping = values.pop("mapping", None)
    return EditFlow(target, given.expected_version, values, mapping)


def named_transfer(given: Any, check: Check) -> NameTransfer:  # noqa: ANN401
    """Turn a TransferRetryInput or TransferReplayInput into its request."""
    return NameTransfer(checked_id(_TRANSFER, given.id, check, "id"))


def cancelled_transfer(given: Any, check: Check) -> CancelTransfer:  # noqa: ANN401
    """Turn a TransferCancelInput into its request."""
    return CancelTransfer(checked_id(_TRANSFER, given.id, check, "id"), given.reason)


def new_map(given: Any, check: Check) -> NewValueMap:  # noqa: ANN401
    """Turn a ValueMapCreateInput into its request."""
    return NewValueMap(**_values(given, check))


def set_entry(given: Any, check: Check) -> SetEntry:  # noqa: ANN401
    """Turn a ValueMapEntrySetInput into its request."""
    values = values_of(given, check)
    _check_object(values, "details", check)
    return SetEntry(
        map_id=checked_id("value_map", given.map_id, check, "mapId"),
        key=values["key"],
        value=values.get("value"),
        label=values.get("label"),
        details=values.get("details") or {},
    )


def _values(given: Any, check: Check) -> dict[str, Any]:  # noqa: ANN401
    """Return an input's values; what may not be null, and what must be an object, is checked."""
    values = values_of(given, check)
    for name, value in values.items():
        if value is None and name not in _NULLABLE:
            message = f"{camel(name)} must not be null"
            check.add(ErrorCode.INPUT_INVALID, message, camel(name))
    for name in ("settings", "secrets", "options", "mapping"):
        _check_object(values, name, check)
    secrets = values.get("secrets")
    if isinstance(secrets, dict) and not all(isinstance(one, str) for one in secrets.values()):
        check.add(ErrorCode.INPUT_INVALID, "every secret is a text", "secrets")
    if values.get("topics") is not None:
        values["topics"] = tuple(values["topics"])
    return values


def _check_object(values: dict[str, Any], name: str, check: Check) -> None:
    """Collect a JSON value that is no object."""
    if values.get(name) is not None and not isinstance(values[name], dict):
        check.add(ErrorCode.INPUT_INVALID, f"{name} must be a JSON object", camel(name))
