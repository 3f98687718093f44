"""A lot's content by any characteristic: the names of an account as people read them, with their bounds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from filon.accounts.custody.facts import Fact
from filon.accounts.recall import Range, before
from filon.accounts.recycled import PRIMARY
from filon.accounts.shares import KINDS, bounds, characteristic, named_in, shares
from filon.books.journal import UNKNOWN as NOT_DECLARED
from filon.books.lot import LotId
from filon.books.trace import entered
from filon.core.ident import short
from filon.views.build.lot import contained
from filon.views.build.sight import Sight
from filon.views.figure import Named, kg
from filon.views.origin import UNKNOWN, Contained, Origin, OriginKind, OriginView, by_origin


def origin_view(
    sight: Sight, lot: LotId, *, by: str = "origin", element: str = "", facts: Sequence[Fact] = ()
) -> OriginView:
    """What is in a lot by a characteristic, with the least and most of each name.

    Args:
        by: `origin`, `country`, `region`, `company`, `recycled`, `certified`, or an attribute that makers give lots.
        facts: what was said of custody; for `certified`.
    """
    elements = sight.elements(sight.made(lot))
    wanted = [one for one in elements if element in {"", one}]
    return OriginView(
        ledger=sight.state,
        key=lot,
        number=short(lot),
        by=by,
        kinds=KINDS,
        element=element,
        elements=elements,
        contained=tuple(_contained(sight, lot, one, by, facts) for one in wanted),
    )


def names_of(sight: Sight, element: str, by: str, facts: Sequence[Fact] = ()) -> Mapping[tuple[int, str], str]:
    """{(event, origin or lot): what matter is called from there on}, for the tree of reasons."""
    found = named_in(sight.book, element, by, facts)
    return {key: ", ".join(sorted(_plain(sight, by, name) for name in names)) for key, names in found.items()}


def _plain(sight: Sight, by: str, name: str) -> str:
    """A name as it is kept: country codes, classes, names of regions and companies."""
    if name == NOT_DECLARED or by in {"recycled", "country"}:
        return name
    return _named(sight, by, name).name if by != "origin" else sight.origin(name).name


def _contained(sight: Sight, lot: LotId, element: str, by: str, facts: Sequence[Fact]) -> Contained:
    if by == "origin":
        plain = next(one for one in contained(sight, lot) if one.element == element)
        return _bounded(sight, lot, plain, by, facts)
    vector = shares(sight.book, element, by, facts, sight.behind(lot)).made[sight.made(lot).id]
    if vector is None or sight.made(lot).content.get(element) is None:
        return by_origin(element, None)
    masses: Counter[Origin] = Counter()
    for name, mg in vector.items():
        masses[_named(sight, by, name)] += mg
    return _bounded(sight, lot, by_origin(element, masses), by, facts)


def _bounded(sight: Sight, lot: LotId, held: Contained, by: str, facts: Sequence[Fact]) -> Contained:
    """The same with bounds; waste becomes recycled on the way, so recycled has none."""
    if by == "recycled":
        return held
    found = bounds(
        sight.book,
        lot,
        held.element,
        characteristic(sight.book, by, facts, before(sight.book, entered(sight.book, [lot]))),
    )
    by_key: dict[str, Range] = {"" if name == NOT_DECLARED else name: span for name, span in found.items()}
    rows = []
    for row in held.origins:
        least, most = by_key.get(row.origin.key, (0, None))
        rows.append(replace(row, least=kg(least), most=kg(most)))
    return replace(held, origins=tuple(rows))


def _named(sight: Sight, by: str, name: str) -> Origin:
    if name == NOT_DECLARED:
        return UNKNOWN if by in KINDS and by != "certified" else replace(UNKNOWN, label=Named("origin", "unsaid"))
    match by:
        case "country":
            return Origin(name, "", name, OriginKind.MINE)
        case "region":
            return Origin(name, name, "", OriginKind.MINE, Named("region", name))
        case "company":
            register = sight.book.register
            return Origin(
                name, register.name(name) if register.name(name) != name else short(name), "", OriginKind.MINE
            )
        case "recycled":
            kind = OriginKind.MINE if name == PRIMARY else OriginKind.RECYCLED
            return Origin(name, name, "", kind, Named("recycled", name))
    return Origin(name, name, "", OriginKind.MINE)
