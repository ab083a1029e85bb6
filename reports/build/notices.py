"""What a reader is told of a report that is not shown as it is written, in three languages."""

from __future__ import annotations

from reports.spec.problems import Problem
from reports.spec.texts import Text

MEMBER_GONE = Text(
    "'{name}' does not exist any more, or you may not see it; the report is shown without it",
    "'{name}' bestaat niet meer of is voor u niet zichtbaar; het rapport wordt zonder getoond",
    "« {name} » n'existe plus ou vous n'y avez pas accès ; le rapport s'affiche sans cet élément",
)
FILTER_GONE = Text(
    "the numbers cannot be shown: they are filtered by '{name}', which does not exist any more "
    "or which you may not see",
    "deze cijfers kunnen niet worden getoond: ze worden gefilterd op '{name}', dat niet meer "
    "bestaat of voor u niet zichtbaar is",
    "ces chiffres ne peuvent pas s'afficher : ils sont filtrés par « {name} », qui n'existe plus "
    "ou auquel vous n'avez pas accès",
)
NOTHING_LEFT = Text(
    "nothing is left to ask: none of its measures is there, or you may not see them",
    "er blijft niets over: geen enkel cijfer bestaat nog of is voor u zichtbaar",
    "il ne reste rien à afficher : aucune de ces mesures n'existe ou ne vous est accessible",
)
BLOCK_GONE = Text(
    "is left out: what it shows is not there, or you may not see it",
    "is weggelaten: wat het toont bestaat niet of is voor u niet zichtbaar",
    "est omis : ce qu'il montre n'existe pas ou ne vous est pas accessible",
)
PARAMETER_GONE = Text(
    "cannot be chosen: nothing that it filters is there, or you may not see it",
    "kan niet worden gekozen: wat het filtert bestaat niet of is voor u niet zichtbaar",
    "ne peut pas être choisi : ce qu'il filtre n'existe pas ou ne vous est pas accessible",
)


def notice(path: str, text: Text, language: str, name: str = "") -> Problem:
    """Write a notice about a part of a definition."""
    return Problem(path, text.in_language(language).replace("{name}", name))
