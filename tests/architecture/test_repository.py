import re

from tests.architecture.source import ROOT, text_files

# Built from halves, so that this file does not contain what it looks for.
HOSTS = ("py" + "pi.org", "python" + "hosted", "npm" + "js.", "deb." + "debian", "crates" + ".io")
PLACES = re.compile(r"(?<![\w.])/(?:home|Users|wo" + r"rk)/\w")
# The bare word is an invoice's status; what nobody finished is followed by a colon or a name.
UNFINISHED = re.compile(r"\bFIX" + r"ME\b|\bTO" + r"DO\s*[:(]")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def lines_that_match(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path}:{number}: {line.strip()[:100]}"
        for path, text in text_files().items()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_a_package_registry() -> None:
    assert not lines_that_match(re.compile("|".join(map(re.escape, HOSTS))))


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    assert not lines_that_match(PLACES)


def test_nothing_is_left_for_later() -> None:
    assert not lines_that_match(UNFINISHED)


def test_every_link_between_pages_leads_somewhere() -> None:
    dead = [
        f"{page}: {target}"
        for page, text in text_files().items()
        if page.endswith(".md")
        for target in LINK.findall(FENCE.sub("", text))
        if "://" not in target and not target.startswith(("#", "mailto:"))
        if not (ROOT / page).parent.joinpath(target.partition("#")[0]).exists()
    ]
    assert not dead
