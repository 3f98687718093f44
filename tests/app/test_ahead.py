"""Pages that are worked out ahead: once for each size of the log, and never in anybody's way."""

from time import monotonic, sleep

from filon.app.ahead import Ahead
from filon.core.errors import NotFoundError


class Log:
    entries = 3

    def size(self):
        return self.entries


class Told:
    """Pages that only remember what they were asked."""

    def __init__(self):
        self.ledger, self.asked = Log(), []

    def __getattr__(self, name):
        return lambda: self.asked.append((name, self.ledger.entries))

    def findings(self):
        raise NotFoundError("nothing here")


def waited(until):
    end = monotonic() + 20
    while not until() and monotonic() < end:
        sleep(0.005)
    return until()


def test_every_page_is_asked_once_a_size_and_an_error_stops_nothing():
    pages = Told()
    ahead = Ahead(pages, rest=0.005)
    ahead.start()
    assert waited(lambda: ahead.done == 3)
    sleep(0.05)
    assert pages.asked == [(name, 3) for name in ("home", "lots", "balance", "owners")]
    pages.ledger.entries = 4
    assert waited(lambda: ahead.done == 4)
    ahead.close()
    assert pages.asked[4:] == [(name, 4) for name in ("home", "lots", "balance", "owners")]


def test_while_the_log_grows_nothing_is_worked_out():
    class Growing(Log):
        def size(self):
            self.entries += 1
            return self.entries

    pages = Told()
    pages.ledger = Growing()
    ahead = Ahead(pages, rest=0.001)
    ahead.start()
    assert waited(lambda: pages.ledger.entries > 20)
    ahead.close()
    assert pages.asked == []
