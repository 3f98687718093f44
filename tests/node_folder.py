"""A folder with programs of others for node, fetched by npm: those of tests/outside/node/package.json."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "outside/node"


def node_folder(factory, script, package):
    """The folder, with one script of ours in it; skipped by name without node or npm, failing where CI has them."""
    npm = shutil.which("npm")
    if shutil.which("node") is None or npm is None:
        pytest.skip("no node with npm (Debian: nodejs, npm)")
    folder = Path(os.environ.get("FILON_NODE") or factory.mktemp("node"))
    for name in ("package.json", script):
        shutil.copy(HERE / name, folder)
    if not (folder / "node_modules" / package).is_dir():
        told = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        done = subprocess.run(told, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode:
            missing = pytest.fail if os.environ.get("CI") else pytest.skip  # where CI has node, it must check
            missing(f"npm could not install {package}: {done.stderr[-200:]}")
    return folder
