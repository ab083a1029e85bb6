"""From a definition to what is asked and shown."""

from reports.build.checking import check_definition
from reports.build.drilling import drill_query
from reports.build.planned import Format, PlannedColumn, PlannedQuery, ReportPlan
from reports.build.planning import plan
from reports.build.themes import THEMES, vega_config

__all__ = [
    "THEMES",
    "Format",
    "PlannedColumn",
    "PlannedQuery",
    "ReportPlan",
    "check_definition",
    "drill_query",
    "plan",
    "vega_config",
]
