"""The one error tree: a wrong call is an exception, bad data never is (that is a `Finding`).

Each class carries its HTTP status and its command-line exit code, so both edges map errors in one place;
`problem` gives the RFC 9457 object that every surface answers with.
"""

from __future__ import annotations

from typing import Any, ClassVar


class FilonError(Exception):
    """A call that cannot be carried out; the message says what to do instead."""

    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 2
    title: ClassVar[str] = "Filon cannot go on"

    def __init__(self, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra

    def problem(self) -> dict[str, Any]:
        """The error as problem+json members.

        Source: RFC 9457, section 3.
        """
        kind = f"urn:filon:error:{type(self).__name__}"
        return {"type": kind, "title": self.title, "status": self.status, "detail": self.detail, **self.extra}


class WrongCallError(FilonError):
    """The arguments do not make sense together."""

    status = 400
    title = "The call is not understood"


class NotFoundError(FilonError):
    """No such lot, entry, page or file in this ledger."""

    status = 404
    title = "Not found"


class GoneError(FilonError):
    """It was here and has ceased for good, such as the passport of a recycled battery; `extra` is its tombstone."""

    status = 410
    exit_code = 1
    title = "Ceased"


class RefusedError(FilonError):
    """The deposit has findings that forbid taking it; nothing was taken."""

    status = 422
    exit_code = 1
    title = "Nothing was taken"


class TooLargeError(FilonError):
    """More bytes, rows or depth than the limit allows."""

    status = 413
    exit_code = 1
    title = "Too large"


class ConflictError(FilonError):
    """Another state than the one the call expected."""

    status = 409
    title = "Conflict"


class NotProvenError(FilonError):
    """A signature, proof or checkpoint does not show what it should; whoever gave it is asked again."""

    status = 422
    exit_code = 1
    title = "Not proven"


class OutsideError(FilonError):
    """A partner's log, a witness or a time-stamp authority gave no usable answer; it may be asked again later."""

    status = 502
    exit_code = 1
    title = "No answer from outside"


class StoreError(FilonError):
    """The store does not hold what it must; Filon stops rather than guess."""

    status = 500
    title = "The ledger cannot be trusted as it is"
