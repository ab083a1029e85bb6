import re
from pathlib import Path

import pytest

from semantic.catalogue import read_models
from semantic.spec.measures import Measure
from semantic.spec.places import ModelError
from tests.semantic.models.shipped import FOLDER, MODEL, TABLES

GUIDE = (FOLDER.parents[1] / "docs" / "guides" / "report-builders.md").read_text(encoding="utf-8")
EXAMPLES = [
    text
    for text in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    if not text.startswith("key:")  # a report, which tests/reports reads
]
NAMED = re.findall(r"`([a-z_]+\.[a-z_]+)`", GUIDE)


@pytest.mark.parametrize("text", EXAMPLES)
def test_models_in_the_guide_for_report_builders_can_be_used(text: str, tmp_path: Path) -> None:
    (tmp_path / "own.yml").write_text(text, encoding="utf-8")
    model = read_models([FOLDER, tmp_path], TABLES)
    (own,) = set(model.views) - set(MODEL.views)
    found = [model.find(f"{own}.{name}") for name in model.views[own].members]
    assert any(one is not None and isinstance(one.member, Measure) for one in found)


@pytest.mark.parametrize("name", NAMED)
def test_members_that_the_guide_names_exist(name: str) -> None:
    assert MODEL.find(name) is not None


def test_the_guide_names_every_view() -> None:
    assert [name for name in MODEL.views if f"`{name}`" not in GUIDE] == []


def test_a_model_that_reads_another_table_is_refused_and_adds_nothing(tmp_path: Path) -> None:
    text = "cubes:\n  - name: leak\n    sql_table: store.fact_sale_movement\n"
    (tmp_path / "own.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=r"own\.yml:3"):
        read_models([FOLDER, tmp_path], TABLES)
    assert "leak" not in read_models([FOLDER], TABLES).cubes
