"""The standard's own exceptions: one class each, with the HTTP status that the REST binding gives it.

Source: EPCIS 2.0, 12.7 and the REST binding's problem types `epcisException:..`.
"""
# ruff: noqa: N818 - the names are the standard's

from __future__ import annotations

from typing import Any

from filon.core.errors import FilonError


class EpcisError(FilonError):
    """Any exception of the standard; its class name is the type on the wire."""

    def problem(self) -> dict[str, Any]:
        """The error as problem members, `type` as the standard names it.

        Source: RFC 9457, section 3; EPCIS 2.0, 12.7.
        """
        kind = f"epcisException:{type(self).__name__}"
        return {"type": kind, "title": self.title, "status": self.status, "detail": self.detail, **self.extra}


class ValidationException(EpcisError):
    """The body is not an EPCIS document, event, query or subscription."""

    status = 400
    title = "The body does not validate"


class QueryValidationException(EpcisError):
    """A stored query or a combination of its members makes no sense."""

    status = 400
    title = "The query does not validate"


class QueryParameterException(EpcisError):
    """A query parameter is unknown, or its value cannot be read."""

    status = 400
    title = "A query parameter is wrong"


class SubscriptionControlsException(EpcisError):
    """Neither or both of stream and schedule, or a schedule that cannot be read."""

    status = 400
    title = "The subscription's controls are wrong"


class UnauthorizedException(EpcisError):
    """No token, or one that is unknown, expired or revoked."""

    status = 401
    title = "A valid token is needed"

    def problem(self) -> dict[str, Any]:
        """The standard knows one name for both refusals."""
        return {**super().problem(), "type": "epcisException:SecurityException"}


class SecurityException(EpcisError):
    """The token is good, its roles do not allow this."""

    status = 403
    title = "Not allowed"


class NoSuchResourceException(EpcisError):
    """No such event, job, subscription or value."""

    status = 404
    title = "No such resource"


class NoSuchNameException(EpcisError):
    """No query of that name."""

    status = 404
    title = "No such query"


class MethodNotAllowedException(EpcisError):
    """The path is known, the method is not."""

    status = 405
    title = "Not with this method"

    def problem(self) -> dict[str, Any]:
        """The standard has no name of its own for it."""
        return {**super().problem(), "type": "epcisException:ImplementationException"}


class NotAcceptableException(EpcisError):
    """No form or version that the client accepts."""

    status = 406
    title = "Not acceptable"


class ResourceAlreadyExistsException(EpcisError):
    """An event or a query with that identifier is there already."""

    status = 409
    title = "It is there already"


class CaptureLimitExceededException(EpcisError):
    """More events or bytes than one capture may hold."""

    status = 413
    title = "Too much in one capture"


class QueryTooLargeException(EpcisError):
    """More events match than the query or we allow."""

    status = 413
    title = "Too many events match"


class QueryTooComplexException(EpcisError):
    """The query asks for more work than we give one query."""

    status = 413
    title = "The query is too complex"


class URITooLongException(EpcisError):
    """The request's address is too long; POST it as a named query."""

    status = 414
    title = "The address is too long"


class UnsupportedMediaTypeException(EpcisError):
    """The body's media type is neither JSON nor XML."""

    status = 415
    title = "Unsupported media type"


class TooManyException(EpcisError):
    """So many subscriptions or queries are enough for one token."""

    status = 429
    title = "Too many"

    def problem(self) -> dict[str, Any]:
        """The standard has no name of its own for it."""
        return {**super().problem(), "type": "epcisException:ImplementationException"}


class ImplementationException(EpcisError):
    """Something on our side."""

    status = 500
    title = "Something went wrong on our side"


def named(error: FilonError) -> EpcisError:
    """Any error of ours under the standard's name for its status."""
    if isinstance(error, EpcisError):
        return error
    return _BY_STATUS.get(error.status, ImplementationException)(error.detail)


_BY_STATUS: dict[int, type[EpcisError]] = {
    400: ValidationException,
    404: NoSuchResourceException,
    409: ResourceAlreadyExistsException,
    413: CaptureLimitExceededException,
    422: ValidationException,
}
