"""Steps: inputs are pooled, outputs drawn from the pool, and the difference is posted in the open.

A measured output (assay, or pure form) has what was measured; an article (cell, module, pack) has what went in and
did not come out beside it, matter that was only handled its part by weight (`handled`). The rest is loss where the
yield is plausible, else unaccounted; a surplus within two sigma is measurement noise of the pool's own mixture, beyond
it is undeclared matter of unknown origin (decision 0003).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise

from filon.books import handled
from filon.books.book import Flow, Holding
from filon.books.campaign import Campaign, Product
from filon.books.declared import content_findings, measured, spread
from filon.books.difference import settle
from filon.books.journal import Journal
from filon.books.lot import PIECE, Account, AccountKind, LotId
from filon.books.movement import Movement
from filon.books.stock import birth, output
from filon.core.finding import found
from filon.core.matter import MASS
from filon.core.quantity import part


def step(journal: Journal, deed: list[Movement]) -> None:
    """Post a step; the steps of one campaign share their inputs, whichever of its outputs they went into.

    Source: EPCIS 2.0 7.4.5 (transformationID); custody reference, I-7, I-9 to I-11.
    """
    campaign = journal.campaign(deed)
    campaign.deeds -= 1
    takes = [(move, line) for move in deed for line in move.takes if journal.takes_from(line)]
    products = _products(journal, deed) if campaign.followed else []
    if not campaign.fed:
        for product in products:
            _doubt(journal, product)
            birth(journal, product.move, product.line)
        return
    if not takes and not products and campaign.pool is None:
        return
    first = len(journal.flows)
    alone = campaign.pool is None and not campaign.deeds
    pool = _pool(journal, deed, campaign)
    for move, line in takes:
        for content, sigma in journal.take(move, line, pool.id):
            campaign.took(journal.told(journal.resolved(line).lot), content, sigma)
    if not campaign.followed:
        journal.drain(pool, Account(AccountKind.OUT_OF_SCOPE, "elsewhere"))
        return
    if alone:
        handled.share(pool.content, products, campaign)
    _account(journal, campaign, products)
    _share_by_conservation(pool, products, campaign)
    names = ", ".join(journal.name(one.line.lot) for one in products if one.told.kind == "product")
    settle(
        journal,
        deed[0],
        pool,
        _known(journal.flows[first:]),
        campaign,
        [product.content for product in products],
        names,
    )
    for product in products:
        sigma = product.sigma
        if product.told.article:
            sigma = {s: campaign.sigma(s) / mg for s, mg in product.content.items() if mg and s != MASS}
        output(journal, product.move, product.line, product.content, sigma, pool.id)


def _account(journal: Journal, campaign: Campaign, products: list[Product]) -> None:
    """Note what comes out of a campaign; what was only handled is as sure as what went in, but for its weight."""
    for product in products:
        _doubt(journal, product)
        campaign.made(product.told, product.content, {} if product.handled else product.sigma)


def _doubt(journal: Journal, product: Product) -> None:
    """Say what is not known of a product that nobody assayed and that is not simply what went in."""
    told, lot = product.told, product.line.lot
    if handled.may_be(told) and not product.handled and told.kind == "product" and journal.follows(lot):
        journal.findings += content_findings(told, journal.name(lot), product.move.said.place)


def _pool(journal: Journal, deed: list[Movement], campaign: Campaign) -> Holding:
    """The holding in which a step's matter is in process, with what earlier deeds of the campaign left in it."""
    name = LotId(deed[0].campaign or deed[0].said.key)
    pool = journal.new(name, deed[0].site, AccountKind.STEP, PIECE)
    if campaign.pool is not None:
        before = journal.holdings[campaign.pool]
        pool.version, before.next = before.version + 1, pool.id
        journal.gain(pool, before.id, before.left_content)
        before.left_content = {}
    campaign.pool = pool.id if campaign.followed else None
    return pool


def _known(flows: Iterable[Flow]) -> Mapping[str, int]:
    """{substance: mg} of the flows, as far as it is known."""
    known = Counter[str]()
    for flow in flows:
        known.update({substance: mg for substance, mg in flow.content.items() if mg})
    return known


def _products(journal: Journal, deed: list[Movement]) -> list[Product]:
    products = []
    for move in deed:
        for line in move.gives:
            if line.amount is None:
                journal.findings.append(found("BOK-023", move.said.place, lot=journal.name(line.lot)))
                continue
            told = journal.says(move, line.lot)
            content = measured(told, line.amount)
            products.append(Product(move, line, told, content, {} if told.article else spread(told, content)))
    return products


def _share_by_conservation(pool: Holding, products: list[Product], campaign: Campaign) -> None:
    """Give articles what went in less what came out beside them, by pieces: the n-th piece's share never changes.

    Of what is in process, pieces that come out in later deeds of the campaign have their share left for them.
    """
    articles = [product for product in products if product.told.article]
    total = campaign.pieces
    if not articles or not total:
        return
    campaign.pieces -= sum(product.pieces for product in articles)
    bounds = [0]
    for product in articles:
        bounds.append(bounds[-1] + product.pieces)
        product.content = {MASS: product.content.get(MASS)}
    for substance, held in pool.content.items():
        beside = [product.content.get(substance, 0) for product in products if not product.told.article]
        if substance == MASS:
            continue
        rest = None if held is None or None in beside else max(0, held - sum(mg or 0 for mg in beside))
        for product, (low, high) in zip(articles, pairwise(bounds), strict=True):
            product.content[substance] = None if rest is None else part(rest, high, total) - part(rest, low, total)
