"""Reports as files: a plan and the rows of its queries in, pieces of a file out.

Every format is one function, which asks for the rows of the queries that it shows when it needs
them, so that a file of any size is written while its rows come.
"""

from reports.render.answers import Answers, UnwritableError
from reports.render.formats import FORMATS, Format, format_of
from reports.render.letterhead import Letterhead
from reports.render.streams import StreamedAnswers, main_query

__all__ = [
    "FORMATS",
    "Answers",
    "Format",
    "Letterhead",
    "StreamedAnswers",
    "UnwritableError",
    "format_of",
    "main_query",
]
