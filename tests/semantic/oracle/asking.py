"""Asks our compiler and engine, as rows by the keys of their columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from semantic.access.principal import Principal
from semantic.compiling import Compiler, describe_members
from semantic.query.query import Query
from semantic.run.compiled import Compiled
from semantic.run.engine import Engine
from semantic.spec.model import Model
from tests.semantic.oracle.clubs import MemoryFacts
from tests.semantic.oracle.spec_text import cube
from tests.semantic.oracle.strategies import TABLES, members_of_cube


@dataclass(frozen=True)
class Reply:
    """What came back: rows in order, and how many there are without limit if that was asked."""

    compiled: Compiled
    rows: list[dict[str, Any]]
    total: int | None


@dataclass(frozen=True)
class Asker:
    """A model over facts."""

    compiler: Compiler
    engine: Engine

    def ask(self, query: Query, principal: Principal) -> Reply:
        """Compile and run a query."""
        compiled = self.compiler.compile(query, principal)
        return self.run(compiled)

    def run(self, compiled: Compiled) -> Reply:
        """Run what was compiled."""
        answer = self.engine.answer(compiled)
        keys = [column.key for column in compiled.columns]
        assert answer.table.num_columns == len(keys)
        columns = [column.to_pylist() for column in answer.table.columns]
        rows = [dict(zip(keys, row, strict=True)) for row in zip(*columns, strict=True)]
        return Reply(answer.compiled, rows, answer.total)


def asker_of(model: Model, facts: MemoryFacts, types: Mapping[str, str] | None = None) -> Asker:
    """Prepare for questions, with the SQL types of members where they are known."""
    engine = Engine(facts)
    known = describe_members(model, engine.types_of) if types is None else types
    return Asker(Compiler(model, known), engine)


def types_of_worlds(facts: MemoryFacts) -> dict[str, str]:
    """Find the SQL types of members, which all cubes of all drawn worlds have in common."""
    names = [f"c{number}" for number in range(len(TABLES))]
    cubes = {
        name: cube(name, table, members_of_cube(()))
        for name, table in zip(names, TABLES, strict=True)
    }
    return describe_members(Model(cubes, {}), Engine(facts).types_of)
