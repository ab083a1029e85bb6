"""Texts in the languages of the pages."""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGES = ("en", "nl", "fr")
TEXT_LIMIT = 2_000
"""How many characters a text may have."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text in English, and in other languages where it has been translated.

    A club's own text is in one language, whichever, and stands in `en`.
    """

    en: str
    nl: str | None = None
    fr: str | None = None

    def in_language(self, language: str) -> str:
        """Return it in a language, such as `nl` or `nl-BE`; in English where it has no other."""
        known = {"nl": self.nl, "fr": self.fr}
        return known.get(language.partition("-")[0].lower()) or self.en
