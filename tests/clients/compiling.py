"""What clients make of the schema before they run: Relay's artifacts and a typed client."""

from functools import cache

from tests.clients.running import CLIENTS, install_packages, node, one_at_a_time, run

RELAY_COMPILER = CLIENTS / "node_modules" / "relay-compiler" / "cli.js"
TYPESCRIPT = CLIENTS / "node_modules" / "typescript" / "bin" / "tsc"


@cache
def compile_relay() -> str:
    """Compile Relay's documents; return what its compiler said."""
    install_packages(CLIENTS)
    registered = CLIENTS / "relay" / "__generated__" / "documents.json"
    with one_at_a_time("relay"):
        if not registered.exists():
            registered.parent.mkdir(exist_ok=True)
            registered.write_text("{}")
        return run([str(RELAY_COMPILER), "relay.config.json"], CLIENTS / "relay", {})


@cache
def generate_types() -> list[str]:
    """Write the typed client; return the files that it has."""
    with one_at_a_time("codegen"):
        written: list[str] = node(CLIENTS / "codegen" / "generate.ts")
        return written


def check_types() -> str:
    """Check the types of every script, with strict settings; return what TypeScript said."""
    return run([str(TYPESCRIPT), "--project", "."], CLIENTS, {})
