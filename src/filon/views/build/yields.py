"""Yields from the books and declared factors from what was said of custody, as people read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction

from filon.accounts.custody.chain import ChainOfCustody
from filon.accounts.custody.yields import FactorSeen, factors_seen
from filon.books.difference import lowest_yield
from filon.books.yields import Yield, trailing, yields
from filon.core.matter import ELEMENTS, form
from filon.core.quantity import part
from filon.views.balance import Choice, Verdict
from filon.views.build.sight import Sight
from filon.views.figure import Figure, Named, Standing, kg, percent, ratio
from filon.views.yields import FactorLine, YieldLine, YieldsView


def yields_view(sight: Sight, chain: ChainOfCustody, *, site: str = "", element: str = "") -> YieldsView:
    """What steps deliver, at one site or all, of one element or all."""
    months = sight.book.once(yields, lambda book: yields(book, lambda event: sight.day(event).isoformat()[:7]))
    lines = [_line(sight, *pair) for pair in _chosen(months, site, element)]
    lines.sort(key=lambda one: (one.site.name, one.product.key, ELEMENTS.index(one.element.key)))
    factors = [
        one for one in factors_seen(chain.told) if site in {"", one.fact.site} and element in {"", one.fact.element}
    ]
    return YieldsView(
        ledger=sight.state,
        elements=_elements(months, element),
        sites=_sites(sight, months, site),
        lines=tuple(lines),
        factors=tuple(_factor(sight, one) for one in factors),
    )


def _chosen(months: Sequence[Yield], site: str, element: str) -> Iterator[tuple[Yield, Yield]]:
    """(month, trailing year), newest first: all months of a site, else only the last of each process."""
    seen = set()
    for one, year in reversed(list(zip(months, trailing(months), strict=True))):
        if site in {"", one.process.site} and element in {"", one.process.element}:
            if site or one.process not in seen:
                yield one, year
            seen.add(one.process)


def _line(sight: Sight, one: Yield, year: Yield) -> YieldLine:
    known = form(one.process.product)
    lowest = lowest_yield(known.stage if known else "other")
    share = year.share
    told = Verdict.CANNOT_TELL if share is None else Verdict.PASS if share >= lowest else Verdict.FAIL
    return YieldLine(
        site=sight.site(one.process.site),
        product=Named("form", one.process.product),
        element=Named("element", one.process.element),
        month=one.month,
        spent=kg(None if one.unknown else one.spent),
        made=kg(one.made),
        by_product=kg(one.by_product),
        waste=kg(one.waste),
        loss=kg(one.loss),
        unaccounted=kg(None if one.unknown else one.unaccounted),
        share=_percent(one.share),
        trailing=_percent(share),
        lowest=_percent(lowest),
        verdict=told,
    )


def _percent(share: Fraction | None) -> Figure:
    return percent(None if share is None else part(1_000_000, share.numerator, share.denominator))


def _factor(sight: Sight, one: FactorSeen) -> FactorLine:
    fact = one.fact
    verdict = Verdict.CANNOT_TELL if one.observed is None else Verdict.PASS if one.passes else Verdict.FAIL
    return FactorLine(
        site=sight.site(fact.site),
        element=Named("element", fact.element),
        material=fact.material,
        since=date.fromisoformat(fact.since) if fact.since else None,
        until=date.fromisoformat(fact.until) if fact.until else None,
        declared=ratio(one.declared, Standing.DECLARED),
        observed=ratio(one.observed),
        consumption=ratio(1 / one.observed if one.observed else None),
        tolerance=ratio(one.tolerance),
        verdict=verdict,
        entry=fact.entry,
    )


def _elements(months: Sequence[Yield], chosen: str) -> tuple[Choice, ...]:
    counted = Counter(one.process.element for one in months)
    return tuple(Choice(one, Named("element", one), counted[one], one == chosen) for one in ELEMENTS if counted[one])


def _sites(sight: Sight, months: Sequence[Yield], chosen: str) -> tuple[Choice, ...]:
    counted = Counter(one.process.site for one in months)
    named = sorted((sight.site(key).name, key) for key in counted)
    return tuple(Choice(key, name, counted[key], key == chosen) for name, key in named)
