"""The first page from the books: what does not add up, what is unknown, how much is traced, what the log holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

import numpy as np

from filon.accounts.origin import origin_known
from filon.books.book import Verdict as Judged
from filon.books.engine.columns import OUTSIDE
from filon.books.journal import UNKNOWN
from filon.books.lot import Account, AccountKind, LotId
from filon.core.finding import Level
from filon.core.ident import short
from filon.core.matter import ELEMENTS
from filon.views.build.balance import made_by, named
from filon.views.build.lot import gravity
from filon.views.build.lots import batteries, rows
from filon.views.build.sight import Sight, lot_path
from filon.views.figure import Figure, Named, Sentence, Standing, Value, kg
from filon.views.home import HomeView

LATEST, GRAVEST = 8, 6
"""So many batteries and findings stand on the first page."""


def home_view(sight: Sight) -> HomeView:
    """The first page; the gravest sentence first."""
    if not sight.lots:
        return HomeView(sight.state, (Sentence("home.empty"),), (), ())
    packs = batteries(sight)
    sentences = (_gaps(sight), _unknown(sight), _traced(sight, packs), _findings(sight), _log(sight))
    open_ones = sorted((one for one in sight.book.findings if one.level is not Level.NOTE), key=gravity)
    return HomeView(
        sight.state,
        tuple(one for one in sentences if one is not None),
        rows(sight, packs[:LATEST]),
        tuple(dict.fromkeys(open_ones))[:GRAVEST],
    )


def _gaps(sight: Sight) -> Sentence:
    checks = [one for one in sight.book.checks if one.account.kind is not AccountKind.REAGENTS]
    failed = [one for one in checks if one.verdict is Judged.FAIL]
    if not failed:
        return Sentence("home.balanced", {"count": len(checks)}, "/balance")
    elements = [one for one in failed if one.substance in ELEMENTS] or failed
    worst = max(elements, key=lambda one: abs(one.difference))
    place = named(made_by(sight, worst)) or sight.site(worst.site).name
    values: dict[str, Value] = {
        "count": len(failed),
        "mass": kg(abs(worst.difference)),
        "of": Named("element", worst.substance),
        "place": place,
    }
    return Sentence("home.gaps", values, f"/balance?element={worst.substance}")


def _unknown(sight: Sight) -> Sentence | None:
    """The element of which the most came in without an origin, and with which lot."""
    masses: Counter[tuple[str, LotId]] = Counter()
    columns = sight.book.columns
    entering = np.flatnonzero((columns.source == OUTSIDE) & (columns.target != OUTSIDE)).tolist()
    for place, source in zip(entering, columns.ends(entering), strict=True):
        flow = sight.book.flows[place] if isinstance(source, Account) and source.key == UNKNOWN else None
        if flow is not None and isinstance(flow.target, int):
            lot = sight.book.holdings[flow.target].lot
            for element in ELEMENTS:
                masses[element, lot] += flow.content.get(element) or 0
    if not +masses:
        return None
    (element, lot), _ = masses.most_common(1)[0]
    whole = sum(mg for (one, _), mg in masses.items() if one == element)
    values: dict[str, Value] = {"mass": kg(whole), "of": Named("element", element), "lot": short(lot)}
    return Sentence("home.unknown", values, lot_path(lot))


def _traced(sight: Sight, packs: tuple[LotId, ...]) -> Sentence:
    if not packs:
        return Sentence("home.lots", {"count": len(sight.lots)}, "/lots")
    whole, known = sight.book.once("traced", lambda _: _known(sight, packs))
    exact = Decimal(known) * 100 / whole if whole else None
    share = Figure(exact, "%", Standing.UNKNOWN if exact is None else Standing.COMPUTED)
    return Sentence("home.batteries", {"count": len(packs), "share": share}, "/lots?stage=pack")


def _known(sight: Sight, packs: Iterable[LotId]) -> tuple[int, int]:
    """(mg of all measured elements in some batteries, mg of them with a known origin)."""
    held = [sight.made(lot) for lot in packs]
    elements = [one for one in ELEMENTS if any(holding.content.get(one) for holding in held)]
    parts = [origin_known(sight.book, element, [one.id for one in held]) for element in elements]
    return sum(map(sum, parts)), sum(known for known, _ in parts)


def _findings(sight: Sight) -> Sentence:
    count = sum(one.level is not Level.NOTE for one in dict.fromkeys(sight.book.findings))
    return Sentence("home.findings", {"count": count}, "/findings") if count else Sentence("home.no-findings")


def _log(sight: Sight) -> Sentence:
    return Sentence("home.log", {"count": sight.state.size}, "/log")
