"""Factors out of a life-cycle file: an ILCD zip, an ecoSpold 2 document or a zip of them.

rows, left_out = read_lca(data, "database.zip")
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from filon.core.errors import WrongCallError
from filon.exchange.lca import ecospold, ilcd
from filon.exchange.lca.parts import parts
from filon.exchange.lca.score import Score, row

Read = tuple[tuple[dict[str, str], ...], tuple[str, ...]]
"""Rows of table `factors`, and a reason for each score that makes none."""


def read_lca(data: bytes, name: str) -> Read:
    """Rows of table `factors`, and a reason for each score that makes none.

    Raises:
        WrongCallError: unreadable, ecoSpold 1, no score of global warming in it, or two of the same key.
    """
    return rows(_scores(data, name), name)


def rows(scores: Iterable[Score], name: str) -> Read:
    """The scores as rows.

    Raises:
        WrongCallError: none of them makes a factor, or two have the same key.
    """
    made, left_out = [], []
    for score in scores:
        one = row(score)
        if isinstance(one, str):
            left_out.append(one)
        else:
            made.append(one)
    if not made:
        why = left_out[0] if left_out else "no data set in it states a score of global warming"
        raise WrongCallError(f"{name} holds no factor: {why}")
    counted = Counter(one["key"] for one in made)
    if twice := next((key for key, count in counted.items() if count > 1), ""):
        raise WrongCallError(f"{name} holds {twice} twice; which of them counts nobody can tell")
    return tuple(made), tuple(left_out)


def _scores(data: bytes, name: str) -> list[Score]:
    found, rest = [], []
    for part in parts(data, name):
        space = str(part.root.tag).rpartition("}")[0].lstrip("{")
        if space == ecospold.NAMESPACE:
            found += list(ecospold.scores(part, name))
        elif space == ecospold.FIRST_NAMESPACE:
            raise WrongCallError(f"{name} is ecoSpold 1, which states no scores; bring ecoSpold 2, ILCD or a CSV file")
        elif space.startswith(ilcd.ROOT):
            rest.append(part)
    return found + list(ilcd.scores(ilcd.Library(rest), name))
