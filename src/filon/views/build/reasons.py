"""Why something is unknown: who did not say, where more came out than went in, which assay is missing."""

from __future__ import annotations

from collections import Counter

from filon.books import trace
from filon.books.journal import UNKNOWN
from filon.books.lot import AccountKind, LotId
from filon.core.ident import short
from filon.core.quantity import part
from filon.views.build.cone import Gap, gaps_of
from filon.views.build.sight import Sight
from filon.views.figure import Named, Sentence, Value, kg

TOLD = 4
"""So many reasons are told one by one; the rest are summed up in one sentence."""

TRIFLE = 10_000
"""What is less than this part of the whole may come of rounding at the many steps, and is not explained."""


def reasons(sight: Sight, lot: LotId, element: str, *, public: bool = False, pieces: int = 1) -> tuple[Sentence, ...]:
    """Why part of an element's origin, or its amount, is unknown; largest first, () if nothing is.

    Args:
        public: no partner's lot or site is named.
        pieces: of how many the lot consists; masses are of one of them.
    """
    made = sight.made(lot)
    vector = sight.vector(lot, element)
    if made.content.get(element) is None or vector is None:
        return _unmeasured(sight, lot, element, public=public)
    found: Counter[tuple[AccountKind, str]] = Counter()
    for gap in gaps_of(sight.book, lot, element):
        found[gap.kind, "" if public else _where(sight, gap)] += gap.mg
    of = Named("element", element)
    told = [
        _sentence(kind, place, of, part(mg, 1, pieces), public=public) for (kind, place), mg in found.most_common(TOLD)
    ]
    if rest := sum(mg for _, mg in found.most_common()[TOLD:]):
        told.append(Sentence("unknown.other", {"mass": kg(part(rest, 1, pieces)), "of": of}))
    if (alike := vector.get(UNKNOWN, 0) - found.total()) * TRIFLE > sum(vector.values()):
        told.append(Sentence("unknown.measured", {"mass": kg(part(alike, 1, pieces)), "of": of}))
    return tuple(told)


def _where(sight: Sight, gap: Gap) -> str:
    """What people call the place of a gap: the lot that came from nowhere, or the lots that a step made."""
    holding = sight.book.holdings[gap.holding]
    if holding.kind is not AccountKind.STEP:
        return short(holding.lot)
    made = (sight.book.holdings[f.target].lot for f in sight.book.outflows[holding.id] if isinstance(f.target, int))
    return ", ".join(short(lot) for lot in dict.fromkeys(made)) or short(holding.lot)


def _sentence(kind: AccountKind, place: str, of: Named, mg: int, *, public: bool) -> Sentence:
    if kind is AccountKind.UNACCOUNTED:
        code, key = "unknown.surplus", "step"
    else:
        code, key = "unknown.undeclared", "lot"
    values: dict[str, Value] = {"mass": kg(mg), "of": of}
    return Sentence(f"{code}-public", values) if public else Sentence(code, {**values, key: place})


def _unmeasured(sight: Sight, lot: LotId, element: str, *, public: bool) -> tuple[Sentence, ...]:
    """The lots up the chain where the amount is lost: their own content is unknown, that of all before them is not."""
    book, named = sight.book, Named("element", element)
    lost = [i for i in trace.forebears(book, [lot]) if book.holdings[i].content.get(element, 0) is None]
    first = [i for i in lost if not any(f.source in lost for f in book.inflows[i])]
    if public:
        return (Sentence("content.unknown", {"elements": (named,)}),)
    lots = dict.fromkeys(book.holdings[i].lot for i in sorted(first) if book.holdings[i].kind is not AccountKind.STEP)
    told = [Sentence(_lack(sight, one, element), {"lot": short(one), "element": named}) for one in lots]
    return tuple(told[:TOLD]) or (Sentence("content.unknown", {"elements": (named,)}),)


def _lack(sight: Sight, lot: LotId, element: str) -> str:
    """What a lot's declaration lacks for its content to be known: the form, an assay, or what the assay refers to."""
    told = sight.told(lot)
    if element in told.assays:
        return "unknown.basis" if told.moisture else "unknown.moisture"
    return "unknown.assay" if told.form else "unknown.form"
