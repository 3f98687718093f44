"""Damaged workbooks: whatever the bytes, the reader answers with rows or findings, never with an accident."""

import io
import random
import time
import zipfile

import pytest

from filon.core.errors import WrongCallError
from filon.exchange.workbook import check, events, mark, read, write, write_zip
from filon.exchange.workbook.example import EXAMPLE, EXAMPLE_LISTS

PIECES = [
    b"<f>1</f>", b'r="ZZ9"', b"&amp;", b"<x>", b"\xff", b'hidden="1"', b"<mergeCell ref='A1:ZZ9'/>", b"999999999", b"-1",
    b't="b"', b't="e"', b"]]>", b"<!--", b"\0", b"1e999", b"&#0;", b'<c r="A9"/>', b"<v/>",
]  # fmt: skip


def scratched(data, chance):
    """A few bytes changed, cut out or put in."""
    data = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at, kind = chance.randrange(len(data)), chance.random()
        if kind < 0.4:
            data[at] = chance.randrange(256)
        elif kind < 0.7:
            del data[at : at + chance.randint(1, 40)]
        else:
            data[at:at] = chance.choice(PIECES)
    return bytes(data)


def scratched_inside(package, chance):
    """The same in one member of a zip that is itself whole."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        chosen = chance.choice(source.namelist())
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, scratched(data, chance) if name == chosen else data)
    return out.getvalue()


def taken(data, name):
    reading = read(data, name)
    findings = check(reading)
    events(reading)
    for finding in findings:
        assert finding.text("fr")
        assert finding.text("en")
    try:
        mark(data, findings, "fr", name=name)
    except WrongCallError:
        assert reading.findings


def ways():
    book = write(EXAMPLE, language="fr", lists=EXAMPLE_LISTS)
    sheets = write_zip(EXAMPLE, language="fr", lists=EXAMPLE_LISTS)
    return [
        (lambda chance: scratched_inside(book, chance), "x.xlsx"),
        (lambda chance: scratched(book, chance), "x.xlsx"),
        (lambda chance: scratched(sheets, chance), "x.zip"),
        (lambda chance: scratched_inside(sheets, chance), "x.zip"),
    ]


@pytest.mark.parametrize("seed", range(12))
def test_a_scratched_workbook_is_read_or_refused(seed):
    chance = random.Random(seed)
    make, name = ways()[seed % 4]
    taken(make(chance), name)


@pytest.mark.nightly
def test_scratched_workbooks_all_night():
    chance = random.Random()
    until = time.monotonic() + 600
    while time.monotonic() < until:
        seed = chance.random()
        make, name = chance.choice(ways())
        data = make(random.Random(seed))
        started = time.monotonic()
        try:
            taken(data, name)
        except Exception as error:
            raise AssertionError(f"seed {seed!r}, {name}") from error
        assert time.monotonic() - started < 30
