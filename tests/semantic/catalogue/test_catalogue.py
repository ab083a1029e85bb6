"""The models that are served: read, refused, and read again when their files change."""

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from semantic.catalogue import Catalogue, ModelState, read_models
from semantic.spec.model import Model
from semantic.spec.places import Fault, ModelError, Place

TABLES = ("orders", "lines")
SHIPPED = "cubes:\n  - name: orders\n    sql_table: orders\n"
OWN = "cubes:\n  - {name: big_orders, extends: orders, title: Big}\n"
WRONG = "cubes:\n  - {name: orders, sql_table: lines}\n"
ONE, OTHER = UUID(int=1), UUID(int=2)


class Folders:
    """Folders of models of a test."""

    def __init__(self, root: Path) -> None:
        self.shipped = root / "shipped"
        self.installation = root / "installation"
        self.one = root / "one"
        for folder in (self.shipped, self.installation, self.one):
            folder.mkdir()
        self.write(self.shipped, SHIPPED)

    def write(self, folder: Path, text: str, name: str = "m.yml") -> Path:
        """Write a file as editors do: another takes its place."""
        beside = folder / f".{name}.new"
        beside.write_text(text, "utf-8")
        return beside.replace(folder / name)

    def catalogue(self, *, verify: Callable[[Model], None] | None = None) -> Catalogue:
        """Open a catalogue over all of them."""
        return Catalogue(
            self.shipped,
            TABLES,
            installation=self.installation,
            clubs={ONE: self.one},
            verify=verify,
        )


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path)


def served(state: ModelState) -> set[str]:
    """Name the cubes that are served."""
    return set(state.model.cubes)


