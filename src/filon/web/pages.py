"""A view and a language to HTML: the templates, what they may call, and the style sheet.

Knows nothing of HTTP, so a battery's page can be written to a file without a server:

    render_battery(view, "fr", standalone=True)     # bytes of one file, no request to anywhere
"""

from __future__ import annotations

import base64
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from filon import __version__
from filon.core.finding import Finding, Language
from filon.core.ident import short
from filon.views.balance import BalanceLine
from filon.views.battery import BatteryView
from filon.views.build.battery import LOG
from filon.views.build.sight import GS1, lot_path
from filon.views.figure import Named, Sentence
from filon.views.origin import Contained
from filon.views.passport import PointLine
from filon.views.recall import RecallView
from filon.views.say import LANGUAGES, decimals, tongue
from filon.views.values import told
from filon.web.draw.bars import bar, origin_name, patterns, share_bar, swatch, tones
from filon.web.draw.carbon import footprint_waterfall, sankey, trajectory
from filon.web.draw.chain import draw_chain
from filon.web.draw.sankey import draw_sankey
from filon.web.draw.waterfall import amount, waterfall
from filon.web.qr import qr_svg, scannable
from filon.web.sheet import BLANKS, Own, Sheet

ASSETS = {
    "filon.css": ("base.css", "site.css"),
    "battery.css": ("base.css", "battery.css"),
    "filon.js": ("filon.js",),
    "mark.svg": ("mark.svg",),
}
"""{what is served: the files that it is made of}."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of ours that pages need; its path changes with its bytes, so that no copy goes stale."""

    name: str
    media_type: str
    data: bytes

    @property
    def path(self) -> str:
        """`/static/filon.1a2b3c4d5e6f.css`."""
        stem, _, ending = self.name.rpartition(".")
        return f"/static/{stem}.{sha256(self.data).hexdigest()[:12]}.{ending}"

    @property
    def source(self) -> str:
        """How a Content-Security-Policy allows it inline: `'sha256-…'`."""
        return f"'sha256-{base64.b64encode(sha256(self.data).digest()).decode()}'"


@cache
def asset(name: str) -> Asset:
    """One of our files by name; style sheets lose their comments and idle blanks."""
    folder = files(__package__).joinpath("static")
    text = "".join(folder.joinpath(part).read_text(encoding="utf-8") for part in ASSETS[name])
    kind = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}[name.rpartition(".")[2]]
    return Asset(name, kind, (_tight(text) if kind == "text/css" else text).encode())


def _tight(css: str) -> str:
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    bare = re.sub(r"\s+", " ", bare)
    return re.sub(r" ?([{};,]) ?", r"\1", bare).replace(": ", ":").strip()


