"""What may be refused, by name; pages and commands find the words by ``code``."""

from __future__ import annotations


class DomainError(Exception):
    """A refusal. ``code`` names the sentence, ``values`` fill it, ``field`` is where it belongs."""

    def __init__(self, code: str, *, field: str | None = None, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.values = values


class Invalid(DomainError):
    """What was given cannot be accepted as it stands (422)."""


class Unauthorised(DomainError):
    """A program did not say, or not truly, on whose behalf it calls (401)."""


class NotFound(DomainError):
    """There is no such thing for this person (404)."""

    def __init__(self, code: str = "not_found") -> None:
        super().__init__(code)


class Forbidden(DomainError):
    """The thing may be seen but not touched by this person (403)."""

    def __init__(self, code: str = "forbidden") -> None:
        super().__init__(code)


class Conflict(DomainError):
    """The thing changed or is gone since the page was made (409)."""


class Gone(DomainError):
    """It was there and its time is over (410)."""


class TooMany(DomainError):
    """Asked too often (429). ``retry_after`` is in seconds."""

    def __init__(self, code: str, retry_after: int) -> None:
        super().__init__(code, minutes=-(-retry_after // 60))
        self.retry_after = retry_after
