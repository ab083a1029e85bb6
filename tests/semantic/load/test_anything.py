"""Whatever stands in a file of models, it is read or refused, and never breaks the reader."""

import random
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from semantic.check.checking import check_model
from semantic.load.entries import Faults
from semantic.load.files import ModelFile, read_folder
from semantic.load.nodes import parse_document
from semantic.load.reading import read_files
from tests.semantic.load.writing import TABLES

SHOP = read_folder(Path(__file__).parents[1] / "fixtures" / "shop")[0]
WRONG = (
    *("~", "true", "5", "x", "'*'", "[]", "{ }", "[x]", "[[x]]", "{x: y }", "{sql: y }", "CUBE"),
    *("'{CUBE}'", "'{CUBE}.x'", "'{orders.count}'", "'{a.b.c.d}'", "'{'", "'}'", "a.b.c", "'('"),
    *("orders", "'SELECT 1'", "'\\{'", "' '", '"\'"'),
)
CHARACTERS = "{}[]:,-#'\"|>&*!%@`\n \t?~\\a\u2028\ufeff\r\0é"


def replace_a_value(text: str, at: int, value: str) -> str:
    """Put another value in the place of one that stands after a key."""
    lines = text.splitlines()
    marked = [number for number, line in enumerate(lines) if ": " in line and "#" not in line]
    number = marked[at % len(marked)]
    lines[number] = f"{lines[number].partition(': ')[0]}: {value}"
    return "\n".join(lines)


@given(
    st.lists(
        st.tuples(st.integers(0, 500), st.sampled_from(WRONG), st.integers(0, 9)),
        min_size=1,
        max_size=4,
    )
)
@settings(max_examples=25)
def test_wrong_values_are_refused_and_nothing_breaks(
    changes: list[tuple[int, str, int]],
) -> None:
    texts = {file.name: file.text for file in SHOP}
    names = sorted(texts)
    for at, value, which in changes:
        name = names[which % len(names)]
        texts[name] = replace_a_value(texts[name], at, value)
    faults = Faults()
    model = read_files([ModelFile(*one) for one in sorted(texts.items())], faults)
    check_model(model, (*TABLES, "payments"), faults)
    for fault in faults.in_order():
        assert fault.place.line > 0
        assert fault.message
        assert fault.about


@given(st.integers(0, 2**32), st.sampled_from(range(len(SHOP))))
@settings(max_examples=50)
def test_any_text_is_parsed_or_refused(seed: int, which: int) -> None:
    dice = random.Random(seed)
    text = list(SHOP[which].text[:600])
    for _ in range(dice.randint(1, 5)):
        text[dice.randrange(len(text))] = dice.choice(CHARACTERS)
    root, faults = parse_document("m.yml", "".join(text))
    assert root is not None or faults
    assert all(fault.place.file == "m.yml" for fault in faults)
