"""The founding chain from suppliers' files to a battery's origin: simulate, capture, verify, and tell of one pack."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from time import perf_counter

from filon.app import capture
from filon.app.carbon import Carbon
from filon.app.derive import derived
from filon.app.ledger import Ledger
from filon.app.pages import Pages
from filon.app.verify import verify
from filon.core.errors import ConflictError
from filon.core.finding import Finding
from filon.core.ident import elements
from filon.exchange.simulator.energy import simulate_energy
from filon.exchange.simulator.files import simulate
from filon.exchange.simulator.passport import PUBLICATION, simulate_passport
from filon.exchange.simulator.promises import DECLARED, agreement_baseline, baseline, simulate_declared
from filon.exchange.simulator.world import SITES
from filon.views.battery import BatteryView
from filon.views.build.balance import chain_lines
from filon.views.demo import DemoView, DepositLine
from filon.views.origin import Contained, OriginShare

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Places:
    """Where the demo puts things, below its folder."""

    folder: Path

    @property
    def files(self) -> Path:
        """The suppliers' files."""
        return self.folder / "files"

    @property
    def ledger(self) -> Path:
        """The ledger."""
        return self.folder / "filon.db"

    def page(self, language: str) -> Path:
        """The pack's public page."""
        return self.folder / f"pack.{language}.html"


def run(
    folder: Path,
    seed: int,
    *,
    now: Callable[[], datetime],
    render: Callable[[BatteryView, str], bytes],
    progress: Progress | None = None,
) -> DemoView:
    """Make the demo in a folder; what an earlier demo left there is replaced.

    Args:
        render: draws the public page of a battery (given by the edge that can).

    Raises:
        ConflictError: a file was refused, or the log does not verify: the demo would tell untruths.
    """
    places = Places(folder)
    _clear(places)
    begun = perf_counter()
    simulate(places.files, seed)
    simulate_energy(places.files, seed)
    simulate_passport(places.files)
    (places.files / "baseline.json").write_bytes(baseline())
    simulate_declared(places.files)
    beside = {
        "baseline": baseline(),
        "baseline-agreement": agreement_baseline(),
        "agreement": (places.files / "agreement.json").read_bytes(),
    }
    for name, data in beside.items():
        places.ledger.with_name(f"filon-{name}.json").write_bytes(data)
    taken = {".xlsx", ".zip", ".jsonld", ".csv"}
    delivered = sorted(p for p in places.files.iterdir() if p.suffix in taken or p.name in {PUBLICATION, DECLARED})
    with Ledger.open(places.ledger) as ledger:
        outcomes = capture.capture(
            ledger,
            capture.read_files(delivered, limit_mb=200),
            now=now,
            submitter="filon demo",
            accept=capture.ALL_WARNINGS,
            progress=progress,
        )
        refused = [one.name for one in outcomes if one.state is capture.State.REFUSED]
        if refused:
            raise ConflictError(f"the demo's own files were refused: {', '.join(refused)}")
        verdict = verify(ledger.store, derive=derived)
        if not verdict.whole:
            raise ConflictError("the log of the demo does not verify")
        pages = Pages(ledger)
        battery = pages.battery(*_first_pack(pages))
        for language in ("en", "fr"):
            places.page(language).write_bytes(render(battery, language))
        return _told(places, pages, outcomes, battery, begun)


def _clear(places: Places) -> None:
    """Take away what an earlier demo left, and nothing else: another's ledger is not ours to replace."""
    places.folder.mkdir(parents=True, exist_ok=True)
    if places.files.is_dir():
        for path in places.files.iterdir():
            path.unlink()
    for path in places.folder.glob("filon.db*"):
        path.unlink()


def _first_pack(pages: Pages) -> tuple[str, str]:
    packs = [row.key for row in pages.lots(stage="pack").rows]
    keys = [elements(key) for key in sorted(packs)]
    first = next(key for key in keys if "21" in key)
    return first["01"], first["21"]


def _told(
    places: Places, pages: Pages, outcomes: list[capture.Outcome], battery: BatteryView, begun: float
) -> DemoView:
    sight = pages.sight()
    terms = (places.files / "agreement.json").read_bytes()
    metals = pages.origin(battery.link)
    mine = _of_mine(metals, SITES["tizi mine"].id)
    listed = pages.lots()
    return DemoView(
        deposits=tuple(DepositLine(one.name, one.state.value, one.events, one.warnings, one.entry) for one in outcomes),
        events=len(sight.book.events),
        lots=listed.total,
        packs=pages.lots(stage="pack").total,
        battery=battery,
        metals=metals,
        mine=mine.origin,
        share=mine.share,
        alarms=_alarms(pages.findings()),
        balance=chain_lines(sight),
        agreement=pages.agreement(terms, int(json.loads(terms)["start"][:4])),
        carbon=Carbon(pages.ledger).pack(battery.link, baseline=(places.files / "baseline.json").read_bytes()),
        verified=battery.ledger.size,
        root=battery.ledger.root,
        seconds=Decimal(round((perf_counter() - begun) * 10)).scaleb(-1),
        page=str(places.page("en")),
        ledger=str(places.ledger),
    )


def _of_mine(metals: tuple[Contained, ...], mine: str) -> OriginShare:
    cobalt = next(one for one in metals if one.element == "Co")
    return next(share for share in cobalt.origins if share.origin.key == mine)


def _alarms(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(one for one in findings if one.level == "warning")
