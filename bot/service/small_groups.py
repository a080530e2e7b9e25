"""Counts of people in which nobody can be found again: groups of fewer than five are merged.

Floor 3: pure. The merged group takes in the next smallest ones until it has five people too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LEAST = 5  # people


@dataclass(frozen=True, slots=True)
class Group:
    """Something counted, how often, and by whom. `size` is how many groups were merged into it."""

    label: str
    counts: tuple[int, ...]
    people: frozenset[int]
    size: int = 1


def grouped(counted: Iterable[tuple[str, Sequence[int], int]]) -> list[Group]:
    """Add up (label, counts, person) by label, in the order of their first appearance."""
    counts: dict[str, list[int]] = {}
    people: dict[str, set[int]] = {}
    for label, own, person in counted:
        sums = counts.setdefault(label, [0] * len(own))
        for place, number in enumerate(own):
            sums[place] += number
        people.setdefault(label, set()).add(person)
    return [Group(label, tuple(counts[label]), frozenset(people[label])) for label in counts]


def merged(groups: Iterable[Group], *, most: int) -> tuple[tuple[Group, ...], Group | None]:
    """Return at most `most` groups, the largest first, and all the others as one (None when there are none)."""
    ordered = sorted(groups, key=lambda one: (-one.counts[0], one.label))
    kept = [one for one in ordered if len(one.people) >= LEAST][:most]
    rest = [one for one in ordered if one not in kept]
    while rest and kept and len(_people(rest)) < LEAST:
        rest.append(kept.pop())
    if not rest:
        return tuple(kept), None
    counts = tuple(map(sum, zip(*(one.counts for one in rest), strict=True)))
    return tuple(kept), Group("", counts, _people(rest), len(rest))


def _people(groups: Iterable[Group]) -> frozenset[int]:
    return frozenset().union(*(one.people for one in groups))