@cache
def environment(language: Language) -> Environment:
    """The templates in a language."""
    speech = tongue(language)
    env = Environment(
        loader=PackageLoader("filon.web"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    words = speech.words
    env.install_gettext_callables(  # type: ignore[attr-defined]  # added by the i18n extension
        words.gettext, words.ngettext, newstyle=True, pgettext=words.pgettext, npgettext=words.npgettext
    )
    env.globals.update(
        tongue=speech,
        language=language,
        languages=LANGUAGES,
        version=__version__,
        bar=bar,
        tones=tones,
        swatch=swatch,
        patterns=patterns,
        waterfall=waterfall,
        draw_chain=draw_chain,
        footprint_waterfall=footprint_waterfall,
        sankey=sankey,
        trajectory=trajectory,
        draw_sankey=draw_sankey,
        share_bar=share_bar,
        of=lambda element: speech.name(Named("element", element), context="of"),
        amount=amount,
        decimals=decimals,
        places=places,
        columns=columns,
        alike=alike,
        lines_by_code=lines_by_code,
        qr_svg=qr_svg,
        scannable=scannable,
        lot_path=lot_path,
        origin_name=origin_name,
        named=Named,
        asset=asset,
        query=query,
    )
    env.filters.update(
        tell=speech.tell,
        figure=speech.figure,
        day=speech.day,
        moment=speech.moment,
        period=speech.period,
        name=speech.name,
        measured=speech.measured,
        number=speech.number,
        country=lambda code: speech.name(Named("country", code)),
        short=short,
        told=lambda line: told(speech, line.type, line.value, line.unit),
        clause=speech.clause,
        capital=lambda text: text[:1].upper() + text[1:],
    )
    return env


def query(**values: str | int | None) -> str:
    """`?q=atl&page=2` of the values that are not empty; "" if all are."""
    kept = {key: value for key, value in values.items() if value not in ("", None)}
    return f"?{urlencode(kept)}" if kept else ""


def render(template: str, language: Language, **values: object) -> bytes:
    """A page as UTF-8 bytes."""
    return environment(language).get_template(template).render(**values).encode()


def render_battery(view: BatteryView, language: Language, *, standalone: bool = False, host: str = "") -> bytes:
    """The public page of a battery; `standalone` makes one file that needs no server: style inside, no switch.

    Args:
        host: `https://passport.example`, put in front of the identifier's path in the QR code; empty = the
            canonical link itself.
    """
    own = own_of(view, language, host)
    if view.kept is None or standalone:
        return _drawn(view, language, own, standalone=standalone).encode()
    return sheet_of(view, language).plain(own)


def sheet_of(view: BatteryView, language: Language) -> Sheet:
    """The page of all kin of a battery, with blanks for what is one's own; drawn once where the view is kept."""
    kept: dict[str, Any] = {} if view.kept is None else view.kept
    if language not in kept:
        log = BLANKS.log if any(one.code == LOG for one in view.evidence) else ""
        passport = view.passport and replace(view.passport, link=BLANKS.tail)
        kept[language] = Sheet(_drawn(replace(view, passport=passport), language, replace(BLANKS, log=log)))
    sheet: Sheet = kept[language]
    return sheet


def own_of(view: BatteryView, language: Language, host: str) -> Own:
    """What is a battery's own on its page, and what every entry of the log changes."""
    link = public_link(view, host)
    log, size = _log_of(next((one for one in view.evidence if one.code == LOG), None), view.ledger.size, language)
    code = qr_svg(link, tongue(language).words.gettext("QR code of this battery"))
    history = view.passport.history if view.passport else ""
    tail = view.passport.link.removeprefix(GS1) if view.passport else ""
    return Own(view.serial, link, view.path, history, tail, log, view.ledger.root, size, code)


@lru_cache(maxsize=64)
def _log_of(sentence: Sentence | None, size: int, language: Language) -> tuple[str, str]:
    """The sentence on the log, and how many entries it has; of all batteries, until it grows."""
    say = tongue(language)
    return say.tell(sentence) if sentence else "", say.number(size)


def _drawn(view: BatteryView, language: Language, own: Own, *, standalone: bool = False) -> str:
    style = Markup(asset("battery.css").data.decode())  # noqa: S704 - our own file
    template = environment(language).get_template("battery.html")
    return template.render(view=view, own=own, standalone=standalone, style=style)


def lines_by_code(view: BatteryView) -> Mapping[str, PointLine]:
    """{data point: its line}; nothing for those that are not shown."""
    lines = view.passport.points if view.passport else ()
    return defaultdict(lambda: None, {line.point.key: line for line in lines})  # type: ignore[return-value,arg-type]


def render_letters(view: RecallView, language: Language) -> Iterator[tuple[str, bytes]]:
    """(file name, printable page): what is to be held, and a letter to each company that received some of it."""
    style = Markup(asset("filon.css").data.decode())  # noqa: S704 - our own file
    if view.hold:
        yield "hold.html", render("letters.html", language, view=replace(view, receivers=()), only=None, style=style)
    for at, one in enumerate(view.receivers, start=1):
        name = re.sub(r"[^\w-]+", "-", one.name).strip("-")[:60]
        yield f"{at:02}-{name}.html", render("letters.html", language, view=view, only=one, style=style)


def alike(findings: Sequence[Finding]) -> tuple[tuple[Finding, tuple[Finding, ...]], ...]:
    """Findings of one rule together, in the order given: (the first, the others); fifty equal lines are noise."""
    groups: dict[str, list[Finding]] = {}
    for one in findings:
        groups.setdefault(one.code, []).append(one)
    return tuple((first, tuple(rest)) for first, *rest in groups.values())


def public_link(view: BatteryView, host: str) -> str:
    """What the QR code of a battery says: its path at the host where its page lives, else its canonical identifier."""
    return host.rstrip("/") + view.path if host else view.link


def places(contents: tuple[Contained, ...]) -> int:
    """Decimals for kg of all these elements, the same for each so that they can be compared."""
    return decimals(one.mass.value for one in contents if one.mass.value is not None)


def columns(lines: Sequence[BalanceLine]) -> tuple[str, ...]:
    """The columns of a balance table: in, out, stock and unaccounted always, the others where not all are zero."""
    every = ("opening", "taken", *(name for name, _ in lines[0].exits())) if lines else ()
    always = {"taken", "made", "closing", "unaccounted"}
    return tuple(name for name in every if name in always or any(getattr(one, name).value for one in lines))
