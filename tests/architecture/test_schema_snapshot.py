import subprocess
import sys

import pytest

from tests.architecture.source import ROOT


def test_the_printed_schema_is_the_one_in_the_repository() -> None:
    if not (ROOT / "app" / "schema").exists():
        pytest.skip("app/schema does not exist yet")
    printed = subprocess.run(
        [sys.executable, "-m", "app", "schema"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert printed.returncode == 0, printed.stderr
    snapshot = (ROOT / "schema.graphql").read_text(encoding="utf-8")
    assert printed.stdout == snapshot, "the API changed; if that is wanted, run: make schema"
