"""aics-tlog, a verifier by others, checks a whole log that Filon wrote, its cosignature and proofs, and finds every flip."""

import os
import random
import subprocess
from pathlib import Path

import pytest

from filon.log import tiles
from filon.log.key import Kind, new_secret

OTHER = new_secret("other.example/w2", Kind.ED25519_COSIGNATURE, b"\7" * 32).key


@pytest.fixture
def run(aics, great):
    script = Path(__file__).parent / "aics_verify.py"
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def run(*witnesses):
        words = [aics, str(script), str(great.folder), great.log, *witnesses]
        return subprocess.run(words, capture_output=True, text=True, check=False, env=clean)

    return run


def test_it_verifies_the_log_and_its_witness(run, great):
    told = run(great.witness)
    assert (told.returncode, told.stderr) == (0, "")
    assert f"log.example/atlas: {great.size} entries" in told.stdout
    assert "carmaker.example/w1" in told.stdout
    assert run(great.witness, str(OTHER)).returncode == 1  # one that never cosigned


def test_it_catches_one_flipped_bit_in_every_kind_of_file(run, great):
    dice = random.Random(1)
    kinds = {}
    for tile in tiles.tiles(great.size):
        kinds.setdefault((tile.level, tile.width == 256), []).append(tile)
    paths = [great.folder / dice.choice(some).path for some in kinds.values()]
    assert len(paths) >= 5
    for path in paths:
        data = path.read_bytes()
        at = dice.randrange(len(data))
        path.write_bytes(data[:at] + bytes([data[at] ^ (1 << dice.randrange(8))]) + data[at + 1 :])
        assert run().returncode == 1, path
        path.write_bytes(data)
    path = great.folder / "checkpoint"
    data = path.read_bytes()
    for at in (3, data.index(b"\n") + 1, data.index(b"\n\n") - 5, data.index(b"\n\n") + 60):
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        assert run(great.witness).returncode == 1, at
    path.write_bytes(data)
    assert run(great.witness).returncode == 0
