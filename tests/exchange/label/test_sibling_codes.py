"""Codes put together from those of siblings are, module for module, the codes that the library makes."""

import segno
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from filon.exchange.label.code import code_of, scannable
from filon.exchange.label.sibling import rows

HOSTS = ("https://id.atlas.example", "http://LocalHost:8765")
SERIAL = st.one_of(st.text("0123456789", min_size=1, max_size=12), st.text("ABab09-._%", min_size=1, max_size=12))


def made(link, mask):
    """The library's modules with a mask: the slow way."""
    code = segno.make_qr(scannable(link), error="m", boost_error=False, mask=mask)
    return tuple("".join("1" if module & 1 else "0" for module in row) for row in code.matrix)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(HOSTS), SERIAL)
def test_a_code_is_one_of_the_eight_that_the_library_makes(host, serial):
    link = f"{host}/01/09521213000010/21/{serial}"
    assert rows(link) in {made(link, mask) for mask in range(8)}
    assert len(rows(link)) == len(code_of(link).matrix)


def test_a_telephone_reads_it():
    for serial in ("000001", "999999", "A-17x"):
        link = f"https://id.atlas.example/01/09521213000010/21/{serial}"
        image = Image.new("L", (41, 41), 255)
        for y, row in enumerate(rows(link)):
            for x, module in enumerate(row):
                image.putpixel((x + 4, y + 4), 0 if module == "1" else 255)
        (read,) = zxingcpp.read_barcodes(image.resize((328, 328), Image.Resampling.NEAREST))
        assert read.text == scannable(link)


def test_what_is_not_ascii_takes_the_long_way():
    assert rows("https://id.atlas.example/21/é") == made(
        "https://id.atlas.example/21/é", code_of("https://id.atlas.example/21/é").mask
    )
