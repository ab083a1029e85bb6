"""What the messages say, in English, Dutch and French; any other language gets English."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from babel.dates import format_date, format_datetime

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from app.transfers.notices.failures import FailureNotice
    from app.transfers.notices.reviews import FlowCount, Period
    from app.transfers.notices.silences import Watched

_WORDS = {
    "en": {
        "one failed": "{system}: a transfer of {flow} waits for you",
        "some failed": "{system}: {count} transfers of {flow} wait for you",
        "failed": "Since {at}:",
        "more": "and {count} more.",
        "DAILY": "Transfers on {first}",
        "WEEKLY": "Transfers from {first} to {last}",
        "counts": "{system}, {flow}: {done} done, {skipped} skipped, {parked} parked, {open} open",
        "nothing": "There were no transfers.",
        "silent": "{system}: nothing arrived from {flow}",
        "quiet": "Nothing has arrived since {at}; something is expected every {hours} hours.",
        "club": "{club} has these messages sent to you.",
    },
    "nl": {
        "one failed": "{system}: een overdracht van {flow} wacht op u",
        "some failed": "{system}: {count} overdrachten van {flow} wachten op u",
        "failed": "Sinds {at}:",
        "more": "en nog {count}.",
        "DAILY": "Overdrachten op {first}",
        "WEEKLY": "Overdrachten van {first} tot {last}",
        "counts": "{system}, {flow}: {done} klaar, {skipped} overgeslagen, {parked} geparkeerd, "
        "{open} open",
        "nothing": "Er waren geen overdrachten.",
        "silent": "{system}: er kwam niets van {flow}",
        "quiet": "Sinds {at} is er niets aangekomen; om de {hours} uur wordt er iets verwacht.",
        "club": "{club} laat u deze berichten sturen.",
    },
    "fr": {
        "one failed": "{system} : un transfert de {flow} vous attend",
        "some failed": "{system} : {count} transferts de {flow} vous attendent",
        "failed": "Depuis {at} :",
        "more": "et {count} de plus.",
        "DAILY": "Transferts du {first}",
        "WEEKLY": "Transferts du {first} au {last}",
        "counts": "{system}, {flow} : {done} terminés, {skipped} ignorés, {parked} en attente "
        "d’une personne, {open} en cours",
        "nothing": "Il n’y a pas eu de transferts.",
        "silent": "{system} : rien n’est arrivé de {flow}",
        "quiet": "Rien n’est arrivé depuis {at} ; quelque chose est attendu toutes les "
        "{hours} heures.",
        "club": "{club} vous fait envoyer ces messages.",
    },
}
LANGUAGES = tuple(_WORDS)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who gets a message: the club's name and time zone, the language, where pages begin."""

    club: str
    zone: ZoneInfo
    language: str
    office: str
    """The address of the pages, such as `https://loge.example/office`, without a last slash."""


@dataclass(frozen=True, slots=True)
class Text:
    """A message without its envelope; the subject is one line."""

    subject: str
    body: str


def failure_text(notice: FailureNotice, reader: Reader) -> Text:
    """Write that transfers wait for a person, why, and where they are."""
    system, flow, _ = notice.group
    key = "one failed" if notice.count == 1 else "some failed"
    subject = _say(reader, key, system=system, flow=flow, count=notice.count)
    lines = [_say(reader, "failed", at=_instant(notice.first_at, reader)), ""]
    for failure in notice.examples:
        where = f"{reader.office}/transfers/{failure.transfer_id}"
        lines += [f"{_one_line(failure.title)}: {_one_line(failure.message)}", where, ""]
    if notice.count > len(notice.examples):
        lines += [_say(reader, "more", count=notice.count - len(notice.examples)), ""]
    return _text(subject, lines, reader)


def silence_text(watched: Watched, reader: Reader) -> Text:
    """Write that nothing arrives from a flow."""
    at, hours = _instant(watched.quiet_since, reader), watched.expected_every_hours
    subject = _say(reader, "silent", system=watched.system, flow=watched.flow)
    return _text(subject, [_say(reader, "quiet", at=at, hours=hours), ""], reader)


def review_text(period: Period, counts: Sequence[FlowCount], reader: Reader) -> Text:
    """Write how the transfers of a day or a week went; what waits for a person comes first."""
    first, last = _day(period.first_on, reader), _day(period.last_on, reader)
    subject = _say(reader, period.rhythm.value, first=first, last=last)
    ordered = sorted(counts, key=lambda one: (-one.parked, one.system, one.flow))
    lines = [
        _say(
            reader,
            "counts",
            system=one.system,
            flow=one.flow,
            done=one.done,
            skipped=one.skipped,
            parked=one.parked,
            open=one.open,
        )
        for one in ordered
    ] or [_say(reader, "nothing")]
    return _text(subject, [*lines, "", f"{reader.office}/transfers", ""], reader)


def _text(subject: str, lines: list[str], reader: Reader) -> Text:
    """Put a message together."""
    body = "\n".join([*lines, _say(reader, "club", club=reader.club), ""])
    return Text(_one_line(f"{subject} ({reader.club})"), body)


def _say(reader: Reader, key: str, **values: object) -> str:
    """Return a sentence in the reader's language."""
    return _WORDS[_language(reader)][key].format(**values)


def _language(reader: Reader) -> str:
    """Return the language that there is a text in."""
    language = reader.language[:2].lower()
    return language if language in _WORDS else "en"


def _instant(at: datetime, reader: Reader) -> str:
    """Write an instant on the club's clock."""
    return format_datetime(at, "medium", tzinfo=reader.zone, locale=_language(reader))


def _day(day: date, reader: Reader) -> str:
    """Write a day."""
    return format_date(day, "long", locale=_language(reader))


def _one_line(text: str) -> str:
    """Take line breaks out: a subject with one would be a header more."""
    return " ".join(text.split())