def test_files_below_a_folder_are_read_with_those_in_folders_within(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c.yaml").write_text(SHIPPED)
    (tmp_path / "a" / "notes.md").write_text("# Not a model")
    (tmp_path / "a" / ".hidden.yml").write_text("not: read")
    (tmp_path / "a" / ".git").mkdir()
    (tmp_path / "a" / ".git" / "x.yml").write_text("not: read")
    model = read_models([tmp_path / "a"], TABLES)
    assert str(model.cubes["orders"].place) == "a/b/c.yaml:2:5"


def test_the_version_changes_with_the_content(tmp_path: Path) -> None:
    path = tmp_path / "m.yml"
    versions = []
    for text in (SHIPPED, SHIPPED, SHIPPED + "    title: Orders\n"):
        path.write_text(text)
        versions.append(read_models([tmp_path], TABLES).version)
    assert versions[0] == versions[1] != versions[2]


@pytest.mark.parametrize(
    ("name", "content", "line", "message"),
    [
        ("m.js", b"cube('a')", 1, "is a program, and models are not executed"),
        ("m.py", b"", 1, "is a program, and models are not executed"),
        ("m.yml", b"cubes:\n  # caf\xe9\n", 2, "is not UTF-8"),
        ("m.yml", b"#" * 4_000_001, 1, "is longer than 1000000 characters"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(
    tmp_path: Path, name: str, content: bytes, line: int, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelError) as refused:
        read_models([tmp_path], TABLES)
    (fault,) = refused.value.faults
    assert fault.place == Place(f"{tmp_path.name}/{name}", line)
    assert message in fault.message


def test_links_that_lead_nowhere_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "m.yml").symlink_to(tmp_path / "nowhere.yml")
    (tmp_path / "ok.yml").write_text(SHIPPED)
    assert set(read_models([tmp_path], TABLES).cubes) == {"orders"}


def test_a_file_that_cannot_be_opened_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deny(path: Path, _encoding: str) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    (tmp_path / "m.yml").write_text(SHIPPED)
    monkeypatch.setattr(Path, "read_text", deny)
    with pytest.raises(ModelError, match=r"m\.yml:1:1: file: cannot be read: Permission denied"):
        read_models([tmp_path], TABLES)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is not a folder of models"):
        read_models([tmp_path / "nowhere"], TABLES)


def test_more_files_than_are_read_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("semantic.load.files.MAX_FILES", 1)
    (tmp_path / "a.yml").write_text(SHIPPED)
    (tmp_path / "b.yml").write_text("")
    with pytest.raises(ModelError, match=r"b\.yml:1:1: file: is more than the 1 files"):
        read_models([tmp_path], TABLES)


def test_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("cubes:\n  - {name: a, sql_table: order}\n")
    (tmp_path / "b.yml").write_text("cubes: [}\n")
    (tmp_path / "c.yml").write_text("views:\n  - name: v\n")
    with pytest.raises(ModelError) as refused:
        read_models([tmp_path], TABLES)
    name = tmp_path.name
    assert [str(one).partition(": ")[0] for one in refused.value.faults] == [
        f"{name}/a.yml:2:26",
        f"{name}/b.yml:1:9",
        f"{name}/c.yml:2:5",
    ]


def test_own_models_add_to_the_shipped_ones_for_their_club_alone(folders: Folders) -> None:
    folders.write(folders.installation, "cubes:\n  - {name: everyones, sql_table: lines}\n")
    folders.write(folders.one, OWN)
    catalogue = folders.catalogue()
    assert served(catalogue.state(ONE)) == {"orders", "everyones", "big_orders"}
    assert served(catalogue.state(OTHER)) == {"orders", "everyones"}
    assert catalogue.model_for(OTHER) is catalogue.state().model
    assert catalogue.state(ONE).is_complete
    assert catalogue.state(ONE).faults == ()
    assert catalogue.state(ONE).refused_at is None


def test_a_catalogue_may_have_shipped_models_alone(folders: Folders) -> None:
    assert set(Catalogue(folders.shipped, TABLES).model_for(ONE).cubes) == {"orders"}


def test_wrong_shipped_models_are_refused(folders: Folders) -> None:
    folders.write(folders.shipped, "cubes: orders\n")
    with pytest.raises(ModelError, match=r"shipped/m\.yml:1:1: cubes: has to be a list"):
        folders.catalogue()


def test_own_models_that_are_wrong_from_the_start_are_left_out(folders: Folders) -> None:
    folders.write(folders.one, WRONG)
    catalogue = folders.catalogue()
    state = catalogue.state(ONE)
    assert served(state) == {"orders"}
    assert str(state.model.cubes["orders"].sql_table) == "orders"
    assert not state.is_complete
    assert [str(one.place) for one in state.faults] == ["one/m.yml:2:5"]
    assert catalogue.state(OTHER).is_complete
    folders.write(folders.one, OWN)
    assert catalogue.refresh()
    assert served(catalogue.state(ONE)) == {"orders", "big_orders"}
    assert catalogue.state(ONE).is_complete
    assert catalogue.state(ONE).faults == ()


def test_changed_files_are_read_again_and_whoever_asked_is_told(folders: Folders) -> None:
    catalogue = folders.catalogue()
    told: list[tuple[UUID | None, set[str]]] = []
    catalogue.on_change(lambda club, model: told.append((club, set(model.cubes))))
    assert not catalogue.refresh()
    folders.write(folders.one, OWN)
    assert catalogue.refresh()
    assert told == [(ONE, {"orders", "big_orders"})]
    folders.write(folders.shipped, SHIPPED + "    title: Orders\n")
    assert catalogue.refresh()
    assert told[1:] == [(None, {"orders"}), (ONE, {"orders", "big_orders"})]
    (folders.one / "m.yml").unlink()
    assert catalogue.refresh()
    assert served(catalogue.state(ONE)) == {"orders"}
    assert not catalogue.refresh()


def test_wrong_models_are_refused_and_the_old_ones_go_on(
    folders: Folders, caplog: pytest.LogCaptureFixture
) -> None:
    folders.write(folders.one, OWN)
    catalogue = folders.catalogue()
    before = catalogue.state(ONE)
    told: list[UUID | None] = []
    catalogue.on_change(lambda club, _: told.append(club))
    folders.write(folders.one, WRONG)
    with caplog.at_level(logging.WARNING, "loge.semantic.models"):
        assert catalogue.refresh()
    after = catalogue.state(ONE)
    assert after.model is before.model
    assert after.loaded_at == before.loaded_at
    assert after.is_complete
    assert after.refused_at is not None
    (fault,) = after.faults
    assert str(fault).startswith("one/m.yml:2:5: cubes.orders: 'orders' is declared already")
    assert str(fault) in caplog.text
    assert told == []
    assert catalogue.state(OTHER).faults == ()


def test_models_are_served_after_they_were_verified(folders: Folders) -> None:
    place = Place("orders", 1)
    fault = Fault(place, "cubes.big_orders", "has no column 'x'")

    def verify(model: Model) -> None:
        if "big_orders" in model.cubes:
            raise ModelError((fault,))

    catalogue = folders.catalogue(verify=verify)
    folders.write(folders.one, OWN)
    assert catalogue.refresh()
    assert catalogue.state(ONE).faults == (fault,)
    assert served(catalogue.state(ONE)) == {"orders"}


def test_changes_are_seen_while_it_is_watched(folders: Folders) -> None:
    catalogue = folders.catalogue()
    changed, stop = threading.Event(), threading.Event()
    catalogue.on_change(lambda *_: changed.set())
    thread = threading.Thread(target=catalogue.watch, args=(stop, 0.01))
    thread.start()
    folders.write(folders.one, OWN)
    assert changed.wait(10)
    assert served(catalogue.state(ONE)) == {"orders", "big_orders"}
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def test_watching_goes_on_after_a_failure(
    folders: Folders, caplog: pytest.LogCaptureFixture
) -> None:
    catalogue = folders.catalogue()
    stop = threading.Event()
    seen: list[int] = []

    def fail(_club: UUID | None, _model: Model) -> None:
        seen.append(1)
        if len(seen) == 2:
            stop.set()
        folders.write(folders.one, OWN + "# again\n")
        message = "the first time and the second"
        raise RuntimeError(message)

    catalogue.on_change(fail)
    folders.write(folders.one, OWN)
    with caplog.at_level(logging.ERROR, "loge.semantic.models"):
        catalogue.watch(stop, 0.001)
    assert len(seen) == 2
    assert "Models could not be looked at" in caplog.text


def test_a_file_that_disappears_while_it_is_looked_at_is_no_failure(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = folders.catalogue()
    gone = folders.write(folders.one, OWN)
    stat = Path.stat

    def vanish(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if path == gone:
            raise FileNotFoundError(path)
        return stat(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr("semantic.catalogue.model_paths", lambda folder: folder.glob("*.yml"))
    monkeypatch.setattr(Path, "stat", vanish)
    assert not catalogue.refresh()


def test_readers_see_whole_models_while_they_are_replaced(folders: Folders) -> None:
    catalogue = folders.catalogue()
    stop = threading.Event()
    seen: list[bool] = []

    def look() -> None:
        while not stop.is_set():
            model = catalogue.model_for(ONE)
            seen.append(set(model.cubes) in ({"orders"}, {"orders", "big_orders"}))

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(20):
        folders.write(folders.one, OWN if number % 2 else f"# {number}\n")
        assert catalogue.refresh()
        time.sleep(0)
    stop.set()
    for thread in threads:
        thread.join(10)
    assert seen
    assert all(seen)
