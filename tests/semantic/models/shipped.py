"""The models that Loge ships, read once for all tests of them."""

from pathlib import Path

from semantic.catalogue import read_models
from semantic.sync.dimensions import DIMENSIONS
from semantic.sync.facts import FACTS

FOLDER = Path(__file__).parents[3] / "semantic" / "models"
TABLES = [table.name for table in (*DIMENSIONS, *FACTS)]
MODEL = read_models([FOLDER], TABLES)
