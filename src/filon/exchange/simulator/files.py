"""The files of the founding chain as they would arrive: workbooks, CSV sets and EPCIS documents, month by month.

    paths = simulate(directory, seed=1)     # in the order in which they were delivered

Beside them lie `agreement.json` (the contract) and `truth.json` (what only the simulator can know).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from filon.epcis.event import Event
from filon.epcis.jsonwrite import write as write_jsonld
from filon.exchange.simulator.agreement import agreement
from filon.exchange.simulator.chain import chain
from filon.exchange.simulator.deed import Assembled, Deed, Delivered, Made, Mistaken, Plan, Received, Rejected, Shipped
from filon.exchange.simulator.master import master
from filon.exchange.simulator.sheets import sheets
from filon.exchange.simulator.told import told
from filon.exchange.simulator.truth_file import truth_json
from filon.exchange.simulator.world import PRODUCTS, SITES, Company, Product, Site
from filon.exchange.workbook import write, write_zip

_MONTHS = {
    "en": ("may", "june", "july", "august", "september"),
    "fr": ("mai", "juin", "juillet", "aout", "septembre"),
}
_FIRST_MONTH = 5


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file: who sends it, for which month, when it arrives, and the deeds it tells."""

    company: Company
    month: str
    deeds: tuple[Deed, ...]

    @property
    def day(self) -> str:
        """`2026-08-03`, the day it arrives: in the month after the one it tells of."""
        year, month = self.month.split("-")
        return f"{year}-{int(month) + 1:02}-{self.company.day:02}"

    @property
    def name(self) -> str:
        """`2026-08-03_atlas_juillet.xlsx`; names sort in the order of delivery."""
        word = _MONTHS[self.company.language][int(self.month[-2:]) - _FIRST_MONTH]
        ending = {"xlsx": "xlsx", "csv": "zip", "epcis": "jsonld"}[self.company.medium]
        return f"{self.day}_{self.company.key}_{word}.{ending}"

    def data(self) -> bytes:
        """The file's bytes."""
        if self.company.medium == "epcis":
            return write_jsonld(told(self.deeds), master=master(*_named(self.deeds)), pretty=True)
        out = sheets(self.deeds, self.company.language)
        put = write if self.company.medium == "xlsx" else write_zip
        return put(out.rows, language=self.company.language, lists=out.lists())


def deliveries(plan: Plan) -> Sequence[Delivery]:
    """The files of a plan in the order in which they arrive; every deed is told in exactly one of them."""
    by_file: dict[tuple[str, str], list[Deed]] = defaultdict(list)
    companies = {}
    for deed in plan:
        company = deed.site.company
        companies[company.key] = company
        by_file[company.key, deed.month].append(deed)
    listed = [Delivery(companies[key], month, tuple(deeds)) for (key, month), deeds in by_file.items()]
    return sorted(listed, key=lambda one: one.name)


def simulate(directory: Path, seed: int = 1, scale: int = 1) -> list[Path]:
    """Write the founding chain's files into a directory.

    Args:
        directory: made if it is not there; files of the same names are overwritten.
        seed: the same seed gives the same files, byte for byte.
        scale: so many strands of the chain side by side.

    Returns:
        The suppliers' files in the order of delivery (not `agreement.json` and `truth.json`).
    """
    directory.mkdir(parents=True, exist_ok=True)
    plan = chain(seed, scale)
    paths = []
    for delivery in deliveries(plan):
        path = directory / delivery.name
        path.write_bytes(delivery.data())
        paths.append(path)
    (directory / "agreement.json").write_bytes(agreement())
    (directory / "truth.json").write_bytes(truth_json(plan, seed, deliveries(plan)))
    return paths


def events(seed: int = 1, scale: int = 1) -> Iterator[Event]:
    """The founding chain as events, without files, oldest first."""
    return told(chain(seed, scale))


def _named(deeds: Iterable[Deed]) -> tuple[set[Site], set[Product]]:
    sites, products = set[Site](), set[Product]()
    for deed in deeds:
        sites.add(deed.site)
        match deed:
            case Made():
                products |= {deed.line.lot.product, *(line.lot.product for line in deed.used)}
                sites |= {SITES[deed.traits.origin]} if deed.traits.origin else set()
            case Shipped():
                sites.add(deed.to)
                products |= {line.lot.product for line in deed.lines}
            case Received():
                sites.add(deed.maker)
                products |= {line.lot.product for line in deed.lines}
            case Assembled():
                products |= {deed.product, *(one.lot.product for one in deed.ranges)}
            case Rejected():
                products.add(deed.range.lot.product)
            case Delivered():
                sites.add(deed.to)
                products.add(PRODUCTS["pack"])
            case Mistaken():
                products.add(deed.right.line.lot.product)
            case _:
                continue
    return sites, products
