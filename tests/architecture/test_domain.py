import ast

from tests.architecture.source import called_name, python_files

CLOCK_AND_CHANCE = {"now", "utcnow", "today", "uuid1", "uuid4", "uuid6", "uuid7", "open", "print"}


def test_the_domain_asks_no_clock_and_draws_no_lot() -> None:
    calls = [
        f"{file.place(node)} calls {called_name(node)}"
        for file in python_files("app/domain")
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Call) and called_name(node) in CLOCK_AND_CHANCE
    ]
    assert not calls, "time, ids and chance are handed in by the command"


def test_no_float_comes_near_the_rules() -> None:
    floats = [
        file.place(node)
        for file in python_files("app/domain")
        for node in ast.walk(file.tree)
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.Div))
    ]
    assert not floats, "amounts are whole minor units; divide with //, Fraction(a, b) or apportion"


def test_every_dataclass_of_the_domain_is_frozen() -> None:
    thawed = []
    for file in python_files("app/domain"):
        for node in ast.walk(file.tree):
            if not isinstance(node, ast.ClassDef):
                continue
            for decorator in node.decorator_list:
                text = ast.unparse(decorator)
                if text.startswith("dataclass") and "frozen=True" not in text:
                    thawed.append(f"{file.place(node)} {node.name}")
    assert not thawed, "a state is replaced, never changed"
