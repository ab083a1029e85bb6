"""The command line itself: help, usage, tokens, clubs."""

import subprocess
import sys

import pytest

from app.__main__ import KINDS, ROLES, SCOPES, build_parser
from app.domain.permissions import Role
from app.domain.scopes import Scope
from app.transfers.imports import ImportKind
from tests.architecture.source import ROOT
from tests.processes.command import CLUB, Loge

VERBS = (
    "serve|restart|api|worker|demo|import|token|organisation|organisation add|organisation list|"
    "migrate|db|db start|db stop|db status|db backup|db restore|audit|audit verify|audit seal|"
    "ledger|ledger verify|ingram|ingram columns|ingram look|ingram run|ingram history|"
    "schema|version"
).split("|")


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_explains_itself_with_an_example(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args([*verb.split(), "--help"])
    assert ended.value.code == 0
    assert "examples:\n  " in capsys.readouterr().out


def test_help_answers_without_loading_what_the_verbs_need() -> None:
    script = (
        "import sys, app.__main__ as m\n"
        "try: m.main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'sqlalchemy', 'strawberry', 'psycopg', 'polars'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert "LOGE_HTTP_PORT" in done.stdout


def test_the_roles_of_the_command_are_those_of_the_domain() -> None:
    assert tuple(role.value for role in Role) == ROLES
    assert tuple(scope.value for scope in Scope) == SCOPES
    assert tuple(kind.value for kind in ImportKind) == KINDS


@pytest.mark.parametrize(
    "line", ["", "sell", "token", "token --role king", "token --role root --expires-in 0"]
)
def test_wrong_usage_is_exit_code_2(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args(line.split())
    assert ended.value.code == 2
    assert "usage: loge" in capsys.readouterr().err


def test_the_version_is_that_of_the_project(fresh: Loge) -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    version = project.partition('\nversion = "')[2].partition('"')[0]
    assert fresh.run("version") == f"loge {version}\n"


def test_a_token_is_all_that_stands_on_standard_output(loge: Loge) -> None:
    printed = loge.run("token", "--role", "root")
    assert printed.startswith("loge_")
    assert len(printed.splitlines()) == 1
    assert not loge.database().status().running, "it stops the database that it started"


def test_an_unknown_organisation_is_refused_with_those_that_exist(loge: Loge) -> None:
    line = loge.refusal("token", "--role", "root", "--organisation", "two")
    assert line == "loge: no organisation has the code 'two'; there are: one"


def test_an_unknown_account_is_refused(loge: Loge) -> None:
    line = loge.refusal("token", "--role", "portal", "--account", "A-404")
    assert line == "loge: organisation one has no account with the code A-404"


def test_a_portal_token_needs_an_account_and_no_other_has_one(loge: Loge) -> None:
    assert "--account CODE" in loge.refusal("token", "--role", "portal")
    assert "--role portal only" in loge.refusal("token", "--role", "sales", "--account", "A-1")


def test_a_token_without_a_database_says_how_to_make_one(fresh: Loge) -> None:
    assert "loge migrate" in fresh.refusal("token", "--role", "root")
    assert not fresh.folder.exists(), "asking makes nothing"


def test_a_wrong_setting_is_one_sentence_that_names_it(fresh: Loge) -> None:
    line = fresh.refusal("serve", LOGE_HTTP_PORT="many")
    assert line == "loge: LOGE_HTTP_PORT must be a whole number from 0 to 65535, not 'many'"


def test_a_server_that_does_not_answer_is_one_sentence(fresh: Loge) -> None:
    url = "postgresql://nobody@127.0.0.1:1/nothing"
    line = fresh.refusal("token", "--role", "root", LOGE_DATABASE_URL=url)
    assert line == "loge: the database does not answer"
    assert "cannot be reached" in fresh.refusal("migrate", LOGE_DATABASE_URL=url)


def test_the_embedded_server_is_left_alone_when_another_is_named(fresh: Loge) -> None:
    url = "postgresql://nobody@127.0.0.1:1/nothing"
    for verb in (["status"], ["backup", "x"]):
        line = fresh.refusal("db", *verb, LOGE_DATABASE_URL=url)
        assert line.startswith("loge: LOGE_DATABASE_URL names a server of your own")


def test_clubs_are_added_once_and_listed(fresh: Loge) -> None:
    fresh.run("migrate")
    fresh.run("db", "start")  # only so that each verb need not
    assert "organisation add" in fresh.refusal("token", "--role", "root")
    assert fresh.run("organisation", "add", "one", *CLUB) == "one\n"
    assert "exists already" in fresh.refusal("organisation", "add", "one", *CLUB)
    wrong = [part if part != "EUR" else "EUX" for part in CLUB]
    assert "EUX" in fresh.refusal("organisation", "add", "two", *wrong)
    fresh.run("organisation", "add", "three", *CLUB)
    listed = fresh.run("organisation", "list")
    assert [line.split()[0] for line in listed.splitlines()] == ["one", "three"]
    assert "--organisation: one, three" in fresh.refusal("token", "--role", "root")
    fresh.run("audit", "seal")
    assert ", 0 breaks," in fresh.run("audit", "verify", "--organisation", "three")
    assert ", 0 breaks," in fresh.run("ledger", "verify", "--organisation", "three")


def test_an_import_reports_each_wrong_row_and_writes_nothing(loge: Loge) -> None:
    file = loge.folder.parent / "accounts.csv"
    good = "code,name,country\nA-1,Duinberk NV,BE\nA-2,Zilverwerf NV,BE\n"
    file.write_text(good + "A-3,,BE\nA-4,Eikenrode NV,XX\n", encoding="utf-8")
    wrong = loge.end("import", "accounts", str(file))
    assert wrong.returncode == 1
    assert "row 4, name: " in wrong.stdout
    assert "row 5, country: " in wrong.stdout
    assert wrong.stderr.endswith("errors in accounts.csv; nothing was written\n")
    file.write_text(good, encoding="utf-8")
    tried = loge.run("import", "accounts", str(file), "--dry-run")
    assert "account: 2 would be created" in tried
    assert "account: 2 created, 0 changed, 0 unchanged" in loge.run("import", "accounts", str(file))
    assert "account: 0 created, 0 changed, 2 unchanged" in loge.run("import", "accounts", str(file))
    assert loge.run("token", "--role", "portal", "--account", "A-1").startswith("loge_")
    assert "there is no file" in loge.refusal("import", "accounts", "nothing.csv")
