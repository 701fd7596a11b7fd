"""Two histories of one key, compared: what is missing, what stands there twice, what was never so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

DELETED = "(deleted)"
"""The version that says that the row is gone."""


@dataclass(frozen=True)
class Difference:
    """How a history in the warehouse differs from the one expected, in versions."""

    lost: int
    doubled: int
    ghost: int


def distinct(versions: Iterable[str]) -> list[str]:
    """The versions without those that repeat the one before; a deletion of what was never there is none."""
    kept: list[str] = []
    for version in versions:
        if version != (kept[-1] if kept else DELETED):
            kept.append(version)
    return kept


def difference(expected: Sequence[str], held: Sequence[str]) -> Difference:
    """Versions that are expected and not held (in this order) are lost; of those held beyond that,
    the ones seen in the source are doubled, the others are ghosts."""
    common = _longest_common(expected, held)
    unmatched = _without(held, common)
    ghost = sum(version not in expected for version in unmatched)
    return Difference(lost=len(expected) - len(common), doubled=len(unmatched) - ghost, ghost=ghost)


def _longest_common(left: Sequence[str], right: Sequence[str]) -> list[str]:
    """The longest sequence of versions that both have in this order."""
    if list(left) == list(right):
        return list(left)
    best: list[list[list[str]]] = [[[] for _ in range(len(right) + 1)] for _ in range(len(left) + 1)]
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            longer = max(best[i][j + 1], best[i + 1][j], key=len)
            best[i + 1][j + 1] = [*best[i][j], a] if a == b else longer
    return best[-1][-1]


def _without(versions: Sequence[str], taken: Sequence[str]) -> list[str]:
    rest = list(versions)
    for version in taken:
        rest.remove(version)
    return rest
