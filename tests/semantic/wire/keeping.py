"""Shells that are kept in a test: models that may change, and who keeps shells of them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from semantic.compiling import Compiler
from semantic.run.engine import Engine
from semantic.wire.shell.shells import Clusters, ShellKeeper
from tests.semantic.oracle.clubs import MemoryFacts
from tests.semantic.wire.club import MODELS, compiler_of


@dataclass
class Models:
    """A store with models that a test may change."""

    facts: MemoryFacts
    folder: Path
    compiler: Compiler = field(init=False)

    def __post_init__(self) -> None:
        self.engine = Engine(self.facts)
        self.write(lambda text: text)

    def write(self, change: Callable[[str], str]) -> None:
        text = change((MODELS / "sales.yml").read_text(encoding="utf-8"))
        (self.folder / "sales.yml").write_text(text, encoding="utf-8")
        self.compiler = compiler_of(self.engine, self.folder)


@asynccontextmanager
async def keeping(
    clusters: Clusters, models: Models, **settings: Any
) -> AsyncIterator[ShellKeeper]:
    keeper = ShellKeeper(
        clusters, lambda _principal: models.compiler, models.engine.types_of, **settings
    )
    await keeper.begin()
    try:
        yield keeper
    finally:
        await keeper.close()


def ran(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(test())  # type: ignore[arg-type]
