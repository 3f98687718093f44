"""Calling out: only to the public internet, to the address that was checked, within its time and size."""

import socket
import threading
import time
from contextlib import closing

import pytest

from filon.app.desk.exceptions import SubscriptionControlsException
from filon.app.desk.outbound import UnreachableError, public, send, target

# Address forms of the security reference, section 3, and of the IANA special-purpose registries.
PRIVATE = [
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "192.0.0.8",
    "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "192.88.99.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "fec0::1", "2001:db8::1", "3fff::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2002:0808:0808::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:0:5ef5:79fd::1", "::7f00:1", "64:ff9b:1::1", "100::1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4007::1", "::ffff:8.8.8.8"]


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_of_the_public_internet(address):
    assert not public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is(address):
    assert public(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://partner.example.com/hook", "https://partner.example.com:8443/", "https://user:pw@partner.example.com/",
        "https://127.0.0.1/", "https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/", "https://127.1/",
        "https://[::1]/", "https://①②⑦.0.0.1/", "https://localhost/", "ftp://partner.example.com/", "file:///etc/passwd",
        "gopher://partner.example.com/", "https://partner.example.com/#x", "https://partner.example.com/a b", "",
        "https://", "//partner.example.com/", "https://partner.example.com:99999/", "https://partner.example.com\\@evil/",
        "https://partner.example.com/\r\nX: y", "javascript:alert(1)", "https://partner.example.0x7f/", "https://a..b.com/",
    ],
)  # fmt: skip
def test_addresses_that_are_never_called(address):
    with pytest.raises(SubscriptionControlsException):
        target(address, frozenset())


def test_an_address_that_may_be_called():
    to = target("https://Hooks.Partner.example.com/epcis?to=7", frozenset())
    assert (to.secure, to.host, to.port, to.path) == (True, "hooks.partner.example.com", 443, "/epcis?to=7")


def test_a_host_that_the_operator_allows():
    assert target("http://127.0.0.1:9000/x", {"127.0.0.1:9000"}).own
    with pytest.raises(SubscriptionControlsException):
        target("http://127.0.0.1:9001/x", {"127.0.0.1:9000"})
    with pytest.raises(SubscriptionControlsException):
        target("ftp://127.0.0.1:9000/x", {"127.0.0.1:9000"})


@pytest.mark.parametrize("addresses", [[], ["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:10.0.0.1"]])
def test_a_name_with_any_private_address_is_not_called(addresses, monkeypatch):
    connected = []
    monkeypatch.setattr(socket, "create_connection", lambda *args: connected.append(args))
    with pytest.raises(UnreachableError):
        send(target("https://hooks.example.com/", frozenset()), b"{}", {}, resolve=lambda *_: addresses)
    assert connected == []


def test_the_address_that_was_checked_is_the_one_connected_to(monkeypatch):
    """A name that answers differently the second time gains nothing: it is asked once."""
    asked, connected = [], []

    def resolve(host, port):
        asked.append(host)
        return ["93.184.215.14"] if len(asked) == 1 else ["127.0.0.1"]

    def connect(address, timeout):
        connected.append(address)
        raise OSError("no network in tests")

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(UnreachableError):
        send(target("https://hooks.example.com/", frozenset()), b"{}", {}, resolve=resolve)
    assert connected == [("93.184.215.14", 443)]
    assert asked == ["hooks.example.com"]


def server(answer, *, pause=0.0):
    """A listener that takes one connection, keeps what it heard, and answers piece by piece."""
    listening = socket.create_server(("127.0.0.1", 0))
    heard = []

    def run():
        with closing(listening):
            connection, _ = listening.accept()
            with closing(connection):
                said = connection.recv(65_536)
                while not said.endswith((b"}", b"Content-Length: 0\r\n\r\n")) and b"Length: 0" not in said:
                    said += connection.recv(65_536)
                heard.append(said)
                try:
                    for piece in answer:
                        connection.sendall(piece)
                        time.sleep(pause)
                except OSError:
                    return

    threading.Thread(target=run, daemon=True).start()
    port = listening.getsockname()[1]
    return target(f"http://127.0.0.1:{port}/hook", {f"127.0.0.1:{port}"}), heard


def test_what_is_sent():
    to, heard = server([b"HTTP/1.1 204 No Content\r\n\r\n"])
    assert send(to, b'{"a":1}', {"GS1-EPCIS-Version": "2.0"}) == 204
    said = heard[0].decode()
    assert said.startswith("POST /hook HTTP/1.1\r\n")
    assert said.endswith('\r\n\r\n{"a":1}')
    assert said.count("Host:") == 1
    assert f"Host: 127.0.0.1:{to.port}\r\n" in said
    assert "GS1-EPCIS-Version: 2.0\r\n" in said


def test_a_redirect_is_not_followed():
    to, _ = server([b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"])
    assert send(to, b"", {}) == 302


def test_an_endless_answer_is_cut_off():
    to, _ = server([b"HTTP/1.1 200 OK\r\n\r\n", *([b"x" * 65_536] * 40)])
    with pytest.raises(UnreachableError, match="large"):
        send(to, b"", {})


def test_a_slow_answer_is_cut_off_however_it_drips():
    to, _ = server([b"HTTP/1.1 200 OK\r\n", *[b"X-A: 1\r\n"] * 100], pause=0.05)
    begun = time.monotonic()
    with pytest.raises(UnreachableError):
        send(to, b"", {}, seconds=0.4)
    assert time.monotonic() - begun < 3


def test_nobody_there():
    with closing(socket.create_server(("127.0.0.1", 0))) as gone:
        port = gone.getsockname()[1]
    to = target(f"http://127.0.0.1:{port}/", {f"127.0.0.1:{port}"})
    with pytest.raises(UnreachableError):
        send(to, b"", {})


def test_proxies_of_the_environment_are_ignored(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    to, heard = server([b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"])
    assert send(to, b"", {}) == 200
    assert heard
