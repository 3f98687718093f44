"""Taking the founding chain's files as a company would: all warnings accepted, the clock standing still."""

from datetime import UTC, datetime

from filon.app import capture


def clock():
    return datetime(2026, 11, 22, 12, tzinfo=UTC)


def captured(ledger, files):
    return capture.capture(ledger, files, now=clock, submitter="test", accept=capture.ALL_WARNINGS)
