import ast

from tests.architecture.source import called_name, python_files

# Where a transaction may end, each with its reason.
HOMES = {
    "app/storage/unit_of_work.py": "the one transaction of a command",
    "app/storage/migrations/": "a revision of the database is a transaction of its own",
    "app/storage/postgres/": "the supervisor sets up a server that holds no rows yet",
}


def test_nothing_commits_but_the_unit_of_work() -> None:
    strays = [
        f"{file.place(node)} calls {called_name(node)}"
        for file in python_files("app")
        if not file.path.startswith(tuple(HOMES))
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Call) and called_name(node) in {"commit", "begin"}
    ]
    assert not strays, "what belongs together is one unit of work; engine.begin() commits as well"
