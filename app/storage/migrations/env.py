"""How Alembic reaches the database: always through a connection that it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from alembic import context

from app.storage.tables import metadata
from app.storage.tables.columns import Choice

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext


def _render(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Write enums as the text that they are, so that revisions do not depend on the domain."""
    return "sa.Text()" if kind == "type" and isinstance(item, Choice) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=True,
    render_item=_render,
)
with context.begin_transaction():
    context.run_migrations()
