"""An application served on a free port of this machine, for browsers and programs of others."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager

import uvicorn


def bound():
    """A socket on a free port."""
    door = socket.socket()
    door.bind(("127.0.0.1", 0))
    return door


@contextmanager
def served(app, door=None, *, log_level="warning", **config):
    """`127.0.0.1:port`, where the application answers; `door` = a socket bound before."""
    door = door or bound()
    server = uvicorn.Server(uvicorn.Config(app, log_level=log_level, **config))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    assert server.started
    try:
        yield f"127.0.0.1:{door.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(15)
        door.close()
