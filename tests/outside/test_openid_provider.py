"""Signing in by somebody else's OpenID provider, `oidc-provider` on node: there and back in one browser, and out again.

Needs node with npm, which fetches the packages of node/package.json into FILON_NODE or a scratch folder; skipped by
name without them.
"""

import re
import subprocess
from contextlib import closing
from datetime import date
from html import unescape

import httpx
import pytest

from filon.app.access import Door, Kind, enter
from filon.app.access.door import Door as _Door
from filon.app.access.openid import Client
from filon.app.access.people import people
from filon.app.access.providers import Provider
from filon.app.desk.acting import OPERATOR, acting
from filon.app.desk.file import Desk
from filon.app.ledger import Ledger
from filon.app.outside import asker
from filon.app.pages import Pages
from filon.web.app import create_app
from host import bound, served
from node_folder import node_folder


def free():
    with closing(bound()) as one:
        return one.getsockname()[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return node_folder(tmp_path_factory, "provider.mjs", "oidc-provider")


@pytest.fixture
def house(folder):
    """(our address, the desk): Filon served, and the provider that it trusts."""
    ours, theirs = bound(), free()
    host, issuer = f"http://127.0.0.1:{ours.getsockname()[1]}", f"http://127.0.0.1:{theirs}"
    where = f"{host}/sign-in/with/op"
    words = [str(theirs), "filon", f"{where}/back", f"{where}/end", f"{host}/sign-in", "x,traceability"]
    op = subprocess.Popen(["node", "provider.mjs", *words], cwd=folder, stdout=subprocess.PIPE, text=True)
    assert op.stdout.readline().strip() == "ready"
    desk = Desk(None)
    door = Door(desk)
    provider = Provider("op", "Voltarine", issuer, "filon", "a secret of thirty-two characters", "groups",
                        (("traceability", "Voltarine"),))  # fmt: skip
    door.providers["op"] = Client(provider, asker({f"127.0.0.1:{theirs}"}), door.now)
    with Ledger.open("memory:") as ledger:
        app = create_app(Pages(ledger, lambda: date(2027, 3, 1)), door=door, host=host)
        with served(app, ours):
            yield host, issuer, desk
    op.terminate()
    op.wait(10)


def browser():
    return httpx.Client(follow_redirects=True, headers={"Accept": "text/html", "Sec-Fetch-Site": "same-origin"})


def test_there_and_back_and_out_again(house):
    host, issuer, desk = house
    enter(desk, "Voltarine", Kind.OPERATOR, now=_Door(desk).now())
    with browser() as web:
        page = web.get(f"{host}/lots")
        assert page.url.path == "/sign-in"
        link = re.search(r'href="(/sign-in/with/op[^"]*)"', page.text)[1]
        inside = web.get(host + unescape(link))
        assert (inside.status_code, inside.url.path) == (200, "/lots")
        assert [one.url.port != httpx.URL(host).port for one in inside.history].count(True) >= 3, "it was there"
        with acting(OPERATOR):
            (anna,) = people(desk)
        assert (anna.name, anna.kind, anna.ready) == ("anna", Kind.OPERATOR, False)
        # leaving here, and then there: the provider tells us by the back channel, a session that we still had ends
        kept = web.cookies["filon_session"]
        out = web.get(
            f"{issuer}/session/end", params={"client_id": "filon", "post_logout_redirect_uri": f"{host}/sign-in"}
        )
        form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', out.text))
        done = web.post(f"{issuer}/session/end/confirm", data={**form, "logout": "yes"})
        assert done.url.path == "/sign-in"
        told = httpx.get(f"{host}/lots", headers={"Accept": "text/html"}, cookies={"filon_session": kept})
        assert told.status_code == 303, "the back channel ended it"


def test_who_is_of_no_organisation_here_is_told_so(house):
    """The provider vouches for her, but the operator's list names an organisation that is not entered."""
    host, _, desk = house
    with browser() as web:
        answer = web.get(f"{host}/sign-in/with/op")
        assert (answer.status_code, "did not let you in" in answer.text) == (401, True)
        assert web.get(f"{host}/lots").url.path == "/sign-in"
    with acting(OPERATOR):
        assert people(desk) == []
