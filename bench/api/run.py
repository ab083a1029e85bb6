"""`python -m bench api`: reads against PostGraphile and a bare endpoint, then mutations."""

from __future__ import annotations

from app.storage.postgres import EmbeddedPostgres
from bench.api.dataset import FOLDER, open_dataset
from bench.api.mutations import run_mutations
from bench.api.reads import run_reads


def run_api() -> None:
    """Run both halves on servers of the bench's own."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    server = EmbeddedPostgres(FOLDER)
    server.start(print)
    try:
        run_reads(open_dataset(server))
    finally:
        server.stop()
    run_mutations()
