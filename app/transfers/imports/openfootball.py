"""Fixture lists of openfootball: the home matches of one team as calendar rows.

Source: https://github.com/openfootball/football.json (`{"name", "matches": [{"round", "date",
"time", "team1", "team2", "score"}]}`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from app.domain.errors import ErrorCode, refuse
from app.transfers.imports.files import ROW_LIMIT, Source, SourceRow
from app.transfers.imports.records import nearest
from app.transfers.imports.slugs import slug

if TYPE_CHECKING:
    from app.transfers.imports.reports import ImportOptions

_YEARS = re.compile(r"(\d{4})[/-](\d{2,4})")
_NEEDED = ("date", "team1", "team2")


def rows_of_matches(source: Source, options: ImportOptions) -> Source:
    """Turn a fixture list into rows with Loge's own columns, numbered as the file's matches are.

    A code is made of season, round and opponent, so that it stays when a match is moved. The
    season is the one of the options, else the years in the list's name; where it does not exist
    it gets the list's name and lasts from the first match of the list to the last.
    """
    document = source.document or {}
    matches = document.get("matches")
    if not isinstance(matches, list):
        refuse(ErrorCode.FILE_MALFORMED, 'there is neither a list of rows nor one of "matches"')
    if not matches:
        refuse(ErrorCode.FILE_EMPTY, "the file has no matches")
    if len(matches) > ROW_LIMIT:
        refuse(ErrorCode.FILE_TOO_LARGE, f"the file has more than {ROW_LIMIT} matches")
    for number, match in enumerate(matches, 1):
        _check_match(match, number)
    team = _team_of(matches, options.team)
    name = str(document.get("name") or "")
    days = sorted(match["date"] for match in matches)
    shared = {
        "season": options.season or _season_of(name),
        "seasonName": name or None,
        "seasonStartsOn": days[0],
        "seasonEndsOn": days[-1],
    }
    rows = [
        SourceRow(number, {**_cells(match, shared["season"], options), **shared})
        for number, match in enumerate(matches, 1)
        if match["team1"] == team
    ]
    note = f"{len(rows)} home matches of {team} out of {len(matches)} matches"
    return Source(tuple(rows[0].cells), tuple(rows), (note,))


def _check_match(match: Any, number: int) -> None:  # noqa: ANN401 - JSON
    """Refuse a match without date or teams."""
    if not isinstance(match, dict) or not all(isinstance(match.get(n), str) for n in _NEEDED):
        message = f"match {number} of the list needs the texts {', '.join(_NEEDED)}"
        refuse(ErrorCode.FILE_MALFORMED, message)
    for name in ("round", "time"):
        if not isinstance(match.get(name), str | None):
            refuse(ErrorCode.FILE_MALFORMED, f"{name} of match {number} is no text")


def _team_of(matches: list[dict[str, Any]], wanted: str | None) -> str:
    """Return the home team whose matches are wanted, or refuse with the names there are."""
    teams = sorted({match["team1"] for match in matches})
    if wanted in teams:
        return str(wanted)
    if wanted is None:
        message = f"name the home team (--team); the list has {', '.join(teams)}"
        refuse(ErrorCode.INPUT_INVALID, message, "", "team")
    near = nearest(wanted, teams)
    meant = f"did you mean {near}?" if near else f"it has {', '.join(teams)}"
    refuse(ErrorCode.NOT_FOUND, f"the list has no home team {wanted!r}; {meant}", "", "team")


def _season_of(name: str) -> str:
    """Return the season that a list's name tells, or refuse."""
    years = _YEARS.search(name)
    if years is None:
        message = f"name the season (--season); the list's name {name!r} tells none"
        refuse(ErrorCode.INPUT_INVALID, message, "", "season")
    return f"{years[1]}-{years[2]}"


def _cells(
    match: dict[str, Any], season: str | None, options: ImportOptions
) -> dict[str, str | None]:
    """Return the cells of one match."""
    occasion = match.get("round") or match["date"]
    cells = {
        "code": "-".join([str(season), slug(occasion), slug(match["team2"])]),
        "name": f"{match['team1']} – {match['team2']}",
        "kind": "MATCH",
        "date": match["date"],
        "time": match.get("time"),
    }
    if options.played_from_score:
        cells["status"] = "PLAYED" if match.get("score") else None
    return cells
