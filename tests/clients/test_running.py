"""The runner of scripts: what it returns, and what it says when a script does not end well."""

import fcntl
from pathlib import Path

import pytest

from tests.clients.running import NODE, ScriptFailedError, checks_of, node, one_at_a_time


def script(folder: Path, text: str) -> Path:
    path = folder / "script.ts"
    path.write_text(text)
    return path


def test_node_comes_with_the_environment(tmp_path: Path) -> None:
    said = node(script(tmp_path, "console.log(JSON.stringify(process.execPath))"))
    assert Path(said).samefile(NODE)


def test_the_last_line_is_the_result(tmp_path: Path) -> None:
    text = """
      console.log("on the way");
      const given: string[] = process.argv.slice(2);
      console.log(JSON.stringify({ given, name: process.env.LOGE_NAME }));
    """
    found = node(script(tmp_path, text), "one", "two", env={"LOGE_NAME": "x"})
    assert found == {"given": ["one", "two"], "name": "x"}


def test_a_script_that_throws_says_where(tmp_path: Path) -> None:
    with pytest.raises(ScriptFailedError, match=r"(?s)status 1.*Error: no seat.*script\.ts:1"):
        node(script(tmp_path, 'throw new Error("no seat");'))


def test_a_script_that_hangs_is_ended_and_tells_what_it_had_said(tmp_path: Path) -> None:
    text = 'console.log("waiting"); setInterval(() => {}, 1000);'
    with pytest.raises(ScriptFailedError, match=r"(?s)did not end within 1 seconds.*waiting"):
        node(script(tmp_path, text), timeout_seconds=1)


def test_a_script_that_prints_no_json_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ScriptFailedError, match="printed no JSON but: 'done'"):
        node(script(tmp_path, 'console.log("done")'))


def test_the_checks_of_a_script_are_read_from_its_text(tmp_path: Path) -> None:
    text = 'await check("one holds", async () => {});\n  await check(\n    "two holds",\n  );\n'
    assert checks_of(script(tmp_path, text)) == ["one holds", "two holds"]


def test_another_process_waits_for_its_turn() -> None:
    with (
        one_at_a_time("test") as lock,
        lock.open("w") as other,
        pytest.raises(BlockingIOError),
    ):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
