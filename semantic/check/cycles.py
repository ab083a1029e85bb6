"""Members that are made of themselves, over however many steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic.check.dimensions import fragments_of, fragments_of_case
from semantic.check.references import UnresolvedError
from semantic.spec.cubes import Segment
from semantic.spec.dimensions import Dimension

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semantic.check.fragments import Checking
    from semantic.spec.cubes import Cube
    from semantic.spec.fragments import Fragment
    from semantic.spec.model import Member

Name = tuple[str, str]


def check_cycles(checking: Checking) -> None:
    """Refuse members that lead back to themselves; each circle is told once."""
    cubes = checking.resolver.cubes
    members: dict[Name, tuple[Cube, Member]] = {
        (cube.name, member.name): (cube, member)
        for cube in cubes.values()
        for kind in (cube.dimensions, cube.measures, cube.segments)
        for member in kind.values()
    }
    needs = {name: tuple(_needed(checking, *found)) for name, found in members.items()}
    done: set[Name] = set()
    for start in needs:
        circle = _circle(start, needs, done)
        if circle:
            steps = " → ".join(".".join(name) for name in (*circle, circle[0]))
            checking.faults.add(
                members[circle[0]][1].place,
                f"cubes.{'.'.join(circle[0])}",
                f"is made of itself: {steps}",
                "name a column in one of them",
            )


def _circle(start: Name, needs: dict[Name, tuple[Name, ...]], done: set[Name]) -> tuple[Name, ...]:
    """Follow members from one; return the first circle, and remember where there is none."""
    chain: list[Name] = [start]
    waiting = [iter(needs.get(start, ()))]
    while waiting:
        following = next(waiting[-1], None)
        if following is None:
            done.add(chain.pop())
            waiting.pop()
        elif following in chain:
            circle = tuple(chain[chain.index(following) :])
            done.update(chain)
            return circle
        elif following not in done:
            chain.append(following)
            waiting.append(iter(needs.get(following, ())))
    return ()


def _needed(checking: Checking, cube: Cube, member: Member) -> Iterator[Name]:
    """List the members that a member is made of."""
    for fragment in _fragments(member):
        for reference in fragment.references:
            try:
                found = checking.resolver.resolve(cube, reference)
            except UnresolvedError:
                continue
            if found.member is not None:
                yield (found.cube, found.member.name)


def _fragments(member: Member) -> Iterator[Fragment]:
    if isinstance(member, Dimension):
        yield from fragments_of(member)
    elif isinstance(member, Segment):
        yield member.sql
    else:
        if member.sql is not None:
            yield member.sql
        yield from member.filters
        if member.case is not None:
            yield from fragments_of_case(member.case)
