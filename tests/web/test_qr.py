"""The code of a battery: small, readable, and meaning the same place as the link."""

from __future__ import annotations

import io
from xml.etree import ElementTree as ET

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from filon.web.qr import QUIET, qr_code, qr_file, qr_svg, scannable

LINK = "https://id.example.com/01/09506000134352/21/P-000017X"  # 53 characters, as in the interface reference


def painted(markup: str, scale: int = 4) -> Image.Image:
    """The SVG's rectangles on a bitmap: a drawing program of ten lines, to have another reading than our own."""
    svg = ET.fromstring(markup)
    side = int(svg.get("viewBox").split()[2])
    image = Image.new("L", (side, side), 255)
    path = next(one for one in svg.iter() if one.tag.endswith("path")).get("d")
    for piece in path.split("M")[1:]:
        start, rest = piece.split("h", 1)
        x, y = (int(n) for n in start.split())
        for step in range(int(rest.split("v")[0])):
            image.putpixel((x + step, y), 0)
    return image.resize((side * scale, side * scale), Image.Resampling.NEAREST)


def read(markup: str) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(painted(markup))]


def test_scheme_and_host_are_capitals_and_the_path_keeps_its_case():
    assert scannable(LINK) == "HTTPS://ID.EXAMPLE.COM/01/09506000134352/21/P-000017X"
    assert scannable("http://LocalHost:8765/01/1/21/aB") == "HTTP://LOCALHOST:8765/01/1/21/aB"


def test_capitals_make_the_code_smaller():
    # Interface reference, section 9: 53 characters = version 3 (29 modules, 37 with margin), lower case version 4 (41).
    import segno

    assert len(LINK) == 53
    code = qr_code(LINK)
    assert (code.version, code.error) == (3, "M")
    assert segno.make_qr(LINK, error="m", boost_error=False).version == 4
    assert qr_code(LINK.replace("017X", "017x")).version == 4, "a small letter in the serial number keeps its case"
    assert code.symbol_size(border=QUIET)[0] == 37


def test_a_reader_reads_what_was_written():
    assert read(qr_svg(LINK, "QR")) == [scannable(LINK)]


@given(st.text(st.sampled_from("abcXYZ0123456789-._%"), min_size=1, max_size=20))
@settings(max_examples=25, deadline=None)
def test_any_serial_number_survives(serial):
    link = f"https://id.gs1.org/01/09506000134352/21/{serial}"
    assert read(qr_svg(link, "QR")) == [scannable(link)]


def test_the_quiet_zone_is_white_and_four_modules_wide():
    image = painted(qr_svg(LINK, "QR"), scale=1)
    side = image.width
    edge = [
        image.getpixel((x, y))
        for x in range(side)
        for y in range(side)
        if min(x, y, side - 1 - x, side - 1 - y) < QUIET
    ]
    assert set(edge) == {255}


def test_it_is_black_on_white_in_dark_mode_too_and_has_a_name():
    svg = ET.fromstring(qr_svg(LINK, "Code of <this> battery"))
    assert [one.get("fill") for one in svg if one.get("fill")] == ["#ffffff", "#000000"]
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == "Code of <this> battery"


def test_the_file_is_a_whole_svg_document():
    root = ET.parse(io.BytesIO(qr_file(LINK, "P"))).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert int(root.get("viewBox").split()[3]) == 37


@pytest.mark.parametrize("link", ["no link", "/01/1/21/2"])
def test_what_has_no_host_is_left_as_it_is(link):
    assert scannable(link) == link
