"""Writes the types of the operations that the pages at /office ask: `make web-types`."""

from tests.clients.running import CLIENTS, node

SCRIPT = CLIENTS / "codegen" / "office.ts"


def are_current() -> bool:
    """Say whether the types are those of today's schema and operations; writes nothing."""
    answer: dict[str, bool] = node(SCRIPT, "--check")
    return answer["isCurrent"]


if __name__ == "__main__":
    node(SCRIPT)
