"""The definition of a report: what it says, read from YAML or JSON and written back."""

from reports.spec.blocks import Block, Chart, ChartType, Column, Note, Numbers, Table
from reports.spec.definition import CATEGORIES, Definition
from reports.spec.files import read_yaml
from reports.spec.parameters import Kind, Option, Parameter
from reports.spec.problems import DefinitionError, ParameterError, Problem
from reports.spec.queries import Group, Query, Test, TimeDimension
from reports.spec.reading import examine, read_definition
from reports.spec.texts import LANGUAGES, Text
from reports.spec.writing import write_definition

__all__ = [
    "CATEGORIES",
    "LANGUAGES",
    "Block",
    "Chart",
    "ChartType",
    "Column",
    "Definition",
    "DefinitionError",
    "Group",
    "Kind",
    "Note",
    "Numbers",
    "Option",
    "Parameter",
    "ParameterError",
    "Problem",
    "Query",
    "Table",
    "Test",
    "Text",
    "TimeDimension",
    "examine",
    "read_definition",
    "read_yaml",
    "write_definition",
]
