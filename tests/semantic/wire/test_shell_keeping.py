"""When shells start and stop, for whom, and what happens when they do not."""

import asyncio
from collections.abc import Callable

import pytest

from semantic.wire.failures import WireError
from tests.semantic.wire.club import caller
from tests.semantic.wire.keeping import Models, keeping, ran


async def awaited(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110 - what is waited for sets no event
        await asyncio.sleep(0.001)


class Noted:
    """Clusters that only note what is done with them; those that are broken do not start."""

    def __init__(self) -> None:
        self.is_broken = False
        self.running: list[str] = []
        self.statements: list[str] = []

    def clear(self) -> None:
        """Leave nothing."""

    def start(self, name: str) -> str:
        if self.is_broken:
            raise OSError("no space left")
        self.running.append(name)
        return f"/nowhere/{name}"

    def run(self, name: str, database: str | None, statements: str) -> None:
        assert name in self.running
        self.statements.append(f"{database}: {statements}")

    def stop(self, name: str) -> None:
        if self.is_broken:
            raise OSError("it is gone")
        self.running.remove(name)


def test_a_caller_who_waits_while_views_change_gets_the_own_ones(models: Models) -> None:
    async def test() -> None:
        noted = Noted()
        async with keeping(noted, models) as keeper:
            models.write(lambda text: text.replace("group: sales", 'group: "*"'))
            ann = await keeper.open(caller("sales"), "ann", "demo")
            shell = keeper._shells[0]
            async with shell.lock:
                waiting = asyncio.create_task(keeper.open(caller("partner"), "eve", "demo"))
                await awaited(lambda: bool(shell.opening_count))
                await keeper.look()
                models.write(lambda text: text.replace("title: Season", "title: The season"))
                _, shell.views = keeper._views_for_all([caller("sales").principal])
            eve = await waiting
            assert eve.socket != ann.socket
            assert len(noted.running) == 2

    ran(test)


def test_models_that_change_nothing_to_be_seen_leave_a_shell_as_it_is(models: Models) -> None:
    async def test() -> None:
        noted = Noted()
        async with keeping(noted, models) as keeper:
            await keeper.open(caller("finance"), "ann", "demo")
            count = len(noted.statements)
            models.write(lambda text: f"# Nothing else.\n{text}")
            for _ in range(2):
                await keeper.look()
                assert keeper._shells[0].version == models.compiler.model.version
            assert len(noted.statements) == count

    ran(test)


def test_a_shell_stops_when_nobody_has_used_it_for_a_while(models: Models) -> None:
    async def test() -> None:
        noted = Noted()
        async with keeping(noted, models, idle_seconds=0) as keeper:
            ann = await keeper.open(caller("finance"), "ann", "demo")
            assert ann == await keeper.open(caller("finance"), "ann", "demo")
            await keeper.release(ann)
            await keeper.look()
            assert len(noted.running) == 1
            await keeper.release(ann)
            await keeper.release(ann)
            await keeper.look()
            assert noted.running == []

    ran(test)


def test_only_so_many_shells_run_and_an_unused_one_makes_room(models: Models) -> None:
    async def test() -> None:
        noted = Noted()
        async with keeping(noted, models, cluster_limit=1) as keeper:
            ann = await keeper.open(caller("finance"), "ann", "demo")
            with pytest.raises(WireError, match="catalogues are in use") as refused:
                await keeper.open(caller("sales"), "bob", "demo")
            assert refused.value.sqlstate == "53300"
            await keeper.release(ann)
            bob = await keeper.open(caller("sales"), "bob", "demo")
            assert [f"/nowhere/{one}" for one in noted.running] == [bob.socket]

    ran(test)


@pytest.mark.parametrize(("user", "database"), [("u" * 64, "demo"), ("ann", "ü" * 32)])
def test_names_that_postgresql_would_cut_are_refused(
    models: Models, user: str, database: str
) -> None:
    async def test() -> None:
        noted = Noted()
        async with keeping(noted, models) as keeper:
            with pytest.raises(WireError, match="has more than 63 bytes"):
                await keeper.open(caller("finance"), user, database)
            assert noted.running == []

    ran(test)


def test_a_cluster_that_does_not_start_is_said_to_and_tried_again(
    models: Models, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        noted = Noted()
        async with keeping(noted, models, idle_seconds=0) as keeper:
            noted.is_broken = True
            with pytest.raises(WireError, match="could not be started") as refused:
                await keeper.open(caller("finance"), "ann", "demo")
            assert (refused.value.sqlstate, refused.value.severity) == ("58000", "FATAL")
            assert "no space left" in caplog.text
            noted.is_broken = False
            await keeper.look()
            address = await keeper.open(caller("finance"), "ann", "demo")
            assert [address.socket] == [f"/nowhere/{one}" for one in noted.running]

    ran(test)


def test_looking_after_shells_goes_on_when_it_failed_once(
    models: Models, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        monkeypatch.setattr("semantic.wire.shell.shells.LOOK_EVERY_SECONDS", 0.001)
        noted = Noted()
        async with keeping(noted, models, idle_seconds=0) as keeper:
            ann = await keeper.open(caller("finance"), "ann", "demo")
            noted.is_broken = True
            await keeper.release(ann)
            await awaited(lambda: "could not be looked after" in caplog.text)
            noted.is_broken = False
            bob = await keeper.open(caller("finance"), "bob", "demo")
            await keeper.release(bob)
            await awaited(lambda: bob.socket.rpartition("/")[2] not in noted.running)

    ran(test)


def test_only_types_of_the_latest_models_are_kept_and_what_has_none_is_any_number(
    models: Models,
) -> None:
    async def test() -> None:
        noted = Noted()
        async with keeping(noted, models) as keeper:
            for number in range(6):
                broken = f'sql: "no_such_function({{net}}, {number})"'
                old = 'sql: "{net} / NULLIF({places}, 0)"'
                models.write(lambda text, old=old, new=broken: text.replace(old, new))  # type: ignore[misc]
                await keeper.open(caller("finance"), "ann", "demo")
            assert len(keeper._types) == 4
            made = noted.statements[1]
            assert '"net_per_place" numeric,' in made
            assert '"net" numeric(38,3),' in made

    ran(test)
