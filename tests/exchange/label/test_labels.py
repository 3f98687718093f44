"""Labels are read back by an outside reader (zxing-cpp): SVG, PNG and PDF, and what is too small or too pale is refused."""

import io
from decimal import Decimal

import pytest
import zxingcpp
from PIL import Image

from filon.core.errors import WrongCallError
from filon.exchange.label import SHEETS, Label, Print, code_of, findings, pdf, png, scannable, svg
from filon.exchange.label.code import contrast, modules

LINK = "https://id.atlas.example/01/09521213000010/21/SN-7"


def read_back(image):
    return [one.text for one in zxingcpp.read_barcodes(image)]


@pytest.mark.parametrize("link", [LINK, "https://id.atlas.example/i/AAAAAAAAAAAAAAAAAAAAAA", LINK + "x" * 60])
@pytest.mark.parametrize("dpi", [150, 600])
def test_a_png_is_read_back(link, dpi):
    image = Image.open(io.BytesIO(png(code_of(link), dpi=dpi)))
    assert read_back(image) == [scannable(link)]


def test_the_svg_draws_the_same_modules_as_the_code():
    drawn = svg(code_of(LINK), Print(Decimal(20))).decode()
    assert 'width="20mm"' in drawn or "20.0" in drawn
    assert "#000000" in drawn or "#000" in drawn


def rendered(labels, sheet, side):
    """The PDF's own page as a picture, by the program that made it."""
    import typst

    seen = {}
    real = typst.compile

    def watch(template, **options):
        seen["png"] = real(template, sys_inputs=options["sys_inputs"], format="png", ppi=300)
        return real(template, **options)

    typst.compile, kept = watch, real
    try:
        data = pdf(labels, sheet, side_mm=side)
    finally:
        typst.compile = kept
    return data, seen["png"]


def test_every_sticker_of_a_sheet_is_read_back():
    links = [f"https://id.atlas.example/01/09521213000010/21/{n:06}" for n in range(24)]
    labels = [Label(one, "AP-75 #bold *x*", one[-6:], ("75 kWh",)) for one in links]
    data, picture = rendered(labels, SHEETS["a4-24"], Decimal(20))
    assert data.startswith(b"%PDF-")
    image = Image.open(io.BytesIO(picture[0] if isinstance(picture, list) else picture))
    assert sorted(read_back(image)) == sorted(scannable(one) for one in links)


def test_a_single_sticker_is_read_back():
    _, picture = rendered([Label(LINK, "AP-75", "SN-7")], SHEETS["single"], Decimal(20))
    image = Image.open(io.BytesIO(picture[0] if isinstance(picture, list) else picture))
    assert read_back(image) == [scannable(LINK)]


def test_by_hand_how_large_a_code_must_be():
    # 50 characters without a small letter are alphanumeric; version 3 holds 61 of them at level M (ISO 18004, table 7):
    # 29 modules and 4 white ones on each side, 37; 37 x 0.35 mm = 12.95 mm.
    code = code_of(LINK)
    assert (code.version, modules(code)) == (3, 37)
    assert findings(code, Print(Decimal("12.95"))) == ()
    (small,) = findings(code, Print(Decimal("12.94")))
    assert (small.code, small.values["wide"]) == ("DPP-013", "13.0")


@pytest.mark.parametrize(
    ("how", "code"),
    [
        (Print(dark="#ffffff", light="#000000"), "DPP-014"),  # light on dark
        (Print(dark="#888888"), None),  # 27 % reflectance against 100: 73 % contrast
        (Print(dark="#cccccc"), "DPP-014"),
        (Print(quiet=2), "DPP-015"),
    ],
)
def test_contrast_and_white_border(how, code):
    assert [one.code for one in findings(code_of("https://a.example/i/1"), how)] == ([code] if code else [])


def test_contrast_by_hand():
    assert contrast("#000000", "#ffffff") == 100
    assert contrast("#ffffff", "#000000") == -100


def test_a_code_larger_than_its_sticker_is_refused():
    with pytest.raises(WrongCallError):
        pdf([Label(LINK, "m", "s")], SHEETS["single"], side_mm=Decimal(40))
    with pytest.raises(WrongCallError):
        pdf([])
