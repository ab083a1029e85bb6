"""The report that the guide for report builders shows can be used."""

import re
from pathlib import Path

from ruamel.yaml import YAML

from reports.spec import read_definition

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "report-builders.md"


def test_the_report_in_the_guide_is_a_definition() -> None:
    shown = re.findall(r"```yaml\n(key:.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert shown
    for text in shown:
        assert read_definition(YAML(typ="safe").load(text), where="the guide").queries
